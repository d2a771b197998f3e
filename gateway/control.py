"""How `anju learn` and `anju away` reach the running gateway: a socket file beside the store, one request a connection.

A file and no port, because a file has an owner: only the gateway's user and root can open it, and no web page that
somebody looks at on this machine can. The gateway owns the serial port, so learning happens here: everything heard on
the line is told on, after the house itself has dealt with it.
One JSON object per line: a `Request` comes in, `Told` go out until the time is over or the other side leaves.
"""

import asyncio
import os
import socket
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from drivers.device import Decoded
from drivers.event import Reject
from drivers.link.group import Group
from drivers.output import Message, Via
from drivers.registry import LearningMode, SerialDriver
from gateway.config_devices import SerialPort
from gateway.config_outputs import Line
from gateway.ears import Ears
from gateway.outlet import Outlet
from gateway.store.absence import Absence

SECONDS_LIMIT = 600
CONNECTIONS_LIMIT = 4
REQUEST_SECONDS = 5.0
REQUEST_LIMIT_BYTES = 1_024
HEARD_LIMIT = 64
"""What is heard faster than the other side reads it is lost to learning, never to the house."""


class Request(msgspec.Struct):
    """Learn on a serial line; `bridge` has a Sonoff bridge enter its own learning mode as well."""

    line: str
    seconds: Annotated[int, msgspec.Meta(ge=1, le=SECONDS_LIMIT)]
    bridge: bool = False


class AwayRequest(msgspec.Struct):
    """Nobody is at home `until` then (RFC 3339), as `by` says; or somebody is `back`; or neither: how is it?"""

    by: str
    until: str | None = None
    back: bool = False


class Asked(msgspec.Struct, omit_defaults=True):
    """A request that is not about learning; what has none of these is a `Request`."""

    away: AwayRequest | None = None


class Heard(msgspec.Struct, omit_defaults=True):
    """One sound code; `rssi_dbm` where the receiver tells it."""

    driver: str
    address: str
    code: str | None = None
    rssi_dbm: int | None = None


class Told(msgspec.Struct, omit_defaults=True):
    """One line of the answer: a code, a note, why it cannot be done, or that it is over; `away`: who is away."""

    heard: Heard | None = None
    note: str | None = None
    refused: str | None = None
    over: bool = False
    away: Absence | None = None


@dataclass(frozen=True, slots=True)
class LearnableLine:
    """A serial line that can be learnt on; `mode` where its receiver has a learning mode of its own."""

    mode: LearningMode | None
    ears: Ears
    outlet: Outlet


class ControlError(OSError):
    """The socket file cannot be had; the gateway works without it."""


def path_of(store: Path) -> Path:
    """Where the socket file of the gateway with this store lies."""
    return store.with_name(store.name + ".control")


def heard_in(decoded: Decoded, line: str) -> list[Heard]:
    """What a message says of sources, whoever they are; a device alone on its line bears the line's name."""
    if isinstance(decoded, Reject):
        return []
    return [Heard(said.driver, said.address or line, said.code, said.rssi_dbm) for said in decoded if not said.retained]


