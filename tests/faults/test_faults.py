"""Each fault of the bench once, with one seed and short outages; and proof that the bench sees what it is for."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults import recorder
from tests.faults.count import missing, result
from tests.faults.kinds import FAULTS, Fault
from tests.faults.report import faulty, table
from tests.faults.run import read, run, run_all
from tests.faults.scene import SHORT
from tests.support.brokers import MOSQUITTO


@pytest.mark.skipif(not MOSQUITTO.exists(), reason="mosquitto is not installed (apt-get install mosquitto)")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_nothing_is_lost_and_nothing_is_doubled(fault: Fault, tmp_path: Path) -> None:
    if fault.compiled and recorder.COMPILER is None:
        pytest.skip("no C compiler is installed (apt-get install gcc libc6-dev)")
    found = await run(fault, 1, SHORT, tmp_path)
    assert found.good, found
    assert found.owed >= 3, "hardly anything was pressed"


def test_a_lost_and_a_doubled_press_are_seen_and_a_message_sent_twice_is_none() -> None:
    owed, open_ = Counter({"cord-1": 1, "cord-2": 1, "button-1": 3}), Counter({"cord-3": 1})
    heard = [("a", "cord-1"), ("a", "cord-1"), ("b", "button-1"), ("c", "button-1")]
    assert missing(owed, heard) == Counter({"cord-2": 1, "button-1": 1})
    found = result(owed, open_, [*heard, ("d", "cord-3"), ("e", "cord-3"), ("f", "cord-1")], 1.0)
    assert found.lost == ("button-1", "cord-2")
    assert found.doubled == ("cord-1", "cord-3")
    assert (found.owed, found.open, found.alarms, found.good) == (5, 1, 6, False)


def test_the_table_adds_up_and_names_what_went_wrong() -> None:
    good = result(Counter({"a": 2}), Counter(), [("1", "a"), ("2", "a")], 0.25)
    bad = result(Counter({"a": 1}), Counter(), [], 3.5, ("messages stayed unanswered",))
    shown = table({FAULTS[0]: [good, bad], FAULTS[1]: [good]})
    assert f"| {FAULTS[0].name} | {FAULTS[0].what} | 2 | 3 | 2 | 1 | 0 | 3.5 s |" in shown
    assert "| **all** |  | **3** | **5** | **4** | **1** | **0** |  |" in shown
    (line,) = faulty({FAULTS[0]: [good, bad], FAULTS[1]: [good]})
    assert "lost ['a']" in line
    assert "messages stayed unanswered" in line


def test_what_is_kept_is_not_run_again(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    key = ("short", "no such fault, so that running it would fail", 1)
    file.write_text(
        f'{{"pace": "short", "fault": "{key[1]}", "seed": 1, "result": {{"owed": 1, "open": 0, "alarms": 1, '
        '"lost": [], "doubled": [], "seconds": 0.5, "remarks": []}}\n'
    )
    assert run_all([key], 1, file, lambda _key, _result: None) == read(file)
    assert read(file)[key].good
