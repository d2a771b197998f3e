"""The circle around the home, as an installer writes it."""

from pathlib import Path

import pytest

from gateway.config import load
from tests.gateway.test_config import COMPLETE, only_problem, problems, write

LISTENER = '\n[[listener]]\nname = "watches"\nhost = "127.0.0.1"\nport = 8001\ndriver = "gps_watch"\n'
WATCH = LISTENER + '\n[[device]]\nid = "watch"\ndriver = "gps_watch"\naddress = "8800000015"\nroom = "wrist"\n'
PHONE = '\n[[device]]\nid = "phone"\ndriver = "owntracks"\naddress = "wang/phone"\nroom = "pocket"\n'
PLACE = "\n[home]\nlatitude = 30.67\nlongitude = 104.06\n"
HOME = PLACE + "radius_m = 500\n"
ZONE = 'timezone = "Asia/Shanghai"\n'


def test_without_the_section_nobody_is_held_against_a_circle(tmp_path: Path) -> None:
    config = load(write(tmp_path, COMPLETE + WATCH))
    assert config.home is None
    assert not any(device.is_fenced for device in config.devices)


def test_every_locator_is_held_against_it_unless_some_are_named(tmp_path: Path) -> None:
    config = load(write(tmp_path, COMPLETE + WATCH + PHONE + HOME))
    assert config.home is not None
    assert (config.home.latitude, config.home.longitude, config.home.radius_m) == (30.67, 104.06, 500)
    assert [device.id for device in config.devices if device.is_fenced] == ["watch", "phone"]
    config = load(write(tmp_path, COMPLETE + WATCH + PHONE + HOME + 'devices = ["watch"]\n'))
    assert [device.id for device in config.devices if device.is_fenced] == ["watch"]


def test_degrees_read_off_a_chinese_map_are_converted(tmp_path: Path) -> None:
    config = load(write(tmp_path, COMPLETE + WATCH + HOME + 'datum = "gcj02"\n'))
    assert config.home is not None
    assert config.home.latitude == pytest.approx(30.67 + 0.0024, abs=0.0003)
    assert config.home.longitude == pytest.approx(104.06 - 0.0025, abs=0.0003)


def test_a_circle_for_the_night(tmp_path: Path) -> None:
    config = load(write(tmp_path, ZONE + COMPLETE + WATCH + HOME + "night_radius_m = 100\n[night]\n"))
    assert config.home is not None
    assert config.home.night_radius_m == 100


def test_a_circle_that_nobody_can_leave_is_warned_of(tmp_path: Path) -> None:
    assert any("no device tells where it is" in one for one in load(write(tmp_path, COMPLETE + HOME)).warnings)
    assert load(write(tmp_path, COMPLETE + WATCH + HOME)).warnings == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PLACE, "radius_m is missing; write how many metres from home is far"),
        ("\n[home]\nlatitude = 30.67\nradius_m = 500\n", "longitude is missing; write the home's place in degrees"),
        (HOME.replace("104.06", '"104.06"'), "longitude is the text"),
        (HOME.replace("30.67", "130.67"), "latitude is beyond 90"),
        (PLACE + "radius_m = 20\n", "write a whole number from 50 to 50000"),
        (HOME + 'datum = "bd09"\n', 'unknown datum "bd09"'),
        (HOME + "night_radius_m = 100\n", "nobody knows when it is night; write a section [night]"),
        (HOME + 'devices = "watch"\n', 'write devices = ["watch"]'),
        (HOME + 'devices = ["wotch"]\n', 'did you mean "watch"?'),
        (HOME + 'devices = ["smoke-kitchen"]\n', "no device that tells where it is"),
        (HOME + "radius = 500\n", 'unknown key "radius"; did you mean "radius_m"?'),
    ],
)
def test_a_mistake_is_told_with_its_remedy(tmp_path: Path, text: str, told: str) -> None:
    assert told in only_problem(tmp_path, COMPLETE + WATCH + text)


def test_at_night_the_circle_can_only_shrink(tmp_path: Path) -> None:
    text = ZONE + COMPLETE + WATCH + HOME + "night_radius_m = 600\n[night]\n"
    assert "can only shrink" in only_problem(tmp_path, text)


def test_where_somebody_lives_stands_in_no_message(tmp_path: Path) -> None:
    text = COMPLETE + WATCH + HOME.replace("30.67", "300.123456")
    assert not any("300.123456" in problem for problem in problems(tmp_path, text))
