"""The rules of the house over what its devices say in the course of time; each kind of rule has its own file."""

from collections.abc import Iterable

from drivers.event import Event, Kind
from gateway.config import Config
from gateway.intake.intake import Intake, Moment, Outcome
from gateway.rules.dwellings import Dwellings
from gateway.rules.measured import Measured
from gateway.store.store import Store
from gateway.store.watching import Watching

_OF_DWELLINGS = frozenset({Kind.ACTIVITY, Kind.SUPERVISION_LOST})


class Rulebook:
    """What the house concludes from events and from time. One object per gateway."""

    def __init__(self, config: Config, intake: Intake, store: Store) -> None:
        self._dwellings = Dwellings(config.devices, config.night, intake, store)
        self._measured = Measured(config.devices, config.vital_signs.limits, intake, store)

    def resume(self, rows: Iterable[Watching], moment: Moment) -> None:
        """Take up what was being watched before a restart."""
        known = list(rows)
        self._dwellings.resume(known, moment)
        self._measured.resume(known, moment)

    def heard(self, event: Event, moment: Moment) -> list[Outcome]:
        """What follows from an event."""
        if event.kind is Kind.MEASUREMENT:
            return self._measured.heard(event, moment)
        return self._dwellings.heard(event, moment) if event.kind in _OF_DWELLINGS else []

    def look(self, moment: Moment) -> list[Outcome]:
        """What has become due."""
        return self._dwellings.look(moment)
