"""The score from which a fall is told: as low as the false alarms that people bear allow."""

import math
from collections.abc import Sequence

from models.fall.figures import Figure, by
from models.fall.model import Position
from models.fall.scoring import Scored

ACTED_PER_HOUR = {"torso": 0.33, "wrist": 1.2}
"""False alarms in an hour of acted movements, which holds the sitting down, jumping and lying down of a day."""
DAILY_PER_HOUR = 0.2
"""And in an hour of ordinary life, of people who were not asked to fall."""


def chosen_cut(scored: Sequence[Scored], position: Position) -> float:
    """The lowest score at which no group of recordings has more false alarms than its hours allow.

    `scored` are people the models had not seen. Acted hours are rounded up, so that a short group allows one.
    """
    fallen = {each.group for each in scored if each.fall}
    daily = [each for each in scored if not each.fall]
    steps = sorted({score for each in daily for score in each.score}, reverse=True)
    above = steps[0] + 1.0 if steps else 0.0
    for step in steps:
        if any(_too_many(group, group.name in fallen, position) for group in by(lambda each: each.group, daily, step)):
            return (above + step) / 2
        above = step
    return above


def _too_many(group: Figure, acted: bool, position: Position) -> bool:
    hours = group.false.hours
    allowed = math.ceil(ACTED_PER_HOUR[position] * hours) if acted else DAILY_PER_HOUR * hours
    return group.false.count > allowed
