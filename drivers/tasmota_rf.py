"""433 MHz codes heard by Tasmota: a flashed Sonoff RF Bridge, or any board with a receiver and rc-switch.

Layout, on `tele/NAME/RESULT` (the levels may stand in another order; with SetOption4 the last one is RFRECEIVED or
RFRAW):
- bridge: `RfReceived` with Sync, Low, High (microseconds), Data (six hexadecimal digits), RfKey (1 to 16, or "None");
- rc-switch: `RfReceived` with Data (0x and as many digits as it needs), Bits, Protocol, Pulse (microseconds);
- either: Data as a decimal number with SetOption28;
- raw mode: `RfRaw` with Data, a frame of the bridge's firmware as text (see `sonoff_rf_bridge`), spaces or none;
- `tele/NAME/LWT` Online or Offline, retained; `tele/NAME/STATE` every 300 s unless set otherwise.
Codes are those of EV1527 devices, which stay enrolled with `driver = "ev1527"`. `Time` is local time without a zone:
not trusted.

Evidence: five captured messages of bridges and one last will; one rc-switch message of a real remote in the
documentation; the firmware's source for the rest. Unknown: nothing that a code needs.
Supervision: the senders have none. The receiver itself may be enrolled with `driver = "tasmota_rf"` and the NAME as
address; its reports are then its signs of life, and its last will ends them at once.
Off by default: retained codes (never a press), codes of other lengths than 24 bits, the answers to learning (`RfKey1`).
Tasmota drops the same code for RfTimeOut (1 s) by itself, so of a long press several messages may come: intake folds.
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec.structs import replace

from drivers import ev1527, sonoff_rf_bridge
from drivers.device import Decoded, Lookup
from drivers.event import RAW_LIMIT_BYTES, Reject
from drivers.json_object import read
from drivers.radio_receiver import (
    MESSAGE_LIMIT_BYTES,
    as_retained,
    is_online,
    receiver_driver,
    sign_of_life,
    with_sign_of_life,
)
from drivers.radio_topics import SUBSCRIPTIONS
from drivers.registry import MqttDriver

NAME = "tasmota_rf"
LAST_WILL, REPORT = "LWT", "STATE"
_RESULTS = frozenset({"RESULT", "RFRECEIVED", "RFRAW"})
_PREFIX = "tele"
_HEXADECIMAL = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{1,16})")
_RAW_LIMIT_CHARACTERS = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The content of `RfReceived`: times in microseconds and the key number, None where the shape has none."""

    code: int
    bits: int
    sync_us: int | None
    low_us: int | None
    high_us: int | None
    pulse_us: int | None
    rfkey: int | None

    @property
    def code24(self) -> str | None:
        """The code as six hexadecimal digits; None where it is not of 24 bits."""
        return f"{self.code:06X}" if self.bits == ev1527.CODE_BITS and self.code < 1 << self.bits else None


def place_of(topic: str) -> tuple[str, str] | None:
    """The receiver's name and the last level of its topic; None where it is no topic of Tasmota's."""
    *levels, leaf = topic.split("/")
    if _PREFIX not in levels or leaf not in _RESULTS | {LAST_WILL, REPORT}:
        return None
    levels.remove(_PREFIX)
    return ("/".join(levels), leaf) if all(levels) and levels else None


def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What one message says. Never raises; () for what is about something else than a received code."""
    place = place_of(topic)
    if place is None:
        return _reject("bad_topic")
    receiver, leaf = place
    sign = partial(sign_of_life, NAME, receiver, lookup, retained=retained)
    if leaf == LAST_WILL:
        online = is_online(payload)
        return () if online is None else sign(online=online)
    message = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(message, str):
        return _reject(message)
    if leaf == REPORT:
        return sign()
    return with_sign_of_life(_heard(message, payload[:RAW_LIMIT_BYTES], retained, lookup), sign)


def received(message: dict[str, Any]) -> Received | None:
    """`RfReceived` taken apart; None where it has no code."""
    shown = message.get("RfReceived")
    code = _code(shown.get("Data")) if isinstance(shown, dict) else None
    if not isinstance(shown, dict) or code is None:
        return None
    bits = shown.get("Bits", ev1527.CODE_BITS)
    return Received(
        code=code,
        bits=bits if isinstance(bits, int) else 0,
        sync_us=_number(shown.get("Sync")),
        low_us=_number(shown.get("Low")),
        high_us=_number(shown.get("High")),
        pulse_us=_number(shown.get("Pulse")),
        rfkey=_number(shown.get("RfKey")),
    )


def raw_frame(message: dict[str, Any]) -> bytes | None:
    """The frame in `RfRaw`; None where there is none."""
    shown = message.get("RfRaw")
    text = shown.get("Data") if isinstance(shown, dict) else None
    if not isinstance(text, str) or len(text) > _RAW_LIMIT_CHARACTERS:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def encode(code24: str, *, low_us: int = 350) -> bytes:
    """The message of a bridge that heard a code of six hexadecimal digits."""
    return (
        f'{{"RfReceived":{{"Sync":{31 * low_us},"Low":{low_us},"High":{3 * low_us},"Data":"{code24}","RfKey":"None"}}}}'
    ).encode()


def _heard(message: dict[str, Any], raw: bytes, retained: bool, lookup: Lookup) -> Decoded:
    if isinstance(message.get("RfRaw"), dict):
        frame = raw_frame(message)
        heard = _reject("bad_code") if frame is None else as_retained(sonoff_rf_bridge.decode(frame, lookup), retained)
        own = isinstance(heard, Reject) and heard.driver == sonoff_rf_bridge.NAME
        return replace(heard, driver=NAME) if isinstance(heard, Reject) and own else heard
    if "RfReceived" not in message:
        return ()
    code = received(message)
    if code is None:
        return _reject("bad_code")
    if code.code24 is None:
        return _reject("not_ev1527")
    return ev1527.decode_code(code.code24, lookup, raw=raw, retained=retained)


def _code(data: object) -> int | None:
    """Text is hexadecimal in either shape; a number is SetOption28's."""
    if isinstance(data, str):
        match = _HEXADECIMAL.fullmatch(data)
        return int(match.group(1), 16) if match else None
    return _number(data)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _reject(reason: str) -> Reject:
    return Reject(driver=NAME, reason=reason)


DRIVER = receiver_driver(NAME, "tasmota_rf_mqtt")
MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=SUBSCRIPTIONS[NAME], decode=decode)
