"""The one file of the simulator that knows the gateway from inside: whole houses that run in this process.

Everything else reaches a gateway as a house does. Here houses are started by the hundred for the fleet, and in time
that is simulated.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Protocol

from drivers.event import ClockQuality
from drivers.link.endpoint import Endpoint, SessionOptions
from drivers.link.mqtt import open_session
from drivers.link.serial import OpenPort
from drivers.link.session import OnMessage, OpenSession, Session
from gateway import app
from gateway.clock import EARLIEST, Clock
from gateway.config import Config, ConfigError, load
from gateway.store.turn_writer import TurnWriter
from gateway.surroundings import REAL, Surroundings

__all__ = ["Config", "ConfigError", "DrivenHouse", "TimeSource", "load", "run_home"]


async def run_home(
    config: Config,
    stop: asyncio.Event,
    open_port: OpenPort,
    open_session: OpenSession = open_session,
    minted: Callable[[str], None] = lambda _id: None,
) -> int:
    """Run one of many houses of this process over its real connection, until `stop`; it stops in order then.

    `open_port` stands in for its serial lines, `open_session` may watch its connections, `minted` is told each id that
    it gives. It takes no signals, and serves neither pages nor `anju learn`.
    """

    def new_id() -> str:
        id_ = REAL.new_id()
        minted(id_)
        return id_

    around = Surroundings(open_port=open_port, open_session=open_session, new_id=new_id, is_own_process=False)
    return await app.run(config, around, stop=stop)


class TimeSource(Protocol):
    """A house's clocks, whoever makes its time."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def now(self) -> datetime:
        """The wall clock, UTC."""

    def quality(self) -> ClockQuality:
        """Whether a time server has set it."""


class Vanishing(Session, Protocol):
    """A session whose client can lose its power."""

    def vanish(self) -> None:
        """Not a word more."""


OpenVanishing = Callable[[Endpoint, SessionOptions, OnMessage], AbstractAsyncContextManager[Vanishing]]


class DrivenHouse:
    """One house in virtual time, from one start to the stop or the power cut that ends it.

    `pause` is how it waits between two looks; `new_id` and `jitter` are drawn from a seed.
    """

    def __init__(
        self,
        config: Config,
        clock: TimeSource,
        open_session: OpenVanishing,
        open_port: OpenPort,
        new_id: Callable[[], str],
        jitter: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._config = config
        self._clock = clock
        self._open_session = open_session
        self._around = Surroundings(
            open_session=self._open,
            open_port=open_port,
            new_id=new_id,
            jitter=jitter,
            pause=pause,
            begin_writing=self._begin_writing,
            disk_seconds=float("inf"),
            is_own_process=False,
        )
        self._sessions: list[Vanishing] = []
        self._writer: TurnWriter | None = None
        self._stop = asyncio.Event()

    async def run(self) -> int:
        """Run until `stop`; its exit status."""
        return await app.run(self._config, self._around, _HouseClock(self._clock), self._stop)

    def stop(self) -> None:
        """Let it stop in order."""
        self._stop.set()

    def cut(self) -> None:
        """Take its power: what is not on the disk never will be, and nothing leaves any more. Then cancel `run`."""
        if self._writer is not None:
            self._writer.cut()
        for session in self._sessions:
            session.vanish()

    @asynccontextmanager
    async def _open(
        self, endpoint: Endpoint, options: SessionOptions, on_message: OnMessage
    ) -> AsyncIterator[Vanishing]:
        async with self._open_session(endpoint, options, on_message) as session:
            self._sessions.append(session)
            try:
                yield session
            finally:
                self._sessions.remove(session)

    def _begin_writing(self, connection: sqlite3.Connection) -> TurnWriter:
        self._writer = TurnWriter(connection)
        return self._writer


class _HouseClock(Clock):
    """Clocks from outside in the gateway's own shape."""

    def __init__(self, source: TimeSource) -> None:
        self._source = source

    def monotonic(self) -> float:
        return self._source.monotonic()

    def now(self) -> datetime:
        return self._source.now()

    def quality(self) -> ClockQuality:
        return self._source.quality() if self.now() >= EARLIEST else ClockQuality.UNTRUSTED
