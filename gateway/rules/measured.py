"""Every limit of the house and how it stands with every device: readings in, alarms and their ends out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from drivers.device import Device
from drivers.event import AlarmType, Event, Kind
from drivers.measurements import QUANTITIES
from gateway.contract.times import from_text, to_text
from gateway.intake.intake import Intake, Moment, Outcome
from gateway.rules.vital_signs import WITHIN, Limit, Phase, Side, Watch, judge
from gateway.store.store import Store
from gateway.store.watching import Watching

PREFIX = f"{AlarmType.VITAL_SIGN.value}."
"""What the name of such a rule and of its condition begins with; the quantity follows."""


class _Row(msgspec.Struct):
    """What a restart must know."""

    phase: Phase
    side: Side | None
    values: tuple[float, ...]
    count: int
    began: str
    last: str
    back: int


class Measured:
    """Holds the readings that went beyond a limit; what they come to is raised through `intake`."""

    def __init__(self, devices: Iterable[Device], limits: Sequence[Limit], intake: Intake, store: Store) -> None:
        self._devices = {device.id: device for device in devices}
        self._limits = {(limit.device, limit.quantity): limit for limit in limits}
        self._watches: dict[tuple[str, str], Watch] = {}
        self._intake = intake
        self._store = store

    def resume(self, rows: Iterable[Watching], moment: Moment) -> None:
        """Take up the runs of readings of before a restart; what has no limit any more is forgotten."""
        for row in rows:
            quantity = row.rule.removeprefix(PREFIX)
            if quantity == row.rule:
                continue
            watch = _resumed(row.details, moment)
            if watch is None or row.device not in self._devices or self._limit(row.device, quantity) is None:
                self._store.forget_watching(row.device, row.rule)
                continue
            self._watches[(row.device, quantity)] = watch

    def heard(self, event: Event, moment: Moment) -> list[Outcome]:
        """A device has measured something."""
        device, name = self._devices.get(event.device or ""), event.type or ""
        limit = self._limit(event.device, name)
        if device is None or limit is None or event.value is None:
            return []
        key = (device.id, name)
        before = self._watches.get(key, WITHIN)
        after = judge(limit, QUANTITIES[name], before, event.value, moment.monotonic)
        if after == before:
            return []
        self._watches[key] = after
        self._keep(device.id, name, after, moment)
        if after.phase is Phase.RAISED and before.phase is not Phase.RAISED:
            evidence = _evidence(limit, name, after)
            return self._intake.fault(
                Kind.ALARM, AlarmType.VITAL_SIGN, moment, device=device, condition=PREFIX + name, evidence=evidence
            )
        if before.phase is Phase.RAISED and after.phase is Phase.WITHIN:
            return self._intake.fault_over(AlarmType.VITAL_SIGN, moment, device=device, condition=PREFIX + name)
        return []

    def _limit(self, device: str | None, quantity: str) -> Limit | None:
        """The device's own limit, else that of all devices."""
        return self._limits.get((device, quantity)) or self._limits.get((None, quantity))

    def _keep(self, device: str, quantity: str, watch: Watch, moment: Moment) -> None:
        if watch.phase is Phase.WITHIN:
            del self._watches[(device, quantity)]
            self._store.forget_watching(device, PREFIX + quantity)
            return
        row = _Row(
            phase=watch.phase, side=watch.side, values=watch.values, count=watch.count, back=watch.back,
            began=_wall(watch.began, moment), last=_wall(watch.last, moment),
        )  # fmt: skip
        details = msgspec.json.encode(row).decode()
        self._store.keep_watching(Watching(device=device, rule=PREFIX + quantity, due=None, details=details))


def _evidence(limit: Limit, name: str, watch: Watch) -> dict[str, Any]:
    """What a person needs to understand the alarm: which readings, beyond which limit, in which unit."""
    is_low = watch.side is Side.BELOW
    return {
        "quantity": name,
        "unit": (QUANTITIES[name].unit or "").replace("/", "_per_"),  # only words of a harmless shape leave the house
        "readings": list(watch.values),
        "beyond": "low" if is_low else "high",
        "limit": limit.low if is_low else limit.high,
        "in_a_row": watch.count,
        "minutes": round((watch.last - watch.began) / 60),
    }


def _wall(monotonic: float, moment: Moment) -> str:
    return to_text(moment.wall + timedelta(seconds=monotonic - moment.monotonic))


def _monotonic(wall: datetime, moment: Moment) -> float:
    """A moment of an earlier boot; a clock that fell back makes it now."""
    return moment.monotonic - max(0.0, (moment.wall - wall).total_seconds())


def _resumed(details: str, moment: Moment) -> Watch | None:
    try:
        row = msgspec.json.decode(details, type=_Row)
        began, last = from_text(row.began), from_text(row.last)
    except (msgspec.MsgspecError, ValueError):
        return None
    watch = Watch(phase=row.phase, side=row.side, values=row.values, count=row.count, back=row.back)
    return replace(watch, began=_monotonic(began, moment), last=_monotonic(last, moment))
