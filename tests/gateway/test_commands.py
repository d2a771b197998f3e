"""The centre's commands: obeyed once and in time, otherwise refused with the reason."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.device import Device
from drivers.event import AlarmType, ClockQuality
from gateway.announce.words import SENTENCES, SPOKEN_ON_COMMAND
from gateway.commands import Commands
from gateway.contract.times import to_text
from gateway.orders import away_table
from gateway.orders import table as orders_table
from gateway.signatures import Signatures
from gateway.store.rows import Stored
from tests.gateway.houses import CORD, HandClock, stored

HEARTBEAT = {"command": "set_heartbeat", "heartbeat_minutes": 5}


class House:
    """Commands with a clock at hand, and what came of them."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.replies: list[dict[str, Any]] = []
        self.births = 0
        self.heartbeats: list[int] = []
        self.said: list[str | None] = []
        orders = orders_table(
            rebirth=self._bear, set_heartbeat=self.heartbeats.append, voice=self, tester=self, devices={CORD.id: CORD}
        ) | away_table(self)
        self.away: list[str | None] = []
        self.noted: list[str] = []
        self.commands = Commands(
            self.clock,
            lambda payload: self.replies.append(json.loads(payload)),
            orders,
            self._note,
            Signatures((), "gw-0001", lambda: "store", lambda: False, self.clock),
        )
        self.has_voice = True
        self.tests: list[tuple[str | None, Device | None]] = []
        self.kept: asyncio.Future[Stored] | None = None

    async def _note(self, command: str) -> bool:
        self.noted.append(command)
        return True

    def ordered(self, until: str | None) -> str | None:
        self.away.append(until)
        return None if until else "until_missing"

    def come_home(self) -> None:
        self.away.append("home")

    def _bear(self) -> None:
        self.births += 1

    def speak(self, sentence: str) -> bool:
        if self.has_voice:
            self.said.append(sentence)
        return self.has_voice

    def silence(self, alarm: str) -> bool:
        return alarm == "alarm-1"

    def test(self, type_: str | None, device: Device | None) -> "list[asyncio.Future[Stored]]":
        self.tests.append((type_, device))
        return [self.kept] if self.kept else []

    async def order(self, issued_ago: float = 0.0, life: float = 300.0, **fields: object) -> dict[str, Any] | None:
        issued = self.clock.now() - timedelta(seconds=issued_ago)
        body = {
            "id": "order-1", "command": "rebirth", "issuer": "centre", "issued_at": to_text(issued),
            "expiry": to_text(issued + timedelta(seconds=life)), **fields,
        }  # fmt: skip
        return await self.raw(json.dumps(body).encode())

    async def raw(self, payload: bytes) -> dict[str, Any] | None:
        known = len(self.replies)
        await self.commands.take(payload)
        assert len(self.replies) <= known + 1
        return self.replies[-1] if len(self.replies) > known else None


async def test_an_order_is_obeyed_once_and_its_repetition_refused() -> None:
    house = House()
    reply = await house.order()
    assert reply == {
        "id": "order-1",
        "command": "rebirth",
        "done": True,
        "at": to_text(house.clock.now()),
        "reason": None,
    }
    again = await house.order()
    assert again is not None
    assert (again["done"], again["reason"], house.births) == (False, "repeated", 1)
    assert house.noted == ["order-1"]


async def test_an_order_of_an_earlier_boot_is_refused() -> None:
    house = House()
    house.commands.remember(["order-1"])
    reply = await house.order()
    assert reply is not None
    assert (reply["reason"], house.births, house.noted) == ("repeated", 0, [])


@pytest.mark.parametrize(
    ("issued_ago", "life", "reason"),
    [(301.0, 300.0, "expired"), (0.0, 301.0, "lives_too_long"), (-600.0, 300.0, "expired"), (0.0, -1.0, "bad_time")],
)
async def test_what_is_out_of_its_time_is_refused(issued_ago: float, life: float, reason: str) -> None:
    house = House()
    reply = await house.order(issued_ago, life)
    assert reply is not None
    assert (reply["done"], reply["reason"], house.births) == (False, reason, 0)


@pytest.mark.parametrize(("issued_ago", "reason"), [(0.0, None), (-90_000.0, None), (301.0, "expired")])
async def test_by_a_clock_that_nobody_has_set_what_is_over_is_over_and_the_rest_if_harmless_is_obeyed(
    issued_ago: float, reason: str | None
) -> None:
    house = House()
    house.clock.known = ClockQuality.UNTRUSTED
    reply = await house.order(issued_ago)
    assert reply is not None
    assert (reply["done"], reply["reason"], house.births) == (reason is None, reason, 0 if reason else 1)


async def test_a_time_that_no_calendar_holds_is_refused() -> None:
    reply = await House().order(issued_at="2026-13-45T99:00:00Z")
    assert reply is not None
    assert reply["reason"] == "bad_time"


@pytest.mark.parametrize("command", ["wipe", "reboot", "update", "set_config", "dance"])
async def test_what_this_version_does_not_do_is_refused_by_name(command: str) -> None:
    reply = await House().order(command=command)
    assert reply is not None
    assert (reply["command"], reply["done"], reply["reason"]) == (command, False, "not_supported")


