"""What to call a silence."""

from models.inactivity.sensors import Place
from models.inactivity.verdict import VerdictKind

_HOUR = 3600.0
_NIGHT_BEGINS, _NIGHT_ENDS, _LATE_MORNING = 21.0, 6.0, 14.0


def kind_of(since_local: float, at_local: float, place: int) -> VerdictKind:
    """Named after where the last life was, and after the time of day."""
    if place == Place.ENTRY:
        return "out_too_long"
    if place == Place.BATHROOM:
        return "bathroom_long"
    began, now = since_local / _HOUR % 24.0, at_local / _HOUR % 24.0
    from_the_night = began >= _NIGHT_BEGINS or began < _NIGHT_ENDS
    if place == Place.BEDROOM and from_the_night and _NIGHT_ENDS <= now < _LATE_MORNING:
        return "not_up"
    return "inactivity"
