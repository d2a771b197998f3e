"""The district in real time: it writes down what comes, and a small centre answers `received` while it is there."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import msgspec
import uuid_utils

from drivers.link.mqtt import Endpoint, Inbound, MqttError, Session, SessionOptions, open_session
from gateway.contract import topics
from gateway.contract.messages import Answer, CentreStatus, Command
from gateway.contract.reading import decode
from gateway.contract.times import to_text
from simulator.judge import Gallery

ORDER_SECONDS = 300.0
"""How long an order is good for: as long as the contract allows."""
_RETRY_SECONDS = 0.1


class District:
    """`now` is the scenario's time in seconds. `run` has to run for it."""

    def __init__(self, endpoint: Endpoint, district: str, now: Callable[[], float]) -> None:
        self.gallery = Gallery()
        self._endpoint = endpoint
        self._district = district
        self._now = now
        self._is_there = True
        self._session: Session | None = None
        self._connected = asyncio.Event()

    async def run(self) -> NoReturn:
        """Listen for ever, whatever becomes of the broker."""
        options = SessionOptions(client_id=f"anju-sim-{self._district}")
        while True:
            try:
                async with open_session(self._endpoint, options, self._arrive) as session:
                    branches = (topics.ALARM, topics.EVENT, topics.REPLY)
                    await session.subscribe(*(topics.all_houses(self._district, branch) for branch in branches))
                    self._session = session
                    self._say_status()
                    self._connected.set()
                    await session.lost()
            except MqttError:
                self._session = None
                self._connected.clear()
            await asyncio.sleep(_RETRY_SECONDS)  # a broker that is away has no event to wait for

    async def connected(self) -> None:
        """Wait until it listens."""
        await self._connected.wait()

    def be_there(self, is_there: bool) -> None:
        """Let somebody answer, or nobody."""
        self._is_there = is_there
        self._say_status()

    def order_test(self, gateway: str, device: str | None, late_seconds: float) -> None:
        """Have a gateway raise a test of a device, or of the house, by an order that was issued so long ago."""
        issued_at = datetime.now(UTC) - timedelta(seconds=late_seconds)
        order = Command(
            id=str(uuid_utils.uuid7()),
            command="test",
            issuer="anju-sim",
            issued_at=to_text(issued_at),
            expires_at=to_text(issued_at + timedelta(seconds=ORDER_SECONDS)),
            device=device,
        )
        self._publish(topics.house(self._district, gateway, topics.COMMAND), order)

    def _say_status(self) -> None:
        state = CentreStatus(state="online" if self._is_there else "offline", at=to_text(datetime.now(UTC)))
        self._publish(topics.centre_status(self._district), state, retain=True)

    def _arrive(self, session: Session, inbound: Inbound) -> None:
        self.gallery.take(inbound.topic, inbound.payload, self._now())
        session.acknowledge(inbound)
        house = topics.parse(inbound.topic)
        if house is not None and house.branch != topics.REPLY and self._is_there:
            about = decode(inbound.payload).id
            now = to_text(datetime.now(UTC))
            answer = Answer(id=str(uuid_utils.uuid7()), about=about, state="received", at=now)
            self._publish(topics.house(self._district, house.gateway, topics.ANSWER), answer)

    def _publish(self, topic: str, what: msgspec.Struct, *, retain: bool = False) -> None:
        if self._session is not None:
            self._session.publish(topic, msgspec.json.encode(what), retain=retain)
