"""The rules of the house over what its devices say in the course of time; each kind of rule has its own file."""

from collections.abc import Iterable

from drivers.event import Event, Kind, Signal
from gateway.away import Away
from gateway.config import Config
from gateway.intake.intake import Intake, Moment, Outcome
from gateway.rhythm.kept import HOUSE
from gateway.rhythm.kept import RULE as RHYTHM
from gateway.rhythm.rhythm import Rhythm
from gateway.rules.absences import Absences
from gateway.rules.at_home import at_home
from gateway.rules.dwellings import Dwellings
from gateway.rules.measured import Measured
from gateway.rules.signs import Signs
from gateway.rules.whereabouts import Whereabouts
from gateway.store.store import Store
from gateway.store.watching import Watching

_OF_DWELLINGS = frozenset({Kind.ACTIVITY, Kind.SUPERVISION_LOST})


class Rulebook:
    """What the house concludes from events and from time. One object per gateway.

    `rhythm` is None where the house does not watch for silence.
    """

    def __init__(self, config: Config, intake: Intake, store: Store, away: Away, rhythm: Rhythm | None) -> None:
        self._dwellings = Dwellings(config.devices, config.night, intake, store)
        self._measured = Measured(config.devices, config.vital_signs.limits, intake, store)
        hours = config.night.hours if config.night else None
        self._whereabouts = Whereabouts(
            config.home, hours, config.devices, intake, store, is_absent=lambda: away.is_declared
        )
        self._signs = Signs()
        self._rhythm = rhythm
        self._store = store
        self._absences = Absences(away, at_home(config.devices), intake)

    def resume(self, rows: Iterable[Watching], moment: Moment) -> None:
        """Take up what was being watched before a restart."""
        known = list(rows)
        self._dwellings.resume(known, moment)
        self._measured.resume(known, moment)
        self._whereabouts.resume(known)
        if self._rhythm is not None:
            self._rhythm.resume(known)
        elif any(row.rule == RHYTHM for row in known):
            self._store.forget_watching(
                HOUSE, RHYTHM
            )  # a house that does not watch keeps nothing of how somebody lives

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
        if self._rhythm is not None:
            outcomes += self._rhythm.heard(event, sign, moment)
        return outcomes

    def located(self, signal: Signal, moment: Moment) -> list[Outcome]:
        """What follows from where a device says that it is."""
        return self._whereabouts.located(signal, moment)

    def keep(self, moment: Moment) -> None:
        """Have the store keep what is kept only now and then, before it is closed."""
        if self._rhythm is not None:
            self._rhythm.keep(moment)

    def look(self, moment: Moment) -> list[Outcome]:
        """What has become due."""
        outcomes = self._dwellings.look(moment) + self._absences.look(moment)
        return outcomes if self._rhythm is None else outcomes + self._rhythm.look(moment)
