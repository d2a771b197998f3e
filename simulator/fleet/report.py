"""What a fleet run comes to: pure, from what was sampled and counted."""

from dataclasses import dataclass, field
from typing import Any

from simulator.fleet.numbers import percentiles
from simulator.fleet.tally import Tally
from simulator.fleet.words import Report

_MIB_KIB = 1_024


@dataclass(frozen=True, slots=True)
class Sample:
    """The state of the whole fleet at one moment, in seconds from the beginning of the script."""

    at: float
    connected: int
    waiting: int
    lag_ms: float


@dataclass(slots=True)
class Measured:
    """What was gathered while the fleet ran."""

    samples: list[Sample] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    desk_ms: list[tuple[float, float]] = field(default_factory=list)
    """When it was asked (as a sample's `at`), and how many milliseconds its answer took."""
    rss_kib: int = 0
    cpu_seconds: float = 0.0
    processes: int = 0
    connect_seconds: float = 0.0


def memory_of(reports: list[Report]) -> int:
    """KiB that the homes add to their processes."""
    return sum(report.rss_kib - report.empty_rss_kib for report in reports)


def summary(homes: int, measured: Measured, counted: Tally, **settings: object) -> dict[str, Any]:
    """What `anju-sim fleet --json` prints: the contract's keys first."""
    return {
        "homes": homes,
        "alarms_raised": counted.raised,
        "alarms_received": counted.on_desk,
        "lost": counted.lost,
        "doubled": counted.doubled,
        "latency_ms": percentiles(measured.latencies_ms),
        "rss_mib_per_home": round(measured.rss_kib / _MIB_KIB / homes, 3),
        "cpu_seconds_per_home": round(measured.cpu_seconds / homes, 4),
        **settings,
        "foreign": counted.foreign,
        "fire_first": counted.fire_first,
        "desk_answers_ms": percentiles([ms for _, ms in measured.desk_ms]),
        "most_waiting": max((sample.waiting for sample in measured.samples), default=0),
        "fewest_connected": min((sample.connected for sample in measured.samples), default=0),
        "processes": measured.processes,
        "process_lag_ms": percentiles([sample.lag_ms for sample in measured.samples]),
        "connect_seconds": round(measured.connect_seconds, 1),
    }


def is_whole(result: dict[str, Any]) -> bool:
    """Whether nothing was lost and nothing doubled."""
    return [result[name] for name in ("lost", "doubled")] == [0, 0]


def table(result: dict[str, Any]) -> str:
    """The same for a person."""
    lines = []
    for name, value in result.items():
        shown = "  ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else value
        lines.append(f"{name:>22}  {shown}")
    return "\n".join(lines)
