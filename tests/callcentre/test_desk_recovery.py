"""The desk when something is gone: itself, the broker, an answer on its way."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from simulator.ports import LOOPBACK
from tests.callcentre.desks import Desk, alarm_message, house, new_id
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.wait import until


async def test_a_birth_is_told_how_each_of_its_open_alarms_stands(desk: Desk) -> None:
    token = desk.token()
    known = {state: alarm_message() for state in ("received", "accepted", "dispatched", "arrived", "resolved")}
    unknown, ended = new_id(), alarm_message(what="anju.alarm.cleared", alarm=new_id())
    bodies = {"dispatched": {"minutes": 9}, "resolved": {"result": "hospital"}}
    actions = {"accepted": "accept", "dispatched": "dispatch", "arrived": "arrive", "resolved": "resolve"}
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(ended)
        for state, message in known.items():
            await home.alarm(message)
            if state in actions:
                path = f"/api/alarms/{message['id']}/{actions[state]}"
                assert (await desk.request("POST", path, token, bodies.get(state, {}))).status == 200
                await home.answer(about=message["id"], state=state)
        await home.birth(*(message["id"] for message in known.values()), unknown, ended["data"]["alarm"])
        answers = [await home.answer() for _ in range(7)]
    expected = [(message["id"], state) for state, message in known.items()]
    assert [(answer["about"], answer["state"]) for answer in answers] == [
        *expected,
        (unknown, "hold"),
        (ended["data"]["alarm"], "hold"),
    ]
    assert (answers[2]["minutes"], answers[4]["result"]) == (9, "hospital")


async def test_a_will_older_than_the_last_birth_is_ignored(desk: Desk) -> None:
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        await home.birth(session=7)
        await home.send("status", {"state": "offline", "session": 6, "at": "2026-01-01T00:00:00.000Z"})
        await home.alarm(alarm_message())
        (row,) = (await desk.get("/api/homes", token))["homes"]
        assert (row["gateway"], row["alive"]) == ("gw-0001", True)
        await home.send("status", {"state": "offline", "session": 7, "at": "2026-01-01T00:00:00.000Z"})
        await home.alarm(alarm_message())
        (row,) = (await desk.get("/api/homes", token))["homes"]
        assert (row["alive"], row["open_alarms"]) == (False, 2)


async def test_a_retained_status_of_long_ago_is_no_sign_of_life(desk: Desk) -> None:
    token = desk.token()
    async with house(desk.broker_port) as home:
        await home.birth(at="2026-01-01T00:00:00.000Z")
        async with desk.running():
            await home.alarm(alarm_message())
            (row,) = (await desk.get("/api/homes", token))["homes"]
    assert (row["alive"], row["heard_at"]) == (False, "2026-01-01T00:00:00.000Z")


async def test_faults_show_at_the_home_and_go_with_their_restore(desk: Desk) -> None:
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        for kind, what, device in [
            ("trouble", "mains", None),
            ("low_battery", None, "cord-bath"),
            ("supervision_lost", None, "smoke-kitchen"),
            ("restore", "mains", None),
            ("restore", "low_battery", "cord-bath"),
        ]:
            event = alarm_message(what=f"anju.event.{kind}", kind=kind, type=what, device=device, priority="trouble")
            await home.send("event", event)
            assert (await home.answer(about=event["id"]))["state"] == "received"
        (row,) = (await desk.get("/api/homes", token))["homes"]
        assert await desk.alarms(token) == []
    assert [(fault["name"], fault["device"]) for fault in row["faults"]] == [("supervision_lost", "smoke-kitchen")]


async def test_killed_after_the_commit_it_answers_the_resend_and_doubles_nothing(desk: Desk) -> None:
    message = alarm_message()
    async with house(desk.broker_port) as home:
        async with desk.running() as child:
            await home.send("alarm", message)
            await until(lambda: _stored(desk) == [message["id"]])
            await child.kill()
        # Where the answer got lost the house sends again.
        async with desk.running():
            assert (await home.alarm(message))["state"] == "received"
    assert _stored(desk) == [message["id"]]


async def test_killed_between_broker_and_commit_the_broker_hands_it_over_again(
    tmp_path: Path, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    desk, message = Desk(tmp_path, mosquitto().port), alarm_message()
    async with house(desk.broker_port) as home:
        async with desk.running() as child:
            with sqlite3.connect(desk.database) as locked:
                locked.execute("BEGIN IMMEDIATE")
                await home.send("alarm", message)
                await child.kill()
        assert _stored(desk) == []
        async with desk.running():
            assert (await home.answer(about=message["id"]))["state"] == "received"
    assert _stored(desk) == [message["id"]]


async def test_an_answer_given_without_a_broker_goes_out_once_it_is_back(desk: Desk, district_broker: Broker) -> None:
    message = alarm_message()
    token = desk.token()
    async with desk.running() as child:
        async with house(desk.broker_port) as home:
            await home.alarm(message)
        district_broker.stop()
        await child.wait_line("no alarm can arrive")
        health = await desk.request("GET", "/healthz")
        assert (health.status, health.json["problems"]) == (503, ["no connection to the broker"])
        for action in ("accept", "dispatch"):
            assert (await desk.request("POST", f"/api/alarms/{message['id']}/{action}", token)).status == 200
        district_broker.start()
        async with house(desk.broker_port) as home:
            # The broker has forgotten every session; a birth finds out what happened meanwhile.
            await child.wait_line("listening at the broker")
            await home.birth(message["id"])
            assert (await home.answer(about=message["id"], state="dispatched"))["role"] == "operator"
        assert (await desk.request("GET", "/healthz")).status == 200
        assert sum("no alarm can arrive" in line for line in child.lines) == 1, child.text


async def test_unsent_answers_survive_a_kill_and_go_out_in_order(desk: Desk, district_broker: Broker) -> None:
    message = alarm_message()
    token = desk.token()
    async with desk.running() as child:
        async with house(desk.broker_port) as home:
            await home.alarm(message)
        district_broker.stop()
        await child.wait_line("no alarm can arrive")
        for action in ("accept", "dispatch", "arrive"):
            await desk.request("POST", f"/api/alarms/{message['id']}/{action}", token)
        await child.kill()
    district_broker.start()
    async with house(desk.broker_port) as home, desk.running():
        states = [(await home.answer(about=message["id"]))["state"] for _ in range(3)]
    assert states == ["accepted", "dispatched", "arrived"]


async def test_the_broker_may_come_later_than_the_desk(desk: Desk, district_broker: Broker) -> None:
    district_broker.stop()
    async with desk.running(listening=False) as child:
        await child.wait_line("no alarm can arrive")
        district_broker.start()
        await child.wait_line("listening at the broker")
        async with house(desk.broker_port) as home:
            assert (await home.alarm(alarm_message()))["state"] == "received"


@pytest.mark.parametrize("how", ["terminate", "kill"])
async def test_the_centre_says_whether_it_listens(desk: Desk, how: str) -> None:
    async with aiomqtt.Client(LOOPBACK, desk.broker_port, protocol=aiomqtt.ProtocolVersion.V5) as watcher:
        await watcher.subscribe("anju/v1/d1/centre/status", qos=1)
        async with desk.running() as child:
            states = [_payload(await anext(watcher.messages))]
            await (child.terminate() if how == "terminate" else child.kill())
            states.append(_payload(await anext(watcher.messages)))
    assert b'"online"' in states[0]
    assert b'"offline"' in states[1]


async def test_a_full_disk_is_said_and_nothing_is_answered_until_it_ends(
    tmp_path: Path, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    desk, message = Desk(tmp_path, mosquitto().port), alarm_message()
    async with desk.running() as child, house(desk.broker_port) as home:
        with sqlite3.connect(desk.database) as locked:
            # A writer that holds the file for longer than the desk waits is a disk that takes nothing.
            locked.execute("BEGIN IMMEDIATE")
            await home.send("alarm", message)
            await child.wait_line("nothing can be stored")
        assert (await home.answer(about=message["id"], timeout_seconds=30))["state"] == "received"
    assert _stored(desk) == [message["id"]]


def _stored(desk: Desk) -> list[str]:
    with sqlite3.connect(desk.database) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM alarms")]


def _payload(message: aiomqtt.Message) -> bytes:
    assert isinstance(message.payload, bytes)
    return message.payload


async def test_two_lost_lines_are_two_faults(desk: Desk) -> None:
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        for kind, where in (("trouble", "rf"), ("trouble", "route.sms"), ("restore", "rf")):
            lost: dict[str, Any] = {"type": "link_lost", "device": None, "room": None, "evidence": {"where": where}}
            event = alarm_message(what=f"anju.event.{kind}", kind=kind, priority="trouble", **lost)
            await home.send("event", event)
            await home.answer(about=event["id"])
        (row,) = (await desk.get("/api/homes", token))["homes"]
    assert [(fault["name"], fault["device"]) for fault in row["faults"]] == [("link_lost", "route.sms")]
