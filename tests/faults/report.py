"""The bench's table, as it stands in `docs/reliability.md`."""

from collections.abc import Mapping, Sequence

from tests.faults.count import Result
from tests.faults.kinds import Fault

_HEAD = ("fault", "what is done", "runs", "presses", "alarms", "lost", "doubled", "slowest")


def table(results: Mapping[Fault, Sequence[Result]]) -> str:
    """One row per fault, in Markdown; `slowest` is seconds from the fault's end to the last owed alarm."""
    lines = [_row(_HEAD), _row(["---"] * 2 + ["---:"] * 6)]
    totals = [0] * 5
    for fault, runs in results.items():
        numbers = [
            len(runs),
            sum(run.owed for run in runs),
            sum(run.alarms for run in runs),
            sum(len(run.lost) for run in runs),
            sum(len(run.doubled) for run in runs),
        ]
        totals = [total + number for total, number in zip(totals, numbers, strict=True)]
        slowest = max(run.seconds for run in runs)
        lines.append(_row([fault.name, fault.what, *map(str, numbers), f"{slowest:.1f} s"]))
    lines.append(_row(["**all**", "", *(f"**{total}**" for total in totals), ""]))
    return "\n".join(lines)


def faulty(results: Mapping[Fault, Sequence[Result]]) -> list[str]:
    """What went wrong, a line each."""
    return [
        f"{fault.name}: lost {list(run.lost)}, doubled {list(run.doubled)}, {'; '.join(run.remarks) or 'no remarks'}"
        for fault, runs in results.items()
        for run in runs
        if not run.good
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
