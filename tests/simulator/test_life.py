"""The days of simulated residents, and `anju-sim days` that writes them."""

import json
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.event import ActivityType, AlarmType, Kind
from gateway.contract.times import from_text
from simulator.life import Life, Sign
from simulator.plan import Plan
from simulator.plan_file import load_plan
from tests.support.processes import run

PLAN = load_plan("one-bedroom")
DAY = 86_400.0


def lived(days: int, seed: int = 1, plan: Plan = PLAN, *, incidents: bool = False) -> list[Sign]:
    return list(Life(plan, seed, incidents=incidents).signs(days))


def hour(sign: Sign) -> float:
    return sign.at % DAY / 3_600


def test_the_same_seed_lives_the_same_days_and_another_one_others() -> None:
    assert lived(20, 5) == lived(20, 5)
    assert lived(20, 5) != lived(20, 6)
    assert lived(20, 5) == lived(40, 5)[: len(lived(20, 5))], "more days are the same days and more"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**62))
def test_any_seed_gives_days_in_order_in_the_words_of_the_house(seed: int) -> None:
    signs = lived(10, seed, incidents=True)
    assert all(one.at <= two.at for one, two in pairwise(signs))
    assert {sign.device for sign in signs} <= {device.id for device in PLAN.devices}
    for sign in signs:
        words = ActivityType if Kind(sign.kind) is Kind.ACTIVITY else AlarmType
        assert sign.type in set(words)


def test_a_night_is_quiet_and_a_day_is_not() -> None:
    hours = Counter(int(hour(sign)) for sign in lived(60))
    nights, days = (sum(hours[at] for at in span) / len(span) for span in (range(1, 5), range(8, 18)))
    assert 0 < nights < days / 4


def test_meals_are_in_the_kitchen_and_sleep_is_in_the_bedroom() -> None:
    signs = lived(60)
    cooking = Counter(int(hour(sign)) for sign in signs if sign.device == "motion-kitchen")
    assert {at for at, _ in cooking.most_common(4)} <= {6, 7, 8, 11, 12, 17, 18}
    asleep = Counter(sign.device for sign in signs if 1 <= hour(sign) < 4)
    assert asleep.most_common(1)[0][0] == "motion-bedroom"
    assert asleep["motion-bath"], "there are nights up"


def test_who_goes_out_is_not_seen_until_the_door_opens_again() -> None:
    signs = lived(120)
    opened = [sign for sign in signs if sign.type == ActivityType.CONTACT_OPEN]
    closed = [sign for sign in signs if sign.type == ActivityType.CONTACT_CLOSED]
    assert len(opened) == len(closed) > 60
    longest = max((two.at - one.at, one, two) for one, two in pairwise(signs))
    assert longest[0] > DAY, "in four months there is a journey"
    assert longest[1].device == "door"
    assert longest[2].device == "motion-entry"


def test_incidents_are_rare_and_end() -> None:
    signs = lived(3 * 365, incidents=True)
    told = Counter((sign.kind, sign.type) for sign in signs if sign.kind != "activity")
    assert told["alarm", "smoke"] == told["restore", "smoke"]
    assert 1 <= told["alarm", "smoke"] <= 15
    assert 1 <= told["alarm", "sos"] <= 30
    assert [sign for sign in signs if sign.kind == "activity"] == lived(3 * 365), "they change nothing else"


def test_two_people_are_seen_more_than_one() -> None:
    two = replace(PLAN, residents=(*PLAN.residents, replace(PLAN.residents[0], id="spouse")))
    assert len(lived(20, plan=two)) > 1.5 * len(lived(20))
    assert lived(20, plan=replace(PLAN, residents=())) == []


@pytest.mark.parametrize("use", ["bedroom", "bathroom", "kitchen", "entry"])
def test_in_a_home_without_such_a_room_it_is_lived_elsewhere(use: str) -> None:
    rooms = tuple(room for room in PLAN.rooms if room.use != use)
    assert lived(3, plan=replace(PLAN, rooms=rooms))


def test_clocks_that_are_changed_change_nobodys_hours() -> None:
    """Europe puts its clocks forward on the 29th of March 2026: from the next midnight on it is all an hour earlier."""
    shanghai, berlin = lived(40), lived(40, plan=replace(PLAN, timezone="Europe/Berlin"))
    assert [sign.at for sign in berlin] == pytest.approx(
        [sign.at - (3_600 if sign.at >= 28 * DAY else 0) for sign in shanghai]
    )


def days(tmp_path: Path, name: str, *words: str) -> bytes:
    out = tmp_path / name
    done = run("anju-sim", "days", "--plan", "one-bedroom", *words, "--out", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out.read_bytes()


def test_the_command_writes_the_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    first = days(tmp_path, "a", "--seed", "9", "--days", "30")
    assert first == days(tmp_path, "b", "--seed", "9", "--days", "30")
    assert first != days(tmp_path, "c", "--seed", "10", "--days", "30")
    rows: list[dict[str, Any]] = [json.loads(line) for line in first.splitlines()]
    assert set(rows[0]) == {"at", "device", "kind", "type"}
    moments = [from_text(row["at"]) for row in rows]
    assert moments == sorted(moments)
    assert 29 < (moments[-1] - moments[0]).total_seconds() / DAY < 30


def test_without_a_file_it_goes_to_standard_output() -> None:
    done = run("anju-sim", "days", "--days", "1")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[0])["device"] == "motion-bedroom"


def test_wrong_words_are_status_2(tmp_path: Path) -> None:
    assert run("anju-sim", "days", "--days", "0").returncode == 2
    broken = tmp_path / "p.toml"
    broken.write_text('name = "p"\nroof = 1\n')
    done = run("anju-sim", "days", "--plan", str(broken))
    assert done.returncode == 2
    assert f"{broken}:2: unknown key" in done.stderr
