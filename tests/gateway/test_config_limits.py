"""Limits of vital signs as a district writes them."""

from pathlib import Path

import pytest

from gateway.config import load
from gateway.rules import news2
from gateway.rules.vital_signs import Limit
from tests.gateway.test_config import COMPLETE, only_problem, problems, write


def limits(folder: Path, text: str) -> tuple[Limit, ...]:
    return load(write(folder, COMPLETE + text)).vital_signs.limits


def test_nothing_is_switched_on_by_itself(tmp_path: Path) -> None:
    assert limits(tmp_path, "") == ()
    assert limits(tmp_path, '\n[vital_signs]\ndefaults = "none"\n') == ()


def test_a_district_may_switch_the_published_ones_on_and_a_person_have_others(tmp_path: Path) -> None:
    switched_on = '\n[vital_signs]\ndefaults = "news2"\n'
    assert limits(tmp_path, switched_on) == news2.LIMITS
    own = limits(tmp_path, switched_on + '\n[[limit]]\ntype = "blood_oxygen"\nlow = 86\nreadings = 5\n')
    assert own[:-1] == tuple(limit for limit in news2.LIMITS if limit.quantity != "blood_oxygen")
    assert own[-1] == Limit(quantity="blood_oxygen", low=86, readings=5)


def test_a_limit_of_one_device_stands_beside_that_of_all(tmp_path: Path) -> None:
    text = '\n[[limit]]\ntype = "heart_rate"\nhigh = 120\n'
    text += '\n[[limit]]\ntype = "heart_rate"\nhigh = 140\ndevice = "cord-bath"\n'
    assert [(limit.device, limit.high) for limit in limits(tmp_path, text)] == [(None, 120), ("cord-bath", 140)]


def test_readings_leave_the_house_only_where_it_says_so(tmp_path: Path) -> None:
    assert load(write(tmp_path, COMPLETE)).vital_signs.sent == frozenset()
    assert load(write(tmp_path, COMPLETE + "\n[vital_signs]\nsend = false\n")).vital_signs.sent == frozenset()
    sent = load(write(tmp_path, COMPLETE + "\n[vital_signs]\nsend = true\n")).vital_signs.sent
    assert "heart_rate" in sent
    assert "temperature" not in sent, "the room's is no vital sign"
    assert "write true or false" in only_problem(tmp_path, COMPLETE + '\n[vital_signs]\nsend = "yes"\n')


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ('type = "body_temperature"\nunit = "degF"\nlow = 95\nhigh = 102.2', 35.0, 39.0),
        ('type = "blood_pressure_systolic"\nunit = "kPa"\nlow = 12\nhigh = 24', 90.01, 180.01),
        ('type = "blood_glucose"\nunit = "mmol/L"\nlow = 4\nhigh = 15', 72.06, 270.24),
        ('type = "blood_glucose"\nlow = 70', 70, None),
        ('type = "body_weight"\nunit = "kg"\nhigh = 90', None, 90),
    ],
)
def test_limits_are_kept_in_the_quantitys_own_unit(tmp_path: Path, text: str, low: float, high: float) -> None:
    (limit,) = limits(tmp_path, f"\n[[limit]]\n{text}\n")
    assert (limit.low, limit.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("low = 40", "type is missing; write what is measured: blood_glucose, blood_oxygen, "),
        ('type = "hart_rate"\nlow = 40', 'unknown vital sign "hart_rate"; did you mean "heart_rate"?'),
        ('type = "temperature"\nlow = 10', "unknown vital sign"),
        ('type = "heart_rate"', "low is missing; write low, high or both"),
        ('type = "heart_rate"\nlow = "40"', 'low is the text "40", not a number; write it without quotes'),
        ('type = "heart_rate"\nlow = true', "low is true, not a number"),
        ('type = "heart_rate"\nhigh = inf', "high is inf, not a number"),
        ('type = "heart_rate"\nlow = 130\nhigh = 40', "low is not below high; swap or correct them"),
        ('type = "heart_rate"\nlow = 4', "low is 4 bpm, which nobody can have; check the number and its unit"),
        ('type = "body_temperature"\nhigh = 102', "high is 102 degC, which nobody can have; check the number and its"),
        ('type = "blood_glucose"\nlow = 4', "low is 4 mg/dL, which nobody can have"),
        ('type = "heart_rate"\nlow = 40\nunit = "Hz"', 'heart_rate is not measured in "Hz"; write one of: bpm'),
        ('type = "heart_rate"\nlow = 40\nreadings = 0', "write a whole number from 1 to 20"),
        ('type = "heart_rate"\nlow = 40\ndevice = "band"', 'there is no device "band"; known here: cord-bath'),
        ('type = "heart_rate"\nlow = 40\nresting = true', 'unknown key "resting"'),
    ],
)
def test_a_mistake_is_told_with_its_remedy(tmp_path: Path, text: str, told: str) -> None:
    assert told in only_problem(tmp_path, f"{COMPLETE}\n[[limit]]\n{text}\n")


def test_a_limit_twice_and_unknown_defaults_are_mistakes(tmp_path: Path) -> None:
    twice = '\n[[limit]]\ntype = "heart_rate"\nlow = 40\n'
    assert "has a limit already; write one [[limit]] for each device" in only_problem(tmp_path, COMPLETE + twice * 2)
    defaults = COMPLETE + '\n[vital_signs]\ndefaults = "news3"\n'
    assert 'unknown defaults "news3"; did you mean "news2"?' in only_problem(tmp_path, defaults)


def test_all_mistakes_of_one_limit_are_told_at_once(tmp_path: Path) -> None:
    text = '\n[[limit]]\ntype = "heart_rate"\nlow = 1\nhigh = 999\nreadings = -1\ndevice = "x"\n'
    assert len(problems(tmp_path, COMPLETE + text)) == 4