@given(minutes=st.integers(-(10**9), 10**9) | st.none())
async def test_the_heartbeat_stays_in_its_range(minutes: int | None) -> None:
    house = House()
    reply = await house.order(command="set_heartbeat", heartbeat_minutes=minutes)
    assert reply is not None
    wanted = minutes is not None and 1 <= minutes <= 1_440
    assert reply["done"] is wanted
    assert house.heartbeats == ([minutes] if wanted else [])


@pytest.mark.parametrize("sentence", SPOKEN_ON_COMMAND)
async def test_a_sentence_that_everybody_knows_is_said(sentence: str) -> None:
    house = House()
    reply = await house.order(command="speak", sentence=sentence)
    assert reply is not None
    assert (reply["done"], house.said) == (True, [sentence])


@pytest.mark.parametrize(
    "sentence", [None, "", "Mrs. Zhang has a weak heart", *sorted(set(SENTENCES["en"]) - {*SPOKEN_ON_COMMAND})]
)
async def test_nothing_else_is_said(sentence: str | None, caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    reply = await house.order(command="speak", sentence=sentence)
    assert reply is not None
    assert (reply["done"], reply["reason"], house.said) == (False, "unknown_sentence", [])
    assert "Zhang" not in caplog.text


async def test_a_house_without_a_voice_says_so() -> None:
    house = House()
    house.has_voice = False
    reply = await house.order(command="speak", sentence="open_door")
    assert reply is not None
    assert reply["reason"] == "no_voice"


async def test_a_sentence_that_may_be_late_is_not_said() -> None:
    house = House()
    house.clock.known = ClockQuality.UNTRUSTED
    reply = await house.order(command="speak", sentence="open_door")
    assert reply is not None
    assert (reply["reason"], house.said) == ("clock_untrusted", [])


@pytest.mark.parametrize(
    ("alarm", "reason"), [("alarm-1", None), ("alarm-2", "unknown_alarm"), (None, "unknown_alarm")]
)
async def test_one_alarm_is_silenced(alarm: str | None, reason: str | None) -> None:
    reply = await House().order(command="silence", alarm=alarm)
    assert reply is not None
    assert (reply["done"], reply["reason"]) == (reason is None, reason)


@pytest.mark.parametrize("type_", [None, *AlarmType])
@pytest.mark.parametrize("device", [None, CORD])
async def test_a_test_is_raised(type_: str | None, device: Device | None) -> None:
    house = House()
    reply = await house.order(command="test", type=type_, device=device.id if device else None)
    assert reply is not None
    assert (reply["done"], house.tests) == (True, [(type_, device)])


@pytest.mark.parametrize(
    ("key", "value", "reason"), [("device", "nobody", "unknown_device"), ("type", "earthquake", "unknown_type")]
)
async def test_a_test_of_nothing_is_refused(key: str, value: str, reason: str) -> None:
    house = House()
    wrong: dict[str, Any] = {"command": "test", key: value}
    reply = await house.order(**wrong)
    assert reply is not None
    assert (reply["reason"], house.tests) == (reason, [])


async def test_a_test_is_replied_to_when_it_is_kept() -> None:
    house = House()
    house.kept = asyncio.get_running_loop().create_future()
    ordered = asyncio.ensure_future(house.order(command="test"))
    await asyncio.sleep(0)
    assert house.tests
    assert house.replies == []
    house.kept.set_result(stored())
    assert await ordered == house.replies[0]


@pytest.mark.parametrize(
    "fields", [{"heartbeat_minutes": "five"}, {"issued_at": 5}, {"command": 7}, {"issuer": None}, {"expiry": "soon"}]
)
async def test_an_order_that_cannot_be_read_is_refused_with_a_reply(fields: dict[str, Any]) -> None:
    house = House()
    reply = await house.order(**fields)
    assert reply is not None
    assert (reply["id"], reply["done"], reply["reason"]) == ("order-1", False, "unreadable")
    good = await house.order()
    assert good is not None
    assert good["done"], "a refused order leaves its id free"


@pytest.mark.parametrize("payload", [b"", b"\xff", b"[]", b"null", b'{"command":"rebirth"}', b'{"id":""}',
                                     b'{"id":7}', b'{"id":"' + b"x" * 65 + b'"}', b"[" * 100_000])  # fmt: skip
async def test_what_bears_no_id_is_only_logged(payload: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert await House().raw(payload) is None
    assert "bears no id" in caplog.text


@given(st.binary(max_size=200))
async def test_no_bytes_raise(payload: bytes) -> None:
    await House().raw(payload)


async def test_the_centre_says_until_when_nobody_is_at_home_and_that_somebody_is() -> None:
    house = House()
    first = await house.order(command="away", until="2026-03-08T12:00:00Z")
    without = await house.order(command="away", id="order-2")
    back = await house.order(command="at_home", id="order-3")
    assert [reply["reason"] for reply in (first, without, back) if reply] == [None, "until_missing", None]
    assert house.away == ["2026-03-08T12:00:00Z", None, "home"]


async def test_by_a_clock_that_is_not_known_nobody_is_away_until_a_time() -> None:
    house = House()
    house.clock.known = ClockQuality.UNTRUSTED
    reply = await house.order(command="away", until="2026-03-08T12:00:00Z")
    assert reply is not None
    assert (reply["reason"], house.away) == ("clock_untrusted", [])
