"""The modem's carrier on a real pseudo-terminal, with a modem that does what modems do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway.problems import Problems
from gateway.routes import modem as modem_module
from gateway.routes import modem_dialogue
from gateway.routes.carrier import CarryError, Outcome
from gateway.routes.modem import Modem
from tests.gateway.houses import NOON, HandClock, event, stored
from tests.support.gsm_modem import GsmModem, gsm_modem, sent
from tests.support.wait import until

NUMBER = "+8613800000000"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modem_dialogue, "QUIET_SECONDS", 0.02)
    monkeypatch.setattr(modem_dialogue, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(modem_dialogue, "SUBMIT_SECONDS", 0.3)
    monkeypatch.setattr(modem_module, "REOPEN_SECONDS", 0.05)


@asynccontextmanager
async def carrier(path: Path, problems: Problems | None = None, clock: HandClock | None = None) -> AsyncIterator[Modem]:
    made = Modem(
        str(path), 115_200, NUMBER, "gw-0001", "zh-CN", timedelta(days=1), problems or Problems(), clock or HandClock()
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run())
        try:
            yield made
        finally:
            running.cancel()


async def test_an_alarm_is_sent_and_its_delivery_reported(tmp_path: Path) -> None:
    alarm = stored(event(room="浴室"))
    delivered: list[str] = []
    async with gsm_modem(tmp_path) as (far, _), carrier(far.path) as modem:
        modem.delivered = delivered.append
        assert await modem.carry(alarm) is Outcome.SENT
        await until(lambda: delivered == [alarm.event.id])
    (text,) = far.messages
    assert text.startswith("【安居】紧急求助 浴室 gw-0001 ")
    assert text.endswith(f"#{alarm.event.id[-8:]}")


@pytest.mark.parametrize("manner", ["error", "busy", "hang", "no_prompt", "restart", "garbage"])
async def test_the_next_attempt_gets_through_after(manner: str, tmp_path: Path) -> None:
    async with gsm_modem(tmp_path, manners=[manner]) as (far, _), carrier(far.path) as modem:
        with pytest.raises(CarryError, match=str(far.path)) as caught:
            await modem.carry(stored())
        assert NUMBER not in str(caught.value)
        assert await modem.carry(stored()) is Outcome.SENT
        assert len(far.messages) == 1


async def test_a_late_answer_is_not_taken_for_the_next_messages(tmp_path: Path) -> None:
    async with gsm_modem(tmp_path, manners=["late", "busy"]) as (far, _), carrier(far.path) as modem:
        for _ in range(2):
            with pytest.raises(CarryError):
                await modem.carry(stored())
        assert await modem.carry(stored()) is Outcome.SENT


async def test_it_is_found_again_after_it_was_pulled_out(tmp_path: Path) -> None:
    async with gsm_modem(tmp_path) as (far, tasks), carrier(far.path) as modem:
        await modem.carry(stored())
        await far.unplug()
        far.plug(tasks)
        await until_carried(modem)
        assert len(far.messages) == 2


async def test_pulled_out_in_the_middle_of_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modem_dialogue, "SUBMIT_SECONDS", 60.0)  # nobody waits so long for a modem that is gone
    async with gsm_modem(tmp_path, manners=["hang"]) as (far, tasks), carrier(far.path) as modem:
        sending = asyncio.ensure_future(modem.carry(stored()))
        await until(lambda: not far.manners)  # the message is there, and it hangs; not only announced
        await far.unplug()
        with pytest.raises(CarryError):
            await sending
        far.plug(tasks)
        await until_carried(modem)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda far: setattr(far, "pin", "SIM PIN"), "switch its PIN off"),
        (lambda far: setattr(far, "registered", "0,2"), "not registered"),
    ],
)
async def test_what_keeps_it_from_sending_is_said(
    change: Callable[[GsmModem], None], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = Problems()
    monkeypatch.setattr(modem_module, "READY_SECONDS", 0.05)
    async with gsm_modem(tmp_path) as (far, _):
        change(far)
        async with carrier(far.path, problems) as modem:
            await until(lambda: any(said in problem for problem in problems.list()))
            with pytest.raises(CarryError, match="not ready"):
                await modem.carry(stored())
            far.pin, far.registered = "READY", "0,5"
            await until_carried(modem)
            assert problems.list() == []


async def test_without_reports_of_delivery_messages_leave_all_the_same(tmp_path: Path) -> None:
    async with gsm_modem(tmp_path, reports=False, delivers=False) as (far, _), carrier(far.path) as modem:
        assert await modem.carry(stored()) is Outcome.SENT


async def test_the_test_asks_for_the_network_and_once_a_day_sends_a_message(tmp_path: Path) -> None:
    clock = HandClock()
    proven: list[datetime] = []
    async with gsm_modem(tmp_path) as (far, _), carrier(far.path, clock=clock) as modem:
        modem.tested = proven.append
        for _ in range(3):  # only the first time it does not know of an earlier one
            await modem.test()
        assert [message.split()[0] for message in await sent(far, 1)] == ["【安居】线路测试"]
        clock.seconds += 86_400.0
        await modem.test()
        assert len(await sent(far, 2)) == 2
        assert proven == [NOON, NOON + timedelta(days=1)]
        far.registered = "0,3"
        with pytest.raises(CarryError, match="not registered"):
            await modem.test()


async def until_carried(modem: Modem) -> None:
    """What the courier does: try again until it is sent."""
    async with asyncio.timeout(15):
        while True:
            try:
                await modem.carry(stored())
                return
            except CarryError:
                await asyncio.sleep(0.02)
