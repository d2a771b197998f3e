"""Bucket frames of the Portisch firmware (AA B1): a radio burst as a list of pulse lengths, and the EV1527 code in it.

Layout: AA B1 n, then n pulse lengths ("buckets", 16 bits, microseconds, the last one is the sync gap), then the burst
as nibbles, then 55. A nibble is a level bit (8 = high; firmware before 2019 left it out) and a 3-bit bucket index.
Source: the firmware's `uart_put_RF_buckets` and `Bucket_Received`, its wiki (0xB1), and captured frames.
"""

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

MAX_BUCKETS = 8
MAX_DATA_BYTES = 112
"""The firmware's RF_DATA_BUFFERSIZE."""
HEADER_BYTES = 3

_FILLER = 0xF
_HIGH = 0x8
_INDEX = 0x7
_CODE_BITS = 24

# Cheap senders drift and receivers stretch pulses: nominal is 1:3, one period of 4 units, a gap of 31 units.
# Measured gaps: 5.8 to 14 ms.
_RATIO_MIN, _RATIO_MAX = 1.6, 6.0
_PERIOD_TOLERANCE = 0.4
_GAP_MIN_US, _GAP_MAX_US = 3_000, 32_000
_GAP_MIN_PERIODS = 2.5


@dataclass(frozen=True, slots=True)
class Burst:
    """A bucket frame taken apart: pulse lengths in microseconds, the data as received, its nibbles without filler."""

    buckets_us: tuple[int, ...]
    data: bytes
    nibbles: tuple[int, ...]

    @property
    def marked(self) -> bool:
        """Whether the nibbles tell high from low."""
        return any(nibble & _HIGH for nibble in self.nibbles)

    @property
    def sync_us(self) -> int:
        """The length of the sync gap."""
        return self.buckets_us[-1]


def parse(frame: bytes) -> Burst | None:
    """Take a whole frame (AA B1 … 55) apart; None where it is not one."""
    if len(frame) < HEADER_BYTES + 1 or frame[:2] != b"\xaa\xb1" or frame[-1] != 0x55:
        return None
    count = frame[2]
    table_end = HEADER_BYTES + 2 * count
    if not 1 <= count <= MAX_BUCKETS or len(frame) < table_end + 1:
        return None
    table = frame[HEADER_BYTES:table_end]
    buckets = tuple(int.from_bytes(table[at : at + 2], "big") & 0x7FFF for at in range(0, len(table), 2))
    data = frame[table_end:-1]
    nibbles = [nibble for byte in data for nibble in (byte >> 4, byte & 0xF)]
    if nibbles and nibbles[-1] == _FILLER and count < MAX_BUCKETS:
        nibbles.pop()
    if len(data) > MAX_DATA_BYTES or any(nibble & _INDEX >= count for nibble in nibbles):
        return None
    return Burst(buckets, data, tuple(nibbles))


def bits(burst: Burst) -> str | None:
    """The burst as one bit per high-low pair, 1 where the high is longer; None where levels are not marked.

    What comes before the first high after the sync gap is dropped, as is a high without its low at the end.
    """
    if not burst.marked:
        return None
    gap = len(burst.buckets_us) - 1
    nibbles = burst.nibbles
    start = 1 if nibbles[0] == gap else 0
    while start < len(nibbles) and not nibbles[start] & _HIGH:
        start += 1
    pairs = [(nibbles[at], nibbles[at + 1]) for at in range(start, len(nibbles) - 1, 2)]
    length = burst.buckets_us
    return "".join("1" if length[high & _INDEX] > length[low & _INDEX] else "0" for high, low in pairs)


def ev1527_code(burst: Burst) -> str | None:
    """The 24-bit code as six hexadecimal digits, or None where the burst is no EV1527 transmission.

    It is one when some stretch between sync gaps is 24 pulse pairs of one period and a ratio of about 1:3 either way
    (or 25 with the sync bit before or after), and the gap is long against the period.
    """
    for stretch in _stretches(burst):
        pairs = list(zip(stretch[::2], stretch[1::2], strict=False))
        # Of 25 pairs one is the sync mark: captures show it behind the code, some firmware puts it in front.
        candidates = [pairs[:_CODE_BITS], pairs[1:]] if len(pairs) == _CODE_BITS + 1 else [pairs]
        for candidate in candidates:
            if _is_code(candidate, burst.sync_us):
                value = int("".join("1" if high > low else "0" for high, low in candidate), 2)
                return f"{value:06X}"
    return None


def encode(code24: str, *, short_us: int = 350, marked: bool = True) -> bytes:
    """The bucket frame that the firmware sends for an EV1527 code of six hexadecimal digits."""
    value = int(code24, 16)
    ones = [bool(value >> bit & 1) for bit in range(_CODE_BITS - 1, -1, -1)]
    high = _HIGH if marked else 0
    pairs = [nibble for one in ones for nibble in ((0 | high, 1) if one else (1 | high, 0))]
    nibbles = [2, *pairs, 1 | high] if marked else [*pairs, 1, 2]
    data = bytes(first << 4 | second for first, second in zip(nibbles[::2], nibbles[1::2], strict=True))
    table = b"".join(length.to_bytes(2, "big") for length in (3 * short_us, short_us, 31 * short_us))
    return b"\xaa\xb1\x03" + table + data + b"\x55"


def _stretches(burst: Burst) -> list[list[int]]:
    """The pulse lengths between sync gaps, each list beginning with a high."""
    gap = len(burst.buckets_us) - 1
    found: list[list[int]] = [[]]
    levels: list[list[int]] = [[]]
    for nibble in burst.nibbles:
        if nibble & _INDEX == gap:
            found.append([])
            levels.append([])
        else:
            found[-1].append(burst.buckets_us[nibble & _INDEX])
            levels[-1].append(nibble & _HIGH)
    if not burst.marked:
        return found
    return [
        lengths[1:] if marks and not marks[0] else lengths
        for lengths, marks in zip(found, levels, strict=True)
        if all(first != second for first, second in pairwise(marks))
    ]


def _is_code(pairs: list[tuple[int, int]], sync_us: int) -> bool:
    if len(pairs) != _CODE_BITS or not _GAP_MIN_US <= sync_us <= _GAP_MAX_US:
        return False
    period = median(high + low for high, low in pairs)
    return sync_us >= _GAP_MIN_PERIODS * period and all(_is_bit(high, low, period) for high, low in pairs)


def _is_bit(high: int, low: int, period: float) -> bool:
    shorter, longer = sorted((high, low))
    in_ratio = shorter > 0 and _RATIO_MIN <= longer / shorter <= _RATIO_MAX
    return in_ratio and abs(high + low - period) <= _PERIOD_TOLERANCE * period
