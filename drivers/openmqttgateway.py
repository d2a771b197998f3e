"""433 MHz codes heard by an OpenMQTTGateway: rc-switch, a flashed Sonoff bridge, or rtl_433 on an ESP32.

Layout, below `home/NAME/` (the base is settable):
- `433toMQTT`: JSON with value (decimal code), protocol (rc-switch's number), length (bits), delay (microseconds);
- `SRFBtoMQTT`: JSON with value (always of 24 bits) or raw; `SRFBtoMQTT/Raw` (old releases): nine bytes as text, namely
  sync, low, high (16 bits each, microseconds) and the code;
- `RTL_433toMQTT` and below: a line of rtl_433 (see `rtl_433`);
- `LWT` online or offline, retained; `SYStoMQTT` every 120 s unless set otherwise.
One press gives extra decodes of 12 or 13 bits (protocols 10 and 29): only 24 bits are a code, whatever the protocol.

Evidence: five captured messages (three codes, one junk decode, one code zero), the gateway's source.
Unknown: whether any release gives a code of 25 bits. Supervision: the senders have none; the receiver may be enrolled
with `driver = "openmqttgateway"` and the NAME as address.
Off by default: retained codes; plain values without a length ("simple publishing" of old releases: a junk decode cannot
be told from a code); KAKU-like switches and Pilight's topics.
"""

import re
from functools import partial
from typing import Any

from drivers import ev1527, rtl_433
from drivers.device import Decoded, Lookup
from drivers.event import RAW_LIMIT_BYTES, Reject
from drivers.json_object import read
from drivers.radio_receiver import MESSAGE_LIMIT_BYTES, is_online, receiver_driver, sign_of_life, with_sign_of_life
from drivers.radio_topics import SUBSCRIPTIONS
from drivers.registry import MqttDriver
from drivers.sonoff_rf_bridge import Key

NAME = "openmqttgateway"
LAST_WILL, REPORT = "LWT", "SYStoMQTT"
RAW_SUFFIX = "/SRFBtoMQTT/Raw"
_RECEIVED, _BRIDGE, _RTL_433 = "433toMQTT", "SRFBtoMQTT", "RTL_433toMQTT"
_RAW = re.compile(r"[0-9A-Fa-f]{18}")
_DECIMAL = re.compile(r"[0-9]{1,10}", re.ASCII)
_JUNK_BITS = range(1, 16)
"""Bits of what rc-switch makes of the rests of a press."""


def place_of(topic: str) -> tuple[str, str] | None:
    """The receiver's name and what follows it; None where it is no topic of this gateway's."""
    levels = topic.split("/", 2)
    return (levels[1], levels[2]) if len(levels) == 3 and all(levels) else None


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
    if leaf == REPORT:
        return sign()
    return with_sign_of_life(_heard(topic, leaf, payload, retained, lookup), sign)


def code_of(message: dict[str, Any], *, from_bridge: bool) -> str | Reject:
    """The code of a JSON message as six hexadecimal digits, or why it has none."""
    value, bits = _whole(message.get("value")), _whole(message.get("length"))
    if from_bridge:
        key = parse_raw(message.get("raw"))
        value, bits = (int(key.code24, 16), ev1527.CODE_BITS) if key else (value, ev1527.CODE_BITS)
    if value is None or bits is None:
        return _reject("bad_code")
    if bits in _JUNK_BITS:
        return _reject("partial")
    if bits != ev1527.CODE_BITS or not 0 <= value < 1 << bits:
        return _reject("not_ev1527")
    return f"{value:06X}"


def _whole(value: object) -> int | None:
    """A whole number, also as text: no press shall be lost to a pair of quotes. None for anything else."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def parse_raw(text: object) -> Key | None:
    """The nine bytes that the Sonoff bridge's receiver sends, as text; None where it is not that."""
    if not isinstance(text, str) or not _RAW.fullmatch(text):
        return None
    sync_us, low_us, high_us = (int(text[at : at + 4], 16) for at in (0, 4, 8))
    return Key(sync_us, low_us, high_us, text[12:].upper())


def encode(code24: str, *, delay_us: int = 350) -> bytes:
    """The message of a gateway that heard a code of six hexadecimal digits."""
    return f'{{"value":{int(code24, 16)},"protocol":1,"length":24,"delay":{delay_us}}}'.encode()


def _heard(topic: str, leaf: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    if len(payload) > MESSAGE_LIMIT_BYTES:
        return _reject("oversize")
    if leaf.split("/")[0] == _RTL_433:
        return rtl_433.decode_line(payload, retained, lookup)
    if topic.endswith(RAW_SUFFIX):
        key = parse_raw(payload.decode("ascii", "replace").strip())
        code: str | Reject = _reject("bad_code") if key is None else key.code24
    elif leaf in (_RECEIVED, _BRIDGE):
        message = read(payload, MESSAGE_LIMIT_BYTES)
        code = _reject(message) if isinstance(message, str) else code_of(message, from_bridge=leaf == _BRIDGE)
    else:
        return ()
    if isinstance(code, Reject):
        return code
    return ev1527.decode_code(code, lookup, raw=payload[:RAW_LIMIT_BYTES], retained=retained)


def _reject(reason: str) -> Reject:
    return Reject(driver=NAME, reason=reason)


DRIVER = receiver_driver(NAME, "openmqttgateway_rf")
MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=SUBSCRIPTIONS[NAME], decode=decode)
