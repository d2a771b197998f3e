"""What the watch has learned of a home."""

from dataclasses import dataclass, field

from models.inactivity.blips import Blips
from models.inactivity.hazard import Circumstance, Hazard
from models.inactivity.known import Known
from models.inactivity.pace import Pace
from models.inactivity.routine import Routine
from models.inactivity.usual import Usual


@dataclass(slots=True)
class Habits:
    """The parts of what was learned; each forgets slowly."""

    hazard: Hazard = field(default_factory=Hazard)
    pace: Pace = field(default_factory=Pace)
    blips: Blips = field(default_factory=Blips)
    known: Known = field(default_factory=Known)
    usual: Usual = field(default_factory=Usual)
    routine: Routine = field(default_factory=Routine)

    def learn_silent(self, here: Circumstance, chance: float, quiet: int, bins: int) -> None:
        """So many silent bins of a silence that is over; `quiet` of it lay before them, `chance` was expected."""
        self.hazard.learn(here, bins * chance, bins * chance * chance)
        self.pace.learn_silent(here[0], bins)
        self.usual.learn(here[0], quiet + bins // 2, bins)

    def learn_sign(self, here: Circumstance, chance: float, quiet: int) -> None:
        """A bin with a sign after `quiet` silent ones, where `chance` had been expected."""
        slope = chance - 1.0
        self.hazard.learn(here, slope, slope * slope)
        self.pace.learn_sign(here[0])
        self.usual.learn(here[0], quiet, 1)

    def learn_short(self, slot: int, quiet: int) -> None:
        """Count a short silence and the bin with a sign after it, without learning when to expect the sign."""
        self.pace.learn_silent(slot, quiet)
        self.pace.learn_sign(slot)
        self.usual.learn(slot, 0, quiet + 1)

    @property
    def settled(self) -> bool:
        """Whether the home has been watched for four weeks."""
        return self.known.days >= 28.0

    def new_day(self, hourly: bool) -> None:
        """Let the past count a little less."""
        if self.known.days % 7 == 0:
            self.hazard.new_week()
        self.pace.new_day()
        self.blips.new_day()
        self.known.new_day(hourly)
        self.usual.new_day()
