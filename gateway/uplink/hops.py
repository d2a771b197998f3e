"""How long each hop of each alarm took, from the frame to the centre's answer: for the log, the metrics, the benchmark.

Kept only for alarms under way, and for no more than a few hundred of them.
"""

import logging
import time
from dataclasses import dataclass

from gateway.metrics import Metrics

log = logging.getLogger("anju.hop")
_LIMIT = 500


@dataclass(slots=True, kw_only=True)
class _Times:
    """Seconds of `time.perf_counter`, None until the hop is done."""

    type: str
    heard: float
    decoded: float
    committed: float | None = None
    published: float | None = None
    publish_seconds: float = 0.0
    acknowledged: float | None = None
    received: float | None = None


class Hops:
    """Follows each alarm through its hops; writes one line when it is received and one when it is accepted."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._alarms: dict[str, _Times] = {}

    def heard(self, event: str, type_: str, heard: float, decoded: float) -> None:
        """An alarm was minted from bytes that came at `heard` and were understood at `decoded`."""
        if len(self._alarms) >= _LIMIT:
            del self._alarms[next(iter(self._alarms))]
        self._alarms[event] = _Times(type=type_, heard=heard, decoded=decoded)

    def committed(self, event: str) -> None:
        """It is on the disk."""
        if (times := self._alarms.get(event)) is not None:
            times.committed = time.perf_counter()

    def published(self, event: str, began: float) -> None:
        """It was handed to the line; only the first attempt counts."""
        if (times := self._alarms.get(event)) is not None and times.published is None:
            times.published = time.perf_counter()
            times.publish_seconds = times.published - began

    def acknowledged(self, event: str) -> None:
        """The broker has it."""
        if (times := self._alarms.get(event)) is not None and times.acknowledged is None:
            times.acknowledged = time.perf_counter()

    def received(self, event: str) -> None:
        """The centre has it: the line with every hop so far."""
        times = self._alarms.get(event)
        if times is None or times.received is not None or times.published is None or times.committed is None:
            return
        times.received = time.perf_counter()
        # An answer can overtake the broker's own PUBACK; the hop then ends where the answer came.
        acknowledged = times.acknowledged or times.received
        hops = {
            "decode": times.decoded - times.heard,
            "commit": times.committed - times.decoded,
            "publish": times.publish_seconds,
            "puback": acknowledged - times.published,
            "received": times.received - times.published,
        }
        for hop, seconds in hops.items():
            self._metrics.alarm_hop(hop, seconds)
        spelled = " ".join(f"{hop}_ms={seconds * 1_000:.3f}" for hop, seconds in hops.items())
        log.info("hop alarm=%s type=%s %s", event, times.type, spelled)

    def accepted(self, event: str) -> None:
        """An operator has it: the last line."""
        times = self._alarms.pop(event, None)
        if times is None or times.received is None:
            return
        seconds = time.perf_counter() - times.received
        self._metrics.alarm_hop("accepted", seconds)
        log.info("hop alarm=%s accepted_ms=%.3f", event, seconds * 1_000)
