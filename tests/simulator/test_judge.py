"""The verdict: counts are exact, 0 forbids, lateness counts from the right step."""

import json
from pathlib import Path

import pytest

from simulator.judge import Gallery, Seen, judge
from simulator.scenario import Scenario
from simulator.scenario_file import load_scenario

STEPS = """
name = "n"
[[step]]
at = "00:00:10"
do = "press"
device = "cord-bath"
[[step]]
at = "00:01:00"
do = "press"
device = "button-bed"
[[step]]
at = "00:02:00"
do = "broker_up"
"""


def scenario(tmp_path: Path, expectation: str) -> Scenario:
    file = tmp_path / "scenario.toml"
    file.write_text(f"{STEPS}[[expect]]\n{expectation}\n")
    return load_scenario(file)


def sos(at: float, device: str = "cord-bath", message: str = "raised") -> Seen:
    return Seen(at=at, id=f"{device}-{at}", kind="alarm", type="sos", device=device, message=message)


@pytest.mark.parametrize(
    ("expectation", "events", "reason"),
    [
        ('kind = "alarm"', [sos(11)], ""),
        ('kind = "alarm"', [], "alarm: 0 came instead of 1"),
        ('kind = "alarm"', [sos(11), sos(12)], "alarm: 2 came instead of 1"),
        ('kind = "alarm"\ncount = 2', [sos(11), sos(61, "button-bed")], ""),
        ('kind = "alarm"\ncount = 0', [], ""),
        ('kind = "alarm"\ncount = 0', [sos(11)], "alarm: 1 came instead of 0"),
        ('kind = "alarm"\ntype = "smoke"\ncount = 0', [sos(11)], ""),
        ('kind = "alarm"\ndevice = "cord-bath"', [sos(11), sos(61, "button-bed")], ""),
        ('kind = "alarm"', [sos(11), sos(12, message="updated"), sos(13, message="cancelled")], ""),
        ('kind = "alarm"\nmessage = "updated"', [sos(11), sos(12, message="updated")], ""),
        ('kind = "alarm"\nwithin_seconds = 5', [sos(15)], ""),
        ('kind = "alarm"\nwithin_seconds = 5', [sos(15.5)], "alarm: it took 5.5 s, more than 5 s"),
        # The button's press at 60 is the latest of any device; the broker's return at 120 is of none.
        ('kind = "alarm"\nwithin_seconds = 5', [sos(63)], ""),
        ('kind = "alarm"\nwithin_seconds = 5', [sos(121)], "alarm: it took 61.0 s, more than 5 s"),
        (
            'kind = "alarm"\ntype = "sos"\ndevice = "cord-bath"\nwithin_seconds = 5',
            [sos(63)],
            "alarm sos of cord-bath: it took 53.0 s, more than 5 s",
        ),
        ('kind = "alarm"\nwithin_seconds = 5', [sos(9)], "alarm: it came before any step"),
        (
            'kind = "alarm"\ndevice = "door"\nwithin_seconds = 5',
            [sos(9, "door")],
            "alarm of door: it came before any step of that device",
        ),
        ('kind = "alarm"\nnot_before = "00:00:30"', [sos(30)], ""),
        ('kind = "alarm"\nnot_before = "00:00:30"', [sos(20)], "alarm: it came 10.0 s too early"),
    ],
)
def test_the_verdict(tmp_path: Path, expectation: str, events: list[Seen], reason: str) -> None:
    verdict = judge(scenario(tmp_path, expectation), events)
    assert verdict.reasons == ((reason,) if reason else ())
    assert verdict.passed is (reason == "")


def test_where_no_device_did_anything_the_time_counts_from_whatever_was_done(tmp_path: Path) -> None:
    file = tmp_path / "jam.toml"
    file.write_text(
        'name = "n"\n[[step]]\nat = "00:00:10"\ndo = "jam"\n[[expect]]\nkind = "trouble"\nwithin_seconds = 9\n'
    )
    trouble = Seen(at=16, id="1", kind="trouble", type="rf_interference", device=None)
    assert judge(load_scenario(file), [trouble]).passed


def test_what_became_of_an_order_is_seen_too() -> None:
    gallery = Gallery()
    said = {"id": "c", "command": "test", "done": False, "at": "2026-03-02T00:00:00.000Z", "reason": "expired"}
    seen = gallery.take("anju/v1/d1/gw-0001/reply", json.dumps(said).encode(), 1.0)
    assert seen is not None
    assert (seen.kind, seen.type) == ("reply", "refused")
    assert gallery.take("anju/v1/d1/gw-0001/reply", b"{}", 2.0) is None
    assert gallery.unreadable == ["bad_reply"]


def message(id_: str, type_: str, **data: object) -> bytes:
    return json.dumps({"id": id_, "type": type_, "data": {"kind": "alarm", "type": "smoke", **data}}).encode()


def test_what_stands_at_the_district_is_seen_once() -> None:
    gallery = Gallery()
    topic = "anju/v1/d1/gw-0001/alarm"
    raised = message("a", "anju.alarm.raised", device="smoke-kitchen")
    assert gallery.take(topic, raised, 1.0) == Seen(at=1.0, id="a", kind="alarm", type="smoke", device="smoke-kitchen")
    assert gallery.take(topic, raised, 2.0) is None, "a retry is no second alarm"
    assert gallery.repeated == 1
    cleared = gallery.take(topic, message("b", "anju.alarm.cleared"), 3.0)
    assert cleared is not None
    assert (cleared.kind, cleared.type, cleared.message) == ("restore", "smoke", "raised")
    updated = gallery.take(topic, message("c", "anju.alarm.updated"), 4.0)
    assert updated is not None
    assert (updated.kind, updated.message) == ("alarm", "updated")
    assert gallery.take("anju/v1/d1/gw-0001/status", raised, 5.0) is None
    assert gallery.take("elsewhere", raised, 5.0) is None
    assert gallery.take(topic, b"{", 6.0) is None
    assert gallery.unreadable == ["bad_json"]
