"""What becomes of the samples of worn devices in this house: nothing is loaded where none is enrolled."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from drivers.device import Lookup
from gateway.digest import DigestBook
from gateway.metrics import Metrics

if TYPE_CHECKING:
    from gateway.falls.watcher import FallWatcher
    from gateway.samples import SampleSink

WEARABLE = "wearable"


class Worn:
    """`hearers` take, by the driver's name, topic and payload of messages with samples; `parts` have to run for it.

    `on_lines` take, by the driver's name, the serial port's name and a frame with samples.
    """

    def __init__(
        self,
        drivers: Mapping[str, object],
        lookup: Lookup,
        metrics: Metrics,
        digest: DigestBook,
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.hearers: dict[str, Callable[[str, bytes], None]] = {}
        self.on_lines: dict[str, Callable[[str, bytes], None]] = {}
        self.parts: dict[str, Callable[[], Awaitable[None]]] = {}
        self._sinks: list[SampleSink] = []
        self._finish: Callable[[], None] = lambda: None
        if WEARABLE not in drivers:
            return
        from gateway.samples import Samples
        from gateway.stream_quality import StreamBook

        book = StreamBook(metrics)
        self._sinks.append(book)
        samples = Samples(lookup, self._sinks, monotonic, pause)
        self._finish = samples.finish
        self.hearers[WEARABLE] = samples.hear
        self.on_lines[WEARABLE] = samples.take
        self.parts["samples"] = samples.run
        digest.stream_counts = book.take_counts

    def watch_falls(self, watcher: "FallWatcher") -> None:
        """Have the samples watched for falls too."""
        self._sinks.append(watcher)
        self.parts["falls"] = watcher.run

    def finish(self) -> None:
        """Give out what waits behind a gap: nothing more is awaited."""
        self._finish()
