"""A centre that answers `received` at once and notes when each alarm came; and a sender for the house's own broker."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from drivers.link.mqtt import Endpoint, Inbound, Session, SessionOptions, open_session
from simulator.ports import LOOPBACK

PATIENCE_SECONDS = 60.0


class Centre:
    """What came in: the first arrival of each device's alarm, how many alarms in all, telemetry messages."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.alarms: Counter[str] = Counter()
        self.order: list[tuple[str, float]] = []
        self._changed = asyncio.Event()

    def take(self, session: Session, inbound: Inbound) -> None:
        """Note a message, and answer an alarm."""
        now = time.perf_counter()
        session.acknowledge(inbound)
        branch = inbound.topic.rpartition("/")[2]
        self.order.append((branch, now))
        if branch == "alarm":
            body = json.loads(inbound.payload)
            device = body["data"]["device"]
            self.arrived.setdefault(device, now)
            self.alarms[body["id"]] += 1
            about = {"id": body["id"] + "-a", "about": body["id"], "state": "received", "at": body["data"]["sent_at"]}
            session.publish(inbound.topic.removesuffix("alarm") + "answer", json.dumps(about).encode())
        self._changed.set()

    async def heard(self, devices: list[str]) -> None:
        """Wait until an alarm of each of them has come. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(device not in self.arrived for device in devices):
                self._changed.clear()
                await self._changed.wait()

    def forget(self) -> None:
        """Begin anew."""
        self.arrived.clear()
        self.alarms.clear()
        self.order.clear()


@asynccontextmanager
async def answering_centre(port: int) -> AsyncIterator[Centre]:
    """A centre on the district's broker."""
    centre = Centre()
    async with _watched(port, "bench-centre", centre.take) as session:
        await session.subscribe("anju/v1/bench/+/alarm", "anju/v1/bench/+/telemetry")
        yield centre


Publish = Callable[[str, bytes], Awaitable[int]]


@asynccontextmanager
async def sender(port: int) -> AsyncIterator[Publish]:
    """What publishes in the house, as zigbee2mqtt does."""
    async with _watched(port, "bench-sender", lambda _session, _inbound: None) as session:
        yield session.publish


@asynccontextmanager
async def _watched(port: int, client_id: str, take: Callable[[Session, Inbound], None]) -> AsyncIterator[Session]:
    async with open_session(Endpoint(host=LOOPBACK, port=port), SessionOptions(client_id=client_id), take) as session:
        watch = asyncio.ensure_future(session.lost())
        try:
            yield session
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
