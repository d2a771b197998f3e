"""The buttons' part of a gateway, on a chip that refuses, hangs, vanishes and loses edges."""

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

import gateway.box.line
from drivers.box import ADDRESS, NAME
from drivers.box_presses import FULL_SECONDS
from drivers.device import Decoded, Device
from drivers.event import Kind
from gateway.box.line import BoxLine
from gateway.config_box import Box
from gateway.problems import Problems
from gateway.watch import Lines
from tests.support.gpio_kernel import CHIP, OTHER_CHIP, FakeChip, plugged_in
from tests.support.wait import until

SOS, WELL = 17, 27


class Listening:
    """A box's line, running, and what it has said."""

    def __init__(self, chip: str = CHIP) -> None:
        device = Device(id="box", driver=NAME, address=ADDRESS, model="box", room="hall")
        box = Box(
            device=device, chip=chip, buttons={"sos": SOS, "well": WELL}, pressed_low=True,
            lamp=None, buzzer=None, on_low=False,
        )  # fmt: skip
        self.kinds: list[Kind] = []
        self.problems = Problems()
        self.lines = Lines()
        self._line = BoxLine(box, self._hear, self.lines, self.problems, time.monotonic)

    def _hear(self, decoded: Decoded, driver: str, _heard: float) -> None:
        assert isinstance(decoded, tuple)
        assert driver == NAME
        self.kinds += [signal.kind for signal in decoded]

    def is_lost(self) -> bool:
        began, _ = self.lines.changes(time.monotonic() + 60.0)
        return began == [NAME]

    def presses(self) -> list[Kind]:
        return [kind for kind in self.kinds if kind is not Kind.SUPERVISION]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self._line.run())
            yield
            task.cancel()

    async def open(self, times: int = 1) -> None:
        """Wait until the box has been opened so often; each time it checks in."""
        await until(lambda: self.kinds.count(Kind.SUPERVISION) >= times)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway.box.line, "REOPEN_SECONDS", 0.01)
    monkeypatch.setattr(gateway.box.line, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(gateway.box.line, "HANG_SECONDS", 0.5)


@pytest.fixture
def chip() -> Iterator[FakeChip]:
    with plugged_in(FakeChip()) as chip:
        yield chip


async def test_a_press_is_said_once_and_a_stopped_house_gives_the_lines_back(chip: FakeChip) -> None:
    box = Listening()
    async with box.running():
        await box.open()
        chip.rattle(SOS, 3)
        chip.set(SOS, active=True)
        await until(lambda: box.presses() == [Kind.ALARM])
        chip.set(SOS, active=False)
        await asyncio.to_thread(chip.press, WELL, 2 * FULL_SECONDS)
        await until(lambda: box.presses() == [Kind.ALARM, Kind.ACTIVITY])
    await until(lambda: not chip.is_taken(SOS))


async def test_a_kernel_that_loses_every_edge_costs_no_press(chip: FakeChip) -> None:
    box = Listening()
    chip.loses_edges = True
    async with box.running():
        await box.open()
        chip.set(SOS, active=True)
        await until(lambda: box.presses() == [Kind.ALARM])


async def test_a_press_while_nobody_looked_is_found_in_the_edges(
    chip: FakeChip, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Listening()
    async with box.running():
        await box.open()
        chip.running.clear()  # the very next look hangs
        chip.press(SOS, 2 * FULL_SECONDS)
        chip.running.set()
        await until(lambda: box.presses() == [Kind.ALARM])


@pytest.mark.parametrize(
    ("spoil", "mend", "told"),
    [
        (lambda chip: chip.hold(WELL), lambda chip: chip.release(WELL), "line 27: another program"),
        (lambda chip: setattr(chip, "refusal", errno.EACCES), FakeChip.come_back, "add the user to the group gpio"),
        (FakeChip.vanish, FakeChip.come_back, "the chip is gone"),
    ],
)
async def test_a_chip_that_cannot_be_used_is_told_and_taken_when_it_can(
    chip: FakeChip,
    spoil: Callable[[FakeChip], None],
    mend: Callable[[FakeChip], None],
    told: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    box = Listening()
    spoil(chip)
    async with box.running():
        (problem,) = await until(box.problems.list)
        assert told in problem
        await until(box.is_lost)
        mend(chip)
        await box.open()
        assert box.problems.list() == []
        chip.set(SOS, active=True)
        await until(lambda: box.presses() == [Kind.ALARM])
    assert caplog.text.count("are not heard") - caplog.text.count("over: ") == 1, "told once, however often tried"


async def test_a_chip_that_comes_back_with_the_button_still_down_doubles_no_alarm(chip: FakeChip) -> None:
    box = Listening()
    async with box.running():
        await box.open()
        chip.set(SOS, active=True)
        await until(lambda: box.presses() == [Kind.ALARM])
        chip.vanish()
        await until(box.problems.list)
        chip.come_back()
        await box.open(times=2)
        chip.set(SOS, active=False)
        await asyncio.to_thread(chip.press, WELL, 4 * FULL_SECONDS)
        await until(lambda: Kind.ACTIVITY in box.presses())
        assert box.presses() == [Kind.ALARM, Kind.ACTIVITY]


async def test_a_chip_that_hangs_holds_nobody_up_and_is_told(chip: FakeChip) -> None:
    box = Listening()
    async with box.running():
        await box.open()
        chip.running.clear()
        (problem,) = await until(box.problems.list)
        assert "does not answer" in problem
        assert box.is_lost()
        chip.running.set()
        await until(lambda: box.problems.list() == [])
        chip.set(SOS, active=True)
        await until(lambda: box.presses() == [Kind.ALARM])


async def test_a_house_stops_though_its_chip_hangs(chip: FakeChip) -> None:
    box = Listening()
    async with asyncio.timeout(5.0), box.running():
        await box.open()
        chip.running.clear()
        await until(box.problems.list)
    assert not chip.running.is_set(), "it hung to the end"
    chip.running.set()
    await until(lambda: not chip.is_taken(SOS))


async def test_what_is_no_chip_is_told(chip: FakeChip) -> None:
    box = Listening(OTHER_CHIP)
    async with box.running():
        assert "this is no GPIO chip" in (await until(box.problems.list))[0]
