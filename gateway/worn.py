"""What becomes of the samples of worn devices in this house: nothing is loaded where none is enrolled."""

from collections.abc import Awaitable, Callable, Mapping

from drivers.device import Lookup
from gateway.digest import DigestBook
from gateway.metrics import Metrics

WEARABLE = "wearable"


class Worn:
    """`hearers` take, by the driver's name, topic and payload of messages with samples; `parts` have to run for it."""

    def __init__(
        self,
        drivers: Mapping[str, object],
        lookup: Lookup,
        metrics: Metrics,
        digest: DigestBook,
        monotonic: Callable[[], float],
    ) -> None:
        self.hearers: dict[str, Callable[[str, bytes], None]] = {}
        self.parts: dict[str, Callable[[], Awaitable[None]]] = {}
        if WEARABLE not in drivers:
            return
        from gateway.samples import Samples
        from gateway.stream_quality import StreamBook

        book = StreamBook(metrics)
        samples = Samples(lookup, (book,), monotonic)
        self.hearers[WEARABLE] = samples.hear
        self.parts["samples"] = samples.run
        digest.stream_counts = book.take_counts
