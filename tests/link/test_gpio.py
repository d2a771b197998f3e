"""GPIO lines through python-periphery, on a kernel's chip that misbehaves."""

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.link.gpio import EDGES_LIMIT, GpioError, Inputs, Output, Seen
from tests.support.gpio_kernel import CHIP, KEPT_EDGES, OTHER_CHIP, FakeChip, plugged_in

BUTTON, OTHER, LAMP = 17, 27, 5
LONG_SECONDS = 10.0
ACTIVE_LOW, PULL_UP, PULL_DOWN, OUTPUT, EDGES = 0x2, 0x100, 0x200, 0x8, 0x30


@pytest.fixture
def chip() -> Iterator[FakeChip]:
    with plugged_in(FakeChip()) as chip:
        yield chip


@pytest.fixture
def inputs(chip: FakeChip) -> Iterator[Inputs]:
    inputs = Inputs(CHIP, (BUTTON, OTHER), active_low=True)
    yield inputs
    inputs.close()
    assert not chip.is_taken(BUTTON)


def states(seen: list[Seen], line: int = BUTTON) -> list[bool]:
    return [one.active for one in seen if one.line == line]


def test_the_present_levels_come_first_and_the_chip_pulls_the_lines(inputs: Inputs, chip: FakeChip) -> None:
    chip.set(OTHER, active=True)
    assert {one.line: one.active for one in inputs.open()} == {BUTTON: False, OTHER: True}
    assert chip.flags(BUTTON) & (ACTIVE_LOW | PULL_UP | PULL_DOWN | EDGES) == ACTIVE_LOW | PULL_UP | EDGES
    inputs.close()
    with_the_other_wiring = Inputs(CHIP, (BUTTON,), active_low=False)
    with_the_other_wiring.open()
    assert chip.flags(BUTTON) & (ACTIVE_LOW | PULL_UP | PULL_DOWN | EDGES) == PULL_DOWN | EDGES
    with_the_other_wiring.close()


def test_a_press_between_two_looks_is_seen_with_its_duration(inputs: Inputs, chip: FakeChip) -> None:
    inputs.open()
    chip.press(BUTTON, seconds=0.05)
    seen = inputs.wait(LONG_SECONDS)
    assert states(seen) == [True, False, False]
    assert states(seen, OTHER) == [False]
    down, up, _ = [one.at for one in seen if one.line == BUTTON]
    assert up - down >= 0.05
    assert up <= time.monotonic()
    assert [one.at for one in seen] == sorted(one.at for one in seen)


def test_an_edge_wakes_who_waits(inputs: Inputs, chip: FakeChip) -> None:
    inputs.open()
    later = threading.Timer(0.05, chip.set, (BUTTON,), {"active": True})
    later.start()
    assert states(inputs.wait(LONG_SECONDS))[-1] is True
    later.join()


def test_where_the_kernel_drops_edges_the_level_is_right(inputs: Inputs, chip: FakeChip) -> None:
    inputs.open()
    chip.loses_edges = True
    chip.set(BUTTON, active=True)
    assert states(inputs.wait(0.0)) == [True]
    chip.loses_edges = False
    chip.rattle(BUTTON, 1_000)
    chip.set(BUTTON, active=False)
    seen = states(inputs.wait(0.0))
    assert len(seen) == KEPT_EDGES + 1
    assert seen[-1] is False
    assert KEPT_EDGES <= EDGES_LIMIT


