"""The splitter by itself, over a toy frame: a start byte 7E, a length, so many bytes, and 0D."""

import re

from drivers.event import Reject
from drivers.framing import (
    ANY_BYTE,
    NOISE_RUN_LIMIT_BYTES,
    ResyncingSplitter,
    Verdict,
    between,
    exactly,
    head_pattern,
)


def measure(held: bytes, idle: bool) -> int | Verdict:
    if len(held) < 2 or len(held) < held[1] + 3:
        return Verdict.MORE
    return held[1] + 3 if held[held[1] + 2] == 0x0D else Verdict.NO


def new() -> ResyncingSplitter:
    return ResyncingSplitter(driver="toy", head=re.compile(b"\x7e"), limit_bytes=16, measure=measure)


def noise(count: int, reason: str = "noise") -> Reject:
    return Reject(driver="toy", reason=reason, detail=f"{count} bytes")


FRAME = b"\x7e\x03abc\x0d"


def test_a_start_byte_that_is_none_costs_one_byte_only() -> None:
    splitter = new()
    assert splitter.feed(b"\x7e\x01" + FRAME + b"\x7e" + FRAME) == [noise(2), FRAME]
    assert splitter.flush() == [noise(1, "incomplete"), FRAME]


def test_a_run_of_noise_is_one_reject_even_across_chunks() -> None:
    splitter = new()
    assert [piece for _ in range(10) for piece in splitter.feed(b"garbage!")] == []
    assert splitter.feed(FRAME) == [noise(80), FRAME]


def test_noise_that_never_ends_is_counted_all_the_same() -> None:
    splitter = new()
    found = splitter.feed(b"x" * (3 * NOISE_RUN_LIMIT_BYTES))
    assert found == [noise(NOISE_RUN_LIMIT_BYTES)] * 3
    assert splitter.held_bytes == 0


def test_a_frame_longer_than_the_limit_is_never_waited_for() -> None:
    splitter = new()
    assert splitter.feed(b"\x7e\xff" + FRAME * 4)[-3:] == [FRAME] * 3
    assert splitter.held_bytes <= 16


def test_what_is_held_is_judged_when_the_line_is_idle() -> None:
    splitter = new()
    assert splitter.feed(b"zz" + FRAME[:4]) == []
    assert splitter.held_bytes == 4
    assert splitter.flush() == [noise(6, "incomplete")]
    assert splitter.feed(FRAME[4:] + FRAME) == [noise(2), FRAME]
    assert splitter.flush() == []


def test_a_head_is_found_whole_or_cut_off_by_the_end_and_nowhere_else() -> None:
    head = head_pattern((*exactly(b"\x7e."), ANY_BYTE, between(0, 0x40)), exactly(b"\xff"))
    assert [match.start() for match in head.finditer(b"\x7e.\n\x40 \x7e.\n\x41 \x7ex \xff \x7e.\n")] == [0, 13, 15]
    for length in range(1, 5):
        found = head.search(b"zz" + b"\x7e.\n\x00"[:length])
        assert found is not None
        assert found.start() == 2
