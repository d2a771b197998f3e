"""What the rest of the house says around a fall: who lies in bed, whether anything but the wearer's device stirs."""

from collections.abc import Callable, Mapping

from drivers.event import ActivityType, Event, Kind
from gateway.pending.rule import NOTHING, Weight

IN_BED_FACTOR = 2.0
"""Who turns over in bed is asked for twice as long: a false alarm at night costs the most trust."""
LONGEST_SECONDS = 120.0
STIRRING = frozenset(
    {
        ActivityType.MOTION,
        ActivityType.CONTACT_OPEN,
        ActivityType.CONTACT_CLOSED,
        ActivityType.BED_OUT,
        ActivityType.CHAIR_OUT,
    }
)
"""Words of a sensor that somebody on his feet makes it say. A cat makes it say them too: alone they prove nothing."""
_MOVES = {ActivityType.BED_IN.value: True, ActivityType.BED_OUT.value: False}


class Scene:
    """Follows the house's events. `seconds` is a device's own cancel window; times are monotonic seconds."""

    def __init__(self, seconds: Mapping[str, float], worn: frozenset[str], monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._worn = worn
        self._monotonic = monotonic
        self._in_bed: dict[str, bool] = {}
        self._stirred: dict[str, float] = {}

    def heard(self, event: Event) -> None:
        """An event of the house."""
        device = event.device
        if device is None or device in self._worn:
            return
        if event.kind is Kind.SUPERVISION_LOST:
            self._in_bed.pop(device, None)
        elif event.kind is Kind.ACTIVITY:
            if event.type in _MOVES:
                self._in_bed[device] = _MOVES[event.type]
            if event.type in STIRRING:
                self._stirred[device] = self._monotonic()

    def opening(self, fall: Event) -> Weight:
        """What the house says of a fall as its window opens."""
        if not any(self._in_bed.values()):
            return NOTHING
        own = self._seconds.get(fall.device or "", 0.0)
        return Weight(seconds=min(IN_BED_FACTOR * own, max(own, LONGEST_SECONDS)), evidence={"in_bed": True})

    def means(self, fall: Event, heard: Event) -> Weight:
        """What one more event says of a held fall: who has left the bed, by whatever way, is not turning over in it."""
        if heard.kind is not Kind.ACTIVITY or heard.type != ActivityType.BED_OUT or heard.device in self._worn:
            return NOTHING
        return Weight(seconds=self._seconds.get(fall.device or ""), evidence={"in_bed": False, "bed_left": True})

    def stirred_since(self, moment: float, *, but: str | None) -> str | None:
        """A sensor, other than `but`, that somebody has stirred since then; None where all is quiet."""
        found = ((at, device) for device, at in self._stirred.items() if at >= moment and device != but)
        return max(found, default=(0.0, None))[1]
