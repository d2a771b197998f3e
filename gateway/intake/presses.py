"""Which frames are one press, and when a device presses too often: pure, with time as a number.

Radio repeats: the same code of the same device within `repeat_seconds` of its last repeat is the same press. Above the
cap, a further press raises the last alarm's count instead of a new alarm: never a new alarm, never nothing.

A `source` is what folds and is capped together: one device's presses that raise one type of alarm. A stuck call button
must not hide the first smoke that the same sender reports.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum, auto

CAP_WINDOW_SECONDS = 60.0
_ROUNDING_SECONDS = 1e-6
"""Differences of clock readings are not exact: two seconds are two seconds."""
CODES_LIMIT = 32
"""Codes of one source that are remembered: a radio code has 16, and a stranger's text may be anything."""


class Verdict(Enum):
    """What a heard code is."""

    NEW = auto()
    REPEAT = auto()
    CAPPED = auto()


@dataclass(slots=True)
class _Heard:
    """How many frames and presses one event stands for."""

    event: str
    count: int = 1


@dataclass(slots=True)
class _Press:
    heard: _Heard
    last: float


@dataclass(slots=True)
class _History:
    """One source's presses. `raised` are the times of its newest alarms, no more of them than the cap."""

    by_code: dict[str, _Press] = field(default_factory=dict)
    raised: deque[float] = field(default_factory=deque)
    last_alarm: _Heard | None = None


class Presses:
    """The presses of all enrolled devices: of each source its newest codes and newest alarms, no more."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._sources: dict[Hashable, _History] = {}

    def judge(self, source: Hashable, code: str, repeat_seconds: float | None, now: float, *, alarm: bool) -> Verdict:
        """What this code is; a repeat is counted at once. Follow NEW with `began`, CAPPED with `capped`."""
        history = self._sources.setdefault(source, _History())
        press = history.by_code.get(code)
        if press is not None and repeat_seconds is not None and now - press.last <= repeat_seconds + _ROUNDING_SECONDS:
            press.heard.count += 1
            press.last = now
            return Verdict.REPEAT
        while history.raised and now - history.raised[0] >= CAP_WINDOW_SECONDS:
            history.raised.popleft()
        capped = alarm and 0 < self._per_minute <= len(history.raised) and history.last_alarm is not None
        return Verdict.CAPPED if capped else Verdict.NEW

    def began(self, source: Hashable, code: str, event: str, now: float, *, alarm: bool) -> None:
        """A new press, and the event that was minted for it."""
        history = self._sources.setdefault(source, _History())
        heard = _Heard(event)
        _remember(history, code, _Press(heard, now))
        if alarm:
            history.last_alarm = heard
            if self._per_minute:
                history.raised.append(now)

    def capped(self, source: Hashable, code: str, now: float) -> tuple[str, int]:
        """One press too many: the alarm that stands for it, and the raised count.

        Its own repeats count for the alarm too, so that they are not judged as presses again.
        """
        history = self._sources[source]
        heard = history.last_alarm
        assert heard is not None
        heard.count += 1
        _remember(history, code, _Press(heard, now))
        return heard.event, heard.count

    def repeats(self, source: Hashable, code: str) -> tuple[str, int]:
        """The event of the present press and how often it was heard."""
        heard = self._sources[source].by_code[code].heard
        return heard.event, heard.count


def _remember(history: _History, code: str, press: _Press) -> None:
    history.by_code.pop(code, None)
    if len(history.by_code) >= CODES_LIMIT:
        del history.by_code[next(iter(history.by_code))]
    history.by_code[code] = press
