"""The numerics of falls, for one thread: blocks of samples in, reports out. Only that thread imports this module."""

import logging
import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from drivers.wearable import SampleBlock
from drivers.wearable_stream import Stretch
from gateway.falls.kept import KEPT_SECONDS, Left, left_of
from gateway.falls.reports import Ailing, Excerpt, Fallen, Report, Standing
from models.aftermath import Aftermath
from models.fall import FallDetector, FallVerdict
from models.fall.model import Position, shipped

EXCERPT_SECONDS = 6.0
_BEFORE_SECONDS = 3.0
_KEPT_SECONDS = 12.0
"""How much is kept of each device: an excerpt, and the seconds before it for what was upright."""
_UNKNOWN_RATE = "unsupported_rate"
log = logging.getLogger(__name__)
_Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class _Worn:
    """One device at one rate and range. `kept` are its newest blocks by their start in seconds."""

    settings: tuple[int, int]
    detector: FallDetector | None
    kept: deque[tuple[float, SampleBlock]] = field(default_factory=deque)
    after: Aftermath | None = None
    told: tuple[frozenset[str], bool] | None = None
    seconds_told: int = 0
    is_resumed: bool = False


class Judge:
    """The detectors of all devices. `positions` are where each is worn, by its id."""

    def __init__(self, positions: dict[str, str]) -> None:
        self._positions = positions
        self._worn: dict[str, _Worn] = {}
        self._to_follow: set[str] = set()

    def take(self, device: str, stretch: Stretch) -> list[Report]:
        """Judge the next stretch of a device."""
        block, start = stretch.block, stretch.start_ms / 1_000
        if not block.samples:
            return []
        worn = self._of(device, block, start)
        if worn.detector is None:
            return self._ailing(device, worn, (), frozenset({_UNKNOWN_RATE}), off_body=False)
        samples = np.asarray(block.samples, dtype=np.float64) * block.g_per_count
        worn.kept.append((start, block))
        # After a hole these may be verdicts on what lies before it: what it was is forgotten only then.
        reports: list[Report] = [
            self._fallen(device, worn, verdict.at, verdict)
            for verdict in worn.detector.feed(samples, start)
            if verdict.is_fall
        ]
        self._trim(worn, start)
        if device in self._to_follow:
            self.follow(device)
        if not reports and worn.after is not None:
            worn.after.feed(samples, start)
        reports += self._standing(device, worn)
        faults = tuple(fault.kind.value for fault in worn.detector.take_faults())
        lasting = frozenset(kind.value for kind in worn.detector.ailing)
        return [*reports, *self._ailing(device, worn, faults, lasting, off_body=worn.detector.off_body)]

    def finish(self, device: str) -> list[Report]:
        """Nothing comes from a device any more: judge what it has said, and begin anew."""
        worn = self._worn.get(device)
        if worn is None or worn.detector is None or not worn.kept:
            return []
        return [
            self._fallen(device, worn, verdict.at, verdict) for verdict in worn.detector.finish() if verdict.is_fall
        ]

    def follow(self, device: str) -> None:
        """There was a fall that this thread does not know of: watch what the wearer of this device does.

        Where nothing was heard of the device yet, from its first block on.
        """
        worn = self._worn.get(device)
        if worn is None or not worn.kept:
            self._to_follow.add(device)
            return
        self._to_follow.discard(device)
        start, block = worn.kept[-1]
        self._begin(worn, start + len(block.samples) / block.rate_hz)

    def unfollow(self, device: str) -> None:
        """Nobody asks any more how the wearer is."""
        self._to_follow.discard(device)
        worn = self._worn.get(device)
        if worn is not None:
            worn.after = None

    def left(self) -> dict[str, Left]:
        """How every detector stands, for a restart; plain values."""
        return {
            device: left_of(*worn.settings, worn.detector.state(), worn.kept)
            for device, worn in self._worn.items()
            if worn.detector is not None
        }

    def resume(self, device: str, left: Left) -> None:
        """Go on where a stop has left a device; where that means nothing to this version, it begins anew."""
        detector = self._detector(device, left.rate_hz)
        try:
            if detector is None:
                raise ValueError(f"no detector takes {left.rate_hz} Hz")
            detector.restore(left.detector)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("what the last run left of device %s cannot be used, its watch begins anew: %s", device, error)
            return
        settings = (left.rate_hz, left.range_g)
        self._worn[device] = _Worn(settings, detector, deque(left.read_blocks()), is_resumed=True)

    def _of(self, device: str, block: SampleBlock, start: float) -> _Worn:
        settings = (block.rate_hz, block.range_g)
        worn = self._worn.get(device)
        if worn is not None and worn.is_resumed:
            worn.is_resumed = False
            newest = worn.kept[-1][0] if worn.kept else start
            if start - newest > KEPT_SECONDS:
                log.warning("device %s was silent for %.0f s around the restart: its watch begins anew", device,
                            start - newest)  # fmt: skip
                worn = None
        if worn is None or worn.settings != settings:
            worn = self._worn[device] = _Worn(settings, self._detector(device, block.rate_hz))
        return worn

    def _detector(self, device: str, rate_hz: int) -> FallDetector | None:
        try:
            return FallDetector(self._position(device), float(rate_hz))
        except ValueError:
            return None

    def _position(self, device: str) -> Position:
        return "wrist" if self._positions.get(device) == "wrist" else "torso"

    @staticmethod
    def _trim(worn: _Worn, start: float) -> None:
        while worn.kept and not 0.0 <= start - worn.kept[0][0] <= _KEPT_SECONDS:
            worn.kept.popleft()

    def _begin(self, worn: _Worn, impact: float) -> None:
        worn.after, worn.seconds_told = Aftermath(float(worn.settings[0]), impact), 0
        for start, block in worn.kept:
            worn.after.feed(np.asarray(block.samples, dtype=np.float64) * block.g_per_count, start)

    def _fallen(self, device: str, worn: _Worn, at: float, verdict: FallVerdict) -> Fallen:
        self._begin(worn, at)
        # Those of a clock that has jumped since say nothing about how long ago it was.
        since = [start + len(block.samples) / block.rate_hz - at for start, block in worn.kept]
        return Fallen(
            device=device,
            at=at,
            before_newest=max((each for each in since if 0.0 <= each <= KEPT_SECONDS), default=0.0),
            probability=verdict.probability,
            peak_g=verdict.peak_g,
            still_seconds=verdict.still_seconds,
            turned_degrees=verdict.posture_change_degrees,
            model=shipped(self._position(device)).version,
            excerpt=_excerpt(worn, at),
        )

    @staticmethod
    def _standing(device: str, worn: _Worn) -> list[Report]:
        after = worn.after
        if after is None or after.seconds <= worn.seconds_told:
            return []
        worn.seconds_told = after.seconds
        return [
            Standing(
                device=device, seconds=after.seconds, still_seconds=after.still_seconds,
                still_in_all=after.still_in_all, turned_degrees=after.turned_degrees,
                walking_seconds=after.walking_seconds,
            )
        ]  # fmt: skip

    @staticmethod
    def _ailing(
        device: str, worn: _Worn, began: tuple[str, ...], lasting: frozenset[str], *, off_body: bool
    ) -> list[Report]:
        if not began and worn.told == (lasting, off_body):
            return []
        worn.told = (lasting, off_body)
        return [Ailing(device=device, began=began, lasting=lasting, is_off_body=off_body)]


def _excerpt(worn: _Worn, at: float) -> Excerpt:
    """What is kept from 3 s before the impact to 3 s after it, without what is missing in between."""
    rate_hz, range_g = worn.settings
    found: list[tuple[int, int, int]] = []
    first, newest = None, -math.inf
    for start, block in worn.kept:
        for number, sample in enumerate(block.samples):
            moment = start + number / rate_hz
            # A clock that went back meanwhile would tell of the same seconds twice.
            if -_BEFORE_SECONDS <= moment - at < EXCERPT_SECONDS - _BEFORE_SECONDS and moment > newest:
                first, newest = moment if first is None else first, moment
                found.append(sample)
    return Excerpt(
        rate_hz=float(rate_hz),
        range_g=float(range_g),
        impact_ms=round(1_000 * (at - (at if first is None else first))),
        samples=np.asarray(found, dtype="<i2").tobytes(),
    )
