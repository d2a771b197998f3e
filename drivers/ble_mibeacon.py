"""MiBeacon: Xiaomi's service data under the UUID FE95.

Layout: frame control (16 bits, little-endian: bit 3 sealed, 4 address included, 5 capability included, 6 objects
included, 7 mesh, 12 to 15 the version), product id (16 bits), frame counter (8 bits), the address in reverse where
included, one byte of capability where included (bit 5: one more byte), then objects: id (16 bits), length, value.
Sealed (versions 4 and 5): the objects are followed by three more bytes of counter and a tag of four; AES-CCM over the
associated byte 11, its nonce is the address in reverse, product id, frame counter, the three bytes.

Evidence: 11 captured or contributed messages of eight makes, sealed and plain. The usual parser (xiaomi-ble) brings a
GPL-3 package and a whole Bluetooth stack into the installation, hence this one.
Not read: versions 2 and 3 sealed (`old_seal`: their tag covers nothing, a wrong key gives values all the same), mesh
devices, version 0 and 1. What the objects mean is `ble_mibeacon_objects`.
A device that has a key is not believed without it: its plain objects are refused. The counters are not remembered:
replaying an old message gives a false alarm and never hides a true one.
"""

from collections.abc import Iterator

from drivers.ble_mibeacon_objects import read
from drivers.ble_mibeacon_products import PRODUCTS, UNKNOWN, Product
from drivers.ble_report import TAG_BYTES, Report, address_bytes, close_seal, open_seal

UUID = "fe95"
_HEAD_BYTES = 5
_EXTRA_BYTES = 3
_SEALED, _ADDRESSED, _CAPABLE, _OBJECTS, _MESH = 0x08, 0x10, 0x20, 0x40, 0x80
_MORE_CAPABILITY = 0x20
_FIRST_VERSION, _FIRST_TAGGED_VERSION = 2, 4
_ASSOCIATED = b"\x11"


def parse(data: bytes, address: str, bind_key: str | None) -> Report | str:
    """What the service data says, or the reason why it says nothing. Never raises. `address` as AA:BB:CC:DD:EE:FF."""
    if len(data) < _HEAD_BYTES:
        return "incomplete"
    control = int.from_bytes(data[:2], "little")
    if control & _MESH or control >> 12 < _FIRST_VERSION:
        return "bad_version"
    body = _body(data, control, address)
    if isinstance(body, str):
        return body
    product = PRODUCTS.get(int.from_bytes(data[2:4], "little"), UNKNOWN)
    if not control & _OBJECTS:
        return Report(counter=data[4], model=name_of(product, address), product=product.model)
    if not control & _SEALED:
        return "not_sealed" if bind_key else _report(body, data[4], product, address, is_sealed=False)
    if control >> 12 < _FIRST_TAGGED_VERSION:
        return "old_seal"
    if bind_key is None:
        return "no_bind_key"
    if len(body) < _EXTRA_BYTES + TAG_BYTES:
        return "incomplete"
    extra, tag = body[-_EXTRA_BYTES - TAG_BYTES : -TAG_BYTES], body[-TAG_BYTES:]
    sealed = body[: -_EXTRA_BYTES - TAG_BYTES] + tag
    opened = open_seal(bind_key, _nonce(address, data, extra), sealed, _ASSOCIATED)
    return "bad_seal" if opened is None else _report(opened, data[4], product, address, is_sealed=True)


def encode(objects: bytes, *, address: str, product_id: int, counter: int = 1, bind_key: str | None = None) -> bytes:
    """The service data of version 5 with these objects (ids, lengths and values); sealed where there is a key."""
    control = 5 << 12 | _ADDRESSED | _OBJECTS | (_SEALED if bind_key else 0)
    head = control.to_bytes(2, "little") + product_id.to_bytes(2, "little") + bytes([counter])
    start = head + address_bytes(address)[::-1]
    if bind_key is None:
        return start + objects
    extra = bytes(_EXTRA_BYTES)
    sealed = close_seal(bind_key, _nonce(address, head, extra), objects, _ASSOCIATED)
    return start + sealed[:-TAG_BYTES] + extra + sealed[-TAG_BYTES:]


def name_of(product: Product, address: str) -> str | None:
    """A product's name with the end of its address, as the maker's app tells devices apart; None where unknown."""
    return f"{product.what} {address.replace(':', '')[-4:]} ({product.model})" if product.model else None


def _body(data: bytes, control: int, address: str) -> bytes | str:
    """What follows the address and the capability, or the reason why it cannot be found."""
    body = data[_HEAD_BYTES:]
    if control & _ADDRESSED:
        if body[:6][::-1] != address_bytes(address):
            return "wrong_address"
        body = body[6:]
    if control & _CAPABLE:
        if not body:
            return "incomplete"
        body = body[2:] if body[0] & _MORE_CAPABILITY else body[1:]
    return body


def _nonce(address: str, data: bytes, extra: bytes) -> bytes:
    return address_bytes(address)[::-1] + data[2:5] + extra


def _report(body: bytes, counter: int, product: Product, address: str, *, is_sealed: bool) -> Report | str:
    report = Report(is_sealed=is_sealed, counter=counter, model=name_of(product, address), product=product.model)
    objects = list(_objects(body))
    return read(objects, product.model, report) if objects else "incomplete"


def _objects(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Ids and values, up to the first that is cut off."""
    at = 0
    while at + 3 <= len(body):
        id_, length = int.from_bytes(body[at : at + 2], "little"), body[at + 2]
        value = body[at + 3 : at + 3 + length]
        if len(value) < length:
            return
        yield id_, value
        at += 3 + length
