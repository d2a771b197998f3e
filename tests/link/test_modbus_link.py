"""Asking over a real pseudo-terminal: what pymodbus takes, what it does not, and what is told of either."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.link.modbus import ModbusLink, open_modbus
from drivers.link.pty import PtyPair
from drivers.link.serial import PortError, PortTrouble
from drivers.modbus_frame import Answer, Refusal, Request, encode_request, find_answer
from tests.drivers.vectors import vectors
from tests.support import modbus_slave as slaves
from tests.support.modbus_slave import Manner, Slave

BAUD_RATE = 9_600
ANSWER_SECONDS = 0.4
QUESTION = Request(1, 3, 8, 2)


@asynccontextmanager
async def linked() -> AsyncIterator[tuple[ModbusLink, Slave]]:
    with PtyPair() as pty:
        slave = Slave(pty)
        async with open_modbus(pty.path, BAUD_RATE, ANSWER_SECONDS) as link, asyncio.TaskGroup() as tasks:
            task = tasks.create_task(slave.run())
            yield link, slave
            task.cancel()


@pytest.mark.parametrize("function", [1, 2, 3, 4])
async def test_each_reading_function_is_asked_as_it_is_written(function: int) -> None:
    request = Request(7, function, 300, 3)
    async with linked() as (link, slave):
        slave.values[7] = [1, 0, 1]
        assert find_answer(request, await link.ask(encode_request(request))) == Answer(request, (1, 0, 1))
        assert slave.asked == [request]


async def test_the_documented_pairs_come_over_the_line() -> None:
    with PtyPair() as pty:
        async with open_modbus(pty.path, BAUD_RATE) as link, asyncio.TaskGroup() as tasks:
            for vector in vectors("modbus_rtu"):
                question, response = (bytes.fromhex(vector["input"][key]) for key in ("request", "response"))
                if not response:
                    continue
                asked = tasks.create_task(link.ask(question))
                assert await pty.read() == question
                await pty.write(response)
                assert await asked == response


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        (slaves.silent, "timeout"),
        (slaves.damaged, "bad_crc"),
        (slaves.half, "incomplete"),
        (slaves.garbage, "noise"),
        (slaves.refusing, "exception"),
        (slaves.of_another_unit, "wrong_unit"),
        (slaves.nonsense_with_a_right_checksum, "wrong_answer"),
    ],
)
async def test_a_head_that_misbehaves_is_told_by_its_reason_and_asked_again(manner: Manner, reason: str) -> None:
    async with linked() as (link, slave):
        slave.values[1] = [0, 209]
        for _ in range(5):  # longer than pymodbus's own patience
            slave.manner[1] = manner
            found = find_answer(QUESTION, await link.ask(encode_request(QUESTION)))
            assert isinstance(found, Refusal)
            assert found.reason == reason
        slave.manner[1] = slaves.correct
        assert find_answer(QUESTION, await link.ask(encode_request(QUESTION))) == Answer(QUESTION, (0, 209))


async def test_an_answer_behind_noise_is_found() -> None:
    async with linked() as (link, slave):
        slave.values[1] = [0, 209]
        slave.manner[1] = slaves.echoing_behind_noise
        assert find_answer(QUESTION, await link.ask(encode_request(QUESTION))) == Answer(QUESTION, (0, 209))


@settings(deadline=None, max_examples=20)
@given(said=st.binary(max_size=700))
def test_whatever_a_line_says_nothing_is_raised_and_little_is_kept(said: bytes) -> None:
    async def scenario() -> None:
        with PtyPair() as pty:
            async with open_modbus(pty.path, BAUD_RATE, 0.02) as link, asyncio.TaskGroup() as tasks:
                asked = tasks.create_task(link.ask(encode_request(QUESTION)))
                await pty.read()
                await pty.write(said)
                assert len(await asked) <= 512

    asyncio.run(scenario())


async def test_an_unplugged_port_is_told_to_who_asks_and_to_who_waits() -> None:
    with PtyPair() as pty:
        async with open_modbus(pty.path, BAUD_RATE, ANSWER_SECONDS) as link, asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(told_of_loss(link))
            pty.unplug()
            assert await waiting is PortTrouble.UNPLUGGED
            with pytest.raises(PortError):
                await link.ask(encode_request(QUESTION))


async def told_of_loss(link: ModbusLink) -> PortTrouble:
    with pytest.raises(PortError) as told:
        await link.lost()
    return told.value.trouble


async def test_a_missing_port_names_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="there is no such port"):
        async with open_modbus(str(tmp_path / "nothing"), BAUD_RATE):
            pass


async def test_only_questions_are_sent() -> None:
    async with linked() as (link, slave):
        with pytest.raises(ValueError, match="unknown_function"):
            await link.ask(encode_request(Request(1, 6, 0, 1)))
        assert slave.asked == []


async def test_a_silent_head_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with linked() as (link, _):
            await link.ask(encode_request(QUESTION))
    assert [record for record in caplog.records if record.name.startswith("pymodbus")] == []
