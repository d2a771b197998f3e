"""What is remembered of each enrolled device from one message to the next: signs of life, proofs, the last fix. Pure.

Bounded by the number of enrolled devices. Where somebody was stays here: an alarm or a test of that very device takes
its last fix along, nothing else does.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from msgspec.structs import replace

from drivers.event import ClockQuality, Event, Kind, Location
from gateway.intake.outcomes import Moment
from gateway.store.devices import DeviceState

PROOFS = frozenset({Kind.ALARM, Kind.TEST, Kind.ACTIVITY, Kind.SERVICE_REQUEST})
"""What shows that a device does what it is there for; a sign of life or a battery report does not."""
FIX_KEPT = timedelta(days=30)
"""An older fix helps nobody to find somebody, and is forgotten."""
_DEGREE_DIGITS = 6
"""A tenth of a metre: more digits are noise."""


@dataclass(slots=True)
class _Entry:
    """What `DeviceState` says, changed in place: every message of the house comes by here.

    `fix_seconds` is the monotonic time of the last fix, None where it is of another boot or nobody knows.
    """

    heard_at: datetime | None = None
    proven_at: datetime | None = None
    proven_kind: str | None = None
    proven_type: str | None = None
    battery_percent: float | None = None
    battery_low: bool | None = None
    location: Location | None = None
    fix_seconds: float | None = None

    def state(self) -> DeviceState:
        return DeviceState(**{field.name: getattr(self, field.name) for field in fields(DeviceState)})


class DeviceBook:
    """The states of all enrolled devices by id, and which of them the store has not heard of."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._changed: set[str] = set()

    def restore(self, device: str, state: DeviceState) -> None:
        """Take over what the store remembers from an earlier boot."""
        self._entries[device] = _Entry(**{field.name: getattr(state, field.name) for field in fields(DeviceState)})

    def states(self) -> dict[str, DeviceState]:
        """What is known of each device that has ever been heard."""
        return {device: entry.state() for device, entry in self._entries.items()}

    def take_changed(self) -> dict[str, DeviceState]:
        """What the store has not been told yet; from now on it has."""
        changed, self._changed = self._changed, set()
        return {device: self._entries[device].state() for device in changed}

    def tell_again(self) -> None:
        """Another database took the old one's place: it knows of no device yet."""
        self._changed |= set(self._entries)

    def note(self, event: Event) -> None:
        """An event came of something that a device said."""
        if event.device is None:
            return
        entry = self._entries.get(event.device)
        if entry is None:
            entry = self._entries[event.device] = _Entry()
        entry.heard_at = _later(entry.heard_at, event)
        if event.kind in PROOFS:
            entry.proven_at = _later(entry.proven_at, event)
            entry.proven_kind = event.kind.value
            entry.proven_type = None if event.type is None else str(event.type)
        if event.battery_percent is not None:
            entry.battery_percent = event.battery_percent
        if event.battery_low is not None:
            entry.battery_low = event.battery_low
        self._changed.add(event.device)

    def took_along(self, event: Event, moment: Moment) -> Event:
        """The event of a message, noted; an alarm or a test with where its device was last."""
        if event.kind in (Kind.ALARM, Kind.TEST) and event.device is not None:
            fix = self.last_fix(event.device, moment)
            event = event if fix is None else replace(event, location=fix)
        if not event.retained:
            self.note(event)
        return event

    def as_last_known(self, event: Event, moment: Moment) -> Event:
        """An alarm that the house itself raised of a device: with its battery and its fix as they were last told."""
        entry = self._entries.get(event.device or "")
        if entry is None or event.device is None:
            return event
        fix = self.last_fix(event.device, moment)
        return replace(event, location=fix, battery_percent=entry.battery_percent, battery_low=entry.battery_low)

    def remember(self, event: Event) -> None:
        """An answered event of an earlier boot, which may be newer than what the store was last told of its device."""
        entry = self._entries.get(event.device or "")
        if entry is not None and (entry.heard_at is None or event.received_at > entry.heard_at):
            self.note(event)

    def located(self, device: str, said: Location, moment: Moment) -> None:
        """A device has said where it is. Of two fixes the newer one stays, whichever came first."""
        is_known = moment.quality is ClockQuality.SYNCHRONISED
        fixed_at = said.fixed_at or moment.wall
        if is_known:
            fixed_at = min(fixed_at, moment.wall)
        entry = self._entries.setdefault(device, _Entry())
        last = entry.location
        if last is not None and last.fixed_at is not None and fixed_at < last.fixed_at <= moment.wall:
            return
        age_seconds = 0.0 if said.fixed_at is None else (moment.wall - fixed_at).total_seconds() if is_known else None
        entry.fix_seconds = None if age_seconds is None else moment.monotonic - age_seconds
        degrees = {name: round(getattr(said, name), _DEGREE_DIGITS) for name in ("latitude", "longitude")}
        entry.location = replace(said, fixed_at=fixed_at, **degrees)
        self._changed.add(device)

    def last_fix(self, device: str, moment: Moment) -> Location | None:
        """Where the device was last, with the age of that; None where nobody knows or it is too long ago."""
        entry = self._entries.get(device)
        if entry is None or entry.location is None:
            return None
        age_seconds = _age(entry, entry.location, moment)
        if age_seconds is not None and age_seconds > FIX_KEPT.total_seconds():
            return None
        return replace(entry.location, age_seconds=age_seconds)

    def forget_old_fixes(self, now: datetime) -> None:
        """Forget where somebody was long ago."""
        for device, entry in self._entries.items():
            fix = entry.location
            if fix is not None and fix.fixed_at is not None and now - fix.fixed_at > FIX_KEPT:
                entry.location, entry.fix_seconds = None, None
                self._changed.add(device)


def _age(entry: _Entry, fix: Location, moment: Moment) -> float | None:
    """How old a fix is: by the monotonic clock, across boots by a wall clock that is right, else nobody knows."""
    if entry.fix_seconds is not None:
        return round(max(0.0, moment.monotonic - entry.fix_seconds), 1)
    if fix.fixed_at is None or moment.quality is not ClockQuality.SYNCHRONISED or fix.fixed_at > moment.wall:
        return None
    return round((moment.wall - fix.fixed_at).total_seconds(), 1)


def _later(known: datetime | None, event: Event) -> datetime:
    """The time of the event, unless a clock that is not to be believed would set it back."""
    if known is None or event.clock_quality is ClockQuality.SYNCHRONISED:
        return event.received_at
    return max(known, event.received_at)
