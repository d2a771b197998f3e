"""Everybody who wears a locator under the rule of the home circle: fixes in, alarms and their ends out.

Nothing of a fix is kept here beyond the last one; where somebody is leaves the house inside an alarm and nowhere else.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import msgspec

from drivers.device import Device
from drivers.event import GEOFENCE_EXIT, AlarmType, ClockQuality, Event, Kind, Signal
from gateway.config_home import HomeCircle
from gateway.intake.intake import Intake, Moment, Outcome
from gateway.rules.fence import RAISED, Fix, Said, Standing, distance_m, is_news, side_of, step
from gateway.rules.night import Night
from gateway.store.store import Store
from gateway.store.watching import Watching

NIGHT_WANDERING = "night_wandering"
STALE_AFTER = timedelta(minutes=30)
"""A fix of so long ago, kept while there was no network, says where somebody was."""
AHEAD_LIMIT = timedelta(minutes=5)
"""A fix from further in the future than clocks err is none."""
REPEAT_SECONDS = 600.0
"""Locators without a time of their own repeat a fix for so long; who sits outside for longer is outside."""


class Whereabouts:
    """Where the wearers of locators are: at home or not. `is_absent`: somebody has said that nobody is at home."""

    def __init__(
        self,
        home: HomeCircle | None,
        night: Night | None,
        devices: Iterable[Device],
        intake: Intake,
        store: Store,
        is_absent: Callable[[], bool],
    ) -> None:
        self._home = home
        self._night = night
        self._devices = {device.id: device for device in devices if device.is_fenced}
        self._standings: dict[str, Standing] = {}
        self._last: dict[str, Fix] = {}
        self._intake = intake
        self._store = store
        self._is_absent = is_absent

    def resume(self, rows: Iterable[Watching]) -> None:
        """Take up what stood before a restart; a locator that is held against no circle any more is forgotten."""
        for row in rows:
            if row.rule != GEOFENCE_EXIT:
                continue
            standing = _read(row.details)
            if row.device in self._devices and standing is not None:
                self._standings[row.device] = standing
            else:
                self._store.forget_watching(row.device, row.rule)

    def told(self, event: Event) -> None:
        """A locator has raised the alarm itself: from here on the circle says when it is over."""
        device = self._devices.get(event.device or "")
        if self._home is not None and device is not None and event.type == AlarmType.WANDERING:
            self._step(device, Said.TOLD, self._home.radius_m)

    def located(self, signal: Signal, moment: Moment) -> list[Outcome]:
        """A message says where its device is."""
        device, place = self._intake.lookup(signal.driver, signal.address), signal.location
        if self._home is None or device is None or device.id not in self._devices or place is None:
            return []
        if signal.retained or not self._counts(device, signal, moment):
            return []
        before = self._standings.get(device.id, Standing())
        radius_m = self._radius_m(before, moment)
        distance = distance_m(place, self._home.latitude, self._home.longitude)
        said = side_of(distance, place.accuracy_m, radius_m)
        if said is Said.OUT and before.phase not in RAISED and self._is_absent():
            return []
        after = self._step(device, said, radius_m) if said else before
        if after.phase in RAISED and before.phase not in RAISED:
            evidence = self._evidence(distance, radius_m)
            return self._intake.fault(Kind.ALARM, AlarmType.WANDERING, moment, device=device, evidence=evidence)
        if before.phase in RAISED and after.phase not in RAISED:
            return self._intake.fault_over(AlarmType.WANDERING, moment, device=device)
        return []

    def _radius_m(self, standing: Standing, moment: Moment) -> int:
        """The circle that holds now; while an alarm is raised the one that was left."""
        assert self._home is not None
        if standing.radius_m is not None:
            return standing.radius_m  # who left the circle of the night is not back when the day's begins
        is_night = self._night is not None and self._night.end_of(moment.wall) is not None
        return self._home.night_radius_m or self._home.radius_m if is_night else self._home.radius_m

    def _evidence(self, distance: float, radius_m: int) -> dict[str, Any]:
        assert self._home is not None
        is_within_days_circle = radius_m < self._home.radius_m and distance <= self._home.radius_m
        verdict = NIGHT_WANDERING if is_within_days_circle else GEOFENCE_EXIT
        return {"verdict": verdict, "distance_m": round(distance), "radius_m": radius_m, "fixes": 2}

    def _counts(self, device: Device, signal: Signal, moment: Moment) -> bool:
        """Whether a fix is a new one, and of now."""
        assert signal.location is not None
        at = signal.location.fixed_at
        fix = Fix(location=signal.location, at=at, stamp=signal.fix_stamp, heard=moment.monotonic)
        if at is not None and moment.quality is ClockQuality.SYNCHRONISED:
            age = moment.wall - at
            if not -AHEAD_LIMIT <= age <= STALE_AFTER:
                return False
        if not is_news(fix, self._last.get(device.id), REPEAT_SECONDS):
            return False
        self._last[device.id] = fix
        return True

    def _step(self, device: Device, said: Said, radius_m: int) -> Standing:
        before = self._standings.get(device.id, Standing())
        after = step(before, said, radius_m)
        if after != before:
            self._standings[device.id] = after
            self._keep(device.id, after)
        return after

    def _keep(self, device: str, standing: Standing) -> None:
        if standing == Standing():
            self._store.forget_watching(device, GEOFENCE_EXIT)
            return
        details = msgspec.json.encode(standing).decode()
        self._store.keep_watching(Watching(device=device, rule=GEOFENCE_EXIT, due=None, details=details))


def _read(details: str) -> Standing | None:
    try:
        return msgspec.json.decode(details, type=Standing)
    except msgspec.MsgspecError:
        return None
