"""Every bed and door of the house under its rule: words of devices and the clock in, alarms and their ends out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from drivers.device import Device
from drivers.event import AlarmType, Event, Kind
from gateway.config_night import NightRule
from gateway.contract.times import from_text, to_text
from gateway.intake.intake import Intake, Moment, Outcome
from gateway.rules.dwell import Dwell, Phase, Rule, Said, bed_rule, door_rule, resumed, said_by, step, time_says
from gateway.store.store import Store
from gateway.store.watching import Watching


class _Row(msgspec.Struct):
    """What a restart must know."""

    phase: Phase
    left_at: str | None = None


@dataclass(slots=True)
class _Watched:
    device: Device
    rule: Rule
    dwell: Dwell


_NAMES = frozenset({AlarmType.OUT_OF_BED.value, AlarmType.DOOR_LEFT_OPEN.value})


def rules_of(device: Device, night: NightRule | None) -> list[Rule]:
    """The rules of one device: of a bed its own minutes or the house's."""
    minutes = device.out_of_bed_minutes or (night.out_of_bed_minutes if night else None)
    found = [bed_rule(minutes, night.hours)] if minutes is not None and night is not None else []
    if device.door_open_minutes is not None:
        found.append(door_rule(device.door_open_minutes))
    return found


class Dwellings:
    """The absences that are being counted. What they come to is raised through `intake`, how they stand is stored."""

    def __init__(
        self,
        devices: Iterable[Device],
        night: NightRule | None,
        intake: Intake,
        store: Store,
    ) -> None:
        self._watched = {
            (device.id, rule.type.value): _Watched(device, rule, Dwell(phase=rule.start))
            for device in devices
            for rule in rules_of(device, night)
        }
        self._of_device: Mapping[str, list[_Watched]] = {
            device: [one for (of, _), one in self._watched.items() if of == device] for device, _ in self._watched
        }
        self._intake = intake
        self._store = store

    def resume(self, rows: Iterable[Watching], moment: Moment) -> None:
        """Take up what was counted before a restart; rows of rules that are no more are forgotten."""
        for row in rows:
            if row.rule not in _NAMES:
                continue
            watched, kept = self._watched.get((row.device, row.rule)), _read(row.details)
            if watched is None or kept is None:
                self._store.forget_watching(row.device, row.rule)
                continue
            left_at = from_text(kept.left_at) if kept.left_at else None
            remaining = None if row.due is None else (row.due - moment.wall).total_seconds()
            dwell = Dwell(phase=kept.phase, left_at=left_at)
            watched.dwell = resumed(watched.rule, dwell, remaining, moment.monotonic)

    def heard(self, event: Event, moment: Moment) -> list[Outcome]:
        """A device has said something, or has been found silent."""
        outcomes: list[Outcome] = []
        for watched in self._of_device.get(event.device or "", ()):
            if event.kind is Kind.SUPERVISION_LOST:
                outcomes += self._step(watched, Said.LOST, moment)
            elif event.kind is Kind.ACTIVITY:
                said = said_by(watched.rule, event.type)
                outcomes += self._step(watched, said, moment) if said else []
        return outcomes

    def look(self, moment: Moment) -> list[Outcome]:
        """Whatever has become due."""
        outcomes: list[Outcome] = []
        for watched in self._watched.values():
            said = time_says(watched.dwell, moment.monotonic)
            outcomes += self._step(watched, said, moment) if said else []
        return outcomes

    def _step(self, watched: _Watched, said: Said, moment: Moment) -> list[Outcome]:
        rule, before = watched.rule, watched.dwell
        after = step(rule, before, said, moment.monotonic, moment.wall)
        if after == before:
            return []
        watched.dwell = after
        self._keep(watched, moment)
        if said is Said.DUE:
            return self._intake.fault(
                Kind.ALARM, rule.type, moment, device=watched.device, evidence=_evidence(rule, before.left_at)
            )
        if said is Said.SETTLED:
            return self._intake.fault_over(rule.type, moment, device=watched.device)
        return []

    def _keep(self, watched: _Watched, moment: Moment) -> None:
        dwell, name = watched.dwell, watched.rule.type.value
        if dwell.phase is watched.rule.start:
            self._store.forget_watching(watched.device.id, name)
            return
        left_at = to_text(dwell.left_at) if dwell.left_at else None
        due: datetime | None = None
        if dwell.due is not None:
            due = moment.wall + timedelta(seconds=dwell.due - moment.monotonic)
        details = msgspec.json.encode(_Row(phase=dwell.phase, left_at=left_at)).decode()
        self._store.keep_watching(Watching(device=watched.device.id, rule=name, due=due, details=details))


def _read(details: str) -> _Row | None:
    try:
        row = msgspec.json.decode(details, type=_Row)
        from_text(row.left_at or "1970-01-01T00:00:00Z")
    except (msgspec.MsgspecError, ValueError):
        return None
    return row


def _evidence(rule: Rule, left_at: datetime | None) -> dict[str, Any]:
    return {"limit_minutes": round(rule.seconds / 60), "left_at": to_text(left_at) if left_at else None}
