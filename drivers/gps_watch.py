"""GPS watches of the bracket protocol (makers 3G, SG, ZJ, CS): they dial in over TCP and want to be answered.

Layout: `gps_watch_frame` (the frame), `gps_watch_report` (positions, readings). Source: the makers' protocol papers and
27 captured frames. What is known and what is not:

- `LK` (a sign of life every 5 to 8 minutes) is echoed, or the watch restarts itself; `AL` (alarm) is echoed once it is
  kept, or the watch repeats it; `INIT` is answered `INIT,1`, `TKQ` and `TKQ2` are echoed. No other type has an answer.
- An `AL` with a reason in its status bits is that alarm. One without any is a person's alarm too: SG watches send 0 for
  a press. Its code is then `no_reason`. In a status of eight digits the lower half (low battery, position of the fence)
  is a state, no reason: a press with an empty battery must not be taken for a battery message.
- The code of a press bears the watch's own time: a repeat that was not echoed in time is the same press, a second press
  is not. A watch without a time tells no such thing: there only what comes within 2 s is the same press. The watch's
  date is trusted for nothing else; events bear the time of receipt.
- Alarm bits in a report that is no `AL` are taken for a state that lasts until a report comes without it. No capture
  shows one. Off the wrist is over when a report shows neither bit 20 nor bit 3 (the strap, as far as known).
- Positions become LOCATION signals, and every signal of a report with a satellite fix (`A`) bears its location; only an
  alarm takes it out of the house. Degrees are the satellites' own, WGS-84; no accuracy is told. A report without a fix
  (`V`) gives none: its cells and networks would need somebody outside to look them up, its degrees are old or empty.
- `UD2` is a report from a time without network: it ends nothing, and nobody knows how old its position is. Entering the
  fence and the watch's motion are no news.
- Voice, pictures, cells and networks are ignored. Anybody who knows a watch's number can forge its frames: there is no
  key in this protocol.
- Supervised: one hour without a word is a fault (LK comes twelve times in an hour).
"""

from msgspec.structs import replace

from drivers import gps_watch_frame
from drivers.device import Decoded, Lookup
from drivers.event import (
    GEOFENCE_EXIT,
    RAW_LIMIT_BYTES,
    AlarmType,
    Kind,
    Location,
    LocationSource,
    Reject,
    Signal,
    State,
    TroubleType,
)
from drivers.framing import Splitter
from drivers.gps_watch_frame import Frame, parse
from drivers.gps_watch_report import NO_TIME, Report, parse_report, percent, readings
from drivers.registry import Driver, ListenerDriver, Model

NAME = "gps_watch"

LOW_BATTERY_PERCENT = 15
REPEAT_SECONDS = 300.0
REPEAT_SECONDS_WITHOUT_TIME = 2.0
_SUPERVISION_SECONDS = 3_600
_REPORTS = ("AL", "UD", "WT")
_STORED_REPORT = "UD2"

_ALARMS: dict[AlarmType, frozenset[int]] = {
    AlarmType.SOS: frozenset({16}),
    AlarmType.FALL: frozenset({21, 22}),
    AlarmType.REMOVED_FROM_BODY: frozenset({20}),
    AlarmType.WANDERING: frozenset({1, 18}),
}
"""The status bits of each alarm, the most urgent first."""
_ONCE = frozenset({AlarmType.SOS, AlarmType.FALL})
"""What happens once with each AL; the others last."""
_STRAP_BIT = 3
_POWER_CUT_BIT = 14
_LOW_BATTERY_BITS = frozenset({0, 17})
_OTHER_REASONS = frozenset({_POWER_CUT_BIT, 17, 19})
_OTHER_REASONS_OF_SHORT_STATUS = frozenset({0, 2, _POWER_CUT_BIT})


def new_splitter() -> Splitter:
    """A splitter for one connection."""
    return gps_watch_frame.new_splitter(NAME)


def normalise_address(text: str) -> str:
    """The watch's number, 10 to 15 digits as it sends them. Raises ValueError with the remedy."""
    number = text.replace(" ", "").replace("-", "")
    if not (number.isascii() and number.isdigit() and 10 <= len(number) <= 15):
        raise ValueError(f"{text!r} is no watch number: write the 10 to 15 digits that anju status shows for it")
    return number


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    """What a whole frame says. Never raises; any sound frame of an enrolled watch is at least a sign of life."""
    found = parse(frame)
    if found is None:
        return Reject(driver=NAME, reason="bad_frame")
    common = Signal(driver=NAME, address=found.watch, kind=Kind.ENROLMENT, raw=frame[:RAW_LIMIT_BYTES])
    if lookup(NAME, found.watch) is None:
        return (common,)
    common = replace(common, kind=Kind.SUPERVISION)
    if is_report(found.type):
        return _decode_report(found, common)
    if found.type == "LK":
        return (_with_battery(common, percent(found.values[2]) if len(found.values) > 2 else None, low=False),)
    measured = [
        replace(common, kind=Kind.MEASUREMENT, type=reading.type, value=reading.value, unit=reading.unit)
        for reading in readings(found.type, found.values)
        if reading.value > 0
    ]
    return tuple(measured) or (common,)


