"""A home's day as it usually is: in which room there is life at which half-hour, and how long it is silent. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from drivers.event import Event, Kind
from gateway.rules.signs import Signs

SLOTS = 48
_STEP = timedelta(minutes=5)
_OF_TWENTY = 19
"""How long it is usually silent at most: what 19 moments of 20 do not exceed."""
_LONGEST = timedelta(hours=12)
"""A longer silence is nobody at home, and says nothing of who is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedDay:
    """`rooms`: for each, on which share (0 to 1) of the days there was life in each half-hour from midnight on.

    `silence_minutes`: the longest usual silence at each half-hour, None while fewer than twenty moments are known.
    `days` had life; `first` and `last` of them.
    """

    rooms: Mapping[str, tuple[float, ...]]
    silence_minutes: tuple[float | None, ...]
    days: int
    first: date | None
    last: date | None


def learned(rows: Iterable[tuple[str, str, datetime]], rooms: Mapping[str, str], zone: ZoneInfo) -> LearnedDay:
    """The day of these signs (device, activity, time; in order). `rooms` are the rooms of the devices that count."""
    signs = Signs()
    seen: dict[str, set[tuple[date, int]]] = {room: set() for room in dict.fromkeys(rooms.values())}
    moments: list[datetime] = []
    for device, activity, at in rows:
        event = Event(id="", kind=Kind.ACTIVITY, type=activity, device=device, received_at=at)
        sign = signs.of(event, at.timestamp())
        if sign is None or sign.by_hand or device not in rooms:
            continue
        local = at.astimezone(zone)
        seen[rooms[device]].add((local.date(), local.hour * 2 + local.minute // 30))
        moments.append(at)
    dates = sorted({day for cells in seen.values() for day, _ in cells})
    return LearnedDay(
        rooms={room: _shares(cells, len(dates)) for room, cells in seen.items()},
        silence_minutes=_silences(moments, zone),
        days=len(dates),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
    )


def _shares(cells: set[tuple[date, int]], days: int) -> tuple[float, ...]:
    counts = [0] * SLOTS
    for _, slot in cells:
        counts[slot] += 1
    return tuple(count / max(1, days) for count in counts)


def _silences(moments: list[datetime], zone: ZoneInfo) -> tuple[float | None, ...]:
    ages: list[list[float]] = [[] for _ in range(SLOTS)]
    for before, after in pairwise(moments):
        if after - before > _LONGEST:
            continue
        at = before + _STEP
        while at <= after:
            local = at.astimezone(zone)
            ages[local.hour * 2 + local.minute // 30].append((at - before) / timedelta(minutes=1))
            at += _STEP
    return tuple(sorted(one)[len(one) * _OF_TWENTY // 20] if len(one) >= 20 else None for one in ages)
