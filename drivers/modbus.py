"""Smoke, gas and leak heads on RS-485, asked one after the other over Modbus RTU.

Layout: see `modbus_frame`; what a register means is in one file per model in `modbus_maps`, since no two makers agree.
Evidence: request and answer pairs from makers' documents, every CRC checked; no capture of a real head was found.
Unknown: scale and alarm value of the smoke head at register 2 (recorded, raises nothing); the register 3 map is
unverified; the limits of the RAEGuard's LEL map are ours. Polarity is a map's words: the Novabo head reads 0 for alarm.
Supervision: a sound answer is the sign of life. A head that is silent, damaged on the wire, or refuses the question is
counted by reason, is neither alarm nor all clear, and is lost after its map's interval.
Off by default: writing. A head is only ever asked by the four reading functions.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from drivers.device import Decoded, Device, Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Reject, Signal, State, TroubleType
from drivers.modbus_frame import Answer, Refusal, Request, decode_request, encode_request, find_answer
from drivers.modbus_map import FUNCTIONS, Map, Point, Read, Word, maps
from drivers.registry import Driver, Model, PolledDriver

NAME = "modbus"
GENERIC_MODEL = "generic"
HEAD_FAULT = TroubleType.DEVICE_FAULT
"""The trouble type of a head that says it cannot measure."""
STATE_SECONDS = 60.0
"""A head is asked every few seconds; one check-in and one reading a minute are kept of it."""

_ADDRESS = re.compile(r"([a-z0-9_-]{1,32})/([0-9]{1,3})")
_LASTING: dict[Word, tuple[Kind, str | None, str]] = {
    Word.FAULT: (Kind.TROUBLE, HEAD_FAULT, HEAD_FAULT),
    Word.MAINS: (Kind.TROUBLE, TroubleType.MAINS, TroubleType.MAINS),
    Word.TAMPER: (Kind.TAMPER, None, Kind.TAMPER),
    Word.LOW_BATTERY: (Kind.LOW_BATTERY, None, Kind.LOW_BATTERY),
}
"""Words that are conditions of the head itself: kind, type, and the name under which they end."""


def normalise_address(text: str) -> str:
    """The serial port's name and the head's unit number, as PORT/UNIT. Raises ValueError with the remedy."""
    match = _ADDRESS.fullmatch(text.strip())
    unit = int(match.group(2)) if match else 0
    if match is None or not 1 <= unit <= 255:
        raise ValueError(
            f"{text!r} is no head on a line: write the [[serial]] name and the unit number 1 to 255, such as bus/1"
        )
    return f"{match.group(1)}/{unit}"


def port_and_unit(address: str) -> tuple[str, int]:
    """The parts of a normalised address."""
    port, _, unit = address.rpartition("/")
    return port, int(unit)


def map_of(model: str) -> Map:
    """The map of a model; the generic one where the name is unknown."""
    return maps().get(model, maps()[GENERIC_MODEL])


def requests(device: Device) -> tuple[Request, ...]:
    """What to ask a head, in order."""
    _, unit = port_and_unit(device.address)
    return tuple(request_of(read, unit) for read in map_of(device.model).read)


def request_of(read: Read, unit: int) -> Request:
    """The question of one read of a map."""
    return Request(unit, FUNCTIONS[read.function], read.address, read.count)


def decode(port: str, question: bytes, heard: bytes, lookup: Lookup) -> Decoded:
    """What a head said: the question as sent, and all that was heard since. Never raises."""
    request = decode_request(question)
    if isinstance(request, Refusal):
        return Reject(driver=NAME, reason="bad_question", detail=request.reason)
    found = find_answer(request, heard)
    if isinstance(found, Refusal):
        detail = "" if found.exception is None else f"exception {found.exception}"
        return Reject(driver=NAME, reason=found.reason, detail=detail)
    address = f"{port}/{request.unit}"
    common = Signal(driver=NAME, address=address, kind=Kind.ENROLMENT, raw=heard[:RAW_LIMIT_BYTES])
    device = lookup(NAME, address)
    if device is None:
        return (common,)
    read = next((one for one in map_of(device.model).read if request_of(one, request.unit) == request), None)
    return Reject(driver=NAME, reason="unmapped") if read is None else signals(read, found, common)


def signals(read: Read, answer: Answer, common: Signal) -> tuple[Signal, ...]:
    """Every signal of one answer, most urgent first; a sign of life where it says nothing else."""
    told = [(point, raw) for point in read.point if (raw := point.raw(answer.values)) is not None]
    # Several inputs may tell of one alarm: it is one.
    found = list(dict.fromkeys(signal for point, raw in told for signal in _said(point, raw, common)))
    found.sort(key=lambda signal: _ORDER.index(signal.kind))
    if not found:
        found.append(replace(common, kind=Kind.SUPERVISION))
    found[0] = replace(found[0], not_active=_not_active(told))
    return tuple(found)


_ORDER = (Kind.ALARM, Kind.TEST, Kind.TAMPER, Kind.TROUBLE, Kind.LOW_BATTERY, Kind.ACTIVITY, Kind.MEASUREMENT)


def state_of(point: Point, raw: int) -> Word | None:
    """Normal, alarm or another word; None while a value lies between its thresholds, or has no meaning."""
    word = point.words.get(str(raw))
    if word is not None or point.alarm_at is None or point.clear_at is None:
        return word
    value, of_too_much = raw * point.scale, point.alarm_at > point.clear_at
    if value >= point.alarm_at if of_too_much else value <= point.alarm_at:
        return Word.ALARM
    return Word.NORMAL if (value < point.clear_at if of_too_much else value > point.clear_at) else None


def _said(point: Point, raw: int, common: Signal) -> Iterator[Signal]:
    word = state_of(point, raw)
    if word is Word.ALARM:
        yield replace(common, kind=Kind.ALARM, type=point.alarm, state=State.ACTIVE)
    elif word is Word.TEST:
        yield replace(common, kind=Kind.TEST, type=point.alarm)
    elif word in _CONTACTS:
        yield replace(common, kind=Kind.ACTIVITY, type=word.value)
    elif word in _LASTING:
        kind, type_, _ = _LASTING[word]
        low = True if kind is Kind.LOW_BATTERY else None
        yield replace(common, kind=kind, type=type_, battery_low=low)
    if point.measures is not None and str(raw) not in point.words:
        yield replace(common, kind=Kind.MEASUREMENT, type=point.measures, value=raw * point.scale, unit=point.unit)


def _not_active(told: list[tuple[Point, int]]) -> tuple[str, ...]:
    """What this answer reports as over: each point that could tell of it says so."""
    over: dict[str, bool] = {}
    for point, raw in told:
        word = state_of(point, raw)
        for name, on in _names(point):
            over[name] = over.get(name, True) and _is_over(point, word, on)
    return tuple(name for name, is_over in over.items() if is_over)


def _names(point: Point) -> Iterator[tuple[str, Word]]:
    """The conditions that a point could tell of, and the word that says they are on."""
    if point.alarm is not None:
        yield point.alarm.value, Word.ALARM
    for word, (_, _, name) in _LASTING.items():
        if word in point.words.values():
            yield name, word


def _is_over(point: Point, word: Word | None, on: Word) -> bool:
    """Whether this word ends the condition that `on` begins.

    A head that tests, warms up, is broken or lies between its thresholds does not say "all clear"; one that measures
    is not broken.
    """
    if on is Word.ALARM:
        return word is Word.NORMAL
    if word is None:
        return point.alarm_at is not None or point.measures is not None
    return word in _WORKING


_CONTACTS = frozenset({Word.CONTACT_OPEN, Word.CONTACT_CLOSED})
_WORKING = frozenset({Word.NORMAL, Word.ALARM, Word.TEST}) | _CONTACTS


def _models() -> dict[str, Model]:
    return {
        name: Model(name, supervised=True, supervision_seconds=one.supervision_seconds, battery=False)
        for name, one in maps().items()
    }


DRIVER = Driver(
    name=NAME,
    protocols=("modbus_rtu",),
    models=_models(),
    generic_model=GENERIC_MODEL,
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    state_seconds=STATE_SECONDS,
)

POLLED_DRIVER = PolledDriver(
    name=NAME,
    baud_rate=9600,
    port_of=lambda address: port_and_unit(address)[0],
    questions=lambda device: tuple(encode_request(request) for request in requests(device)),
    poll_seconds=lambda device: map_of(device.model).poll_seconds,
    decode=decode,
)
