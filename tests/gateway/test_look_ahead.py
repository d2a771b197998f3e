"""Of what one line brings at once, an alarm comes first; each device keeps its order, and nothing is left behind."""

import asyncio
import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.event import Kind, Reject, Signal
from gateway import look_ahead
from gateway.look_ahead import LookAhead, is_plain
from tests.gateway.faults import stored
from tests.support.fake_server import PUBACK, PUBLISH, SUBSCRIBE, Connection, fake_server, packet, suback
from tests.support.house import BUTTON, House
from tests.support.wait import until

MOVEMENTS = 2_000


def signal(kind: Kind, code: str | None = None) -> Signal:
    return Signal(driver="zigbee2mqtt", address="one", kind=kind, code=code)


def test_what_only_says_that_somebody_moved_is_plain() -> None:
    assert is_plain((signal(Kind.ACTIVITY), signal(Kind.SUPERVISION)))
    assert not is_plain((signal(Kind.ACTIVITY), signal(Kind.ALARM)))
    assert not is_plain((signal(Kind.ACTIVITY, code="single"),))
    assert not is_plain(Reject(driver="zigbee2mqtt", reason="bad_json"))


@given(st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 3), min_size=1, max_size=2)), max_size=60))
def test_each_device_keeps_its_order_and_nothing_urgent_waits(said: list[tuple[bool, list[int]]]) -> None:
    async def run() -> list[int]:
        ahead, dealt = LookAhead(lambda: False), list[int]()
        for number, (urgent, devices) in enumerate(said):
            sources = [("driver", str(device)) for device in devices]
            if urgent:
                ahead.catch_up(sources)
                dealt.append(number)
            else:
                ahead.wait(sources, 1, lambda number=number: dealt.append(number))  # type: ignore[misc]
        urgent_ones = [number for number, (urgent, _) in enumerate(said) if urgent]
        assert [number for number in dealt if said[number][0]] == urgent_ones
        await asyncio.sleep(0)
        ahead.finish()
        return dealt

    dealt = asyncio.run(run())
    assert sorted(dealt) == list(range(len(said)))
    for device in range(4):
        of_device = [number for number in dealt if device in said[number][1]]
        assert of_device == sorted(of_device)


async def test_what_is_plain_waits_for_a_store_that_falls_behind_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    behind, dealt = True, list[int]()
    ahead = LookAhead(lambda: behind)
    for number in range(3):
        ahead.wait([("driver", "one")], 1, lambda number=number: dealt.append(number))  # type: ignore[misc]
    turn = asyncio.Event()
    asyncio.get_running_loop().call_later(5 * look_ahead._HOLD_SECONDS, turn.set)
    await turn.wait()
    assert dealt == [], "the store has to catch up first"
    ahead.catch_up([("driver", "one")])
    assert dealt == [0, 1, 2], "nothing urgent waits"
    ahead.wait([("driver", "one")], 1, lambda: dealt.append(3))
    behind = False
    await until(lambda: dealt[3:] == [3])
    behind = True
    monkeypatch.setattr(look_ahead, "HELD_SECONDS", 0.1)
    ahead.wait([("driver", "one")], 1, lambda: dealt.append(4))
    await until(lambda: dealt[4:] == [4])
    monkeypatch.setattr(look_ahead, "HELD_SECONDS", 60.0)
    monkeypatch.setattr(look_ahead, "HELD_LIMIT", 9)
    for number in range(10):
        ahead.wait([("driver", "one")], 1, lambda number=number: dealt.append(10 + number))  # type: ignore[misc]
    await until(lambda: 10 in dealt)


async def test_what_waits_is_dealt_with_by_itself_however_many_fail() -> None:
    loop, failed, dealt = asyncio.get_running_loop(), list[str](), list[int]()
    loop.set_exception_handler(lambda _loop, context: failed.append(str(context["exception"])))
    ahead = LookAhead(lambda: False)

    def fail() -> None:
        raise RuntimeError("a driver stumbles")

    ahead.wait([("a", "1")], 1, fail)
    ahead.wait([("a", "2")], 1, lambda: dealt.append(2))
    await until(lambda: dealt == [2])
    assert failed == ["a driver stumbles"]


async def test_no_more_waits_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "WAITING_LIMIT", 2)
    monkeypatch.setattr(look_ahead, "WAITING_LIMIT_BYTES", 100)
    ahead, dealt = LookAhead(lambda: False), list[int]()
    for number, size in enumerate((1, 1, 1, 99)):
        ahead.wait([("a", "1")], size, lambda number=number: dealt.append(number))  # type: ignore[misc]
    assert dealt == [0, 1]
    ahead.wait([("a", "1")], 1_000, lambda: dealt.append(4))
    assert dealt == [0, 1, 2, 3, 4]


async def test_a_press_behind_thousands_of_movements_overtakes_them(tmp_path: Path) -> None:
    """The house's broker is made by hand: it sends all at once, and sees in which order it is acknowledged."""
    acknowledged: list[int] = []

    async def broker(connection: Connection) -> None:
        await connection.accept()
        while True:
            said = await connection.packet()
            if said.type == SUBSCRIBE:
                await connection.send(suback(said))
                await connection.send(backlog())
            elif said.type == PUBACK:
                acknowledged.append(struct.unpack_from("!H", said.body)[0])

    async with fake_server(broker) as server:
        house = House(folder=tmp_path, uplink_port=1, broker_port=server.port)
        house.devices = [BUTTON, motion()]
        async with house.gateway_running() as gateway:
            await gateway.wait_line("notice state=calling .* type=sos")
            await until(lambda: len(acknowledged) == MOVEMENTS + 1, timeout=30)
            assert await gateway.terminate() == 0
    assert acknowledged == list(range(1, MOVEMENTS + 2))
    told = [event["kind"] for event in stored(house)]
    assert told.count("alarm") == 1
    assert told.count("activity") == MOVEMENTS
    assert told.index("alarm") < MOVEMENTS // 2


def motion() -> dict[str, str]:
    return {
        "id": "motion-hall", "driver": "zigbee2mqtt", "address": "motion-1", "model": "generic-motion", "room": "hall",
    }  # fmt: skip


def backlog() -> bytes:
    movements = [publish("motion-1", {"occupancy": number % 2 == 0}, number + 1) for number in range(MOVEMENTS)]
    return b"".join([*movements, publish("button-1", {"action": "single"}, MOVEMENTS + 1)])


def publish(device: str, state: dict[str, object], number: int) -> bytes:
    topic = f"zigbee2mqtt/{device}".encode()
    body = struct.pack("!H", len(topic)) + topic + struct.pack("!HB", number, 0) + json.dumps(state).encode()
    return packet(PUBLISH, body, flags=2)
