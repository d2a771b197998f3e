"""The fixed floor of the first four weeks: nothing learned can be trusted yet, so a silence must also be long."""

from models.inactivity.sensors import Place
from models.inactivity.silence import Silence

FLOOR_DAYS = 28.0
HOME_HOURS = 6.0
DOOR_HOURS = 12.0


def passed(at: float, silence: Silence, days: float) -> bool:
    """Whether the silence has lasted long enough to be told in a home watched for so many days."""
    if days >= FLOOR_DAYS:
        return True
    hours = DOOR_HOURS if silence.place == Place.ENTRY else HOME_HOURS
    return at - silence.life_at >= hours * 3600.0
