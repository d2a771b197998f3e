"""The fixed floor of the first four weeks: nothing learned can be trusted yet, so a silence must also be long.

Who sleeps through is silent for eight hours, and nobody knows yet that this one does.
"""

from models.inactivity.sensors import Place
from models.inactivity.silence import Silence

FLOOR_DAYS = 28.0
HOME_HOURS = 6.0
NIGHT_HOURS = 11.0
DOOR_HOURS = 12.0
_EVENING, _MORNING = 20.0, 5.0
_HOUR = 3600.0


def passed(at: float, since_local: float, silence: Silence, days: float) -> bool:
    """Whether the silence, which began at `since_local` by the home's clock, is long enough to be told.

    `days` is for how long the home has been watched.
    """
    if days >= FLOOR_DAYS:
        return True
    return at - silence.life_at >= _hours(since_local, silence) * _HOUR


def _hours(since_local: float, silence: Silence) -> float:
    if silence.place == Place.ENTRY:
        return DOOR_HOURS
    began = since_local / _HOUR % 24.0
    return NIGHT_HOURS if began >= _EVENING or began < _MORNING else HOME_HOURS
