"""The integrator's check: our own desk passes it, and each way to misbehave fails the right checks and no other."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from simulator.conformance.checks_answers import fault_of
from tests.callcentre.desks import Desk
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.processes import run, running

UNCHECKED_WITHOUT_TLS = ["rights"]


class Platform:
    """A call centre in memory, by the contract's page; `vices` are what it does otherwise."""

    def __init__(self, client: aiomqtt.Client, vices: set[str]) -> None:
        self._client = client
        self._vices = vices
        self._stored: set[str] = set()

    async def take(self, message: aiomqtt.Message) -> None:
        *_, gateway, branch = str(message.topic).split("/")
        if gateway == "centre":
            return
        body = json.loads(message.payload if isinstance(message.payload, bytes) else b"null")
        if branch == "status":
            await self._take_status(gateway, body)
        elif branch in ("alarm", "event"):
            await self._take_message(gateway, body)
        elif "answers telemetry" in self._vices:
            await self._answer(gateway, body["id"])

    async def _take_message(self, gateway: str, body: dict[str, Any]) -> None:
        id_, data = body["id"], body["data"]
        if not isinstance(data, dict):
            if "forgets unreadable" not in self._vices:
                more = {} if "understands everything" in self._vices else {"understood": False}
                await self._answer(gateway, id_, **more)
            return
        forgets = {
            "forgets duplicates": id_ in self._stored,
            "forgets unknown types": data["type"] == "type_of_a_later_version",
            "forgets tests": body["type"] == "anju.test.raised",
            "forgets other sources": body["source"] != f"/gateways/{gateway}",
        }
        if any(vice in self._vices and holds for vice, holds in forgets.items()):
            return
        if "answers the alarm's id" in self._vices and body["type"] == "anju.alarm.updated":
            await self._answer(gateway, data["alarm"])
            return
        self._stored.add(id_)
        await self._answer(gateway, str(uuid.uuid4()) if "answers another id" in self._vices else id_)
        if "answers twice" in self._vices:
            await self._answer(gateway, id_)

    async def _take_status(self, gateway: str, body: dict[str, Any]) -> None:
        for id_ in body.get("open", []):
            known = id_ in self._stored and "forgets births" not in self._vices
            if known or (id_ not in self._stored and "knows everything" in self._vices):
                await self._answer(gateway, id_)

    async def _answer(self, gateway: str, about: str, **more: Any) -> None:
        answer = {"id": str(uuid.uuid4()), "about": about, "state": "received", "at": datetime.now(UTC).isoformat()}
        answer |= {"role": None, "minutes": None, "result": None} | more
        if "has one id" in self._vices:
            answer["id"] = "answer"
        if "writes half" in self._vices:
            del answer["role"]
        retained = "retains" in self._vices
        await self._client.publish(f"anju/v1/d1/{gateway}/answer", json.dumps(answer), qos=1, retain=retained)


