"""A line of IP packets into a network namespace of its own, carried, dropped and delayed by this process."""

import asyncio
import fcntl
import itertools
import os
import random
import struct
import subprocess
from contextlib import AbstractContextManager, suppress
from functools import cache
from pathlib import Path
from typing import Self

_TUN = Path("/dev/net/tun")
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_PACKET_BYTES = 2_048
QUEUE_SECONDS = 4.0
"""A slow line keeps so much of each direction waiting; what comes on top of it is lost, as in a modem."""
_numbers = itertools.count()


@cache
def possible() -> bool:
    """Whether this machine lets us make a namespace and packets."""
    try:
        with Namespace() as space, IpLine(space):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


class Namespace(AbstractContextManager["Namespace"]):
    """A network of its own, empty but for its loopback."""

    def __init__(self) -> None:
        self.name = f"anju-{os.getpid()}-{next(_numbers)}"

    def __enter__(self) -> Self:
        _ip("netns", "add", self.name)
        self.ip("link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        _ip("netns", "del", self.name)

    def ip(self, *words: str) -> None:
        """The `ip` command, inside."""
        _ip("-n", self.name, *words)


class IpLine(AbstractContextManager["IpLine"]):
    """Two ends: `near` is an address of this machine, `far` one inside the namespace."""

    def __init__(self, space: Namespace) -> None:
        number = next(_numbers)
        net = f"10.{64 + os.getpid() // 250 % 128}.{os.getpid() % 250}"
        self.near, self.far = (f"{net}.{number * 4 % 252 + end}" for end in (1, 2))
        self._space = space
        self._ends: tuple[int, int] = (-1, -1)
        self._passes = {True: True, False: True}
        self._bytes_per_second: float | None = None
        self._free_at = {True: 0.0, False: 0.0}
        self._loss = 0.0
        self._draw = random.Random()

    def __enter__(self) -> Self:
        (near, name), (far, far_name) = _tun(), _tun()
        self._ends = near, far
        try:
            _ip("addr", "add", self.near, "peer", self.far, "dev", name)
            _ip("link", "set", name, "up")
            _ip("link", "set", far_name, "netns", self._space.name)
            self._space.ip("addr", "add", self.far, "peer", self.near, "dev", far_name)
            self._space.ip("link", "set", far_name, "up")
        except subprocess.CalledProcessError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            os.close(end)  # and the interface goes with it

    def carry(self) -> None:
        """Carry packets from now on, while the running loop runs."""
        near, far = self._ends
        loop = asyncio.get_running_loop()
        loop.add_reader(near, self._pass, near, far, True)
        loop.add_reader(far, self._pass, far, near, False)

    def put_down(self) -> None:
        """Carry no more; before the end of the block."""
        for end in self._ends:
            asyncio.get_running_loop().remove_reader(end)

    def cut(self) -> None:
        self._passes = {True: False, False: False}

    def half_cut(self, *, upward: bool) -> None:
        self._passes = {upward: False, not upward: True}

    def mend(self) -> None:
        self._passes = {True: True, False: True}
        self._bytes_per_second, self._loss = None, 0.0

    def slow(self, bytes_per_second: float) -> None:
        self._bytes_per_second = bytes_per_second

    def lose(self, share: float, draw: random.Random) -> None:
        self._loss, self._draw = share, draw

    def _pass(self, end: int, other: int, upward: bool) -> None:
        packet = os.read(end, _PACKET_BYTES)
        if not self._passes[upward] or self._draw.random() < self._loss:
            return
        if self._bytes_per_second is None:
            _write(other, packet)
            return
        loop = asyncio.get_running_loop()
        start = max(loop.time(), self._free_at[upward])
        if start - loop.time() < QUEUE_SECONDS:
            self._free_at[upward] = start + len(packet) / self._bytes_per_second
            loop.call_at(self._free_at[upward], self._write_late, other, packet)

    def _write_late(self, end: int, packet: bytes) -> None:
        if end in self._ends and all(self._passes.values()):
            _write(end, packet)


def _write(end: int, packet: bytes) -> None:
    with suppress(OSError):  # an interface that is going down: a packet may be lost
        os.write(end, packet)


def _tun() -> tuple[int, str]:
    """A new packet interface: its descriptor and its name. Raises OSError."""
    end = os.open(_TUN, os.O_RDWR | os.O_NONBLOCK)
    made = fcntl.ioctl(end, _TUNSETIFF, struct.pack("16sH22x", b"anju%d", _IFF_TUN | _IFF_NO_PI))
    return end, made[:16].rstrip(b"\0").decode()


def _ip(*words: str) -> None:
    """Raises OSError where there is no such program, CalledProcessError where it refuses."""
    subprocess.run(["ip", *words], check=True, capture_output=True)
