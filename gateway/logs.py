"""Logging that can never hold up an alarm: lines go through a bounded queue to a thread of their own.

A log whose reader stands still (a full disk, a stuck journal) would otherwise block the event loop at the first full
pipe. What the queue has no room for is dropped and counted, and the count is said as soon as there is room again.
"""

import logging
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import QueueHandler

QUEUE_LIMIT = 5_000
STOP_SECONDS = 1.0
_STANDARD_ERROR = 2
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class DroppingHandler(QueueHandler):
    """Puts records into a bounded queue and counts those it has to drop."""

    def __init__(self, records: "queue.Queue[logging.LogRecord | None]") -> None:
        super().__init__(records)
        self._records = records
        self.dropped = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        """Queue a record, or drop it; never waits."""
        try:
            self._records.put_nowait(record)
        except queue.Full:
            self.dropped += 1
            return
        if self.dropped and not self._records.full():
            count, self.dropped = self.dropped, 0
            logging.getLogger(__name__).warning("%d log lines were dropped: the log's reader stood still", count)


def _write(records: "queue.Queue[logging.LogRecord | None]") -> None:
    # Straight to the descriptor: a stream or a handler has a lock, and whoever ends the process would wait for it as
    # long as nobody reads.
    formatter = logging.Formatter(_FORMAT)
    with suppress(OSError):  # the reader is gone for good
        while (record := records.get()) is not None:
            line = memoryview(f"{formatter.format(record)}\n".encode("utf-8", "backslashreplace"))
            while line:
                line = line[os.write(_STANDARD_ERROR, line) :]


@contextmanager
def logging_to_stderr(*, verbose: bool) -> Iterator[None]:
    """Send the log to standard error for the block; what is queued at its end is still written, if anybody reads."""
    records: queue.Queue[logging.LogRecord | None] = queue.Queue(QUEUE_LIMIT)
    handler = DroppingHandler(records)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    writer = threading.Thread(target=_write, args=(records,), name="log", daemon=True)
    writer.start()
    try:
        yield
    finally:
        root.removeHandler(handler)
        with suppress(queue.Full):  # nobody reads: then nobody misses the end either
            records.put_nowait(None)
        writer.join(STOP_SECONDS)
