"""What `anju-sim run` reports: one row a scenario, as JSON for scripts and as a table for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulator.engine import Played
from simulator.judge import judge
from simulator.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scenario that was played. `reasons` says what was not as expected."""

    name: str
    file: str
    seed: int
    reasons: tuple[str, ...]
    simulated_seconds: float
    seconds: float
    events: int

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """One scenario that this speed cannot play."""

    name: str
    file: str
    reason: str


def row_of(scenario: Scenario, played: Played, seconds: float, more: tuple[str, ...] = ()) -> Row:
    """The verdict on what was played within so many seconds of the computer's own time; `more` reasons may be known."""
    return Row(
        name=scenario.name,
        file=str(scenario.file),
        seed=scenario.seed,
        reasons=judge(scenario, played.seen).reasons + more,
        simulated_seconds=round(played.simulated_seconds, 3),
        seconds=round(seconds, 3),
        events=len(played.seen),
    )


def as_json(rows: Sequence[Row], skipped: Sequence[Skipped]) -> dict[str, Any]:
    """The report for scripts."""
    return {
        "passed": sum(row.passed for row in rows),
        "failed": sum(not row.passed for row in rows),
        "scenarios": [
            {
                "name": row.name,
                "passed": row.passed,
                "simulated_seconds": row.simulated_seconds,
                "seconds": row.seconds,
                "events": row.events,
                "reasons": list(row.reasons),
                "file": row.file,
                "seed": row.seed,
            }
            for row in rows
        ],
        "skipped": [{"name": one.name, "reason": one.reason, "file": one.file} for one in skipped],
    }


def as_line(row: Row) -> str:
    """One row for people, its reasons below it."""
    head = f"{'passed' if row.passed else 'FAILED':8}{duration(row.simulated_seconds):>12}  {row.name}"
    return "\n".join([head, *(f"{'':22}{reason}" for reason in row.reasons)])


def as_total(rows: Sequence[Row], skipped: Sequence[Skipped]) -> str:
    """The last line for people."""
    counts = {"passed": sum(row.passed for row in rows), "failed": sum(not row.passed for row in rows)}
    lived, took = sum(row.simulated_seconds for row in rows), sum(row.seconds for row in rows)
    left_out = f", {len(skipped)} skipped" if skipped else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{left_out}: {duration(lived)} of homes in {took:.1f} s"


def duration(seconds: float) -> str:
    """Seconds in words of at most two units."""
    for unit, size, smaller, part in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} {int(seconds % size // part)} {smaller}"
    return f"{seconds:.1f} s"
