"""`anju learn`: hears what a line hears, for a while. Alarms of enrolled devices still go out meanwhile."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

import msgspec

from drivers.link.group import Group
from gateway.config import Config
from gateway.control import Heard, Request, Told, path_of, reachable
from gateway.learn_broker import listen
from gateway.learnt import Learnt

BROKER = "broker"
"""The line name of the local broker."""
GRACE_SECONDS = 5.0
"""The gateway ends the time; only one that hangs lets this one run out."""

Say = Callable[[str], None]


class LearnError(Exception):
    """Nothing can be learnt on that line; the text says why, and the remedy."""


async def learn(config: Config, request: Request, say: Say, *, join: bool) -> Learnt:
    """Listen on a line, `say` each code when it is new, and return everything heard. Ctrl-C ends it early.

    Raises LearnError where the line cannot be listened on.
    """
    learnt = Learnt({(device.driver, device.address): device.id for device in config.devices})

    def hear(heard: Heard) -> None:
        line = learnt.add(heard)
        if line is not None:
            say(line)

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    say(f"listening on {request.line} for {request.seconds} s; press one button at a time, Ctrl-C ends")
    if request.line != BROKER:
        problem = await _Conversation(request, stop, hear, say).hold(config)
    elif config.broker is None:
        problem = "this gateway has no [broker]; write one, or name a serial line"
    else:
        problem = await listen(config.broker, config.gateway, request.seconds, stop, hear, join=join)
    if problem is not None:
        raise LearnError(problem)
    return learnt


class _Conversation:
    """One request to the running gateway, which owns the serial line."""

    def __init__(self, request: Request, stop: asyncio.Event, hear: Callable[[Heard], None], say: Say) -> None:
        self._request = request
        self._stop = stop
        self._hear = hear
        self._say = say
        self._problem: str | None = None

    async def hold(self, config: Config) -> str | None:
        """Returns what went wrong, None where it was well."""
        path = path_of(config.store_path)
        try:
            with reachable(path) as name:
                reader, writer = await asyncio.open_unix_connection(name)
        except OSError as error:
            return f"no gateway of this file can be asked ({path}: {error.strerror}); start it, and be its user or root"
        writer.write(msgspec.json.encode(self._request) + b"\n")
        async with Group() as group:
            reading = group.create_task(self._read(reader))
            with suppress(TimeoutError):
                async with asyncio.timeout(self._request.seconds + GRACE_SECONDS):
                    await self._stop.wait()
            reading.cancel()
        writer.close()  # the gateway takes this for the end of learning
        return self._problem

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while not self._is_last(await reader.readline()):
                continue
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            self._problem = f"the gateway broke off: {error}"
        self._stop.set()

    def _is_last(self, line: bytes) -> bool:
        if not line:
            self._problem = "the gateway has stopped; a bridge leaves its learning mode by itself after 30 s"
            return True
        told = msgspec.json.decode(line, type=Told)
        if told.heard is not None:
            self._hear(told.heard)
        if told.note is not None:
            self._say(told.note)
        self._problem = told.refused
        return told.over or told.refused is not None
