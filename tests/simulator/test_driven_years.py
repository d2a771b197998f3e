"""Homes that live for years in driven time: every call reaches the desk once, and the seed alone decides the log."""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulator.driven.troubles import calls, step
from simulator.driven.years import count
from simulator.judge import Seen
from simulator.plan_file import load_plan
from tests.support.processes import run


def lived(folder: Path, hash_seed: str) -> tuple[bytes, dict[str, Any]]:
    out = folder / f"log-{hash_seed}.jsonl"
    command = ("anju-sim", "years", "--seed", "4", "--homes", "2", "--days", "2", "--out", out, "--json")
    done = run(*command, timeout=110, environment={"PYTHONHASHSEED": hash_seed})
    assert done.returncode == 0, done.stderr
    return out.read_bytes(), json.loads(done.stdout) | {"seconds": None}


def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    log, told = lived(tmp_path, "1")
    assert lived(tmp_path, "2") == (log, told)
    assert (told["homes"], told["lost"], told["doubled"]) == (2, 0, 0)
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["gateway"] for line in lines} == {"gw-0001", "gw-0002"}
    assert sum("heard" in line for line in lines) > 100


def test_a_call_that_nobody_heard_is_lost_and_an_alarm_that_nobody_raised_is_doubled() -> None:
    plan = load_plan("one-bedroom")
    cord = plan.device("cord-bath")
    seen = Seen(at=1.0, id="1", kind="alarm", type="sos", device="cord-bath")
    assert count([step("press", 0.0, cord)], [seen]) == (0, 0)
    assert count([step("press", 0.0, cord)], []) == (1, 0)
    assert count([step("press", 0.0, cord)], [seen, seen]) == (0, 1)


def test_no_two_calls_can_be_taken_for_one() -> None:
    times = [one.at for one in calls(load_plan("one-bedroom"), random.Random(1), 2_000) if one.do != "smoke_off"]
    assert len(times) > 100
    assert min(later - earlier for earlier, later in pairwise(times)) >= 7_200.0
