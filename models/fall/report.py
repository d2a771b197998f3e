"""The figures as a table to read and as plain values for a script: what the command prints is what is true."""

from collections.abc import Sequence
from typing import Any

from models.fall.figures import Figure


def table(title: str, figures: Sequence[Figure]) -> str:
    """One row per figure, with 95 % intervals."""
    lines = [f"{title}", f"{'':<34}{'falls':>6}{'found':>7}  {'95 %':<13}{'hours':>7}{'false':>6}{'an hour':>9}  95 %"]
    return "\n".join(lines + [_row(figure) for figure in figures])


def plain(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """The same for JSON."""
    return [
        {
            "name": figure.name,
            "falls": figure.found.count,
            "found": figure.found.hits,
            "sensitivity": figure.found.value,
            "sensitivity_interval": list(figure.found.interval()),
            "hours": figure.false.hours,
            "false_alarms": figure.false.count,
            "false_alarms_per_hour": figure.false.per_hour,
            "false_alarms_per_hour_interval": list(figure.false.interval()) if figure.false.hours else None,
        }
        for figure in figures
    ]


def _row(figure: Figure) -> str:
    found, false = figure.found, figure.false
    text = f"{figure.name:<34}{found.count:>6}"
    if found.count:
        low, high = found.interval()
        text += f"{found.value:>7.3f}  {low:.3f}–{high:.3f}  "
    else:
        text += " " * 22
    if false.hours:
        low, high = false.interval()
        text += f"{false.hours:>7.2f}{false.count:>6}{false.per_hour:>9.2f}  {low:.2f}–{high:.2f}"
    return text.rstrip()
