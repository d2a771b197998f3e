"""What is made of how somebody is after a fall: taken back because they walk, or told again because they do not move.

Pure: time comes in as monotonic seconds, words go out.
"""

from dataclasses import dataclass, field
from typing import Any

from gateway.falls.explanation import LYING_DEGREES, WALKING
from gateway.falls.reports import Standing
from gateway.pending.rule import Weight
from gateway.pending.standing import Word

WALKING_SECONDS = 6
"""So many steps in a row are no stagger."""
LONG_LIE_MINUTES = (5, 15, 30, 60)
"""After so long without movement the district is told that the fall has become a long lie."""
STILL_SHARE = 0.9
_MINUTE = 60
FOLLOWED_SECONDS = LONG_LIE_MINUTES[-1] * _MINUTE
"""Nothing is made of a fall for longer: whoever lies still then may sleep."""


def evidence_of(standing: Standing) -> dict[str, Any]:
    """What a page can show of it."""
    turned = standing.turned_degrees
    return {"still_seconds": standing.still_seconds} | (
        {} if turned is None else {"turned_degrees": round(turned), "lying": turned >= LYING_DEGREES}
    )


def weight_of(standing: Standing, stirred: str | None) -> Weight:
    """What it means to a fall that is held. `stirred` is another sensor that somebody has set off since the fall.

    Only both together are somebody who walks: a band that is carried away by a helper has no sensor of the home's
    behind it for long, and a cat wears no band.
    """
    seen = evidence_of(standing)
    if standing.walking_seconds < WALKING_SECONDS:
        return Weight(evidence=seen)
    if stirred is None:
        return Weight(evidence={**seen, WALKING: True})
    return Weight(word=Word.WELL, evidence={**seen, WALKING: True, "cancelled_by": WALKING, "stirred": stirred})


@dataclass(slots=True, kw_only=True)
class Following:
    """One fall of one wearer, from its opening on. `opened` and `ended` are monotonic seconds.

    `is_own`: the device has told of the fall itself, so it was worn then.
    """

    alarm: str
    is_own: bool = False
    opened: float
    ended: float | None = None
    minutes_told: set[int] = field(default_factory=set)
    has_walked: bool = False

    def news(self, standing: Standing) -> dict[str, Any] | None:
        """What the district is told of a raised fall beside the alarm itself; None for nothing new."""
        if standing.walking_seconds >= WALKING_SECONDS and not self.has_walked:
            self.has_walked = True
            return {**evidence_of(standing), WALKING: True}
        share = standing.still_in_all / max(1, standing.seconds)
        for minutes in LONG_LIE_MINUTES:
            due = standing.seconds >= minutes * _MINUTE and minutes not in self.minutes_told
            if due and share >= STILL_SHARE and not self.has_walked:
                self.minutes_told.update(range(minutes + 1))
                return {**evidence_of(standing), "long_lie_minutes": minutes}
        return None
