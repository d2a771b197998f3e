"""The pictures that go with the figures."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib import figure as canvas
from matplotlib.axes import Axes

from models.fall.figures import Figure, by, curve, figure
from models.fall.scoring import Scored


def draw(scored: Sequence[Scored], cut: float, title: str, folder: Path) -> list[Path]:
    """Four pictures as PNG files in the folder, which is made: their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, paint in (("roc", _roc), ("false-alarms", _false_alarms), ("kinds", _kinds), ("subjects", _subjects)):
        picture = canvas.Figure(figsize=(8, 5), layout="constrained")
        axes = picture.add_subplot()
        paint(axes, scored, cut)
        axes.set_title(title)
        path = folder / f"{title}-{name}.png"
        picture.savefig(path, dpi=110)
        drawn.append(path)
    return drawn


def _groups(scored: Sequence[Scored]) -> list[str]:
    """The groups that hold falls as well as daily life."""
    return sorted({each.group for each in scored if each.fall} & {each.group for each in scored if not each.fall})


def _roc(axes: Axes, scored: Sequence[Scored], _cut: float) -> None:
    for group in _groups(scored):
        kept = [each for each in scored if each.group == group]
        falls = sorted((each.highest for each in kept if each.fall), reverse=True)
        daily = sorted((each.highest for each in kept if not each.fall), reverse=True)
        quiet = sum(fall > daily[0] for fall in falls) / len(falls)
        found = [sum(fall >= step for fall in falls) / len(falls) for step in daily]
        axes.plot([rank / len(daily) for rank in range(len(daily) + 1)], [quiet, *found], label=group)
    axes.set(xlabel="recordings of daily life that ring", ylabel="falls found", xlim=(0, 0.1))
    axes.set_ylim(top=1.02)
    axes.legend(loc="lower right")


def _false_alarms(axes: Axes, scored: Sequence[Scored], cut: float) -> None:
    for group in _groups(scored):
        kept = [each for each in scored if each.group == group]
        points, chosen = curve(kept), figure(group, kept, cut)
        (line,) = axes.plot([rate for *_, rate in points], [found for _, found, _ in points], label=group)
        axes.plot(chosen.false.per_hour, chosen.found.value, "o", color=line.get_color(), clip_on=False)
    axes.set(xlabel="false alarms an hour of acted daily life", ylabel="falls found", xlim=(0, 8))
    axes.set_ylim(top=1.02)
    axes.legend(loc="lower right")


def _kinds(axes: Axes, scored: Sequence[Scored], cut: float) -> None:
    _bars(axes, by(lambda each: f"{each.group} {each.code}", [s for s in scored if s.fall], cut))


def _subjects(axes: Axes, scored: Sequence[Scored], cut: float) -> None:
    _bars(axes, by(lambda each: f"{each.group} {each.subject}", [s for s in scored if s.fall], cut))


def _bars(axes: Axes, figures: Sequence[Figure]) -> None:
    names = [figure.name for figure in figures]
    shares = [figure.found for figure in figures]
    low = [max(0.0, share.value - share.interval()[0]) for share in shares]
    high = [max(0.0, share.interval()[1] - share.value) for share in shares]
    axes.bar(names, [share.value for share in shares], yerr=[low, high], capsize=2)
    axes.tick_params("x", rotation=90, labelsize=6)
    axes.set(ylabel="falls found, 95 % interval", ylim=(0, 1.02))
