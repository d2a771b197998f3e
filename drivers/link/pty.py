"""A pseudo-terminal in place of a serial line, for the simulator and for tests: one side acts as the radio.

A pty knows no baud rate, no line noise and no USB: bytes arrive whole and at once.
"""

import asyncio
import os
import tempfile
import tty
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

_CHUNK_BYTES = 65_536


class PtyPair:
    """A raw pseudo-terminal. `path` is what a program opens as its serial port; this object is the device behind it.

    `link_path` makes the port appear under a name of your own, as udev does under /dev/serial/by-id; else it has one
    that nobody else ever gets. The kernel's own name is given anew after the unplugging: a program that waits for its
    port to come back would then open somebody else's. Use it as a context manager; leaving it unplugs.
    """

    def __init__(self, link_path: Path | None = None) -> None:
        self._link_path = link_path
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._device: int | None = None
        self._port: int | None = None
        self._port_name = ""
        self._waiting: dict[asyncio.Future[None], Callable[[], object]] = {}

    def __enter__(self) -> Self:
        """Plug it in. Raises OSError where there is no pty left or the link cannot be made."""
        # The port's end stays open here as well, or each closing by its user would look like a hang-up to us.
        device, port = os.openpty()
        self._device, self._port = device, port
        self._port_name = os.ttyname(port)
        tty.setraw(port)
        os.set_blocking(device, False)
        if self._link_path is None:
            self._folder = tempfile.TemporaryDirectory(prefix="anju-port-")
            self._link_path = Path(self._folder.name) / "port"
        try:
            self._link(self._link_path)
        except OSError:
            self.unplug()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    @property
    def path(self) -> str:
        """The port to open, once it is plugged in."""
        assert self._link_path is not None, "not plugged in yet"
        return str(self._link_path)

    async def write(self, data: bytes) -> None:
        """Let the device send. Waits while the port's buffer is full. Raises OSError once unplugged."""
        rest = memoryview(data)
        while rest:
            device = self._plugged()
            try:
                rest = rest[os.write(device, rest) :]
            except BlockingIOError:
                await self._ready(device, to_write=True)

    async def read(self) -> bytes:
        """What the program wrote to the port, at least one byte. Raises OSError once unplugged."""
        while True:
            device = self._plugged()
            try:
                return os.read(device, _CHUNK_BYTES)
            except BlockingIOError:
                await self._ready(device, to_write=False)

    def unplug(self) -> None:
        """Pull the cable: whoever has the port open gets an input/output error, and the link disappears."""
        if self._link_path is not None and self._device is not None:
            self._unlink(self._link_path)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        # Before the closing: the next pair may get the same descriptor numbers.
        for ready in list(self._waiting):
            self._watched(ready)
        for descriptor in (self._device, self._port):
            if descriptor is not None:
                os.close(descriptor)
        self._device = self._port = None

    def _plugged(self) -> int:
        if self._device is None:
            raise OSError(f"{self.path} has been unplugged")
        return self._device

    async def _ready(self, device: int, *, to_write: bool) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        if to_write:
            loop.add_writer(device, self._watched, ready)
            self._waiting[ready] = partial(loop.remove_writer, device)
        else:
            loop.add_reader(device, self._watched, ready)
            self._waiting[ready] = partial(loop.remove_reader, device)
        try:
            await ready
        finally:
            self._stop_watching(ready)

    def _watched(self, ready: "asyncio.Future[None]") -> None:
        self._stop_watching(ready)
        if not ready.done():
            ready.set_result(None)

    def _stop_watching(self, ready: "asyncio.Future[None]") -> None:
        stop = self._waiting.pop(ready, None)
        if stop is not None:
            stop()

    def _link(self, link_path: Path) -> None:
        if link_path.is_symlink():
            link_path.unlink()  # left over from a run that was killed
        link_path.symlink_to(self._port_name)

    def _unlink(self, link_path: Path) -> None:
        if link_path.is_symlink() and str(link_path.readlink()) == self._port_name:
            link_path.unlink()
