"""The inbox between a real broker and a real database: fold, join, answer, never lose, never double."""

import asyncio
import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from tests.callcentre.desks import Desk, alarm_message, house, new_id


async def test_an_alarm_is_stored_answered_and_shown(desk: Desk) -> None:
    message = alarm_message()
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        answer = await home.alarm(message)
        (row,) = await desk.alarms(token)
    assert answer["state"] == "received"
    assert "understood" not in answer
    assert (row["id"], row["gateway"], row["type"], row["priority"], row["state"]) == (
        message["id"],
        "gw-0001",
        "sos",
        "person",
        "none",
    )
    with sqlite3.connect(desk.database) as connection:
        stored = connection.execute("SELECT id, gateway, type FROM alarms").fetchall()
    assert stored == [(message["id"], "gw-0001", "sos")]


async def test_a_duplicate_is_answered_again_and_not_doubled(desk: Desk) -> None:
    message = alarm_message()
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        first, second = await home.alarm(message), await home.alarm(message)
        assert len(await desk.alarms(token)) == 1
    assert first["state"] == second["state"] == "received"
    assert first["id"] != second["id"]


@pytest.mark.parametrize(
    ("what", "condition"),
    [("updated", "active"), ("cleared", "cleared"), ("cancelled", "cancelled")],
)
async def test_a_follow_up_that_overtakes_its_alarm_is_joined(desk: Desk, what: str, condition: str) -> None:
    raised = alarm_message(type="smoke", priority="fire")
    follow = alarm_message(
        what=f"anju.alarm.{what}", alarm=raised["id"], type="smoke", priority="fire", evidence={"repeat_count": 7}
    )
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        assert (await home.alarm(follow))["state"] == "received"
        assert (await home.alarm(raised))["state"] == "received"
        (row,) = await desk.alarms(token)
        assert len(await desk.alarms(token, "all")) == 1
    assert (row["id"], row["condition"], row["state"], row["filed"]) == (raised["id"], condition, "none", False)
    assert what != "updated" or row["repeat_count"] == 7


async def test_an_alarm_that_cancels_itself_is_filed_silently(desk: Desk) -> None:
    message = alarm_message(what="anju.alarm.cancelled", type="fall", state="cancelled")
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        assert (await home.alarm(message))["state"] == "received"
        assert await desk.alarms(token) == []
        (row,) = await desk.alarms(token, "all")
    assert (row["condition"], row["silent"]) == ("cancelled", True)


async def test_an_old_alarm_is_late_and_silent_but_in_the_queue(desk: Desk) -> None:
    old = alarm_message(ago=timedelta(hours=25))
    unsure = alarm_message(ago=timedelta(days=20_000), clock_quality="untrusted")
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(old)
        await home.alarm(unsure)
        rows = {row["id"]: row for row in await desk.alarms(token)}
    assert (rows[old["id"]]["late"], rows[old["id"]]["silent"]) == (True, True)
    # A house that does not know the time may be calling just now.
    assert (rows[unsure["id"]]["late"], rows[unsure["id"]]["silent"]) == (False, False)
    assert rows[unsure["id"]]["since_known"] is False


async def test_a_test_stays_a_test_at_the_priority_of_what_it_tests(desk: Desk) -> None:
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        await home.alarm(alarm_message(what="anju.test.raised", type="smoke", priority="fire"))
        (row,) = await desk.alarms(token)
    assert (row["test"], row["type"], row["priority"]) == (True, "smoke", "fire")


@pytest.mark.parametrize(
    "message",
    [
        alarm_message(type="meteorite", priority="record"),
        alarm_message(what="anju.alarm.escalated", type="sos", priority="record"),
    ],
)
async def test_an_unknown_word_is_shown_as_a_person_alarm(desk: Desk, message: dict[str, Any]) -> None:
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        assert (await home.alarm(message))["state"] == "received"
        (row,) = await desk.alarms(token)
    assert (row["id"], row["priority"]) == (message["id"], "person")


