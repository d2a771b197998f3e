"""Lamp and buzzer of a box on a chip that is slow, hangs or is gone."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import gateway.box.switch
from drivers.link.gpio import Output
from gateway.announce.switch import SwitchError
from gateway.box.switch import LineSwitch
from tests.support.gpio_kernel import CHIP, FakeChip, plugged_in

BUZZER = 16


@pytest.fixture
def chip() -> Iterator[FakeChip]:
    with plugged_in(FakeChip()) as chip:
        yield chip


@pytest.fixture
def switch(chip: FakeChip) -> Iterator[LineSwitch]:
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield LineSwitch(Output(CHIP, BUZZER, active_low=False), "buzzer", thread)
        chip.running.set()


async def test_a_tone_whose_beginning_was_cut_off_still_ends(switch: LineSwitch, chip: FakeChip) -> None:
    await switch.set(on=False)
    chip.running.clear()
    begun = asyncio.ensure_future(switch.set(on=True))
    await asyncio.sleep(0)
    begun.cancel()
    await asyncio.wait([begun])
    asyncio.get_running_loop().call_later(0.05, chip.running.set)
    await switch.set(on=False)
    assert chip.written(BUZZER)[-2:] == [True, False]


async def test_while_the_chip_hangs_nothing_piles_up_behind_it(
    switch: LineSwitch, chip: FakeChip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.box.switch, "HANG_SECONDS", 0.02)
    await switch.set(on=False)
    before = len(chip.written(BUZZER))
    chip.running.clear()
    for _ in range(5):
        with pytest.raises(SwitchError, match=r"the buzzer of the box cannot be switched: .* does not answer"):
            await switch.set(on=True)
    chip.running.set()
    monkeypatch.setattr(gateway.box.switch, "HANG_SECONDS", 10.0)
    await switch.set(on=False)
    assert chip.written(BUZZER)[before:] == [True, False]


async def test_a_chip_that_is_gone_is_told_and_used_again(switch: LineSwitch, chip: FakeChip) -> None:
    await switch.set(on=False)
    chip.vanish()
    for _ in range(2):
        with pytest.raises(SwitchError, match=r"the chip is gone; see \[box\]"):
            await switch.set(on=True)
    chip.come_back()
    await switch.set(on=True)
    assert chip.level(BUZZER) is True
