"""Percentiles as a table."""

from collections.abc import Mapping, Sequence


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least `share` of all do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def latency_table(rows: Mapping[str, Sequence[float]]) -> str:
    """One row per name: p50, p90, p99 and the largest, in milliseconds."""
    lines = [f"{'milliseconds':<44}{'p50':>9}{'p90':>9}{'p99':>9}{'max':>9}"]
    for name, samples in rows.items():
        shown = [percentile(samples, share) for share in (0.5, 0.9, 0.99, 1.0)]
        lines.append(f"{name:<44}" + "".join(f"{value:>9.2f}" for value in shown))
    return "\n".join(lines)
