"""Figures with their intervals, the threshold from a budget of false alarms, precision in the field."""

from pathlib import Path

import pytest

from models.fall.field import EventsError, field, read
from models.fall.figures import Rate, Share, figure
from models.fall.scoring import Scored
from models.fall.threshold import chosen_cut


def _scored(*, fall: bool, score: tuple[float, ...], at: tuple[float, ...] = (), group: str = "band") -> Scored:
    return Scored(group, "M00", "D1", fall, 1_800.0, at or tuple(20.0 * n for n in range(len(score))), score)


def test_intervals_are_those_of_the_textbook() -> None:
    assert Share(8, 10).interval() == pytest.approx((0.490, 0.943), abs=1e-3)
    assert Share(0, 10).interval()[0] == 0.0
    assert Share(0, 0).interval() == (0.0, 1.0)
    assert Rate(0, 1.0).interval() == pytest.approx((0.0, 3.689), abs=1e-3)
    assert Rate(3, 2.0).interval() == pytest.approx((0.309, 4.384), abs=1e-3)


def test_one_fall_rings_once() -> None:
    assert _scored(fall=False, score=(3.0, 3.0, 3.0), at=(5.0, 9.0, 16.0)).alarms(1.0) == 2


def test_a_recording_without_any_impact_is_a_missed_fall_and_no_false_alarm() -> None:
    found = figure("all", [_scored(fall=True, score=()), _scored(fall=False, score=())], -100.0)
    assert (found.found.hits, found.false.count) == (0, 0)


def test_the_threshold_is_as_low_as_the_budget_allows() -> None:
    acted = [_scored(fall=True, score=(9.0,))] + [_scored(fall=False, score=(float(n),)) for n in range(6)]
    # 3 h of acted movements: one false alarm.
    assert chosen_cut(acted, "torso") == pytest.approx(4.5)
    # 1 h of ordinary life: none.
    life = [_scored(fall=False, score=(7.0,), group="life"), _scored(fall=False, score=(1.0,), group="life")]
    assert chosen_cut(acted + life, "torso") == pytest.approx(7.5)
    assert chosen_cut(acted + life, "wrist") == pytest.approx(7.5)


def test_precision_in_the_field_is_of_what_was_answered(tmp_path: Path) -> None:
    lines = [
        '{"type": "fall", "kind": "alarm", "result": "hospital"}',
        '{"type": "fall", "kind": "alarm", "result": "accidental"}',
        '{"type": "fall", "kind": "alarm", "result": "test"}',
        '{"type": "fall", "kind": "alarm", "result": null}',
        "",
        '{"type": "smoke", "kind": "alarm", "result": "cooking_smoke"}',
        '{"type": "fall", "kind": "restore"}',
    ]
    (tmp_path / "events").write_text("\n".join(lines), encoding="utf-8")
    found = field(read(tmp_path / "events"))
    assert (found.precision.hits, found.precision.count, found.tests, found.unknown) == (1, 2, 1, 1)


def test_excerpts_say_what_became_of_them(tmp_path: Path) -> None:
    (tmp_path / "excerpts").write_text('[{"disposition": "real"}, {"disposition": "false"}, {"disposition": null}]\n')
    found = field(read(tmp_path / "excerpts"))
    assert (found.precision.hits, found.precision.count, found.unknown) == (1, 2, 1)


@pytest.mark.parametrize("line", ['{"type": ', "[1]"], ids=["broken", "list"])
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "events").write_text(f'{{"type": "fall"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(EventsError, match=r"events:2: "):
        read(tmp_path / "events")


def test_a_fall_that_was_taken_back_counts_as_false_in_either_list(tmp_path: Path) -> None:
    events = (
        '{"kind": "cancelled", "type": "fall", "result": null}\n{"kind": "alarm", "type": "fall", "result": "helped"}\n'
    )
    (tmp_path / "events").write_text(events, encoding="utf-8")
    excerpts = '[{"state": "cancelled", "disposition": "false"}, {"state": "raised", "disposition": "real"}]'
    (tmp_path / "excerpts").write_text(excerpts, encoding="utf-8")
    for name in ("events", "excerpts"):
        precision = field(read(tmp_path / name)).precision
        assert (precision.hits, precision.count) == (1, 2)
