"""BTHome v2: the service data under the UUID FCD2.

Layout: one byte of information (bit 0 sealed, 1 address included, 2 sent on a trigger, 5 to 7 the version),
the address in reverse where included, then objects: an id and a little-endian value whose length the id gives (texts
and raw bytes bring their own length). Sealed: the objects are followed by a counter of four bytes and a tag of four;
AES-CCM, its nonce is address, D2 FC, information byte, counter.
A device with several buttons sends one object per button, in order, 0 for those that were not pressed.

Evidence: six captured messages, format examples of the specification. A button's value that is not in the published
table (0xFE of Shelly's held button) is a press all the same: bthome-ble 3.25 gives no event for it, and it brings a
GPL-3 package and a whole Bluetooth stack into the installation, hence this parser.
Unknown: the length of an object whose id is not in the table, so what follows one is left unread; whether a device
seals every repeat of one press anew: without a packet id each would count as a press of its own.
A device that has a key is not believed without it: its plain messages are refused. The counter of a sealed message is
not remembered: replaying an old one gives a false alarm and never hides a true one.
"""

from collections.abc import Iterator
from typing import TypeVar

from drivers.ble_bthome_objects import BUTTON, DIMMER, FLAGS, NUMBERS, PACKET_ID, PRESSES, RAW, TEXT, TURNS
from drivers.ble_report import TAG_BYTES, Press, Report, address_bytes, close_seal, open_seal

UUID = "fcd2"
COUNTER_BYTES = 4
_VERSION = 2
_SEALED, _ADDRESSED = 0x01, 0x02
_NONCE_UUID = b"\xd2\xfc"

_Object = tuple[int, bytes]
Value = TypeVar("Value")


def parse(data: bytes, address: str, bind_key: str | None) -> Report | str:
    """What the service data says, or the reason why it says nothing. Never raises. `address` as AA:BB:CC:DD:EE:FF."""
    if len(data) < 2:
        return "incomplete"
    info, body = data[0], data[1:]
    if info >> 5 != _VERSION:
        return "bad_version"
    if info & _ADDRESSED:
        if body[:6][::-1] != address_bytes(address):
            return "wrong_address"
        body = body[6:]
    if not info & _SEALED:
        return "not_sealed" if bind_key else _report(body, is_sealed=False)
    if bind_key is None:
        return "no_bind_key"
    if len(body) <= COUNTER_BYTES + TAG_BYTES:
        return "incomplete"
    counter = body[-COUNTER_BYTES - TAG_BYTES : -TAG_BYTES]
    sealed = body[: -COUNTER_BYTES - TAG_BYTES] + body[-TAG_BYTES:]
    opened = open_seal(bind_key, _nonce(address, info, counter), sealed, None)
    if opened is None:
        return "bad_seal"
    return _report(opened, is_sealed=True, counter=int.from_bytes(counter, "little"))


def encode(objects: bytes, *, address: str = "", bind_key: str | None = None, counter: int = 0) -> bytes:
    """The service data with these objects (ids and values); sealed where there is a key."""
    if bind_key is None:
        return bytes([_VERSION << 5]) + objects
    info, number = _VERSION << 5 | _SEALED, counter.to_bytes(COUNTER_BYTES, "little")
    sealed = close_seal(bind_key, _nonce(address, info, number), objects, None)
    return bytes([info]) + sealed[:-TAG_BYTES] + number + sealed[-TAG_BYTES:]


def _nonce(address: str, info: int, counter: bytes) -> bytes:
    return address_bytes(address) + _NONCE_UUID + bytes([info]) + counter


def _report(body: bytes, *, is_sealed: bool, counter: int | None = None) -> Report | str:
    objects = list(_objects(body))
    if not objects:
        return "unknown_object" if body else "incomplete"
    sensors = [(NUMBERS[id_].name, NUMBERS[id_].value(value)) for id_, value in objects if id_ in NUMBERS]
    texts = [("text", value.decode("utf-8", "replace")) for id_, value in objects if id_ == TEXT]
    raws = [("raw", value.hex()) for id_, value in objects if id_ == RAW]
    packet_id = next((value[0] for id_, value in objects if id_ == PACKET_ID), None)
    events = _numbered([*_presses(objects), *_turns(objects)])
    return Report(
        is_sealed=is_sealed,
        counter=counter if packet_id is None else packet_id,
        sensors=_numbered([*sensors, *texts, *raws]),
        binary=_numbered([(FLAGS[id_], bool(value[0])) for id_, value in objects if id_ in FLAGS]),
        events={name: press for name, press in events.items() if press is not None},
    )


def _objects(body: bytes) -> Iterator[_Object]:
    """The objects up to the first that is unknown or cut off."""
    at = 0
    while at < len(body):
        id_, start = body[at], at + 1
        if id_ in (TEXT, RAW):
            if start >= len(body):
                return
            length, start = body[start], start + 1
        else:
            length = _length(id_)
        value = body[start : start + length]
        if not length or len(value) < length:
            return
        yield id_, value
        at = start + length


def _length(id_: int) -> int:
    """The length of an object's value in bytes; 0 where the id is unknown."""
    if id_ in NUMBERS:
        return NUMBERS[id_].length
    return 1 if id_ in FLAGS or id_ == BUTTON else 2 if id_ == DIMMER else 0


def _presses(objects: list[_Object]) -> list[tuple[str, Press | None]]:
    """Each button in order: None for one that was not pressed."""
    return [
        ("button", Press(PRESSES.get(value[0], f"press_0x{value[0]:02x}")) if value[0] else None)
        for id_, value in objects
        if id_ == BUTTON
    ]


def _turns(objects: list[_Object]) -> list[tuple[str, Press | None]]:
    return [
        ("dimmer", Press(TURNS.get(value[0], f"turn_0x{value[0]:02x}"), {"steps": value[1]}) if value[0] else None)
        for id_, value in objects
        if id_ == DIMMER
    ]


def _numbered(values: list[tuple[str, Value]]) -> dict[str, Value]:
    """The values by name; where a name comes more than once, each bears its number: button_1, button_2."""
    names = [name for name, _ in values]
    found: dict[str, Value] = {}
    for place, (name, value) in enumerate(values):
        number = names[: place + 1].count(name)
        found[f"{name}_{number}" if names.count(name) > 1 else name] = value
    return found
