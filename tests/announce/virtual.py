"""An event loop whose clock jumps to the next thing that is due: an hour passes in no time."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Only for tasks that wait for time and for each other, never for the outside."""

    def __init__(self) -> None:
        super().__init__()
        self._virtual_seconds = 0.0

    def time(self) -> float:
        return self._virtual_seconds

    def _run_once(self) -> None:
        ready: Any = getattr(self, "_ready")  # noqa: B009  # mypy knows neither
        scheduled: Any = getattr(self, "_scheduled")  # noqa: B009
        due = [timer.when() for timer in scheduled if not timer.cancelled()]
        if not ready and due:
            self._virtual_seconds = max(self._virtual_seconds, min(due))
        super()._run_once()  # type: ignore[misc]


def run_virtually(part: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a virtual clock that starts at 0."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(part)
