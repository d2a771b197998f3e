"""How well the samples of worn devices arrive: blocks, gaps, the drift of their clocks; for metrics, digests."""

from dataclasses import dataclass

from drivers.device import Device
from drivers.wearable_stream import Gap, Stretch
from gateway.contract.messages import StreamQuality
from gateway.metrics import Metrics

DRIFT_SECONDS = 3_600.0
"""A block may come a second late: only over an hour is the drift of a clock more than the jitter of the radio."""


@dataclass(slots=True)
class _Stream:
    """A device's counts since the last digest, and where its clock and ours stood when its stretch began."""

    blocks: int = 0
    missing_blocks: int = 0
    gaps: int = 0
    late_blocks: int = 0
    began: tuple[float, int] | None = None
    drift_ppm: float | None = None


class StreamBook:
    """A sink that only counts; bounded by the number of enrolled devices."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._streams: dict[str, _Stream] = {}

    def take(self, device: Device, said: Stretch | Gap, at: float) -> None:
        """Count a stretch or a gap."""
        stream = self._streams.setdefault(device.id, _Stream())
        if isinstance(said, Stretch):
            stream.blocks += 1
            self._metrics.stream_blocks(1)
            self._drift(stream, said, at)
            return
        stream.gaps += 1
        stream.missing_blocks += said.missing_blocks or 0
        self._metrics.stream_gap(said.missing_blocks or 0)
        if said.missing_blocks is None:
            stream.began = stream.drift_ppm = None  # it began anew, and its clock with it

    def late(self, device: Device, blocks: int) -> None:
        """Count blocks that came too late or twice."""
        self._streams.setdefault(device.id, _Stream()).late_blocks += blocks
        self._metrics.stream_late(blocks)

    def take_counts(self) -> dict[str, StreamQuality]:
        """What was counted of each device since the last time, and begin anew; the clocks go on."""
        found = {
            device: StreamQuality(
                blocks=stream.blocks,
                missing_blocks=stream.missing_blocks,
                gaps=stream.gaps,
                late_blocks=stream.late_blocks,
                clock_drift_ppm=stream.drift_ppm,
            )
            for device, stream in self._streams.items()
            if stream.blocks or stream.gaps or stream.late_blocks
        }
        for stream in self._streams.values():
            stream.blocks = stream.missing_blocks = stream.gaps = stream.late_blocks = 0
        return found

    def _drift(self, stream: _Stream, said: Stretch, at: float) -> None:
        if stream.began is None:
            stream.began = (at, said.start_ms)
            return
        began, start_ms = stream.began
        elapsed = at - began
        if elapsed >= DRIFT_SECONDS:
            stream.drift_ppm = round(((said.start_ms - start_ms) / 1_000 - elapsed) / elapsed * 1e6, 1)
