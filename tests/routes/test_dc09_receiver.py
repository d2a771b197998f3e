"""Reporting to receivers: a real one, and ones that refuse, are silent, forge, or have another clock."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from drivers.event import ClockQuality
from drivers.link.dial import ANSWER_LIMIT_BYTES
from gateway.clock import Clock
from gateway.routes import dc09_receiver
from gateway.routes.carrier import CarryError, Outcome
from gateway.routes.dc09_event import Format, Sender
from gateway.routes.dc09_frame import Frame, encode
from gateway.routes.dc09_receiver import Receiver
from simulator.ports import LOOPBACK, free_port
from tests.gateway.houses import NOON, HandClock, event, stored
from tests.support.alarm_receiver import Manner, alarm_receiver, pysiaalarm_receiver, written
from tests.support.wait import until

KEY = "0123456789abcdef0123456789abcdef"  # pysiaalarm takes the characters themselves for the bytes of its key
ALARM = stored()


def house(port: int, *, key: bytes | None = None, clock: Clock | None = None, format_: Format = "sia_dcs") -> Receiver:
    sender = Sender(account="1234", receiver="1", line="0", format=format_, zones=("cord-bath",))
    return Receiver(LOOPBACK, port, sender, key, clock or HandClock())


def reply(frame: Frame, id_: str = "ACK", **fields: object) -> Frame:
    answer = Frame(id=id_, sequence=frame.sequence, account=frame.account, receiver="1", line="0", at=NOON)
    return replace(answer, **fields)  # type: ignore[arg-type]


def acknowledge(frame: Frame) -> bytes:
    return encode(reply(frame))


@pytest.mark.parametrize("key", [None, KEY[:16], KEY[:24], KEY])
@pytest.mark.parametrize("format_", ["sia_dcs", "contact_id"])
async def test_a_real_receiver_takes_alarm_and_link_test(key: str | None, format_: Format) -> None:
    new = stored(event(received_at=Clock().now()))
    async with pysiaalarm_receiver("1234", key) as (port, heard):
        receiver = house(port, key=key.encode() if key else None, clock=Clock(), format_=format_)
        await receiver.test()
        assert await receiver.carry(new) is Outcome.RECEIVED
        await until(lambda: len(heard) == 2)
    assert [one.code for one in heard] == ["RP", "QA"]
    assert heard[1].encrypted is (key is not None)
    assert heard[1].extended_data is not None
    assert str(heard[1].extended_data[0].value).startswith(new.event.id)


async def test_an_old_alarm_reaches_a_receiver_that_takes_one_block_only() -> None:
    old = stored(event(received_at=Clock().now() - timedelta(hours=3)))
    async with pysiaalarm_receiver("1234") as (port, heard):
        receiver = house(port, clock=Clock(), format_="contact_id")
        await receiver.carry(old)
        await until(lambda: heard)
        # It cannot read two blocks after Contact ID: of an old alarm the time is worth more than the id.
        (block,) = heard[0].extended_data or []
        assert (block.identifier, block.value) == ("H", f"{old.event.received_at:%H:%M:%S,%m-%d-%Y}")
        await receiver.carry(structs.replace(old, event=structs.replace(old.event, id="another")))
        await until(lambda: len(heard) == 2)


async def test_the_receivers_clock_is_taken_over_from_its_refusal() -> None:
    behind = HandClock()  # in the spring of 2026, whatever the calendar says
    async with pysiaalarm_receiver("1234") as (port, heard):
        receiver = house(port, clock=behind)
        await receiver.carry(ALARM)
        await receiver.carry(stored(sequence=2))
        await until(lambda: len(heard) == 2)
    assert all(one.valid_timestamp for one in heard)
    assert behind.now() == NOON, "the house's own clock is left alone"
    assert behind.quality() is ClockQuality.SYNCHRONISED


async def test_retries_bear_the_same_sequence_number_and_others_another() -> None:
    answers: list[bytes | None] = [b"\n\r"]
    async with alarm_receiver(lambda frame: answers.pop() if answers else acknowledge(frame)) as far:
        receiver = house(far.port)
        with pytest.raises(CarryError):
            await receiver.carry(ALARM)
        await receiver.carry(ALARM)
        await receiver.carry(stored(sequence=2))
        first, again, other = (frame.sequence for frame in far.heard)
    assert first == again != other
    assert 1 <= first <= 9_999


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        (lambda _frame: b"\n\r", "cannot be read"),
        (lambda _frame: b"\xff" * 50 + b"\r", "cannot be read"),
        (lambda _frame: b"x" * (2 * ANSWER_LIMIT_BYTES), "without an end"),
        (lambda frame: encode(reply(frame, sequence=frame.sequence % 9_999 + 1)), "does not belong"),
        (lambda frame: encode(reply(frame, account="9999")), "does not belong"),
        (lambda frame: encode(reply(frame, "NULL")), "does not belong"),
        (lambda frame: encode(reply(frame, "DUH")), "refuses the message (DUH)"),
        (lambda _frame: written(b'"NAK"0000R0L0A0[]_12:00:00,03-01-2026'), "refuses the message (NAK)"),
        (lambda _frame: written(b'"NAK"0000R0L0A0[]'), "refuses the message (NAK)"),
    ],
)
async def test_nothing_but_its_own_acknowledgement_counts(manner: Manner, said: str) -> None:
    async with alarm_receiver(manner) as far:
        with pytest.raises(CarryError, match=f"{LOOPBACK}:{far.port}") as caught:
            await house(far.port).carry(ALARM)
    assert said in str(caught.value)


async def test_an_older_receiver_gets_the_message_without_blocks_and_from_then_on_at_once() -> None:
    def old_fashioned(frame: Frame) -> bytes:
        return encode(reply(frame, "DUH" if frame.extended else "ACK"))

    async with alarm_receiver(old_fashioned) as far:
        receiver = house(far.port)
        await receiver.carry(ALARM)
        await receiver.carry(stored(sequence=2))
        assert [len(frame.extended) for frame in far.heard] == [1, 0, 0]


async def test_under_a_key_neither_an_open_nor_a_recorded_acknowledgement_counts() -> None:
    key = bytes(range(16))
    forgeries: list[Manner] = [
        acknowledge,
        lambda frame: encode(reply(frame, at=None), key),
        lambda frame: encode(reply(frame, at=NOON - timedelta(hours=1)), key),
        lambda frame: encode(reply(frame), bytes(16)),
    ]
    for forge in forgeries:
        async with alarm_receiver(forge, key) as far:
            with pytest.raises(CarryError):
                await house(far.port, key=key).carry(ALARM)
    async with alarm_receiver(lambda frame: encode(reply(frame), key), key) as far:
        assert await house(far.port, key=key).carry(ALARM) is Outcome.RECEIVED


async def test_a_receiver_that_is_silent_or_away_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dc09_receiver, "ANSWER_SECONDS", 0.05)
    async with alarm_receiver(lambda _frame: None) as far:
        with pytest.raises(CarryError, match="no answer within"):
            await house(far.port).test()
    with pytest.raises(CarryError, match="cannot be reached"):
        await house(free_port()).test()
