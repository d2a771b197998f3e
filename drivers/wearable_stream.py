"""The blocks of one band put in order: loss and reordering tolerated, gaps marked, memory bounded. Pure, no clock.

Blocks are numbered modulo 2^16 and timed modulo 2^32 ms. A block that came early waits for the missing one until
`HELD_BLOCKS` wait; then what is missing is a gap. A block that comes after its gap was given up, or twice, is dropped
and counted. A band that starts anew (number and clock jump, or another rate or range) begins a new stretch, and one
that paused between two blocks leaves a gap of no blocks.
"""

from dataclasses import dataclass

from drivers.wearable import SampleBlock

HELD_BLOCKS = 8
"""How many blocks may wait for an earlier one: half a second to a few seconds of samples, at most 12 KB."""

JITTER_MS = 250
"""A band's clock and its sampling may drift apart by so much between two blocks."""

_SEQUENCES = 1 << 16
_CLOCK_MS = 1 << 32
_RESTART_BLOCKS = 256
"""A block farther ahead than this is no early one: the band or its radio began anew."""
_RESTART_MS = 10_000
"""A block from longer ago than this is no late one either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The samples of one block in their place: `start_ms` counts on past the wraps of the band's clock."""

    start_ms: int
    block: SampleBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is missing before the next stretch; None where the band began anew and nobody knows how much."""

    missing_blocks: int | None
    missing_ms: int | None


@dataclass(slots=True)
class _Place:
    """Where the stream is: the next number, and the unwrapped clock of the newest block given out."""

    next_sequence: int
    start_ms: int
    end_ms: int
    settings: tuple[int, int]


class BlockOrder:
    """Puts the blocks of one band in order."""

    def __init__(self) -> None:
        self._place: _Place | None = None
        self._held: dict[int, SampleBlock] = {}
        self.dropped = 0

    @property
    def held_blocks(self) -> int:
        """How many blocks wait for an earlier one; at most HELD_BLOCKS."""
        return len(self._held)

    def feed(self, block: SampleBlock) -> list[Stretch | Gap]:
        """Take a block as it came; return what is in order now."""
        if self._place is None:
            return [self._begin(block)]
        if self._is_restart(self._place, block):
            return [*self.flush(), Gap(missing_blocks=None, missing_ms=None), self._begin(block)]
        ahead = _ahead(self._place, block)
        if ahead < 0 or block.sequence in self._held:
            self.dropped += 1
            return []
        self._held[block.sequence] = block
        found = self._in_order(self._place)
        if len(self._held) >= HELD_BLOCKS:
            found += self._over_the_gap(self._place)
        return found

    def flush(self) -> list[Stretch | Gap]:
        """Nothing more is coming: give out what waits, with the gaps before it."""
        found: list[Stretch | Gap] = []
        while self._place is not None and self._held:
            found += self._over_the_gap(self._place)
        return found

    def _begin(self, block: SampleBlock) -> Stretch:
        start_ms = block.clock_ms
        self._place = _Place(
            (block.sequence + 1) % _SEQUENCES, start_ms, start_ms + _length_ms(block), _settings(block)
        )
        return Stretch(start_ms=start_ms, block=block)

    def _is_restart(self, place: _Place, block: SampleBlock) -> bool:
        if _settings(block) != place.settings:
            return True
        ahead = _ahead(place, block)
        # An early block must be later by its clock too, a late one earlier: else the number is that of a new count.
        elapsed_ms = _signed(block.clock_ms - place.start_ms, _CLOCK_MS)
        late = ahead < 0 and -_RESTART_MS <= elapsed_ms <= 0
        early = 0 <= ahead <= _RESTART_BLOCKS and elapsed_ms >= 0
        return not (late or early)

    def _in_order(self, place: _Place, missing_blocks: int = 0) -> list[Stretch | Gap]:
        found: list[Stretch | Gap] = []
        while (block := self._held.pop(place.next_sequence, None)) is not None:
            start_ms = place.start_ms + _signed(block.clock_ms - place.start_ms, _CLOCK_MS)
            missing_ms = max(0, start_ms - place.end_ms)
            if missing_blocks or missing_ms > JITTER_MS:
                found.append(Gap(missing_blocks=missing_blocks, missing_ms=missing_ms))
            found.append(Stretch(start_ms=start_ms, block=block))
            place.start_ms, place.end_ms = start_ms, start_ms + _length_ms(block)
            place.next_sequence = (block.sequence + 1) % _SEQUENCES
            missing_blocks = 0
        return found

    def _over_the_gap(self, place: _Place) -> list[Stretch | Gap]:
        nearest = min(self._held.values(), key=lambda block: _ahead(place, block))
        missing_blocks = _ahead(place, nearest)
        place.next_sequence = nearest.sequence
        return self._in_order(place, missing_blocks)


def _ahead(place: _Place, block: SampleBlock) -> int:
    """How many blocks lie between the expected one and this; negative for one that is past."""
    return _signed(block.sequence - place.next_sequence, _SEQUENCES)


def _signed(difference: int, modulus: int) -> int:
    return (difference + modulus // 2) % modulus - modulus // 2


def _length_ms(block: SampleBlock) -> int:
    return 1_000 * len(block.samples) // block.rate_hz


def _settings(block: SampleBlock) -> tuple[int, int]:
    return (block.rate_hz, block.range_g)