async def test_an_unreadable_alarm_is_shown_and_answered_as_not_understood(desk: Desk) -> None:
    broken = f'{{"id": "{new_id()}", "time": NaN'.encode()
    name = broken.decode().split('"')[3]
    token = desk.token()
    async with desk.running(), house(desk.broker_port) as home:
        await home.send("alarm", broken)
        answer = await home.answer(about=name)
        (row,) = await desk.alarms(token)
        assert await desk.reject_count("bad_json") == 1
        assert (answer["state"], answer["understood"]) == ("received", False)
        assert (row["type"], row["priority"], row["understood"]) == ("unreadable", "person", False)
        # The same alarm, readable at last, fills the row instead of adding one.
        assert "understood" not in await home.alarm(alarm_message(name))
        (row,) = await desk.alarms(token)
        assert (row["type"], row["understood"]) == ("sos", True)


async def test_garbage_without_ids_neither_crashes_nor_floods(desk: Desk) -> None:
    token = desk.token()
    garbage = [b"\xff\xfe", b"[" * 16_000, b"{}", b"", b"\x00" * 50_000, b'"' + b"x" * 20_000]
    async with desk.running() as child, house(desk.broker_port) as home:
        for payload in [*garbage, *garbage, *(f"noise {n}".encode() for n in range(50))]:
            await home.send("alarm", payload)
        answered = await home.no_answer_before(alarm_message())
        rows = [row for row in await desk.alarms(token) if row["type"] == "unreadable"]
        assert child.status is None
    assert answered == []
    assert len(rows) == 5
    # The five kept ones are folded when they come again; everything beyond them raises a count.
    assert sum(row["repeat_count"] for row in rows) == 5 + 2 * 1 + 50


async def test_two_houses_with_one_id_are_two_alarms(desk: Desk) -> None:
    shared = new_id()
    token = desk.token()
    async with desk.running(), house(desk.broker_port, "gw-1") as one, house(desk.broker_port, "gw-2") as other:
        await one.alarm(alarm_message(shared))
        await other.alarm(alarm_message(shared, room="kitchen"))
        rows = await desk.alarms(token)
        assert {(row["gateway"], row["room"]) for row in rows} == {("gw-1", "bathroom"), ("gw-2", "kitchen")}
        second = next(row for row in rows if row["gateway"] == "gw-2")
        assert second["id"] != shared
        await desk.request("POST", f"/api/alarms/{second['id']}/accept", token)
        assert (await other.answer(about=shared, state="accepted"))["role"] == "operator"
        assert {row["gateway"]: row["state"] for row in await desk.alarms(token)} == {
            "gw-1": "none",
            "gw-2": "accepted",
        }


async def test_identity_is_the_topics_not_the_payloads(desk: Desk) -> None:
    token = desk.token()
    async with desk.running(), house(desk.broker_port, "gw-2") as home:
        await home.alarm(alarm_message() | {"source": "/gateways/gw-0001"})
        (row,) = await desk.alarms(token)
    assert row["gateway"] == "gw-2"


async def test_nothing_but_alarms_and_events_is_answered(desk: Desk) -> None:
    async with desk.running(), house(desk.broker_port) as home:
        digest = alarm_message(what="anju.telemetry.digest")
        digest["data"] = {"since": digest["time"], "until": digest["time"], "store": "s", "devices": []}
        await home.send("telemetry", digest)
        trouble = alarm_message(what="anju.event.trouble", kind="trouble", type="mains", priority="trouble")
        await home.send("event", trouble)
        answers = await home.no_answer_before(alarm_message())
    assert [(answer["about"], answer["state"]) for answer in answers] == [(trouble["id"], "received")]


async def test_a_thousand_alarms_at_once_all_arrive_once(desk: Desk) -> None:
    messages = [alarm_message() for _ in range(1_000)]
    async with desk.running(), house(desk.broker_port) as home:
        await asyncio.gather(*(home.send("alarm", message) for message in messages[:500]))
        await asyncio.gather(*(home.send("alarm", message) for message in [*messages[500:], *messages[:100]]))
        await home.answer(about=messages[99]["id"])
        await home.no_answer_before(alarm_message(messages[-1]["id"]))
    with sqlite3.connect(desk.database) as connection:
        stored = [row[0] for row in connection.execute("SELECT id FROM alarms")]
    assert sorted(stored) == sorted(message["id"] for message in messages)
