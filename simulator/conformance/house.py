"""A house that checks a platform: one connection at a time, and every answer that came over any of them."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from drivers.link.endpoint import Endpoint, Inbound, MqttError, RefusedError, SessionOptions, Will
from drivers.link.group import Group
from drivers.link.mqtt import open_session
from drivers.link.session import Session
from gateway.contract import topics
from gateway.contract.envelope import CONTENT_TYPE
from simulator.conformance.verdict import ViolatedError
from simulator.conformance.words import Message, Speaker
from simulator.tearing import tear

NO_SUBSCRIBER = 0x10
_EXPIRY_SECONDS = 3_600
_LOST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One message for this house: `body` is None where it is no JSON object; `at` in seconds of the monotonic clock."""

    branch: str
    body: dict[str, Any] | None
    retained: bool
    at: float

    def says(self, key: str) -> Any:
        """A key of the body, None where it has none."""
        return None if self.body is None else self.body.get(key)


class CheckingHouse:
    """Speaks as a gateway does and remembers what came back. `patience_seconds` is how long it waits for an answer."""

    def __init__(self, endpoint: Endpoint, district: str, gateway: str, patience_seconds: float) -> None:
        self.speaker = Speaker(district, gateway)
        self.patience_seconds = patience_seconds
        self.encrypted = endpoint.tls is not None
        self.district, self.gateway = district, gateway
        self.heard: list[Heard] = []
        self.asked: Counter[str] = Counter()
        """How often an answer about each id was asked for: each sending, and each birth that lists it."""
        self.session_was_kept = False
        self._endpoint = endpoint
        self._session: Session | None = None
        self._block = AsyncExitStack()
        self._changed = asyncio.Event()

    # -- the line -----------------------------------------------------------------------------------------------------

    async def connect(self, *, with_birth: bool = True) -> None:
        """Connect as a gateway does, listen, and publish a birth. Raises MqttError, ViolatedError."""
        self.speaker.next_session()
        will = Will(topic=self.topic(topics.STATUS), payload=self.speaker.status("offline"), delay_seconds=0)
        options = SessionOptions(client_id=self.gateway, will=will, session_expiry_seconds=_EXPIRY_SECONDS)
        session = await self._block.enter_async_context(open_session(self._endpoint, options, self._take))
        self.session_was_kept = session.session_present
        self._session = session
        centre = topics.centre_status(self.district)
        await session.subscribe(self.topic(topics.ANSWER), self.topic(topics.COMMAND), centre)
        if with_birth:
            await self.status(self.speaker.status())

    async def leave(self) -> None:
        """Disconnect, in order where the line still stands."""
        self._session = None
        with suppress(MqttError):
            await self._block.aclose()

    async def cut(self) -> None:
        """Tear the line, and wait until that is noticed."""
        session, self._session = self._session, None
        tear(self._endpoint.port)
        if session is not None:
            with suppress(MqttError, TimeoutError):
                async with asyncio.timeout(_LOST_SECONDS):
                    await session.lost()
        await self.leave()

    @property
    def connected(self) -> bool:
        """Whether there is a line, as far as is known."""
        return self._session is not None

    @property
    def session(self) -> Session:
        """The session that stands. Raises ViolatedError where none does."""
        if self._session is None:
            raise ViolatedError("the broker keeps no connection")
        return self._session

    def topic(self, branch: str) -> str:
        """One of this house's topics."""
        return topics.house(self.district, self.gateway, branch)

    # -- out ----------------------------------------------------------------------------------------------------------

    async def send(self, *messages: Message) -> None:
        """Publish, all at once. Raises ViolatedError where the broker refuses one or has nobody to give it to."""
        acknowledged = []
        for message in messages:
            self.asked[message.id] += 1
            topic = self.topic(message.branch)
            acknowledged.append((topic, self.session.publish(topic, message.payload, content_type=CONTENT_TYPE)))
        for topic, code in acknowledged:
            if await self._code(topic, code) == NO_SUBSCRIBER:
                raise ViolatedError(f"nobody has subscribed to {topic} (PUBACK 0x10)")

    async def status(self, payload: bytes, lists: tuple[str, ...] = ()) -> None:
        """Publish a status, retained; `lists` are the open alarms in it. Raises ViolatedError."""
        self.asked.update(lists)
        topic = self.topic(topics.STATUS)
        await self._code(topic, self.session.publish(topic, payload, retain=True))

    async def _code(self, topic: str, acknowledged: "asyncio.Future[int]") -> int:
        try:
            return await acknowledged
        except RefusedError as error:
            raise ViolatedError(f"the broker refuses {topic} to its own house: {error.reason}") from error

    # -- in -----------------------------------------------------------------------------------------------------------

    def answers(self, about: str, *states: str) -> list[Heard]:
        """The answers about an id that were heard so far; in these states where any is named."""
        return [
            heard
            for heard in self.heard
            if heard.branch == topics.ANSWER
            and heard.says("about") == about
            and (not states or heard.says("state") in states)
        ]

    async def received(self, message: Message, count: int = 1) -> None:
        """Wait for `received` about a message, the `count`th. Raises ViolatedError with what came instead."""
        if await self.until(lambda: len(self.answers(message.id, "received")) >= count):
            return
        others = [str(heard.says("about")) for heard in self.heard if heard.branch == topics.ANSWER]
        other = sorted({about for about in others if about not in self.asked})
        came = "" if count == 1 else f"; only {len(self.answers(message.id, 'received'))} of {count} came"
        instead = f"; there is an answer about {other[0]}, which no house has sent" if other else ""
        raise ViolatedError(f"no `received` about {message.id} within {self.patience_seconds:g} s{came}{instead}")

    async def until(self, holds: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until `holds()`, for `seconds` (its patience) at most; whether it does. Raises MqttError."""
        lost: list[BaseException] = []
        try:
            async with Group() as tasks:
                line = tasks.create_task(self.session.lost())
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.patience_seconds if seconds is None else seconds):
                        while not holds():
                            self._changed.clear()
                            await self._changed.wait()
                line.cancel()
        except* MqttError as group:
            lost = [*group.exceptions]
        if lost:
            raise lost[0]
        return holds()

    def _take(self, session: Session, inbound: Inbound) -> None:
        session.acknowledge(inbound)
        try:
            body = msgspec.json.decode(inbound.payload)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            body = None
        branch = topics.CENTRE if inbound.topic == topics.centre_status(self.district) else ""
        found = topics.parse(inbound.topic)
        self.heard.append(
            Heard(
                found.branch if found else branch,
                body if isinstance(body, dict) else None,
                inbound.retain,
                time.monotonic(),
            )
        )
        self._changed.set()
