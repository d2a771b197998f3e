"""What the watch has learned of a home."""

import msgspec

from models.inactivity.blips import Blips
from models.inactivity.hazard import Hazard
from models.inactivity.known import Known
from models.inactivity.pace import Pace
from models.inactivity.usual import Usual


class Habits(msgspec.Struct):
    """The parts of what was learned; each forgets slowly."""

    hazard: Hazard = msgspec.field(default_factory=Hazard)
    pace: Pace = msgspec.field(default_factory=Pace)
    blips: Blips = msgspec.field(default_factory=Blips)
    known: Known = msgspec.field(default_factory=Known)
    usual: Usual = msgspec.field(default_factory=Usual)

    def new_day(self, hourly: bool) -> None:
        """Let the past count a little less."""
        if self.known.days % 7 == 0:
            self.hazard.new_week()
        self.pace.new_day()
        self.blips.new_day()
        self.known.new_day(hourly)
        self.usual.new_day()
