"""rtl_433's JSON over MQTT: whatever a software radio hears at 433, 345, 315 or 868 MHz.

Layout: one line of JSON per decoded message on `rtl_433/HOST/events`, with `model` (rtl_433's name of the protocol),
`id`, and by protocol channel, unit, cmd, state, event, alarm, tamper, battery_ok, heartbeat, … `time` is the
receiver's, mostly without a zone: not trusted. A line counts only for an enrolled device, by model and id:
- EV1527 codes, by whichever of rtl_433's decoders (see `rtl_433_codes`): `driver = "ev1527"`, address as always;
- anything else: `driver = "rtl_433"`, address "MODEL/ID", or "MODEL/ID/UNIT" where one id has several units.

Evidence: six captured lines of a public test collection (GS558, a remote taken for one, Kerui, Honeywell, Kidde, a
flex decoder's row of 25 bits); the decoders' source for the other keys.
Known limits: Kidde-Smoke lines are presence only, never an alarm: rtl_433 understands nothing else of that alarm. A
GS558 sends the same for alarm and test button, so its test is an alarm. Neighbours' sensors, tyres and remotes are
offers of enrolment, never more. Unknown: the switches of Interlogix smoke detectors; they are signs of life.
Supervision: none by default, as the intervals are not documented; `supervision_seconds` of the device sets one for
those that send a heartbeat (Honeywell, Vivint, Visonic, DSC). EV1527 and GS558 send none.
Off by default: topics of single values (`rtl_433/HOST/devices/…`), weather and other measurements.
One press gives 5 to 80 lines: presses and movements fold within 2 s of their last repeat, signs of life for a minute.
"""

import json
from collections.abc import Mapping
from typing import Any

from drivers import ev1527
from drivers.device import Decoded, Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Reject, Signal
from drivers.json_object import read
from drivers.radio_receiver import MESSAGE_LIMIT_BYTES
from drivers.radio_topics import SUBSCRIPTIONS
from drivers.registry import Driver, Model, MqttDriver
from drivers.rtl_433_codes import codes24, is_smoke_gs558
from drivers.rtl_433_meaning import TYPE_OF_MODEL, signals

NAME = "rtl_433"
_EVENTS = "events"
_PART_LIMIT_CHARACTERS = 64
_UNIT_KEYS = ("unit", "channel", "subtype")
_STATE_SECONDS = 60.0


def normalise_address(text: str) -> str:
    """rtl_433's model and id, and the unit where there is one. Raises ValueError with the remedy."""
    parts = [part.strip() for part in text.split("/")]
    if len(parts) not in (2, 3) or not all(map(_is_part, parts)):
        raise ValueError(
            f'{text!r} is no device of rtl_433: write MODEL/ID as it prints them, "Honeywell-Security/73942"'
        )
    return "/".join(parts)


def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What one message says. Never raises."""
    if not topic.endswith(f"/{_EVENTS}"):
        return Reject(driver=NAME, reason="bad_topic")
    return decode_line(payload, retained, lookup)


def decode_line(payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What one line of JSON says. Never raises; () for a line that is about no device."""
    line = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(line, str):
        return Reject(driver=NAME, reason=line)
    if "model" not in line:
        return ()
    raw = payload[:RAW_LIMIT_BYTES]
    code = enrolled_code(line, lookup)
    if code is not None:
        return ev1527.decode_code(code, lookup, raw=raw, retained=retained)
    addresses = addresses_of(line)
    for address in addresses:
        device = lookup(NAME, address)
        if device is not None:
            common = Signal(driver=NAME, address=address, kind=Kind.ENROLMENT, retained=retained, raw=raw)
            return signals(line, common, device.model)
    return _offer(line, addresses, lookup, raw, retained)


def enrolled_code(line: Mapping[str, Any], lookup: Lookup) -> str | None:
    """The line's code, where it is one of an enrolled EV1527 device."""
    return next((code for code in codes24(line) if lookup(ev1527.NAME, code[:5]) is not None), None)


def addresses_of(line: Mapping[str, Any]) -> list[str]:
    """The addresses that the device may be enrolled under, the narrower first; none where the line names no device."""
    model, id_ = line.get("model"), _text(line.get("id"))
    if not isinstance(model, str) or not _is_part(model) or id_ is None:
        return []
    units = [_text(line.get(key)) for key in _UNIT_KEYS]
    return [*(f"{model}/{id_}/{unit}" for unit in units if unit is not None), f"{model}/{id_}"]


def encode(line: Mapping[str, Any]) -> bytes:
    """A line as rtl_433 prints it."""
    return json.dumps(line, ensure_ascii=False).encode()


def _offer(line: Mapping[str, Any], addresses: list[str], lookup: Lookup, raw: bytes, retained: bool) -> Decoded:
    codes = codes24(line)
    if codes and not is_smoke_gs558(line):
        return ev1527.decode_code(codes[0], lookup, raw=raw, retained=retained)
    if not addresses:
        return Reject(driver=NAME, reason="bad_id")
    return (Signal(driver=NAME, address=addresses[-1], kind=Kind.ENROLMENT, retained=retained, raw=raw),)


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    # No id has so many digits, and some are too long to be written out.
    if isinstance(value, int) and abs(value) >= 1 << 64:
        return None
    text = str(value)
    return text if _is_part(text) else None


def _is_part(text: str) -> bool:
    return 0 < len(text) <= _PART_LIMIT_CHARACTERS and text == text.strip() and "/" not in text and text.isprintable()


def _model(name: str) -> Model:
    return Model(name, supervised=False, supervision_seconds=None, battery=True)


DRIVER = Driver(
    name=NAME,
    protocols=("rtl433_json",),
    models={name: _model(name) for name in ("generic", "generic-contact", "generic-motion", *TYPE_OF_MODEL)},
    generic_model="generic",
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    repeat_seconds=ev1527.REPEAT_SECONDS,
    state_seconds=_STATE_SECONDS,
)
MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=SUBSCRIPTIONS[NAME], decode=decode)
