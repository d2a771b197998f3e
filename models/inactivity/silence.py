"""The score of a silence: the odds that the person fell silent for good, by the Shiryaev–Roberts recursion.

Every silent bin multiplies by 1 / (1 - chance of life), a lone sign by how much likelier it is in an empty room, and
every bin adds one chance to have collapsed in it. Life that is borne out ends the silence.
"""

import math
from dataclasses import dataclass, field

from models.inactivity.blips import STRAY_PER_BIN
from models.inactivity.habits import Habits
from models.inactivity.hazard import (
    BIN_SECONDS,
    NIGHT,
    SLOTS,
    SLOTS_PER_PART,
    Before,
    Circumstance,
    circumstance,
    unchanged,
)
from models.inactivity.known import SHORTEST
from models.inactivity.limits import Limits
from models.inactivity.local_time import SLOT_SECONDS
from models.inactivity.reports import Reports
from models.inactivity.sensors import Place

_RISK_CAP = 1e15
_AWAY_BINS = 6
_NO_STRAY = 1.0 - STRAY_PER_BIN
_ENTRY = int(Place.ENTRY)
_CHANCE_CAP = 0.97
FOREVER = 1 << 30
SKIMMED_BINS = 6
ONE_IN = 4
"""Half an hour, in which no limit can be reached; what is shorter goes on teaching with one silence in four."""
NOTHING, LONE, LIFE = 0, 1, 2


