"""What follows from nobody being at home: the monthly question whether it still holds, and its end by signs of life."""

from collections.abc import Iterable

from drivers.device import Device
from drivers.event import Event, Kind, ServiceType
from gateway.away import Away
from gateway.intake.intake import Intake, Moment, Outcome
from gateway.rules.life import BackHome
from gateway.rules.signs import Sign

ENDED_BY_LIFE = "life_at_home"
STILL_AWAY = "still_away"


class Absences:
    """Follows who has said that nobody is at home. `at_home`: a worn or carried device says nothing of the home."""

    def __init__(self, away: Away, at_home: Iterable[Device], intake: Intake) -> None:
        self._away = away
        self._intake = intake
        self._at_home = {device.id for device in at_home}
        self._back: BackHome | None = None
        self._seen = away.absence

    def heard(self, event: Event, sign: Sign, moment: Moment) -> list[Outcome]:
        """Somebody, or something, has moved in the home."""
        absence = self._away.absence
        if absence is None or sign.device not in self._at_home or event.kind is Kind.SERVICE_REQUEST:
            return []
        if self._back is None or self._seen is None or self._seen.since != absence.since:
            self._seen = absence
            gone_seconds = max(0.0, (moment.wall - absence.since).total_seconds())
            self._back = BackHome(moment.monotonic - gone_seconds)
        if not self._back.is_back(sign, moment.monotonic, declared=absence.until is not None):
            return []
        self._back = None
        self._away.change(None)
        return self._ask(ENDED_BY_LIFE, moment) if absence.until is not None else []

    def look(self, moment: Moment) -> list[Outcome]:
        """The end of an absence, and the question of the month."""
        return self._ask(STILL_AWAY, moment) if self._away.look(moment.wall) else []

    def _ask(self, why: str, moment: Moment) -> list[Outcome]:
        return self._intake.note(ServiceType.ABSENCE_CHECK, moment, {"why": why})