def is_report(type_: str) -> bool:
    """Whether messages of this type hold a position report; makers append their network or their name to the type."""
    return type_.startswith(_REPORTS)


def acknowledgement(frame: bytes) -> bytes | None:
    """What the watch expects back once its frame has been handled durably; None where it expects nothing."""
    found = parse(frame)
    if found is None:
        return None
    content = answer_content(found.type)
    return None if content is None else gps_watch_frame.encode(found.maker, found.watch, content, found.index)


def order(heard: bytes, content: bytes) -> bytes | None:
    """The frame that tells a watch something, in the form of its own last frame; None where that was none."""
    found = parse(heard)
    return None if found is None else gps_watch_frame.encode(found.maker, found.watch, content.decode(), found.index)


def answer_content(type_: str) -> str | None:
    """The content of the answer to a type of message."""
    if type_.startswith("AL"):
        return "AL"
    return {"LK": "LK", "INIT": "INIT,1", "TKQ": "TKQ", "TKQ2": "TKQ2"}.get(type_)


def _decode_report(found: Frame, common: Signal) -> Decoded:
    report, is_alarm = parse_report(found.values), found.type.startswith("AL")
    if report is None:
        # An alarm that was garbled on its way is an alarm.
        return (_alarm(common, AlarmType.SOS, f"no_reason.{NO_TIME}"),) if is_alarm else _reject()
    common = _with_battery(common, report.battery_percent, low=bool(report.bits & _LOW_BATTERY_BITS))
    if found.type != _STORED_REPORT:
        stamp = report.stamp if report.stamp != NO_TIME else None
        common = replace(common, location=_location(report), fix_stamp=stamp)
    said = [*(_reasons(report, common) if is_alarm else _conditions(report, common))]
    if report.has_position:
        said.append(replace(common, kind=Kind.LOCATION))
    said = said or [common]
    if not is_alarm and found.type != _STORED_REPORT:
        said[0] = replace(said[0], not_active=_not_active(report))
    return tuple(said)


def _location(report: Report) -> Location | None:
    if report.latitude is None or report.longitude is None or not report.has_position:
        return None
    return Location(latitude=report.latitude, longitude=report.longitude, source=LocationSource.GNSS)


def _reject() -> Reject:
    return Reject(driver=NAME, reason="bad_report")


def _reasons(report: Report, common: Signal) -> list[Signal]:
    """Why an AL was sent, as signals; a person's alarm where it does not say."""
    said = [
        _alarm(common, type_, f"{type_}.{report.stamp}" if type_ in _ONCE else None)
        for type_, bits in _ALARMS.items()
        if report.bits & bits
    ]
    if _POWER_CUT_BIT in report.bits:
        said.append(replace(common, kind=Kind.TROUBLE, type=TroubleType.MAINS))
    others = _OTHER_REASONS if report.has_alarm_half else _OTHER_REASONS_OF_SHORT_STATUS
    if not said and not report.bits & others:
        return [_alarm(common, AlarmType.SOS, f"no_reason.{report.stamp}")]
    if report.bits & _LOW_BATTERY_BITS:
        said.append(replace(common, kind=Kind.LOW_BATTERY))
    return said


def _conditions(report: Report, common: Signal) -> list[Signal]:
    """What lasts, by a report that is no alarm."""
    return [_alarm(common, type_, None) for type_, bits in _ALARMS.items() if report.bits & bits]


def _not_active(report: Report) -> tuple[str, ...]:
    over = [type_.value for type_, bits in _ALARMS.items() if not report.bits & bits]
    if _STRAP_BIT in report.bits and AlarmType.REMOVED_FROM_BODY in over:
        over.remove(AlarmType.REMOVED_FROM_BODY)
    return (*over, *(() if _POWER_CUT_BIT in report.bits else (TroubleType.MAINS.value,)))


def _alarm(common: Signal, type_: AlarmType, code: str | None) -> Signal:
    is_timeless = code is not None and code.endswith(NO_TIME)
    repeat_seconds = REPEAT_SECONDS_WITHOUT_TIME if is_timeless else None
    return replace(
        common, kind=Kind.ALARM, type=type_, state=State.ACTIVE, code=code, repeat_seconds=repeat_seconds,
        verdict=GEOFENCE_EXIT if type_ is AlarmType.WANDERING else None,
    )  # fmt: skip


def _with_battery(common: Signal, charge: int | None, *, low: bool) -> Signal:
    """The watch's own bit, else its charge; unknown where neither says."""
    is_low = True if low else None if charge is None else charge <= LOW_BATTERY_PERCENT
    return replace(common, battery_percent=charge, battery_low=is_low)


DRIVER = Driver(
    name=NAME,
    protocols=("gps_watch_3g_sg",),
    models={
        "generic": Model("generic", supervised=True, supervision_seconds=_SUPERVISION_SECONDS, battery=True),
    },
    generic_model="generic",
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    repeat_seconds=REPEAT_SECONDS,
    tells_location=True,
    tells_falls=True,
)

LISTENER_DRIVER = ListenerDriver(
    name=NAME,
    new_splitter=new_splitter,
    decode=decode,
    acknowledgement=acknowledgement,
    silence_seconds=1_200.0,
    order=order,
)
"""A watch that says nothing for twenty minutes has left this connection: LK comes every 5 to 8 minutes."""
