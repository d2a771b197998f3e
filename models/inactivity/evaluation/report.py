"""What was measured as a table, as JSON and as a picture."""

import random
from pathlib import Path
from statistics import quantiles
from typing import Any

from models.inactivity.evaluation.run import Measured

_DAY_BEGINS, _DAY_ENDS = 7.0, 21.0
_RESAMPLES = 200
# The 95 % interval of a Poisson mean by the number seen (exact, Garwood 1936); beyond, the normal approximation.
_POISSON = (
    (0.0, 3.69), (0.03, 5.57), (0.24, 7.22), (0.62, 8.77), (1.09, 10.24), (1.62, 11.67), (2.20, 13.06),
    (2.81, 14.42), (3.45, 15.76), (4.12, 17.08), (4.80, 18.39),
)  # fmt: skip
HEAD = (
    f"{'home':<28}{'method':<8}{'budget':>7}{'days':>6}{'false/30d':>10}{'[95 %]':>14}{'prompts':>9}"
    f"{'median h':>10}{'[95 %]':>12}{'90th h':>8}{'[95 %]':>13}{'by day':>12}"
)


def facts(measured: Measured, method: str, budget: float, seed: int) -> dict[str, Any]:
    """One row: false alarms and prompts per 30 days, delays in hours, with 95 % intervals."""
    delays = [delay for delay, _ in measured.delays]
    by_day = [delay for delay, hour in measured.delays if _DAY_BEGINS <= hour < _DAY_ENDS]
    chance = random.Random(seed)
    drawn = [chance.choices(delays, k=len(delays)) for _ in range(_RESAMPLES)]
    return {
        "home": measured.name,
        "method": method,
        "budget_per_30_days": budget,
        "days": round(measured.days, 1),
        "false_alarms": len(measured.false_alarms),
        "false_alarms_per_30_days": round(measured.per_30_days, 2),
        "false_alarms_interval": [round(each / measured.days * 30.0, 2) for each in _interval(measured)],
        "kinds": sorted(verdict.kind for verdict in measured.false_alarms),
        "prompts_per_30_days": round(measured.prompts / measured.days * 30.0, 2),
        "injections": len(delays),
        "median_hours": round(_share(delays, 50), 2),
        "median_interval": _between([_share(each, 50) for each in drawn]),
        "p90_hours": round(_share(delays, 90), 2),
        "p90_interval": _between([_share(each, 90) for each in drawn]),
        "day_median_hours": round(_share(by_day, 50), 2),
        "day_p90_hours": round(_share(by_day, 90), 2),
    }


def row(fact: dict[str, Any]) -> str:
    """One line of the table."""
    return (
        f"{fact['home']:<28}{fact['method']:<8}{fact['budget_per_30_days']:>7.2f}{fact['days']:>6.0f}"
        f"{fact['false_alarms_per_30_days']:>10.2f}{_span(fact['false_alarms_interval']):>14}"
        f"{fact['prompts_per_30_days']:>9.2f}{fact['median_hours']:>10.2f}{_span(fact['median_interval']):>12}"
        f"{fact['p90_hours']:>8.2f}{_span(fact['p90_interval']):>13}"
        f"{fact['day_median_hours']:>7.2f}/{fact['day_p90_hours']:.2f}"
    )


def draw(found: list[dict[str, Any]], path: Path) -> None:
    """Delay against false alarms, a line per home and method."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5))
    axes = figure.add_subplot()
    for name, method in dict.fromkeys((fact["home"], fact["method"]) for fact in found):
        points = sorted(
            (fact["false_alarms_per_30_days"], fact["median_hours"], fact["p90_hours"])
            for fact in found
            if (fact["home"], fact["method"]) == (name, method)
        )
        rates, medians, nineties = zip(*points, strict=True)
        style = {"watch": "-", "strays": "--"}.get(method, ":")
        (line,) = axes.plot(rates, medians, "o" + style, label=f"{name} ({method})")
        axes.plot(rates, nineties, "^" + style, color=line.get_color(), alpha=0.5)
    axes.set_xlabel("false alarms per 30 days")
    axes.set_ylabel("hours from the collapse to the alarm (o median, ^ 90th percentile)")
    axes.legend(fontsize="small")
    figure.savefig(path)


def _share(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else float("nan")


def _between(values: list[float]) -> list[float]:
    return [round(_share(values, 3), 2), round(_share(values, 97), 2)]


def _interval(measured: Measured) -> tuple[float, float]:
    seen = len(measured.false_alarms)
    return _POISSON[seen] if seen < len(_POISSON) else (seen - 1.96 * seen**0.5, seen + 1.96 * seen**0.5)


def _span(pair: list[float]) -> str:
    return f"{pair[0]:.2f}-{pair[1]:.2f}"
