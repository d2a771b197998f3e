"""A call centre written from the contract's page alone: aiomqtt and plain JSON, nothing of our own code.

Whoever follows that page is a call centre; this one also misbehaves on demand.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.support.brokers import Broker

_RETRY_SECONDS = 0.05
ANSWERED = ("alarm", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message as it came from a gateway."""

    gateway: str
    branch: str
    body: dict[str, Any]
    payload: bytes
    retain: bool
    content_type: str | None

    @property
    def id(self) -> str:
        """The message's own id (events and alarms only)."""
        return str(self.body["id"])

    @property
    def alarm(self) -> str:
        """The raised event that the message belongs to; its own id where it names none."""
        return str(self.body["data"].get("alarm") or self.id)

    @property
    def kind(self) -> str | None:
        """`data.kind` of an event or alarm, None of a status."""
        return self.body["data"].get("kind") if "data" in self.body else None

    @property
    def type(self) -> str | None:
        """`data.type` of an event or alarm, None of a status."""
        return self.body["data"].get("type") if "data" in self.body else None


Manner = Callable[[Heard], Sequence[str]]
"""Which states to answer an alarm or event with at once, in order."""


def stores(_heard: Heard) -> Sequence[str]:
    """Answers `received`: the centre as it should be, without a person at the desk."""
    return ("received",)


def stores_twice(_heard: Heard) -> Sequence[str]:
    """Answers `received` two times."""
    return ("received", "received")


def accepts(_heard: Heard) -> Sequence[str]:
    """A person takes everything at once."""
    return ("received", "accepted")


def silent(_heard: Heard) -> Sequence[str]:
    """Never answers by itself; `Centre.answer` may, as late as a test likes."""
    return ()


class Centre:
    """Records every message and answers in a `manner`, which may be changed at any time."""

    def __init__(self, broker: Broker, district: str, manner: Manner, tasks: asyncio.TaskGroup) -> None:
        self.manner = manner
        self.heard: list[Heard] = []
        self.district = district
        self._broker = broker
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._client: aiomqtt.Client | None = None
        self._changed = asyncio.Condition()

    # -- what was heard -----------------------------------------------------------------------------------------------

    def on(self, branch: str, **data: Any) -> list[Heard]:
        """The messages of one branch whose `data` has these values, in order of arrival."""
        return [
            heard
            for heard in self.heard
            if heard.branch == branch and all(heard.body["data"].get(key) == value for key, value in data.items())
        ]

    @property
    def raised(self) -> list[str]:
        """The distinct ids of raised alarms, in order of first arrival."""
        raised = (heard for heard in self.heard if heard.body.get("type") == "anju.alarm.raised")
        return list(dict.fromkeys(heard.id for heard in raised))

    async def wait(self, predicate: Callable[[], Any], timeout: float = 15.0) -> Any:  # noqa: ASYNC109
        """Wait until `predicate()` is truthy, looked at after each message, and return its value.

        Raises AssertionError with what has been heard.
        """
        try:
            async with asyncio.timeout(timeout), self._changed:
                while not (value := predicate()):
                    await self._changed.wait()
                return value
        except TimeoutError:
            seen = [(heard.branch, heard.kind, heard.type) for heard in self.heard]
            raise AssertionError(f"not within {timeout} s; heard {seen}") from None

    async def wait_on(self, branch: str, count: int = 1, timeout: float = 15.0, **data: Any) -> list[Heard]:  # noqa: ASYNC109
        """Wait for `count` messages of one branch whose `data` has these values."""
        await self.wait(lambda: len(self.on(branch, **data)) >= count, timeout)
        return self.on(branch, **data)

    # -- what it says -------------------------------------------------------------------------------------------------

    async def answer(self, heard: Heard, state: str, **more: Any) -> dict[str, Any]:
        """Answer one message. `received` and `hold` are about the message itself, the others about its alarm.

        `more` overrides or adds keys (`role`, `minutes`, `result`, `id`, `about`). Returns the answer as sent.
        """
        about = heard.id if state in ("received", "hold") else heard.alarm
        body: dict[str, Any] = {"id": str(uuid.uuid4()), "about": about, "state": state, "at": _now()}
        body |= {"role": None, "minutes": None, "result": None, **more}
        await self.say(heard.gateway, "answer", json.dumps(body).encode())
        return body

    async def say(self, gateway: str, branch: str, payload: bytes) -> None:
        """Publish any bytes on one of a gateway's own topics."""
        await self._publish(f"anju/v1/{self.district}/{gateway}/{branch}", payload, retain=False)

    async def announce(self, state: str) -> None:
        """Publish the retained `centre/status`: `online` or `offline`."""
        body = json.dumps({"state": state, "at": _now()}).encode()
        await self._publish(f"anju/v1/{self.district}/centre/status", body, retain=True)

    async def _publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        assert self._client is not None, "the centre is not connected"
        await self._client.publish(topic, payload, qos=1, retain=retain)

    # -- coming and going ---------------------------------------------------------------------------------------------

    async def come(self) -> None:
        """Connect with the kept session, and stay through broker restarts. Returns once subscribed."""
        self._task = self._tasks.create_task(self._stay())
        await self.connected()

    async def connected(self) -> None:
        """Wait until it is connected and subscribed."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: self._client is not None)

    async def leave(self) -> None:
        """Disconnect; the broker keeps the session."""
        task, self._task = self._task, None
        # Again until it ends: Python 3.11's wait_for, which aiomqtt uses, can lose a cancellation.
        while task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=1.0)

    async def _stay(self) -> None:
        while True:
            try:
                await self._listen()
            except aiomqtt.MqttError:
                await asyncio.sleep(_RETRY_SECONDS)  # the broker is away: there is nothing else to wait for

    async def _listen(self) -> None:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 3600
        async with aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            identifier=f"centre-{self.district}",
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=properties,
            keepalive=5,
            timeout=5,
            max_queued_incoming_messages=100_000,
        ) as client:
            for branch in (*ANSWERED, "telemetry", "status", "reply"):
                await client.subscribe(f"anju/v1/{self.district}/+/{branch}", qos=1)
            await self._set_client(client)
            try:
                async for message in client.messages:
                    await self._take(message)
            finally:
                await self._set_client(None)

    async def _set_client(self, client: aiomqtt.Client | None) -> None:
        async with self._changed:
            self._client = client
            self._changed.notify_all()

    async def _take(self, message: aiomqtt.Message) -> None:
        _, _, _, gateway, branch = str(message.topic).split("/")
        if gateway == "centre":
            return
        assert isinstance(message.payload, bytes)
        heard = Heard(
            gateway=gateway,
            branch=branch,
            body=json.loads(message.payload),
            payload=message.payload,
            retain=bool(message.retain),
            content_type=getattr(message.properties, "ContentType", None),
        )
        async with self._changed:
            self.heard.append(heard)
            self._changed.notify_all()
        if branch in ANSWERED:
            for state in self.manner(heard):
                await self.answer(heard, state)


@asynccontextmanager
async def call_centre(broker: Broker, *, district: str = "d1", manner: Manner = stores) -> AsyncIterator[Centre]:
    """A call centre that is connected when the block begins and gone when it ends."""
    async with asyncio.TaskGroup() as tasks:
        centre = Centre(broker, district, manner, tasks)
        await centre.come()
        try:
            yield centre
        finally:
            await centre.leave()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