def learnable(
    receivers: Mapping[str, SerialDriver],
    ports: Iterable[SerialPort],
    ears: Mapping[str, Ears],
    outlets: Mapping[Line, Outlet],
) -> dict[str, LearnableLine]:
    """The serial lines on which receivers listen; one on which heads are asked has nothing to learn."""
    return {
        port.name: LearnableLine(receivers[port.driver].learning, ears[port.name], outlets[Via.SERIAL, port.name])
        for port in ports
        if port.driver in receivers
    }


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name for the path that is short enough for a socket, whatever folder it is in."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class Control:
    """Serves the socket file. `away` obeys and gives who is away since, or why it cannot be."""

    _group: asyncio.TaskGroup

    def __init__(
        self, path: Path, lines: Mapping[str, LearnableLine], away: Callable[[AwayRequest], str | Absence | None]
    ) -> None:
        self._path = path
        self._lines = lines
        self._away = away
        self._open = 0

    async def run(self) -> None:
        """Serve until cancelled. Raises ControlError where the file cannot be had."""
        try:
            listening = _listen(self._path)
        except OSError as error:
            raise ControlError(f"{self._path} cannot be listened on ({error.strerror}); anju learn needs it") from error
        try:
            async with Group() as self._group:
                server = await asyncio.start_unix_server(self._accept, sock=listening, limit=REQUEST_LIMIT_BYTES)
                try:
                    await asyncio.get_running_loop().create_future()
                finally:
                    server.close()
        finally:
            self._path.unlink(missing_ok=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= CONNECTIONS_LIMIT:
            writer.transport.abort()
            return
        self._open += 1
        self._group.create_task(self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                asked = await reader.readline()
            other = msgspec.json.decode(asked, type=Asked)
            if other.away is not None:
                answer = self._away(other.away)
                _tell(writer, Told(refused=answer) if isinstance(answer, str) else Told(away=answer, over=True))
                return
            await self._learn(msgspec.json.decode(asked, type=Request), reader, writer)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            _tell(writer, Told(refused=f"the request cannot be read: {error}"))
        except (OSError, TimeoutError):
            return
        finally:
            self._open -= 1
            writer.close()

    async def _learn(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = self._lines.get(request.line)
        mode = line.mode if line is not None and request.bridge else None
        if line is None or (request.bridge and mode is None):
            wanted = "line with a bridge that learns" if request.bridge else "serial line"
            _tell(writer, Told(refused=f"{request.line} is no {wanted} of this gateway"))
            return
        queue: asyncio.Queue[Told] = asyncio.Queue(HEARD_LIMIT)
        learning = _Learning(request.line, mode, queue)
        with line.ears.listening(learning.hear):
            if mode is not None and not line.outlet.send(Message("", mode.enter)):
                _tell(writer, Told(refused=f"{request.line} is not plugged in"))
                return
            if not line.outlet.is_open:
                _tell(writer, Told(note=f"{request.line} is not plugged in; plug it in now and it is heard"))
            try:
                async with Group() as group:
                    telling = group.create_task(_tell_on(queue, writer))
                    with suppress(OSError):  # the time is over, or the other side went without reading all
                        async with asyncio.timeout(request.seconds):
                            while await reader.read(REQUEST_LIMIT_BYTES):
                                continue  # only its end means something
                    telling.cancel()
            finally:
                if mode is not None and not learning.is_over:
                    line.outlet.send(Message("", mode.leave))
        _tell(writer, Told(over=True))


class _Learning:
    """One session of learning."""

    def __init__(self, line: str, mode: LearningMode | None, queue: "asyncio.Queue[Told]") -> None:
        self.is_over = False
        self._line = line
        self._mode = mode
        self._queue = queue

    def hear(self, frame: bytes, decoded: Decoded) -> None:
        """Pass on what was heard, and notice that the bridge has left its learning mode."""
        told = [Told(heard=heard) for heard in heard_in(decoded, self._line)]
        if self._mode is not None and not self.is_over and (end := self._mode.end_of(frame)):
            self.is_over = True
            told.append(Told(note=end))
        for one in told:
            if not self._queue.full():
                self._queue.put_nowait(one)


def _listen(path: Path) -> socket.socket:
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()  # of a gateway that was killed
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listening.fileno(), 0o600)  # Linux gives the file the mode of the socket that is bound to it
        with reachable(path) as name:
            listening.bind(name)
    except OSError:
        listening.close()
        raise
    return listening


async def _tell_on(queue: "asyncio.Queue[Told]", writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while True:
            _tell(writer, await queue.get())
            await writer.drain()


def _tell(writer: asyncio.StreamWriter, told: Told) -> None:
    if not writer.is_closing():
        writer.write(msgspec.json.encode(told) + b"\n")
