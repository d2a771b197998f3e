"""The score from which a fall is told: as low as the false alarms that people bear allow."""

import math
from collections.abc import Sequence

from models.fall.figures import by, figure
from models.fall.model import Position
from models.fall.scoring import Scored

ACTED_PER_HOUR = {"torso": 0.33, "wrist": 0.4}
"""False alarms in an hour of acted movements, which holds the sitting down, jumping and lying down of a day."""
DAILY_PER_HOUR = 0.2
"""And in an hour of ordinary life, of people who were not asked to fall."""


def chosen_cut(scored: Sequence[Scored], position: Position) -> float:
    """The lowest score at which there are no more false alarms than the hours allow.

    `scored` are people the models had not seen. All acted hours count together, rounded up: in the hour and a half of
    one study a single movement would move the score by far. Each group of ordinary life has to keep within its own.
    """
    fallen = {each.group for each in scored if each.fall}
    daily = [each for each in scored if not each.fall]
    acted = [each for each in daily if each.group in fallen]
    lived = [each for each in daily if each.group not in fallen]
    steps = sorted({score for each in daily for score in each.score}, reverse=True)
    above = steps[0] + 1.0 if steps else 0.0
    for step in steps:
        rung = figure("acted", acted, step).false
        too_many = rung.count > math.ceil(ACTED_PER_HOUR[position] * rung.hours)
        groups = by(lambda each: each.group, lived, step)
        if too_many or any(group.false.count > DAILY_PER_HOUR * group.false.hours for group in groups):
            return (above + step) / 2
        above = step
    return above
