"""The rules of the house over what its devices say in the course of time; each kind of rule has its own file."""

from collections.abc import Iterable

from drivers.event import Event, Kind, Signal
from drivers.registry import DRIVERS
from gateway.away import Away
from gateway.config import Config
from gateway.intake.intake import Intake, Moment, Outcome
from gateway.rules.absences import Absences
from gateway.rules.dwellings import Dwellings
from gateway.rules.measured import Measured
from gateway.rules.signs import Signs
from gateway.rules.whereabouts import Whereabouts
from gateway.store.store import Store
from gateway.store.watching import Watching

_OF_DWELLINGS = frozenset({Kind.ACTIVITY, Kind.SUPERVISION_LOST})


class Rulebook:
    """What the house concludes from events and from time. One object per gateway."""

    def __init__(self, config: Config, intake: Intake, store: Store, away: Away) -> None:
        self._dwellings = Dwellings(config.devices, config.night, intake, store)
        self._measured = Measured(config.devices, config.vital_signs.limits, intake, store)
        hours = config.night.hours if config.night else None
        self._whereabouts = Whereabouts(
            config.home, hours, config.devices, intake, store, is_absent=lambda: away.is_declared
        )
        self._signs = Signs()
        self._absences = Absences(away, config.devices, DRIVERS, intake)

    def resume(self, rows: Iterable[Watching], moment: Moment) -> None:
        """Take up what was being watched before a restart."""
        known = list(rows)
        self._dwellings.resume(known, moment)
        self._measured.resume(known, moment)
        self._whereabouts.resume(known)

    def heard(self, event: Event, moment: Moment) -> list[Outcome]:
        """What follows from an event."""
        if event.kind is Kind.MEASUREMENT:
            return self._measured.heard(event, moment)
        if event.raises_alarm:
            self._whereabouts.told(event)
        outcomes = self._dwellings.heard(event, moment) if event.kind in _OF_DWELLINGS else []
        sign = self._signs.of(event, moment.monotonic)
        if sign is not None:
            outcomes += self._absences.heard(event, sign, moment)
        return outcomes

    def located(self, signal: Signal, moment: Moment) -> list[Outcome]:
        """What follows from where a device says that it is."""
        return self._whereabouts.located(signal, moment)

    def look(self, moment: Moment) -> list[Outcome]:
        """What has become due."""
        return self._dwellings.look(moment) + self._absences.look(moment)
