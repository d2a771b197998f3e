"""What a press means and what a mat lies under, as an installer writes it."""

from pathlib import Path

import pytest

from gateway.config import load
from tests.gateway.test_config import COMPLETE, only_problem, problems, write

BUTTON = '\n[[device]]\nid = "button"\ndriver = "{driver}"\naddress = "{address}"\nroom = "hall"\n{more}\n'


def button(more: str, driver: str = "zigbee2mqtt", address: str = "b") -> str:
    return COMPLETE + BUTTON.format(driver=driver, address=address, more=more)


def test_presses_are_read_in_their_plain_form(tmp_path: Path) -> None:
    more = 'presses = { "Double Press" = "call_back", "button_2:hold" = "meal", "single" = "all_right" }'
    device = load(write(tmp_path, button(more))).devices[-1]
    assert device.presses == {"double": "call_back", "button_2:hold": "meal", "single": "all_right"}


def test_a_role_is_read(tmp_path: Path) -> None:
    device = load(write(tmp_path, button('role = "bed"\ninverted = true'))).devices[-1]
    assert (device.role, device.is_inverted) == ("bed", True)
    device = load(write(tmp_path, COMPLETE)).devices[-1]
    assert (device.role, device.is_inverted, device.presses) == (None, False, {})


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('presses = { "double" = "callback" }', 'unknown meaning "callback" in presses; did you mean "call_back"?'),
        ('presses = { "double" = "pizza" }', 'unknown meaning "pizza" in presses; known here: all_right, bath, call_'),
        ('presses = { " " = "sos" }', "is no kind of press: write it as the device calls it"),
        ('presses = { "hold" = "sos", "Hold press" = "test" }', 'press "Hold press" stands twice in presses'),
        ('presses = "sos"', 'presses is the text "sos", not a table; write it like { "double" = "call_back"'),
        ('presses = { "double" = 2 }', "double in presses is 2; write it like"),
        ('role = "sofa"', 'unknown role "sofa"; known here: bed, chair'),
        ('role = "beds"', 'unknown role "beds"; did you mean "bed"?'),
        ("role = true", "role is true, not text; write one of: bed, chair"),
        ("inverted = true", 'inverted belongs to a mat; write role = "bed" or role = "chair", or remove it'),
        ('role = "bed"\ninverted = "yes"', "write true or false without quotes"),
    ],
)
def test_a_mistake_is_told_with_the_words_that_would_do(tmp_path: Path, more: str, told: str) -> None:
    assert told in only_problem(tmp_path, button(more))


def test_a_driver_without_kinds_of_presses_is_told_what_to_write_instead(tmp_path: Path) -> None:
    presses = 'presses = { "double" = "sos" }'
    watch = button(presses, "gps_watch", "3590001234567890"[:15])
    assert 'driver "gps_watch" tells no kinds of presses; remove it' in only_problem(tmp_path, watch)
    cord = button(presses + '\ncode_map = { "F" = "sos" }', "ev1527", "00001")
    assert "has a code_map, which says the same of its codes" in only_problem(tmp_path, cord)


def test_a_code_map_takes_the_same_words(tmp_path: Path) -> None:
    code_map = 'code_map = { "1" = "call_back", "2" = "all_right", "3" = "bed_in", "4" = "chair_out" }'
    device = load(write(tmp_path, button(code_map, "ev1527", "00001"))).devices[-1]
    assert set(device.code_map.values()) == {"call_back", "all_right", "bed_in", "chair_out"}


def test_all_mistakes_of_one_device_are_told(tmp_path: Path) -> None:
    assert len(problems(tmp_path, button('role = "couch"\npresses = { "a" = "x", "b" = "y" }'))) == 3
