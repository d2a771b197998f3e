"""The fuzzer: seeds and their mutations into one target, guided by coverage, the same inputs for the same seed.

Every so often an input is run with line tracing; one that goes from a line to another as none did before joins the
corpus, so that the next ones begin where it got to. A library would do this faster, and need a compiler everywhere.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import psutil

from tests.fuzz.mutate import new_input
from tests.fuzz.targets import Target

TRACED_EVERY = 20
CORPUS_LIMIT = 2_000
MEMORY_LIMIT_BYTES = 32 * 1024 * 1024
"""What the process may grow by while one target is fuzzed; a leak of 1 KB an input is found within 33,000."""

_ROOT = Path(__file__).parent.parent.parent
_OURS = (str(_ROOT / "drivers"), str(_ROOT / "gateway"))

Step = tuple[str, int, int]
"""From a line of a file to the next one that ran."""


class Fuzzer:
    """One target with its corpus. Runs it on its seeds at once."""

    def __init__(self, target: Target, seed: int) -> None:
        self.target = target
        self.inputs = 0
        self.corpus: list[bytes] = []
        self.reached: set[Step] = set()
        self._random = Random(f"{seed} {target.name}")
        for start in target.seeds():
            self._try(start, traced=True)
        self._memory = psutil.Process().memory_info().rss

    def run(self, count: int) -> None:
        """Try `count` more inputs. Raises what the target raises, with the input in a note of it."""
        for _ in range(count):
            self._try(new_input(self._random, self.corpus), traced=self.inputs % TRACED_EVERY == 0)
        grown = psutil.Process().memory_info().rss - self._memory
        assert grown < MEMORY_LIMIT_BYTES, f"{self.target.name} made the process grow by {grown} bytes"

    def _try(self, data: bytes, *, traced: bool) -> None:
        self.inputs += 1
        try:
            if traced:
                self._learn(data)
            else:
                self.target.run(data)
        except Exception as error:
            error.add_note(f"{self.target.name}, input {self.inputs}: bytes.fromhex({data.hex()!r})")
            raise

    def _learn(self, data: bytes) -> None:
        reached = _steps_of(self.target.run, data)
        if not reached <= self.reached and len(self.corpus) < CORPUS_LIMIT:
            self.corpus.append(data)
        self.reached |= reached


def _steps_of(run: Callable[[bytes], None], data: bytes) -> set[Step]:
    """The steps through our own code that a run takes."""
    reached: set[Step] = set()
    last = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal last
        name = frame.f_code.co_filename
        if not name.startswith(_OURS):
            return None
        if event == "line":
            reached.add((name, last, frame.f_lineno))
            last = frame.f_lineno
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run(data)
    finally:
        sys.settrace(before)
    return reached
