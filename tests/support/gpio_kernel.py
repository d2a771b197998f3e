"""A kernel's GPIO chip for tests, below python-periphery: it answers the library's ioctls; edges come over pipes.

No machine that runs the tests has a GPIO chip. What is replaced is `fcntl.ioctl` alone; layout and numbers of the
requests are linux/gpio.h's, version 2 of the interface. The chip can refuse, hang, vanish, and lose edges as a kernel
does.
"""

import ctypes
import errno
import fcntl
import os
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from periphery import gpio_cdev2

CHIP = "/dev/null"
"""A character device that anybody may open; the ioctls on it come here."""
OTHER_CHIP = "/dev/zero"
"""Another one, which is no GPIO chip."""
KEPT_EDGES = 16
"""So many edges of one line wait at most (linux/gpio.h, event_buffer_size 0). Beyond that a kernel drops the oldest,
this one the newest: what is taken out here might be what the reader is about to read."""
_CHIP_INFO, _LINE_INFO, _GET_LINE = 0x8044B401, 0xC100B405, 0xC250B407
_GET_VALUES, _SET_VALUES = 0xC010B40E, 0xC010B40F
_ACTIVE_LOW, _INPUT, _OUTPUT, _RISING, _FALLING = 0x2, 0x4, 0x8, 0x10, 0x20


@dataclass(slots=True, eq=False)
class _Line:
    flags: int = 0
    level: bool = False
    fd: int | None = None
    edges: int | None = None
    written: list[bool] = field(default_factory=list)


class FakeChip:
    """One chip with `lines` lines. Levels here are logical, as the lines' flags make them."""

    def __init__(self, lines: int = 54, label: str = "pinctrl-rp1") -> None:
        self.label = label
        self.refusal: int | None = None
        self.loses_edges = False
        self.running = threading.Event()
        self.running.set()
        self._lines = [_Line() for _ in range(lines)]
        self._lock = threading.Lock()

    # -- what a test does ---------------------------------------------------------------------------------------------

    def set(self, number: int, *, active: bool) -> None:
        """Change a line's level; an edge follows where somebody listens."""
        with self._lock:
            line = self._lines[number]
            line.level = active
            wanted = line.flags & (_RISING if active else _FALLING)
            if line.edges is not None and wanted and not self.loses_edges:
                self._send(line, rising=active)

    def rattle(self, number: int, times: int) -> None:
        """Change a line's level so often, and leave it as it was."""
        for _ in range(times):
            self.set(number, active=not self._lines[number].level)
            self.set(number, active=not self._lines[number].level)

    def press(self, number: int, seconds: float = 0.05) -> None:
        """Press a button for so long. Both edges may wait together where nobody has looked meanwhile."""
        self.set(number, active=True)
        time.sleep(seconds)
        self.set(number, active=False)

    def cut_short(self, number: int) -> None:
        """Hand over half an event, as no kernel should."""
        edges = self._lines[number].edges
        assert edges is not None
        os.write(edges, b"\0" * 20)

    def hold(self, number: int) -> None:
        """Another program takes a line."""
        self._lines[number].fd = -1

    def release(self, number: int) -> None:
        """That program gives it back."""
        self._lines[number].fd = None

    def vanish(self) -> None:
        """The chip is pulled out: every request fails, and whoever waits for edges is woken."""
        self.refusal = errno.ENODEV
        with self._lock:
            for line in self._lines:
                self._hang_up(line)

    def come_back(self) -> None:
        """The chip is there again."""
        self.refusal = None

    def flags(self, number: int) -> int:
        """How the line was asked for."""
        return self._lines[number].flags

    def level(self, number: int) -> bool:
        """The line's present level."""
        return self._lines[number].level

    def written(self, number: int) -> list[bool]:
        """Every level that an output was given, the first one included."""
        return self._lines[number].written

    def is_taken(self, number: int) -> bool:
        """Whether somebody holds the line and has not closed it."""
        return self._is_open(self._lines[number])

    def tell(self, number: int, *, on: bool) -> None:
        """An output was given a level; for those who follow it."""

    # -- what the kernel does -----------------------------------------------------------------------------------------

    def ioctl(self, fd: int, request: int, argument: Any) -> int:
        """Answer one request, or refuse it."""
        self.running.wait(timeout=30)
        if self.refusal is not None:
            raise OSError(self.refusal, os.strerror(self.refusal))
        with self._lock:
            if request in (_GET_VALUES, _SET_VALUES):
                self._value(fd, request, argument)
            elif os.readlink(f"/proc/self/fd/{fd}") != CHIP:
                raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
            elif request == _CHIP_INFO:
                argument.label = self.label.encode()
                argument.lines = len(self._lines)
            else:
                assert request == _GET_LINE, hex(request)
                argument.fd = self._take(argument)
        return 0

    def _take(self, wanted: Any) -> int:
        if wanted.offsets[0] >= len(self._lines):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        line = self._lines[wanted.offsets[0]]
        if line.fd == -1 or self._is_open(line):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self._hang_up(line)
        line.fd, line.edges = os.pipe()
        for other in self._lines:
            if other is not line and other.fd == line.fd:
                other.fd = None  # closed meanwhile, and its number given anew
        line.flags = wanted.config.flags
        assert wanted.consumer == b"anju"
        if line.flags & _OUTPUT:
            line.level = bool(wanted.config.attrs[0].attr.data.values & 1)
            self._switched(line)
        return int(line.fd)

    def _value(self, fd: int, request: int, argument: Any) -> None:
        line = next(line for line in self._lines if line.fd == fd)
        if request == _GET_VALUES:
            argument.bits = int(line.level)
            return
        if not line.flags & _OUTPUT:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        line.level = bool(argument.bits & 1)
        self._switched(line)

    def _switched(self, line: _Line) -> None:
        line.written.append(line.level)
        self.tell(self._lines.index(line), on=line.level)

    def _send(self, line: _Line, *, rising: bool) -> None:
        assert line.fd is not None
        assert line.edges is not None
        event = gpio_cdev2._CGpioV2LineEvent(timestamp_ns=time.time_ns(), id=1 if rising else 2)
        if _waiting_bytes(line.fd) < KEPT_EDGES * ctypes.sizeof(event):
            os.write(line.edges, bytes(event))

    def _is_open(self, line: _Line) -> bool:
        if line.fd is None or line.fd == -1 or line.edges is None:
            return False
        try:
            return os.fstat(line.fd).st_ino == os.fstat(line.edges).st_ino
        except OSError:
            return False

    def _hang_up(self, line: _Line) -> None:
        if line.edges is not None:
            os.close(line.edges)
            line.edges = None


def _waiting_bytes(fd: int) -> int:
    count = ctypes.c_int()
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count.value


@contextmanager
def plugged_in(chip: FakeChip) -> Iterator[FakeChip]:
    """For the block, `chip` is what is behind CHIP."""

    class _Kernel:
        ioctl = staticmethod(chip.ioctl)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpio_cdev2, "fcntl", _Kernel)
        try:
            yield chip
        finally:
            chip.running.set()
