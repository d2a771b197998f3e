"""Whether an output is to sound, and until when: pure, from the alarms under way and what its section says.

A restart does not begin anew: the time counts from when the alarm came into a state at which the output sounds, and for
an alarm of an earlier run from when it was raised.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.announce.output import UnderWay
from gateway.config_outputs import OutputConfig

TEST_SECONDS = 5.0
"""Long enough to hear that it works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """To sound until `until` (monotonic seconds); `fire` where one of the alarms is a fire."""

    until: float
    fire: bool


class Deadlines:
    """Since when an output sounds for each alarm."""

    def __init__(self, config: OutputConfig) -> None:
        self._config = config
        self._began: dict[str, float] = {}

    def wish(self, alarms: Sequence[UnderWay], now: float) -> Wish | None:
        """What the output is to do now; None: be silent."""
        sounding = [alarm for alarm in alarms if self._concerns(alarm)]
        known = {alarm.alarm for alarm in alarms}
        self._began = {alarm: began for alarm, began in self._began.items() if alarm in known}
        for alarm in sounding:
            self._began.setdefault(alarm.alarm, alarm.since)
        ends = [(self._began[alarm.alarm] + self._seconds(alarm), alarm.priority == "fire") for alarm in sounding]
        live = [(until, fire) for until, fire in ends if until > now]
        if not live:
            return None
        return Wish(until=max(until for until, _ in live), fire=any(fire for _, fire in live))

    def _concerns(self, alarm: UnderWay) -> bool:
        if not alarm.active or alarm.priority not in self._config.classes:
            return False
        if alarm.test:
            return self._config.tests
        return alarm.state in self._config.states

    def _seconds(self, alarm: UnderWay) -> float:
        return min(TEST_SECONDS, self._config.seconds) if alarm.test else self._config.seconds
