"""Sample blocks of worn devices on their way to whoever watches them: in order, gaps marked, memory bounded.

A block is already heard as a sign of life when it comes by here, and every alarm before it is on its way. At most
HELD_BLOCKS of each enrolled device wait for an earlier one, and not for longer than a few seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from drivers.device import Device, Lookup
from drivers.wearable import NAME, address_of, parse_block
from drivers.wearable_stream import BlockOrder, Gap, Stretch

WAIT_SECONDS = 3.0
"""A band that has said nothing for so long sends no missing block any more: what waits behind the gap goes on."""


class SampleSink(Protocol):
    """Who takes the samples of worn devices. It must return soon: it runs where alarms are heard."""

    def take(self, device: Device, said: Stretch | Gap, at: float) -> None:
        """The next stretch of a device's samples, or a gap before it; `at` in monotonic seconds."""

    def late(self, device: Device, blocks: int) -> None:
        """So many blocks came twice, or after they had been given up."""


class Samples:
    """The streams of all enrolled worn devices."""

    def __init__(
        self,
        lookup: Lookup,
        sinks: Sequence[SampleSink],
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._lookup = lookup
        self._sinks = sinks
        self._monotonic = monotonic
        self._orders: dict[str, tuple[Device, BlockOrder]] = {}
        self._last: dict[str, float] = {}

    def hear(self, topic: str, payload: bytes) -> None:
        """Take one message of the local broker."""
        address = address_of(topic)
        if address is not None:
            self.take(address, payload)

    def take(self, address: str, payload: bytes) -> None:
        """Take one block of a device; what is no block or a stranger's was counted before."""
        block, device = parse_block(payload), self._lookup(NAME, address)
        if device is None or isinstance(block, str):
            return
        _, order = self._orders.setdefault(device.id, (device, BlockOrder()))
        now, late = self._monotonic(), order.dropped
        self._last[device.id] = now
        self._give(device, order.feed(block), now)
        if order.dropped > late:
            for sink in self._sinks:
                sink.late(device, order.dropped - late)

    def flush(self) -> None:
        """Give out what waits behind a gap of a device that has fallen silent."""
        now = self._monotonic()
        for device, order in self._orders.values():
            if order.held_blocks and now - self._last[device.id] >= WAIT_SECONDS:
                self._give(device, order.flush(), now)

    def finish(self) -> None:
        """Give out what waits behind any gap."""
        for device, order in self._orders.values():
            self._give(device, order.flush(), self._monotonic())

    async def run(self) -> None:
        """Flush for ever."""
        while True:
            await self._pause(WAIT_SECONDS)
            self.flush()

    def _give(self, device: Device, found: list[Stretch | Gap], now: float) -> None:
        for said in found:
            for sink in self._sinks:
                sink.take(device, said, now)