@dataclass(slots=True)
class Silence:
    """Since when nothing moved, after what, and how unusual that is by now. Times are UTC seconds.

    `place` and `sensor` are where the last sign was. Silent bins in a row for which the same is expected are a run: it
    began after `run_from` silent bins and lasts until `run_until` or `run_quiet` silent bins, `chance` holds for each.
    `untaught` are the runs of a silence that is not over, with the silent bins before and within each. For a `skimmed`
    silence nothing is worked out until it has lasted SKIMMED_BINS, and its first bins are not learned from.
    """

    life_at: float = 0.0
    event_at: float = 0.0
    sensor: int = -1
    place: int = int(Place.OTHER)
    loudest: float = 0.0
    before: Before = field(default_factory=Before)
    quiet: int = 0
    lifeless: int = 0
    risk: float = 0.0
    highest: float = 0.0
    in_bin: int = NOTHING
    door_in_bin: bool = False
    run_slot: int = 0
    run_until: float = 0.0
    run_from: int = 0
    run_quiet: int = 0
    here: Circumstance | None = None
    chance: float = 0.0
    factor: float = 1.0
    untaught: list[tuple[Circumstance, float, int, int]] = field(default_factory=list)
    silences: int = 0
    skimmed: bool = False
    stage: int = 0
    prompted_at: float = 0.0

    def hear(self, at: float, sensor: int, place: int, count: float, life: bool, hourly: bool) -> None:
        """A sign; `life` where others bear it out: then `end` was called before. `hourly`: a report tells an hour."""
        same = at == self.event_at
        if not life:
            self.in_bin = self.in_bin or LONE
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

    def end(self, at: float, limits: Limits) -> None:
        """The silence is over."""
        if self.highest > limits.lowest:
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
        self.run_until = 0.0
        self.risk = self.highest = 0.0
        self.life_at = self.event_at = at

    def restart(self, at: float) -> None:
        """Nothing is known of what was before."""
        self.risk, self.highest, self.stage, self.in_bin = 0.0, 0.0, 0, NOTHING
        self.place = int(Place.OTHER)
        self.before = Before()
        self.quiet = self.lifeless = self.run_from = self.run_quiet = 0
        self.skimmed = False
        self.untaught.clear()
        self.life_at = self.event_at = at

    def still(self, end: float) -> bool:
        """The five minutes before `end` (UTC seconds) are over. False where they did not just go on as expected."""
        quiet = self.quiet
        if self.in_bin or quiet >= self.run_quiet or end > self.run_until:
            return False
        self.risk = risk = (self.risk + 1.0) * self.factor
        if risk > self.highest:
            self.highest = risk
        self.quiet = quiet + 1
        self.lifeless += 1
        return True

    def close_bin(self, slot: int, slot_end: float, reports: Reports, end: float, habits: Habits) -> None:
        """The same, whatever was in them; their half-hour ends at `slot_end`."""
        hourly = reports.hourly
        if hourly and not self.in_bin and not reports.due(end, BIN_SECONDS):
            self.risk += 1.0
            if NIGHT[slot]:
                habits.routine.learn_silent(1)
            return
        if self.skimmed:
            self._skim(slot, slot_end, end, habits)
        elif end > self.run_until or self.quiet >= self.run_quiet:
            self.end_run(habits)
            self._begin_run(slot, end if hourly else slot_end, habits)
        if self.in_bin:
            self._heard(habits, not hourly)
        else:
            self.still(end)

    def _skim(self, slot: int, slot_end: float, end: float, habits: Habits) -> None:
        """A silence that nothing was worked out for has come to another half-hour, to its end, or to some length."""
        self.run_slot, self.run_until = slot, slot_end
        if self.in_bin or self.quiet < SKIMMED_BINS:
            return
        self.end_run(habits)
        self.skimmed, self.risk = False, 0.0
        slot_begin = slot_end - SLOT_SECONDS
        for quiet in range(SKIMMED_BINS):
            then = slot if end - (SKIMMED_BINS - quiet) * BIN_SECONDS > slot_begin else (slot - 1) % SLOTS
            self.risk = (self.risk + 1.0) * _factor(habits.hazard.chance(circumstance(then, quiet, quiet, self.before)))
            self.highest = max(self.highest, self.risk)
        self._begin_run(slot, slot_end, habits)

    def _begin_run(self, slot: int, slot_end: float, habits: Habits) -> None:
        """From here on the circumstances, and so the chance of life, stay the same until one of two ends."""
        before, quiet = self.before, self.quiet
        known = habits.known.caps[before.place != _ENTRY]
        self.run_slot, self.run_until, self.run_from = slot, slot_end, quiet
        if quiet < known:
            self.here = circumstance(slot, quiet, self.lifeless, before)
            self.chance = chance = habits.hazard.chance(self.here)
            self.run_quiet = min(known, quiet + unchanged(quiet, self.lifeless, before.place))
        else:
            self.here = None
            self.chance = chance = habits.pace.chance(slot)
            self.run_quiet = FOREVER
        self.factor = _factor(chance)
        if self.risk > _RISK_CAP:
            self.risk = _RISK_CAP

    def end_run(self, habits: Habits) -> None:
        """Count the silent bins of the run so far."""
        quiet, begin, here = self.quiet, self.run_from, self.here
        if quiet == begin:
            return
        if NIGHT[self.run_slot]:
            habits.routine.learn_silent(quiet - begin)
        habits.blips.learn_silent(self.run_slot // SLOTS_PER_PART, self.before.place != _ENTRY, quiet - begin)
        if here is not None:
            self.untaught.append((here, self.chance, begin, quiet - begin))
        self.run_from = quiet

    def _heard(self, habits: Habits, may_skim: bool) -> None:
        before, quiet, life = self.before, self.quiet, self.in_bin == LIFE
        self.end_run(habits)
        if life:
            self.risk = 0.0
        else:
            part, at_home = self.run_slot // SLOTS_PER_PART, before.place != _ENTRY
            self.risk = (self.risk + 1.0) * habits.blips.ratio(part, at_home)
            habits.blips.learn_lone(part, at_home)
        habits.routine.learn_sign(self.run_slot, quiet, before.place)
        if quiet >= SHORTEST:
            habits.known.learn(before.place, quiet)
        self._teach(habits)
        before.hear(quiet, self.place, self.door_in_bin)
        self.lifeless = 0 if life else self.lifeless + 1
        self.quiet = self.run_from = self.run_quiet = 0
        self.in_bin, self.door_in_bin = NOTHING, False
        self.silences += 1
        self.skimmed = life and may_skim and habits.settled and self.silences % ONE_IN != 0
        if self.skimmed:
            self.here, self.factor, self.run_quiet = None, 1.0, SKIMMED_BINS

    def _teach(self, habits: Habits) -> None:
        """A silence teaches only once it is over: an open one may be what the watch is there to find."""
        here = self.here
        if self.skimmed:
            habits.learn_short(self.run_slot, self.quiet)
        if self.untaught:
            for run, chance, quiet, silent in self.untaught:
                habits.learn_silent(run, chance, quiet, silent)
            self.untaught.clear()
        if here is not None:
            habits.learn_sign(here, self.chance, self.quiet)


def _factor(chance: float) -> float:
    return _NO_STRAY / (1.0 - min(_CHANCE_CAP, chance))