@asynccontextmanager
async def platform(broker: Broker, *vices: str, status: str | None = "online") -> AsyncIterator[None]:
    async with aiomqtt.Client(broker.host, broker.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        for branch in ("alarm", "event", "status", "telemetry"):
            await client.subscribe(f"anju/v1/d1/+/{branch}", qos=1)
        if status is not None:
            said = json.dumps({"state": status, "at": datetime.now(UTC).isoformat()})
            await client.publish("anju/v1/d1/centre/status", said, qos=1, retain=True)
        fake = Platform(client, set(vices))

        async def serve() -> None:
            async for message in client.messages:
                await fake.take(message)

        serving = asyncio.ensure_future(serve())
        try:
            yield
        finally:
            serving.cancel()
            await asyncio.wait([serving])


def words(broker: Broker, *more: str) -> tuple[str, ...]:
    return ("--host", broker.host, "--port", str(broker.port), "--district", "d1", *more)


async def checked(broker: Broker, patience_seconds: float) -> dict[str, dict[str, Any]]:
    """The report's checks by name, of a check in a process of its own: it tears every line that its process has."""
    command = ("anju-sim", "platform-check", *words(broker, "--patience", str(patience_seconds), "--json"))
    async with running(*command) as check:
        assert await check.wait(60.0) in (0, 1), check.text
    report = json.loads(check.stdout[0])
    assert report["failed"] == len(failed({one["check"]: one for one in report["checks"]}))
    return {one["check"]: one for one in report["checks"]}


def failed(checks: dict[str, dict[str, Any]]) -> list[str]:
    return [name for name, check in checks.items() if check["passed"] is False]


async def test_our_own_desk_passes_with_a_person_at_it(tmp_path: Path, district_broker: Broker) -> None:
    desk = Desk(tmp_path, district_broker.port)
    token = desk.token()
    command = ("anju-sim", "platform-check", *words(district_broker, "--handle", "30", "--json"))
    async with desk.running(), running(*command) as check:
        asked = await check.wait_line("now accept and then resolve the alarm (\\S+)", 60.0)
        for step, body in (("accept", {}), ("dispatch", {"minutes": 8}), ("resolve", {"result": "helped"})):
            assert (await desk.request("POST", f"/api/alarms/{asked[1]}/{step}", token, body)).status == 200
        assert await check.wait(60.0) == 0, check.text
    report = json.loads(check.stdout[0])
    assert [one["check"] for one in report["checks"] if one["passed"] is not True] == UNCHECKED_WITHOUT_TLS
    assert report["failed"] == 0
    assert report["passed"] == len(report["checks"]) - 1


async def test_whoever_follows_the_page_passes(district_broker: Broker) -> None:
    async with platform(district_broker):
        checks = await checked(district_broker, 10.0)
    assert failed(checks) == []
    assert [name for name, check in checks.items() if check["passed"] is None] == ["rights", "handling"]


FORGETFUL = ("forgets duplicates", "forgets unknown types", "forgets tests", "forgets other sources", "forgets births")
VICES = {
    "forgets": (
        (*FORGETFUL, "forgets unreadable", "answers the alarm's id"),
        ["alarm updated", "test raised", "duplicate", "unknown alarm type", "unreadable alarm", "identity",
         "open alarm in a birth", "outage", "answers: once"],
    ),
    "says too much": (
        ("answers twice", "answers telemetry", "knows everything", "understands everything"),
        ["unreadable alarm", "telemetry", "unknown alarm in a birth", "answers: once"],
    ),
    "writes badly": (
        ("has one id", "writes half"),
        ["answers: form", "answers: own ids"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(VICES))
async def test_each_vice_fails_its_own_checks(district_broker: Broker, case: str) -> None:
    vices, wanted = VICES[case]
    async with platform(district_broker, *vices):
        assert failed(await checked(district_broker, 1.0)) == wanted


async def test_a_retained_answer_is_heard_at_the_next_connection(mosquitto: Callable[..., MosquittoBroker]) -> None:
    broker = mosquitto()
    async with platform(broker, "retains"):
        assert failed(await checked(broker, 10.0)) == ["answers: not retained"]


async def test_an_answer_about_another_message_is_named(district_broker: Broker) -> None:
    async with platform(district_broker, "answers another id", status="offline"):
        checks = await checked(district_broker, 0.3)
    assert checks["alarm raised"]["passed"] is False
    assert "there is an answer about" in checks["alarm raised"]["says"]
    assert checks["alarm raised"]["where"] == "Your answers"
    assert checks["answers: about"]["passed"] is False
    assert "'offline' while the platform is being checked" in checks["centre status"]["says"]


def test_a_silent_platform_fails_and_says_what_is_missing(district_broker: Broker) -> None:
    done = run("anju-sim", "platform-check", *words(district_broker, "--patience", "0.1"))
    assert done.returncode == 1
    assert "FAIL  alarm raised" in done.stdout
    assert "(docs/integrators.md, Your answers)" in done.stdout
    assert "----  centre status" in done.stdout
    assert "pass  connection" in done.stdout


def test_a_broker_that_is_not_there_is_a_failed_check() -> None:
    done = run("anju-sim", "platform-check", "--host", "127.0.0.1", "--port", "9", "--district", "d1", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(one["check"], one["passed"]) for one in report["checks"]] == [("connection", False)]


async def test_a_broker_that_goes_meanwhile_ends_in_a_report(tmp_path: Path, district_broker: Broker) -> None:
    command = ("anju-sim", "platform-check", *words(district_broker, "--handle", "60"))
    async with Desk(tmp_path, district_broker.port).running(), running(*command) as check:
        await check.wait_line("now accept", 60.0)
        district_broker.kill()
        assert await check.wait(30.0) == 1, check.text
    assert any(line.startswith("FAIL  handling") for line in check.stdout)
    assert any(line.startswith("FAIL  goodbye") for line in check.stdout)


WRONG = {
    "far away without TLS": (("--host", "192.0.2.1", "--port", "1883", "--district", "d1"), "houses speak TLS"),
    "no port": (("--host", "127.0.0.1", "--port", "0", "--district", "d1"), "'0' is no port"),
    "no district": (("--host", "127.0.0.1", "--port", "1", "--district", "D 1"), "'D 1' is no such id"),
    "the centre's name": (
        ("--host", "127.0.0.1", "--port", "1", "--district", "d1", "--gateway", "centre"), "'centre' is no such id",
    ),
    "a missing file": (
        ("--host", "127.0.0.1", "--port", "1", "--district", "d1", "--ca", "/nowhere"), "/nowhere is missing",
    ),
    "half a pair": (
        ("--host", "127.0.0.1", "--port", "1", "--district", "d1", "--ca", "/x", "--cert", "/y"), "belong together",
    ),
    "no patience": (
        ("--host", "127.0.0.1", "--port", "1", "--district", "d1", "--patience", "long"), "'long' is no time",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(WRONG))
def test_wrong_use_is_told(case: str) -> None:
    wrong, told = WRONG[case]
    done = run("anju-sim", "platform-check", *wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


GOOD = {
    "id": "a", "about": "b", "state": "resolved", "at": "2026-03-01T12:00:00Z",
    "role": None, "minutes": 2, "result": "helped",
}  # fmt: skip
FAULTS: dict[str, tuple[dict[str, Any], str | None]] = {
    "good": ({}, None),
    "a later key": ({"later": 1}, None),
    "unknown state": ({"state": "gone"}, "says the state 'gone'"),
    "no time": ({"at": "noon"}, "does not fit its schema"),
    "number as id": ({"id": 5}, "does not fit its schema"),
    "unknown result": ({"result": "fine"}, "does not fit its schema"),
    "resolved without a result": ({"result": None}, "a result comes with `resolved`"),
    "result before its time": ({"state": "accepted"}, "a result comes with `resolved`"),
}


@pytest.mark.parametrize("case", list(FAULTS))
def test_the_form_of_an_answer(case: str) -> None:
    changes, wanted = FAULTS[case]
    fault = fault_of(GOOD | changes)
    assert fault is None if wanted is None else wanted in str(fault)


def test_an_answer_that_is_no_object() -> None:
    assert fault_of(None) == "is no JSON object"
