"""What the coordinator of a fleet and the processes with the homes say to each other."""

import msgspec

REPORT_SECONDS = 0.5


class Task(msgspec.Struct):
    """What one process does: its homes as (index, folder), what is said in them as (seconds, index, sender).

    `tears` are the seconds at which every line to the broker is torn.
    """

    homes: list[tuple[int, str]]
    sayings: list[tuple[float, int, str]]
    tears: list[float]
    broker_port: int


class Report(msgspec.Struct, kw_only=True):
    """How it stands. `latencies_ms` are those since the last report; memory in KiB, processor time in seconds."""

    connected: int
    waiting: int
    called: int
    latencies_ms: list[float]
    rss_kib: int
    empty_rss_kib: int
    cpu_seconds: float
    lag_ms: float