def test_a_clock_that_is_set_moves_no_edge_before_the_last_look_or_after_now(
    inputs: Inputs, chip: FakeChip, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = time.monotonic()
    inputs.open()
    right = time.time_ns
    for step_ns in (10**15, -(10**15)):
        chip.set(BUTTON, active=True)
        monkeypatch.setattr(time, "time_ns", lambda step_ns=step_ns: right() + step_ns)
        (edge, *_) = [one for one in inputs.wait(0.0) if one.line == BUTTON]
        monkeypatch.setattr(time, "time_ns", right)
        assert before <= edge.at <= time.monotonic()


@pytest.mark.parametrize(
    ("spoil", "remedy"),
    [
        (lambda chip: chip.hold(BUTTON), "another program"),
        (lambda chip: chip.hold(OTHER), "another program"),
        (lambda chip: chip.vanish(), "the chip is gone"),
        (lambda chip: setattr(chip, "refusal", errno.EACCES), "group gpio"),
        (lambda chip: setattr(chip, "refusal", errno.EIO), "Input/output error"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_remedy_and_nothing_stays_held(
    inputs: Inputs, chip: FakeChip, spoil: Callable[[FakeChip], None], remedy: str
) -> None:
    spoil(chip)
    with pytest.raises(GpioError, match=rf"^GPIO chip {CHIP}, line (17|27): .*{remedy}"):
        inputs.open()
    assert not chip.is_taken(BUTTON)
    chip.come_back()
    chip.release(BUTTON)
    chip.release(OTHER)
    assert len(inputs.open()) == 2


@pytest.mark.parametrize(
    ("path", "number", "remedy"),
    [
        ("/dev/gpiochip99", BUTTON, "ls /dev/gpiochip"),
        (OTHER_CHIP, BUTTON, "no GPIO chip"),
        (CHIP, 54, "no such line"),
    ],
)
def test_a_wrong_chip_or_line_is_told(chip: FakeChip, path: str, number: int, remedy: str) -> None:
    with pytest.raises(GpioError, match=remedy):
        Inputs(path, (number,), active_low=True).open()
    with pytest.raises(GpioError, match=remedy):
        Output(path, number, active_low=False).switch(on=False)


def test_a_pipe_in_the_chips_place_is_not_waited_for(chip: FakeChip, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(GpioError, match="no GPIO chip"):
        Inputs(str(tmp_path / "pipe"), (BUTTON,), active_low=True).open()


def test_the_boards_own_chip_is_never_used() -> None:
    with plugged_in(FakeChip(label="gpio-brcmstb@107d508500", lines=32)) as chip:
        with pytest.raises(GpioError, match="the board's own"):
            Inputs(CHIP, (BUTTON,), active_low=True).open()
        with pytest.raises(GpioError, match="the board's own"):
            Output(CHIP, LAMP, active_low=False).switch(on=True)
        assert not chip.is_taken(LAMP)
        assert chip.written(LAMP) == []


@pytest.mark.parametrize("spoil", [FakeChip.vanish, lambda chip: chip.cut_short(BUTTON)])
def test_an_error_in_the_middle_is_told_and_the_line_can_be_taken_again(
    inputs: Inputs, chip: FakeChip, spoil: Callable[[FakeChip], None]
) -> None:
    inputs.open()
    spoil(chip)
    with pytest.raises(GpioError, match=CHIP):
        inputs.wait(LONG_SECONDS)
    inputs.close()
    chip.come_back()
    assert states(inputs.open()) == [False]
    chip.set(BUTTON, active=True)
    assert states(inputs.wait(LONG_SECONDS))[-1] is True


@pytest.mark.parametrize("active_low", [False, True])
def test_an_output_rests_from_the_first_moment(chip: FakeChip, active_low: bool) -> None:
    lamp = Output(CHIP, LAMP, active_low=active_low)
    assert not chip.is_taken(LAMP), "taken when it is needed"
    lamp.switch(on=True)
    lamp.switch(on=False)
    assert chip.written(LAMP) == [False, True, False]
    assert chip.flags(LAMP) & (OUTPUT | ACTIVE_LOW) == (OUTPUT | ACTIVE_LOW if active_low else OUTPUT)
    lamp.close()
    assert not chip.is_taken(LAMP)


def test_an_output_that_failed_is_taken_anew(chip: FakeChip) -> None:
    lamp = Output(CHIP, LAMP, active_low=False)
    lamp.switch(on=True)
    chip.vanish()
    for _ in range(2):
        with pytest.raises(GpioError, match="the chip is gone"):
            lamp.switch(on=True)
    chip.come_back()
    lamp.switch(on=True)
    assert chip.level(LAMP) is True
    lamp.close()
    lamp.close()


def test_the_library_is_not_loaded_by_a_house_without_a_box() -> None:
    code = "import sys, gateway.app; print('periphery' in sys.modules)"
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
