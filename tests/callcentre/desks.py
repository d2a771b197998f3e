"""A running desk for tests: its file, its process, its API; and a house that speaks MQTT by another's client."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import aiomqtt
import uuid_utils
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from simulator.ports import LOOPBACK, free_port
from tests.support.processes import Child, run, running

DISTRICT = "d1"


@dataclass(frozen=True, slots=True)
class Response:
    """What the desk answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Desk:
    """One desk: its configuration file, and its HTTP API while it runs."""

    folder: Path
    broker_port: int
    port: int = field(default_factory=free_port)

    @property
    def database(self) -> Path:
        return self.folder / "desk.db"

    @property
    def config(self) -> Path:
        file = self.folder / "desk.toml"
        file.write_text(
            f'district = "{DISTRICT}"\n[broker]\nhost = "{LOOPBACK}"\nport = {self.broker_port}\ntls = false\n'
            f'[database]\nurl = "sqlite:///{self.database}"\n[http]\nhost = "{LOOPBACK}"\nport = {self.port}\n'
        )
        return file

    def token(self, name: str = "wang", role: str = "operator") -> str:
        """A new token by the command that issues them."""
        done = run("anju-desk", "token", "--config", self.config, "--name", name, "--role", role)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @asynccontextmanager
    async def running(self, *options: str, listening: bool = True) -> AsyncIterator[Child]:
        """The desk as a process, from the moment its page answers (and, with `listening`, it hears the broker)."""
        async with running("anju-desk", "run", "--config", self.config, *options) as child:
            await child.wait_line("the desk is at")
            if listening:
                await child.wait_line("listening at the broker")
            yield child

    async def request(
        self, method: str, path: str, token: str | None = None, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        """One HTTP request on a connection of its own."""
        return await asyncio.to_thread(self.request_now, method, path, token, body, headers)

    def request_now(
        self, method: str, path: str, token: str | None = None, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        """The same without an event loop."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            sent = dict(headers or {})
            if token is not None:
                sent["Authorization"] = f"Bearer {token}"
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            if data is not None:
                sent.setdefault("Content-Type", "application/json")
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            return Response(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    async def get(self, path: str, token: str) -> Any:
        """A GET that must succeed."""
        response = await self.request("GET", path, token)
        assert response.status == 200, (response.status, response.body)
        return response.json

    async def alarms(self, token: str, state: str = "open") -> list[dict[str, Any]]:
        """The queue."""
        rows: list[dict[str, Any]] = (await self.get(f"/api/alarms?state={state}", token))["alarms"]
        return rows

    async def reject_count(self, reason: str) -> float:
        """How often the desk counted this reason."""
        page = (await self.request("GET", "/metrics")).body.decode()
        line = f'anju_desk_rejects_total{{reason="{reason}"}}'
        return sum(float(text.rsplit(" ", 1)[1]) for text in page.splitlines() if text.startswith(line))


def new_id() -> str:
    return str(uuid_utils.uuid7())


def text_time(ago: timedelta = timedelta(0)) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def alarm_message(
    message: str | None = None,
    *,
    what: str = "anju.alarm.raised",
    alarm: str | None = None,
    ago: timedelta = timedelta(0),
    subject: str | None = "r-0001",
    **data: Any,
) -> dict[str, Any]:
    """An envelope as a house sends it; `data` overrides what stands in it."""
    message = message or new_id()
    at = text_time(ago)
    body = {
        "alarm": alarm or message,
        "kind": "test" if what == "anju.test.raised" else "alarm",
        "type": "sos",
        "priority": "person",
        "device": "cord-bath",
        "model": "ev1527-cord",
        "room": "bathroom",
        "supervised": False,
        "state": "active",
        "test": what == "anju.test.raised",
        "late": False,
        "store": str(uuid.uuid4()),
        "boot": 1,
        "sequence": 1,
        "clock_quality": "synchronised",
        "received_at": at,
        "sent_at": at,
        "attempt": 1,
        "route": "mqtt",
        "evidence": {"repeat_count": 1},
    }
    envelope = {
        "specversion": "1.0",
        "id": message,
        "source": "/gateways/gw-0001",
        "type": what,
        "time": at,
        "datacontenttype": "application/json",
        "data": body | data,
    }
    return envelope if subject is None else envelope | {"subject": subject}


class House:
    """A gateway's MQTT side by an independent client; `answers` grow as they come."""

    def __init__(self, client: aiomqtt.Client, gateway: str) -> None:
        self._client = client
        self.gateway = gateway
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def send(self, branch: str, message: Any, *, retain: bool = False) -> None:
        """Publish with QoS 1: bytes as they are, anything else as JSON."""
        payload = message if isinstance(message, bytes) else json.dumps(message, ensure_ascii=False).encode()
        await self._client.publish(f"anju/v1/{DISTRICT}/{self.gateway}/{branch}", payload, qos=1, retain=retain)

    async def alarm(self, message: Any) -> dict[str, Any]:
        """Send on the alarm topic and wait for the answer to this very message."""
        await self.send("alarm", message)
        return await self.answer(about=message["id"])

    async def birth(self, *opened: str, session: int = 1, **more: Any) -> None:
        """Say that the house is alive."""
        status = {"state": "online", "session": session, "at": text_time(), "version": "1", "heartbeat_minutes": 10}
        await self.send("status", status | {"devices": {}, "open": list(opened)} | more, retain=True)

    async def answer(self, timeout_seconds: float = 10.0, **wanted: Any) -> dict[str, Any]:
        """The next answer with these values; others before it are passed over."""
        async with asyncio.timeout(timeout_seconds):
            while True:
                answer = await self._answers.get()
                if all(answer.get(name) == value for name, value in wanted.items()):
                    return answer

    async def no_answer_before(self, marker: dict[str, Any]) -> list[dict[str, Any]]:
        """Send `marker` and gather every answer up to its own: the way to see that something was not answered."""
        await self.send("alarm", marker)
        gathered = []
        async with asyncio.timeout(10):
            while (answer := await self._answers.get())["about"] != marker["id"]:
                gathered.append(answer)
        return gathered

    async def _listen(self) -> None:
        async for message in self._client.messages:
            assert isinstance(message.payload, bytes)
            self._answers.put_nowait(json.loads(message.payload))


@asynccontextmanager
async def house(broker_port: int, gateway: str = "gw-0001") -> AsyncIterator[House]:
    """A connected house that hears its answers; its session outlives short absences."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 3_600
    async with aiomqtt.Client(
        LOOPBACK,
        broker_port,
        identifier=f"test-{gateway}",
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=False,
        properties=properties,
    ) as client:
        await client.subscribe(f"anju/v1/{DISTRICT}/{gateway}/answer", qos=1)
        made = House(client, gateway)
        listening = asyncio.ensure_future(made._listen())
        try:
            yield made
        finally:
            listening.cancel()
