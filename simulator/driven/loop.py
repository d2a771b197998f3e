"""An event loop in virtual time: when nothing is left to do, time jumps to the next thing that is due.

Nothing outside is ever waited for. A thread's work is done on the spot, so that time cannot run ahead of it and the
order of things is the same in every run.
"""

import asyncio
import math
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

_COARSE_SECONDS = 2.0**23
"""From here on the nanosecond that asyncio grants a timer is lost in rounding: it fires only once its time is past."""
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class DeadEndError(RuntimeError):
    """Everybody waits for somebody and nothing is due: it would never go on."""


class _Jump(selectors.BaseSelector):
    """Stands where a loop waits for sockets and timers: waiting is what makes the time pass."""

    def __init__(self) -> None:
        self.now = 0.0
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise DeadEndError("everybody waits and nothing is due")
        self.now += max(0.0, timeout)
        if self.now >= _COARSE_SECONDS and timeout > 0:
            self.now = math.nextafter(self.now, math.inf)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        if self._keys:  # the first one is the loop's own pipe
            raise OSError("virtual time waits for nobody outside: open links in memory")
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        self._keys[fileobj] = selectors.SelectorKey(fileobj, number, events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class VirtualLoop(asyncio.SelectorEventLoop):
    """Only for tasks that wait for time and for each other. Its time starts at 0 seconds."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Seconds since the loop was made, all of them virtual."""
        return self._jump.now

    def run_in_executor(
        self,
        executor: Executor | None,  # noqa: ARG002 - none is ever used
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> "asyncio.Future[T]":
        """Do it here and now: no time passes meanwhile."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except BaseException as error:  # noqa: BLE001 - as an executor does: whoever waits is told
            done.set_exception(error)
        return done


def run_virtually(part: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a virtual clock that starts at 0. Raises DeadEndError where it would wait for ever."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(part)
