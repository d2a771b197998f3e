"""The score of a silence: the odds that the person fell silent for good, by the Shiryaev–Roberts recursion.

Every silent bin multiplies by 1 / (1 - chance of life), a lone sign by how much likelier it is in an empty room, and
every bin adds one chance to have collapsed in it. Life that is borne out ends the silence.
"""

import math

import msgspec

from models.inactivity.blips import STRAY_PER_BIN, Blips
from models.inactivity.hazard import Hazard, cap_of, cell_of
from models.inactivity.limits import Limits
from models.inactivity.sensors import Place

_RISK_CAP = 1e15
_CHANCE_CAP = 0.95


class Silence(msgspec.Struct):
    """Since when nothing moved, after what, and how unusual that is by now."""

    life_at: float = 0.0
    event_at: float = 0.0
    sensor: int = -1
    place: int = int(Place.OTHER)
    bin_place: int = int(Place.OTHER)
    quiet_bins: int = 0
    risk: float = 0.0
    in_bin: int = 0
    untaught: list[int] = msgspec.field(default_factory=list)
    stage: int = 0
    prompted_at: float = 0.0

    def hear(self, at: float, sensor: int, place: int, life: bool, limits: Limits) -> None:
        """A sign; `life` where others bear it out."""
        if life:
            self.end(at, limits)
            # Reports of the same moment bear no order: where the door is among them, it may have been the last.
            if not (self.place == Place.ENTRY and at == self.event_at):
                self.place, self.sensor = place, sensor
        else:
            self.in_bin = max(self.in_bin, 1)
            if self.place != Place.ENTRY:
                self.place, self.sensor = place, sensor
        self.event_at = at

    def end(self, at: float, limits: Limits) -> None:
        """The silence is over."""
        if self.risk > 1.0:
            limits.learn(math.log(self.risk))
        self.in_bin = 2
        self.life_at = at
        self.risk = 0.0
        self.stage = 0

    def leave(self, at: float) -> None:
        """Known, not concluded: the resident has left the home."""
        self.place = int(Place.ENTRY)
        self.risk = 0.0
        self.life_at = self.event_at = at

    def restart(self, at: float) -> None:
        """Nothing is known of what was before."""
        self.risk, self.stage, self.in_bin, self.quiet_bins = 0.0, 0, 0, 0
        self.place = self.bin_place = int(Place.OTHER)
        self.untaught.clear()
        self.life_at = self.event_at = at

    def close_bin(self, slot: int, due: bool, hazard: Hazard, blips: Blips) -> None:
        """Five minutes are over. `due`: whether life in them would have been reported by now."""
        kind = self.in_bin
        if not due and not kind:
            self.risk += 1.0
            return
        place = self.bin_place
        cell = cell_of(slot, self.quiet_bins, place)
        if kind == 2:
            self.risk = 0.0
        elif kind == 1:
            self.risk = (self.risk + 1.0) * blips.ratio(slot, place != Place.ENTRY)
        else:
            chance = min(hazard.chance(cell, place), _CHANCE_CAP)
            self.risk = min((self.risk + 1.0) * (1.0 - STRAY_PER_BIN) / (1.0 - chance), _RISK_CAP)
        self._learn(kind, slot, cell, hazard, blips)
        self.quiet_bins = 0 if kind else self.quiet_bins + 1
        self.bin_place = self.place
        self.in_bin = 0

    def _learn(self, kind: int, slot: int, cell: int, hazard: Hazard, blips: Blips) -> None:
        """A silence teaches only once it is over: an open one may be what the watch is there to find."""
        place = self.bin_place
        if kind < 2:
            blips.learn(slot, place != Place.ENTRY, kind == 1)
        if not kind:
            if self.quiet_bins < cap_of(place):
                self.untaught.append(cell)
            return
        for quiet in self.untaught:
            hazard.learn(quiet, place, False)
        self.untaught.clear()
        if self.quiet_bins < cap_of(place):
            hazard.learn(cell, place, True)
