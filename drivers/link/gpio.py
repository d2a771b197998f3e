"""GPIO lines by the kernel's character device (/dev/gpiochipN): the only file that speaks to them.

python-periphery asks the kernel. Every call here blocks, and a chip behind I2C or USB may block for long: call from a
thread that nothing else waits for. Levels are logical: True is a pressed button, a lit lamp, whatever the wiring.
"""

import errno
import select
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from periphery import CdevGPIO, GPIOError

CONSUMER = "anju"
"""How `gpioinfo` names who holds a line."""
EDGES_LIMIT = 64
"""Edges of one line that are read at once; the kernel itself keeps 16 and drops the oldest."""
BOARDS_OWN: Final = "gpio-brcmstb"
"""The label of a Raspberry Pi 5's inner chips. Until Linux 6.6.45 one of them was gpiochip0, and the header gpiochip4
(raspberrypi/linux pull request 6144): a lamp on the same number would have switched the board's own supplies."""

_REMEDIES: Final[dict[int | None, str]] = {
    errno.ENOENT: "there is no such chip; those of this machine: ls /dev/gpiochip*",
    errno.EACCES: "this user may not use it; add the user to the group gpio",
    errno.EPERM: "this user may not use it; add the user to the group gpio",
    errno.EBUSY: "another program or a dtoverlay holds this line; gpioinfo tells which",
    errno.EINVAL: "the chip has no such line, or cannot use it so; gpioinfo tells its lines",
    errno.ENODEV: "the chip is gone",
    errno.ENXIO: "the chip is gone",
    errno.ENOTTY: "this is no GPIO chip",
}


class GpioError(Exception):
    """A chip or line cannot be used; the text names it and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A line was active, or was not, from `at` (monotonic seconds) on."""

    line: int
    active: bool
    at: float


class Inputs:
    """Lines that are listened to, each pulled to its resting level by the chip itself: a cut cable rests as well."""

    def __init__(self, chip: str, lines: tuple[int, ...], *, active_low: bool) -> None:
        self._chip = chip
        self._numbers = lines
        self._active_low = active_low
        self._lines: dict[int, CdevGPIO] = {}
        self._looked = 0.0

    def open(self) -> list[Seen]:
        """Take the lines; their present levels. Raises GpioError, with no line held."""
        bias = "pull_up" if self._active_low else "pull_down"
        try:
            for number in self._numbers:
                self._lines[number] = _opened(self._chip, number, edge="both", bias=bias, active_low=self._active_low)
            return self._levels()
        except GpioError:
            self.close()
            raise

    def wait(self, timeout_seconds: float) -> list[Seen]:
        """Wait for an edge at most so long; the edges since the last look, then all present levels.

        Edges bear the time at which the kernel saw them. Where it dropped some, the levels are right all the same.
        Raises GpioError, after which only `close` helps.
        """
        poll = select.poll()
        for line in self._lines.values():
            poll.register(line.fd, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(max(0.0, timeout_seconds) * 1_000)}
        seen: list[Seen] = []
        for number, line in self._lines.items():
            if line.fd in ready:
                seen += self._edges(number, line)
        seen.sort(key=lambda one: one.at)
        return seen + self._levels()

    def close(self) -> None:
        """Give the lines back; fine to call again."""
        lines, self._lines = self._lines, {}
        for line in lines.values():
            _close(line)

    def _edges(self, number: int, line: CdevGPIO) -> list[Seen]:
        edges: list[Seen] = []
        try:
            while len(edges) < EDGES_LIMIT and line.poll(0):
                edge, kernel_ns = cast("tuple[str, int]", line.read_event())  # its stub does not say that it is one
                edges.append(Seen(line=number, active=edge == "rising", at=self._monotonic(kernel_ns)))
        except (GPIOError, ValueError) as error:  # ValueError: the kernel gave less than one whole event
            raise _explained(self._chip, number, error) from error
        return edges

    def _monotonic(self, kernel_ns: int) -> float:
        """A time of the kernel's wall clock. One that was set meanwhile moves it no further than to the last look."""
        now = time.monotonic()
        age_seconds = (time.time_ns() - kernel_ns) / 1e9
        return min(now, max(self._looked, now - age_seconds))

    def _levels(self) -> list[Seen]:
        levels = []
        for number, line in self._lines.items():
            try:
                levels.append(Seen(line=number, active=line.read(), at=time.monotonic()))
            except GPIOError as error:
                raise _explained(self._chip, number, error) from error
        self._looked = time.monotonic()
        return levels


class Output:
    """A line that is switched; taken with the first switching, and again after an error."""

    def __init__(self, chip: str, number: int, *, active_low: bool) -> None:
        self._chip = chip
        self._number = number
        self._active_low = active_low
        self._line: CdevGPIO | None = None

    def switch(self, *, on: bool) -> None:
        """Switch it. Raises GpioError; the next call tries to take the line anew."""
        try:
            if self._line is None:
                self._line = self._opened()
            self._line.write(on)
        except GPIOError as error:
            self.close()
            raise _explained(self._chip, self._number, error) from error

    def close(self) -> None:
        """Give the line back, which keeps its level; fine to call again."""
        line, self._line = self._line, None
        if line is not None:
            _close(line)

    def _opened(self) -> CdevGPIO:
        line = _opened(self._chip, self._number, edge="none", bias="default", active_low=self._active_low)
        # The library's words are of the wire, not of the logic: "high" rests where low is active.
        line.direction = "high" if self._active_low else "low"
        return line


def _opened(chip: str, number: int, *, edge: str, bias: str, active_low: bool) -> CdevGPIO:
    """The line as an input, on a chip that is no inner one of the board."""
    try:
        if not stat.S_ISCHR(Path(chip).stat().st_mode):  # a pipe would be waited for, for ever
            raise GPIOError(errno.ENOTTY, "not a character device")
        line = CdevGPIO(chip, number, "in", edge=edge, bias=bias, inverted=active_low, label=CONSUMER)
        label = line.chip_label
    except OSError as error:  # the library's own error is one
        raise _explained(chip, number, error) from error
    if label.startswith(BOARDS_OWN):
        _close(line)
        raise GpioError(f"GPIO chip {chip} is the board's own ({label}), not the header; write the one of the header")
    return line


def _explained(chip: str, number: int, error: Exception) -> GpioError:
    code = error.errno if isinstance(error, OSError) else None
    cause = _REMEDIES.get(code, str(error))
    return GpioError(f"GPIO chip {chip}, line {number}: {cause}")


def _close(line: CdevGPIO) -> None:
    try:
        line.close()
    except GPIOError:
        return  # a chip that is gone; the kernel has taken the line back
