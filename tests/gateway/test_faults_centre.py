"""The broker works and the call centre does not: away, silent, late, hesitant, confused."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from tests.gateway.faults import SOS, TAMPER, frame, notes, radio_on, ready, stored
from tests.support.brokers import Broker, MosquittoBroker
from tests.support.centre import Heard, accepts, call_centre, silent, stores, stores_twice
from tests.support.house import House
from tests.support.wait import until

UNKNOWN = 'anju_answers_ignored_total{reason="unknown_about"}'
UNREADABLE = 'anju_answers_ignored_total{reason="unreadable"}'


@pytest.fixture
def house(tmp_path: Path, district_broker: Broker, local_broker: Broker) -> House:
    return House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)


async def test_a_silent_centre_is_asked_again_and_one_that_says_hold_too(house: House, district_broker: Broker) -> None:
    asked: list[str] = []

    def holds_an_event_once(heard: Heard) -> Sequence[str]:
        if heard.branch == "alarm":
            return ()
        asked.append(heard.id)
        return ("received", "hold") if len(asked) == 1 else ("received",)

    async with (
        call_centre(district_broker, manner=holds_an_event_once) as centre,
        radio_on(house) as radio,
        house.gateway_running() as gateway,
    ):
        await ready(gateway)
        await radio.write(frame(SOS))
        await radio.write(frame(TAMPER))
        first, second = await centre.wait_on("alarm", count=2, timeout=30)
        assert first.id == second.id
        assert (first.body["data"]["attempt"], second.body["data"]["attempt"]) == (1, 2)
        assert first.body["time"] == second.body["time"]

        # The event is no alarm: after its `received` it would never come again, and by itself after 60 s only.
        held, again = await centre.wait_on("event", count=2, timeout=30, kind="tamper")
        assert held.id == again.id
        assert 5.0 <= _sent(again) - _sent(held) < 60.0

        await until(lambda: house.get("/healthz")[0] == 503, timeout=30)
        body = json.loads(house.get("/healthz")[1])
        assert body["status"] == "degraded"
        assert "an alarm has been unanswered for" in body["problems"][0]
        assert house.metric("anju_outbox_unanswered") == 1
        assert centre.raised == [first.id]
        await centre.answer(second, "received")
        await gateway.wait_line("notice state=received alarm=" + first.id)
        assert house.get("/healthz")[0] == 200
        assert house.metric("anju_outbox_unanswered") == 0


async def test_nobody_listens_then_the_centre_goes_and_comes_and_the_alarm_goes_again_at_once(
    tmp_path: Path, local_broker: Broker, mosquitto: Callable[..., MosquittoBroker]
) -> None:
    broker = mosquitto()
    house = House(folder=tmp_path, uplink_port=broker.port, broker_port=local_broker.port)
    async with radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway)
        await radio.write(frame(SOS))
        alarm = (await gateway.wait_line(r"notice state=calling alarm=(\S+)")).group(1)
        await gateway.wait_line("nobody listens at the district")
        assert "nobody listens at the district" in notes(house)
        assert house.metric("anju_outbox_unanswered") == 1
        async with call_centre(broker, manner=silent) as centre:
            # Six attempts by the ordinary retries would take a minute.
            async with asyncio.timeout(40):
                for number in range(1, 6):
                    if number > 1:  # the first time nobody had said that it was away: it simply was not there yet
                        await centre.announce("offline")
                        await until(lambda: "the call centre says that it is offline" in notes(house))
                    await centre.announce("online")
                    await centre.wait_on("alarm", count=number)
            await until(lambda: notes(house) == "")
            centre.manner = stores
            await centre.announce("offline")
            await centre.announce("online")
            await gateway.wait_line("notice state=received alarm=" + alarm)
            assert centre.raised == [alarm]


def _sent(heard: Heard) -> float:
    return datetime.fromisoformat(heard.body["data"]["sent_at"]).timestamp()


async def test_strange_doubled_and_reordered_answers_change_nothing(house: House, district_broker: Broker) -> None:
    async with call_centre(district_broker, manner=accepts) as centre, radio_on(house) as radio:
        async with house.gateway_running() as gateway:
            await ready(gateway)
            centre.manner = lambda _heard: ("accepted",)  # accepted implies received
            await radio.write(frame(SOS))
            (first,) = await centre.wait_on("alarm")
            await gateway.wait_line("notice state=accepted alarm=" + first.id)
            await until(lambda: house.metric("anju_outbox_unanswered") == 0)

            await centre.answer(first, "resolved", result="helped")
            await gateway.wait_line("notice state=resolved alarm=" + first.id)
            for state in ("received", "dispatched", "accepted", "resolved", "received"):
                await centre.answer(first, state, result="accidental" if state == "resolved" else None)
            twice = await centre.answer(first, "received")
            await centre.answer(first, "received", id=twice["id"])

            await centre.answer(first, "received", about="01a20134-b780-70f1-bcb4-c72ee8b017eb")
            await centre.answer(first, "accepted", about="")
            for garbage in (
                b"",
                b"null",
                b"\xff\xfe\x00",
                b"[" * 100_000,
                b'{"id":1,"about":[],"state":"received"}',
                b'{"id":"a","about":"\\ud800","state":"received","at":"2026-01-01T00:00:00Z"}',
                b'{"id":"a","about":"b","state":"sung","at":"2026-01-01T00:00:00Z"}',
                b'{"minutes":NaN}',
                b"x" * 5_000_000,
            ):
                await centre.say("gw-0001", "answer", garbage)
                await centre.say("gw-0001", "command", garbage)
            await until(lambda: house.metric(UNKNOWN) == 3)  # an unknown state is read, its "about" is nothing of ours
            await until(lambda: house.metric(UNREADABLE) == 8)

            centre.manner = stores_twice
            await radio.write(frame(TAMPER))
            await until(lambda: house.metric("anju_outbox_unanswered") == 0 and centre.on("event", kind="tamper"))
            said = [line for line in gateway.lines if first.id in line and "notice" in line]
            assert [line.split("state=")[1].split()[0] for line in said] == ["calling", "accepted", "resolved"]
        (event,) = stored(house, "alarm")
        assert event["result"] == "helped"
        assert event["answers"]["received"] == event["answers"]["accepted"]
        assert len(centre.raised) == 1
