"""The score of a silence: the odds that the person fell silent for good, by the Shiryaev–Roberts recursion.

Every silent bin multiplies by 1 / (1 - chance of life), a lone sign by how much likelier it is in an empty room, and
every bin adds one chance to have collapsed in it. Life that is borne out ends the silence.
"""

import math

import msgspec

from models.inactivity.blips import STRAY_PER_BIN
from models.inactivity.habits import Habits
from models.inactivity.hazard import BIN_SECONDS, HISTORY, SLOTS_PER_PART, Before, Circumstance, circumstance
from models.inactivity.limits import Limits
from models.inactivity.reports import Reports
from models.inactivity.sensors import Place

_RISK_CAP = 1e15
_AWAY_BINS = 6
_NO_STRAY = 1.0 - STRAY_PER_BIN
_ENTRY = int(Place.ENTRY)
_CHANCE_CAP = 0.97
NOTHING, LONE, LIFE = 0, 1, 2


class Silence(msgspec.Struct):
    """Since when nothing moved, after what, and how unusual that is by now. Times are UTC seconds.

    `place` and `sensor` are where the last sign was; `untaught` are the silent bins of a silence that is not over.
    """

    life_at: float = 0.0
    event_at: float = 0.0
    sensor: int = -1
    place: int = int(Place.OTHER)
    loudest: float = 0.0
    before: Before = msgspec.field(default_factory=Before)
    quiet: int = 0
    lifeless: int = 0
    risk: float = 0.0
    highest: float = 0.0
    in_bin: int = NOTHING
    door_in_bin: bool = False
    count_in_bin: float = 0.0
    untaught: list[tuple[Circumstance, float]] = msgspec.field(default_factory=list)
    stage: int = 0
    prompted_at: float = 0.0

    def hear(self, at: float, sensor: int, place: int, count: float, life: bool, hourly: bool) -> None:
        """A sign; `life` where others bear it out: then `end` was called before. `hourly`: a report tells an hour."""
        same = at == self.event_at
        if not life:
            self.in_bin = max(self.in_bin, LONE)
            moved = self.place != _ENTRY
        elif hourly:
            # What went on most of the hour tells more of where the person is than a door that was among it.
            moved = not same or count > self.loudest
        else:
            # Reports of the same moment bear no order: where the door is among them, it may have been the last.
            moved = not (same and self.place == _ENTRY)
        if moved:
            self.place, self.sensor, self.loudest = place, sensor, count
        self.event_at = at
        self.door_in_bin |= place == _ENTRY
        self.count_in_bin += count

    def end(self, at: float, limits: Limits) -> None:
        """The silence is over."""
        if self.highest > 1.0:
            limits.learn(math.log(self.highest))
        self.in_bin = LIFE
        self.life_at = at
        self.risk = self.highest = 0.0
        self.stage = 0

    @property
    def away(self) -> bool:
        """Whether the home has been left, as far as can be told."""
        return self.place == _ENTRY and self.lifeless >= _AWAY_BINS

    def leave(self, at: float) -> None:
        """Known, not concluded: the resident has left the home."""
        self.place = self.before.place = _ENTRY
        self.risk = self.highest = 0.0
        self.life_at = self.event_at = at

    def restart(self, at: float) -> None:
        """Nothing is known of what was before."""
        self.risk, self.highest, self.stage, self.in_bin = 0.0, 0.0, 0, NOTHING
        self.place = int(Place.OTHER)
        self.before = Before()
        self.quiet = self.lifeless = 0
        self.untaught.clear()
        self.life_at = self.event_at = at

    def close_bin(self, slot: int, reports: Reports, end: float, habits: Habits) -> None:
        """The five minutes before `end` (UTC seconds) are over."""
        if not self.in_bin and reports.streak and not reports.due(end, BIN_SECONDS):
            self.risk += 1.0
            return
        before, quiet = self.before, self.quiet
        if quiet < habits.known.caps[before.place != _ENTRY]:
            here = circumstance(slot, quiet, self.lifeless, before)
            chance = habits.hazard.chance(here)
            self.untaught.append((here, chance))
        else:
            chance = habits.pace.chance(slot)
        if self.in_bin:
            self._heard(slot, habits)
            return
        risk = (self.risk + 1.0) * _NO_STRAY / (1.0 - (min(_CHANCE_CAP, chance)))
        if risk > _RISK_CAP:
            risk = _RISK_CAP
        self.risk = risk
        if risk > self.highest:
            self.highest = risk
        self.quiet = quiet + 1
        self.lifeless += 1
        before.since_door += 1
        before.history = before.history << 1 & HISTORY
        habits.blips.bins[slot // SLOTS_PER_PART * 2 + (before.place != _ENTRY)] += 1.0

    def _heard(self, slot: int, habits: Habits) -> None:
        life = self.in_bin == LIFE
        at_home = self.before.place != _ENTRY
        if life:
            self.risk = 0.0
        else:
            self.risk = (self.risk + 1.0) * habits.blips.ratio(slot // SLOTS_PER_PART, at_home)
            habits.blips.learn_lone(slot // SLOTS_PER_PART, at_home)
        habits.known.learn(self.before.place, self.quiet)
        self._teach(habits)
        self.quiet = 0
        self.lifeless = 0 if life else self.lifeless + 1
        self.before.hear(life, self.place, self.door_in_bin, self.count_in_bin)
        self.in_bin, self.door_in_bin, self.count_in_bin = NOTHING, False, 0.0

    def _teach(self, habits: Habits) -> None:
        """A silence teaches only once it is over: an open one may be what the watch is there to find."""
        untaught = self.untaught
        last = len(untaught) - 1
        over = self.quiet == last
        for quiet, (here, chance) in enumerate(untaught):
            sign = over and quiet == last
            habits.hazard.learn(here, chance, sign)
            habits.pace.learn(here[0], sign)
            habits.usual.learn(here[0], quiet)
        untaught.clear()
