"""A fleet run as a picture: how long alarms took, and how deep the queues were over time."""

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from simulator.fleet.report import Measured

_BLUE, _RED, _GREY = "#1f5fa8", "#b3261e", "#767676"
_SHOWN = ("p50", "p99")


def draw(file: Path, result: dict[str, Any], measured: Measured) -> None:
    """Write the picture (PNG, whatever the file is called). Raises OSError."""
    figure = Figure(figsize=(10, 9), dpi=110, layout="constrained")
    figure.suptitle(
        f"{result['homes']} homes, {result['profile']}: {result['alarms_received']} of {result['alarms_raised']} alarms"
        f" received, {result['lost']} lost, {result['doubled']} doubled"
    )
    latency, queues, desk = figure.subplots(3, 1)
    _latencies(latency, result, sorted(measured.latencies_ms))
    _queues(queues, measured)
    desk.plot([at for at, _ in measured.desk_ms], [ms for _, ms in measured.desk_ms], color=_BLUE, linewidth=1)
    desk.set_xlabel("seconds")
    desk.set_ylabel("ms")
    desk.set_ylim(bottom=0)
    desk.set_title("the desk's answer to an operator's page", loc="left", fontsize=10)
    for axes in (latency, queues, desk):
        axes.grid(alpha=0.3)
    FigureCanvasAgg(figure)
    figure.savefig(file, format="png")


def _latencies(axes: Any, result: dict[str, Any], latencies_ms: list[float]) -> None:
    """Each alarm a step: the share of all that was received within so many milliseconds."""
    axes.set_title("from the frame to the centre's answer: the share of all alarms", loc="left", fontsize=10)
    axes.set_xlabel("milliseconds")
    axes.set_ylim(0, 1.02)
    if not latencies_ms:
        return
    shares = [(number + 1) / len(latencies_ms) for number in range(len(latencies_ms))]
    axes.step(latencies_ms, shares, where="post", color=_BLUE)
    axes.set_xscale("log")
    for name in _SHOWN:
        value = result["latency_ms"][name]
        axes.axvline(value, color=_GREY, linestyle="--", linewidth=1)
        axes.annotate(
            f"{name}: {value:g} ms", (value, 0.05), xytext=(-4, 0), textcoords="offset points", ha="right", color=_GREY
        )


def _queues(axes: Any, measured: Measured) -> None:
    moments = [sample.at for sample in measured.samples]
    axes.set_title("alarms that wait for an answer (left), homes that are connected (right)", loc="left", fontsize=10)
    axes.plot(moments, [sample.waiting for sample in measured.samples], color=_RED)
    axes.set_ylabel("alarms", color=_RED)
    axes.set_ylim(bottom=0)
    right = axes.twinx()
    right.plot(moments, [sample.connected for sample in measured.samples], color=_GREY)
    right.set_ylabel("homes", color=_GREY)
    right.set_ylim(bottom=0)
