"""Counters, gauges and histograms as plain numbers, for the loop's thread; the Prometheus library only words them.

It is loaded with the first page that is asked for: it takes a seventh of a start, and its counters a lock each time.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

Labels = tuple[str, ...]


class Registry:
    """All that one program counts, in the order in which it was made."""

    def __init__(self) -> None:
        self._families: list[Counter | Gauge | Histogram] = []

    def add(self, family: "Counter | Gauge | Histogram") -> None:
        """Show this one as well."""
        self._families.append(family)

    def collect(self) -> "Iterable[Metric]":
        """Each family as the Prometheus library takes it."""
        return [family.collect() for family in self._families]

    def render(self) -> bytes:
        """Everything in the Prometheus text format 0.0.4 (UTF-8)."""
        from prometheus_client.exposition import generate_latest

        return generate_latest(self)


class Counter:
    """What only grows, apart by its labels' values. One without labels is there from the start."""

    def __init__(self, name: str, text: str, labels: Sequence[str] = (), *, registry: Registry) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._values: dict[Labels, float] = {} if labels else {(): 0.0}
        registry.add(self)

    def inc(self, *labels: str, by: float = 1.0) -> None:
        """Count on."""
        self._values[labels] = self._values.get(labels, 0.0) + by

    def collect(self) -> "Metric":
        """As the Prometheus library takes it."""
        from prometheus_client.metrics_core import CounterMetricFamily

        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for labels, value in self._values.items():
            family.add_metric(labels, value)
        return family


class Gauge:
    """What is so now, apart by its labels' values. One without labels is 0 from the start."""

    def __init__(self, name: str, text: str, labels: Sequence[str] = (), *, registry: Registry) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._values: dict[Labels, float] = {} if labels else {(): 0.0}
        registry.add(self)

    def set(self, value: float, *labels: str) -> None:
        """It is this from now on."""
        self._values[labels] = float(value)

    def collect(self) -> "Metric":
        """As the Prometheus library takes it."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        family = GaugeMetricFamily(self._name, self._text, labels=self._labels)
        for labels, value in self._values.items():
            family.add_metric(labels, value)
        return family


class Histogram:
    """How often something was at most so much; `buckets` are the upper bounds, rising, without infinity."""

    def __init__(
        self, name: str, text: str, labels: Sequence[str] = (), *, buckets: Sequence[float], registry: Registry
    ) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._buckets = buckets
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}
        if not labels:
            self._begin(())
        registry.add(self)

    def observe(self, value: float, *labels: str) -> None:
        """Count one value."""
        if labels not in self._counts:
            self._begin(labels)
        self._counts[labels][bisect_left(self._buckets, value)] += 1
        self._sums[labels] += value

    def collect(self) -> "Metric":
        """As the Prometheus library takes it."""
        from prometheus_client.metrics_core import HistogramMetricFamily

        family = HistogramMetricFamily(self._name, self._text, labels=self._labels)
        bounds = [str(float(bound)) for bound in self._buckets] + ["+Inf"]
        for labels, counts in self._counts.items():
            up_to = [sum(counts[: number + 1]) for number in range(len(counts))]
            family.add_metric(labels, list(zip(bounds, up_to, strict=True)), self._sums[labels])
        return family

    def _begin(self, labels: Labels) -> None:
        self._counts[labels] = [0] * (len(self._buckets) + 1)
        self._sums[labels] = 0.0
