"""One home of a fleet as its process sees it: what is heard in it, its line, how long its alarms take."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drivers.link.endpoint import Endpoint, SessionOptions
from drivers.link.mqtt import open_session
from drivers.link.session import OnMessage, Session
from simulator import inside
from simulator.fleet.homes import BRIDGE, Home
from simulator.fleet.radio import Sender
from simulator.memory_port import MemoryPort, MemoryPorts


@dataclass(slots=True)
class Watched:
    """What the homes of one process have in common: who minted which id, and each alarm from its frame to `received`.

    Times are seconds of the monotonic clock.
    """

    minted: dict[str, "Life"] = field(default_factory=dict)
    raised: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    """Of what was received since somebody last asked."""
    called: int = 0
    received: int = 0
    connected: int = 0

    def notice(self, alarm: str, state: str) -> None:
        """What a gateway tells its resident of an alarm."""
        if state == "calling" and (life := self.minted.pop(alarm, None)) is not None:
            self.raised[alarm] = life.began()
        elif state == "received" and (began := self.raised.pop(alarm, None)) is not None:
            self.latencies.append(time.monotonic() - began)
            self.received += 1

    def take_latencies(self) -> list[float]:
        """What has come to `latencies` since the last call."""
        taken, self.latencies = self.latencies, []
        return taken


class Life:
    """A running home. Its gateway is real; its radio's serial line is in memory."""

    def __init__(self, home: Home, watched: Watched) -> None:
        self._home = home
        self._watched = watched
        self._called = deque[float]()
        self._bridge = MemoryPort(BRIDGE)

    async def run(self, stop: asyncio.Event) -> None:
        """Live until `stop`."""
        config = inside.load(self._home.file)
        await inside.run_home(config, stop, MemoryPorts(self._bridge).open, self._open_session, self._mint)

    def say(self, sender: Sender) -> None:
        """A sender is heard: its frame comes out of the bridge."""
        if sender.calls_for_help:
            self._called.append(time.monotonic())
            self._watched.called += 1
        self._bridge.say(sender.frame)

    def began(self) -> float:
        """When the oldest call that has become no alarm yet was heard."""
        return self._called.popleft()

    def _mint(self, id_: str) -> None:
        if self._called:  # any other id is of no alarm
            self._watched.minted[id_] = self

    @asynccontextmanager
    async def _open_session(
        self, endpoint: Endpoint, options: SessionOptions, on_message: OnMessage
    ) -> AsyncIterator[Session]:
        async with open_session(endpoint, options, on_message) as session:
            self._watched.connected += 1
            try:
                yield session
            finally:
                self._watched.connected -= 1
