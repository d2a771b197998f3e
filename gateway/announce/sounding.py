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
    """To sound until `until` (monotonic seconds); `fire` where one of the alarms is a fire.

    `state` is the notice state that an alarm has come into last.
    """

    until: float
    fire: bool
    state: str


class Deadlines:
    """Since when an output sounds for each alarm; with `each_state` the time of each notice counts anew."""

    def __init__(self, config: OutputConfig, *, each_state: bool = False) -> None:
        self._config = config
        self._each_state = each_state
        self._began: dict[str, float] = {}

    def wish(self, alarms: Sequence[UnderWay], now: float) -> Wish | None:
        """What the output is to do now; None: be silent."""
        sounding = [alarm for alarm in alarms if self._concerns(alarm)]
        known = {alarm.alarm for alarm in alarms}
        self._began = {alarm: began for alarm, began in self._began.items() if alarm in known}
        for alarm in sounding:
            self._began.setdefault(alarm.alarm, alarm.since)
        live = [(alarm, until) for alarm in sounding if (until := self._until(alarm)) > now]
        if not live:
            return None
        return Wish(
            until=max(until for _, until in live),
            fire=any(alarm.priority == "fire" for alarm, _ in live),
            state=max((alarm for alarm, _ in live), key=lambda alarm: alarm.since).state,
        )

    def _until(self, alarm: UnderWay) -> float:
        began = alarm.since if self._each_state else self._began[alarm.alarm]
        return began + (min(TEST_SECONDS, self._config.seconds) if alarm.test else self._config.seconds)

    def _concerns(self, alarm: UnderWay) -> bool:
        if not alarm.active or alarm.priority not in self._config.classes:
            return False
        if alarm.test:
            return self._config.tests
        return alarm.state in self._config.states
