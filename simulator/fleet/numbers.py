"""Percentiles, the same for every figure of a fleet."""

import math
from collections.abc import Sequence

SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least `share` of all do not exceed. There must be one."""
    ordered = sorted(samples)
    return ordered[math.ceil(share * len(ordered)) - 1]


def percentiles(samples: Sequence[float]) -> dict[str, float | None]:
    """`p50`, `p90`, `p99` and `max`; null where there is no sample."""
    return {name: round(percentile(samples, share), 1) if samples else None for name, share in SHARES.items()}
