"""A line of heads that speak only when asked: asks one after the other, for ever, and hands on what they say.

A head that does not answer is nobody's alarm and no all clear: each miss is counted by its reason, and the watch tells
of the head once it has given no sign of life for its interval.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.device import Device, Lookup
from drivers.event import Reject
from drivers.link.modbus import ModbusLink, open_modbus
from drivers.link.serial import PortError
from drivers.registry import PolledDriver
from gateway.config_devices import SerialPort
from gateway.metrics import Metrics
from gateway.problems import Problems
from gateway.reception import Reception
from gateway.watch import Lines

log = logging.getLogger(__name__)

REOPEN_SECONDS = 1.0
GAP_SECONDS = 0.01
"""Between two frames the line must rest for 3.5 characters: 8 ms at 4800 baud."""
ABSENT_AFTER_MISSES = 3
ABSENT_SECONDS = 5.0
"""A head that has long been silent is asked this often: each vain question delays the heads that do answer."""


@dataclass(slots=True)
class _Head:
    device: Device
    questions: tuple[bytes, ...]
    poll_seconds: float
    due: float
    misses: int = 0

    def asked(self, now: float, *, answered: bool) -> None:
        """Note the outcome, and when to ask again."""
        self.misses = 0 if answered else self.misses + 1
        wait_seconds = self.poll_seconds if self.misses < ABSENT_AFTER_MISSES else ABSENT_SECONDS
        self.due = now + wait_seconds


class ModbusLine:
    """One RS-485 line, reopened whenever its port comes back."""

    def __init__(
        self,
        port: SerialPort,
        driver: PolledDriver,
        devices: Iterable[Device],
        lookup: Lookup,
        reception: Reception,
        lines: Lines,
        problems: Problems,
        metrics: Metrics,
        monotonic: Callable[[], float],
    ) -> None:
        self._port = port
        self._driver = driver
        self._devices = [
            device for device in devices if device.driver == driver.name and driver.port_of(device.address) == port.name
        ]
        self._lookup = lookup
        self._reception = reception
        self._lines = lines
        self._problems = problems
        self._metrics = metrics
        self._monotonic = monotonic
        self._name = f"serial {port.name}"
        self._line = f"serial.{port.name}"

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            try:
                await self._poll()
            except PortError as error:
                self._problems.report(self._name, str(error))
            self._metrics.serial_connected(self._port.name, connected=False)
            self._lines.down(self._line, self._monotonic())
            await asyncio.sleep(REOPEN_SECONDS)

    async def _poll(self) -> None:
        async with open_modbus(self._port.path, self._port.baud_rate or self._driver.baud_rate) as link:
            self._metrics.serial_connected(self._port.name, connected=True)
            self._lines.up(self._line)
            self._problems.over(self._name)
            log.info("listening on %s (%s), %d heads", self._name, self._port.path, len(self._devices))
            heads = [self._head(device) for device in self._devices]
            if not heads:
                await link.lost()
            while heads:
                head = min(heads, key=lambda one: one.due)
                await asyncio.sleep(max(GAP_SECONDS, head.due - self._monotonic()))
                answered = await self._ask(link, head)
                head.asked(self._monotonic(), answered=answered)

    def _head(self, device: Device) -> _Head:
        return _Head(device, self._driver.questions(device), self._driver.poll_seconds(device), self._monotonic())

    async def _ask(self, link: ModbusLink, head: _Head) -> bool:
        """Ask a head all its questions; whether it answered each."""
        for question in head.questions:
            heard = await link.ask(question)
            came = time.perf_counter()
            decoded = self._driver.decode(self._port.name, question, heard, self._lookup)
            self._reception.hear(decoded, self._driver.name, came)
            if isinstance(decoded, Reject):
                # What may still come late must not be taken for the answer to the next question.
                return False
            await asyncio.sleep(GAP_SECONDS)
        return True
