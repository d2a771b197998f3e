"""Programs of the project as child processes: their output line by line, and an end that always comes."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

BIN = Path(sys.executable).parent
"""Where the installed programs lie."""

_KEPT_LINES = 10_000
_END_SECONDS = 15.0
_OUTPUTS = (1, 2)


class Child(asyncio.SubprocessProtocol):
    """A running program. `lines` holds what it wrote to both outputs, `stdout` and `stderr` each one's."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self.stdout: deque[str] = deque(maxlen=_KEPT_LINES)
        self.stderr: deque[str] = deque(maxlen=_KEPT_LINES)
        self.pid = 0
        self._partial = {1: b"", 2: b""}
        self._ended_outputs: set[int] = set()
        self._changed = asyncio.Event()

    # -- for tests ----------------------------------------------------------------------------------------------------

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._transport.get_returncode()

    @property
    def text(self) -> str:
        """Everything it wrote."""
        return "\n".join(self.lines)

    async def wait_line(self, pattern: str, timeout: float = 20.0) -> re.Match[str]:  # noqa: ASYNC109
        """The first line, old or new, that `pattern` is found in.

        Raises AssertionError with everything it wrote where none comes in time or it ends before.
        """
        wanted = re.compile(pattern)

        def found() -> re.Match[str] | None:
            return next((match for line in self.lines if (match := wanted.search(line))), None)

        try:
            await self._until(lambda: found() or self._silent, timeout)
        except TimeoutError:
            raise AssertionError(f"no line like {pattern!r} within {timeout} s:\n{self.text}") from None
        match = found()
        assert match is not None, f"ended without a line like {pattern!r}:\n{self.text}"
        return match

    async def wait(self, timeout: float = _END_SECONDS) -> int:  # noqa: ASYNC109
        """Wait for its end and all its output. Returns the exit status.

        Raises TimeoutError, also where something that it started still holds its outputs.
        """
        await self._until(lambda: self.status is not None and self._silent, timeout)
        return cast(int, self.status)

    async def terminate(self) -> int:
        """SIGTERM, as a service manager does. Returns the exit status. Raises TimeoutError where it does not end."""
        self.signal(signal.SIGTERM)
        return await self.wait()

    async def kill(self) -> None:
        """SIGKILL, as a power cut does; it alone, not what it started."""
        self.signal(signal.SIGKILL)
        await self._until(lambda: self.status is not None, _END_SECONDS)

    def signal(self, which: signal.Signals) -> None:
        """Send a signal; nothing where it has ended."""
        if self.status is None:
            self._transport.send_signal(which)

    def send_line(self, line: str) -> None:
        """Write a line to its standard input."""
        pipe = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        pipe.write(line.encode() + b"\n")

    # -- asyncio's callbacks ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It runs."""
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self.pid = self._transport.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """It wrote something."""
        *whole, self._partial[fd] = (self._partial[fd] + data).split(b"\n")
        self._keep(fd, whole)

    def pipe_connection_lost(self, fd: int, _exc: Exception | None) -> None:
        """It closed an output."""
        if fd in _OUTPUTS:
            self._ended_outputs.add(fd)
            self._keep(fd, [rest] if (rest := self._partial[fd]) else [])

    def process_exited(self) -> None:
        """It ended; what is left in its outputs may still come."""
        self._tell()

    def _keep(self, fd: int, whole: list[bytes]) -> None:
        for line in whole:
            text = line.decode("utf-8", "replace")
            self.lines.append(text)
            (self.stdout if fd == 1 else self.stderr).append(text)
        self._tell()

    @property
    def _silent(self) -> bool:
        return len(self._ended_outputs) == len(_OUTPUTS)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, predicate: Callable[[], object], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not predicate():
                await self._changed.wait()


@asynccontextmanager
async def running(*command: str | Path, environment: Mapping[str, str] | None = None) -> AsyncIterator[Child]:
    """Run a command; a bare name is an installed program of the project (`running("anju", "run", …)`).

    At the end of the block it and whatever it started is killed if it still runs.
    """
    transport, child = await asyncio.get_running_loop().subprocess_exec(
        Child,
        *_resolved(command),
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
    )
    try:
        yield child
    finally:
        _kill_group(child.pid)
        await child._until(lambda: child.status is not None, _END_SECONDS)
        transport.close()


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # everything in it has ended


def run(
    *command: str | Path, given: str = "", timeout: float = 60.0, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run an installed program of the project to its end, with `given` as its standard input."""
    return subprocess.run(
        _resolved(command),
        input=given,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **(environment or {})},
    )


def _resolved(command: tuple[str | Path, ...]) -> list[str]:
    program, *arguments = map(str, command)
    return [program if "/" in program else str(BIN / program), *arguments]
