"""The house's night and what is too long in it, as an installer writes it."""

from datetime import time
from pathlib import Path

import pytest

from gateway.config import load
from tests.gateway.test_config import COMPLETE, only_problem, problems, write

ZONE = 'timezone = "Asia/Shanghai"\n'
BED = '\n[[device]]\nid = "mat"\ndriver = "zigbee2mqtt"\naddress = "mat"\nroom = "bedroom"\n'
OWN = BED + 'role = "bed"\nout_of_bed_minutes = 20\n'


def test_a_house_without_beds_needs_no_night(tmp_path: Path) -> None:
    assert load(write(tmp_path, COMPLETE)).night is None
    assert load(write(tmp_path, ZONE + COMPLETE)).night is None


def test_one_bed_with_a_limit_has_the_usual_night(tmp_path: Path) -> None:
    config = load(write(tmp_path, ZONE + COMPLETE + OWN))
    assert config.devices[-1].out_of_bed_minutes == 20
    assert config.night is not None
    assert (config.night.hours.begins, config.night.hours.ends) == (time(21), time(7))
    assert (config.night.hours.zone.key, config.night.out_of_bed_minutes) == ("Asia/Shanghai", None)


def test_a_limit_for_all_beds_of_the_house(tmp_path: Path) -> None:
    night = '\n[night]\nfrom = "22:30"\nto = "06:15"\nout_of_bed_minutes = 45\n'
    config = load(write(tmp_path, ZONE + COMPLETE + night))
    assert config.night is not None
    assert (config.night.hours.begins, config.night.hours.ends) == (time(22, 30), time(6, 15))
    assert config.night.out_of_bed_minutes == 45


def test_a_mat_that_never_reports_by_itself_is_warned_of(tmp_path: Path) -> None:
    rest = 'room = "bedroom"\nrole = "bed"\nout_of_bed_minutes = 20\ncode_map = { "1" = "bed_in", "2" = "bed_out" }\n'
    mat = '\n[[device]]\nid = "strip"\ndriver = "ev1527"\naddress = "00002"\n' + rest
    told = 'nobody notices when "strip" is dead: it reports nothing by itself'
    assert any(told in warning for warning in load(write(tmp_path, ZONE + COMPLETE + mat)).warnings)
    supervised = ZONE + COMPLETE + mat + "supervision_seconds = 90000\n"
    assert not any(told in warning for warning in load(write(tmp_path, supervised)).warnings)
    assert not any(told in warning for warning in load(write(tmp_path, ZONE + COMPLETE + OWN)).warnings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (COMPLETE + OWN, "timezone is missing; without it nobody knows when it is night; write the house's time zone"),
        ('timezone = "Asia/Peking"\n' + COMPLETE + OWN, 'this machine knows no time zone "Asia/Peking"; write'),
        ('timezone = "../etc/passwd"\n' + COMPLETE, "this machine knows no time zone"),
        ("timezone = 8\n" + COMPLETE, "timezone is 8, not text; write the house's time zone"),
        (ZONE + COMPLETE + '\n[night]\nfrom = "9 pm"\n', 'from is "9 pm"; write a time of day such as "21:00"'),
        (ZONE + COMPLETE + '\n[night]\nto = "24:00"\n', 'to is "24:00"; write a time of day such as "07:00"'),
        (ZONE + COMPLETE + '\n[night]\nfrom = "07:00"\n', "the night ends when it begins; write two times"),
        (ZONE + COMPLETE + "\n[night]\nout_of_bed_minutes = 0\n", "write a whole number from 1 to 600"),
        (ZONE + COMPLETE + '\n[night]\nform = "21:00"\n', 'unknown key "form"; did you mean "from"?'),
        (ZONE + COMPLETE + BED + "out_of_bed_minutes = 20\n", 'belongs to a bed; write role = "bed" too'),
        (ZONE + COMPLETE + BED + 'role = "chair"\nout_of_bed_minutes = 20\n', "belongs to a bed"),
        (COMPLETE + BED + "door_open_minutes = 2000\n", "write a whole number from 1 to 1440"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(tmp_path: Path, text: str, told: str) -> None:
    assert told in only_problem(tmp_path, text)


def test_all_mistakes_of_a_night_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, COMPLETE + '\n[night]\nfrom = "x"\nto = "y"\nout_of_bed_minutes = -1\n')) == 4
