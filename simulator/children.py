"""Programs that run beside us and never outlive us."""

import asyncio
import ctypes
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

from drivers.link.group import Group

_SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""
_libc = ctypes.CDLL(None)
_KEPT_LINES = 15
_STOP_SECONDS = 6.0
_START_SECONDS = 20.0
_POLL_SECONDS = 0.05


class ChildError(Exception):
    """A program ended though it should run on. The text names it and holds its last lines."""


class Child(asyncio.SubprocessProtocol):
    """A running program. `on_line` sees each line of both its outputs."""

    def __init__(self, name: str, on_line: Callable[[str], None]) -> None:
        self.name = name
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._on_line = on_line
        self._last = deque[str](maxlen=_KEPT_LINES)
        self._partial = {1: b"", 2: b""}

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._transport.get_returncode() is None

    @property
    def last_lines(self) -> str:
        """What it said last."""
        return "\n".join(self._last)

    async def output(self) -> str:
        """Wait for its end and return what it said. Raises ChildError where its exit status is not 0."""
        await asyncio.shield(self.ended)
        if self._transport.get_returncode():
            raise ChildError(f"{self.name} failed:\n{self.last_lines}")
        return self.last_lines

    async def guard(self) -> None:
        """Wait for its end. Raises ChildError then."""
        await asyncio.shield(self.ended)  # one who gives up waiting must not end it for the others
        raise ChildError(f"{self.name} ended with status {self._transport.get_returncode()}:\n{self.last_lines}")

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        pipe = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        pipe.write(line.encode() + b"\n")

    def signal(self, which: signal.Signals) -> None:
        """Send a signal; nothing where it has ended."""
        if self.running:
            self._transport.send_signal(which)

    async def kill(self) -> None:
        """End it as a power cut would; returns once it has ended."""
        self.signal(signal.SIGKILL)
        await asyncio.shield(self.ended)

    def close(self) -> None:
        """Let go of its pipes; kills it if it still runs."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It runs."""
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """It said something."""
        *whole, self._partial[fd] = (self._partial[fd] + data).split(b"\n")
        for line in whole:
            text = line.decode("utf-8", "replace")
            self._last.append(text)
            self._on_line(text)

    def connection_lost(self, _exc: Exception | None) -> None:
        """It has ended and everything that it said is here."""
        if not self.ended.done():
            self.ended.set_result(None)


class Children:
    """All programs of one run; made by `children` only."""

    def __init__(self) -> None:
        self._all: list[Child] = []

    async def start(
        self, name: str, command: Sequence[str], on_line: Callable[[str], None] = lambda _line: None
    ) -> Child:
        """Start a program with a pipe as its standard input. Raises OSError where it cannot be started."""
        _, child = await asyncio.get_running_loop().subprocess_exec(
            lambda: Child(name, on_line),
            *command,
            start_new_session=True,  # Ctrl-C is for us alone; we stop them in order
            preexec_fn=_die_with_parent,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._all.append(child)
        return child

    async def guard(self) -> None:
        """Wait until any program that runs now ends. Raises ChildError then."""
        async with Group() as tasks:
            for child in self._all:
                if child.running:
                    tasks.create_task(child.guard())

    async def _stop(self) -> None:
        for how in (signal.SIGTERM, signal.SIGKILL):
            # The last started depends on the earlier ones: it goes first.
            running = [child for child in reversed(self._all) if child.running]
            for child in running:
                child.signal(how)
            if running:
                await asyncio.wait([child.ended for child in running], timeout=_STOP_SECONDS)
        for child in self._all:
            child.close()


@asynccontextmanager
async def children() -> AsyncIterator[Children]:
    """At the end of the block every program is asked to stop, then killed."""
    group = Children()
    try:
        yield group
    finally:
        await group._stop()


async def ready(child: Child, check: Callable[[], Awaitable[bool]]) -> None:
    """Ask until `check` holds: a starting server has no event to wait for. Raises ChildError."""
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not await check():
                if not child.running:
                    await child.guard()
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        raise ChildError(f"{child.name} was not ready within {_START_SECONDS:g} s:\n{child.last_lines}") from None


def _die_with_parent() -> None:
    # Even when we are killed with -9 nothing is left behind.
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
