"""Whether and how silence is watched, as an installer writes it."""

from datetime import time
from pathlib import Path

import pytest

from drivers.device import Device
from gateway.config import load
from gateway.rhythm.senses import heard_as, sense_of
from tests.gateway.test_config import COMPLETE, only_problem, write

ZONE = 'timezone = "Asia/Chongqing"\n'
MOTION = '\n[[device]]\nid = "m"\ndriver = "zigbee2mqtt"\naddress = "m"\nmodel = "generic-motion"\nroom = "hall"\n'


def test_without_a_section_a_house_is_watched_as_far_as_its_sensors_go(tmp_path: Path) -> None:
    config = load(write(tmp_path, ZONE + COMPLETE + MOTION))
    assert config.inactivity is not None
    assert (config.inactivity.false_alarms_per_30_days, config.inactivity.timezone) == (1.0, "Asia/Chongqing")
    assert config.inactivity.quiet is None
    assert config.warnings == ()


def test_it_can_be_switched_off_and_tuned(tmp_path: Path) -> None:
    assert load(write(tmp_path, COMPLETE + MOTION + "\n[inactivity]\nenabled = false\n")).inactivity is None
    more = '\n[inactivity]\nfalse_alarms_per_30_days = 0.35\nquiet_from = "21:30"\nquiet_to = "06:30"\n'
    config = load(write(tmp_path, ZONE + COMPLETE + MOTION + more))
    assert config.inactivity is not None
    assert config.inactivity.false_alarms_per_30_days == 0.35
    assert config.inactivity.quiet is not None
    assert (config.inactivity.quiet.begins, config.inactivity.quiet.ends) == (time(21, 30), time(6, 30))


def test_a_house_that_asks_for_it_without_sensors_is_warned(tmp_path: Path) -> None:
    config = load(write(tmp_path, ZONE + COMPLETE + "\n[inactivity]\n"))
    assert any("no device senses everyday activity" in one for one in config.warnings)


def test_without_a_time_zone_it_is_said_by_which_clock_the_rhythm_is_learned(tmp_path: Path) -> None:
    assert any("Asia/Shanghai; write timezone" in one for one in load(write(tmp_path, COMPLETE + MOTION)).warnings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n[inactivity]\nenabled = 1\n", "write true or false without quotes"),
        ("\n[inactivity]\nfalse_alarms_per_30_days = 0\n", "write a number from 0.1 to 10"),
        ('\n[inactivity]\nfalse_alarms_per_30_days = "1"\n', "not a number"),
        ('\n[inactivity]\nquiet_from = "10 pm"\n', 'quiet_from is "10 pm"; write a time of day such as "22:00"'),
        ('\n[inactivity]\nquiet_from = "07:00"\n', "the quiet hours end when they begin"),
        ("\n[inactivity]\nbudget = 1\n", 'unknown key "budget"'),
        (MOTION + 'activity = "moton"\n', 'unknown activity "moton"; did you mean "motion"?'),
    ],
)
def test_a_mistake_is_told_with_its_remedy(tmp_path: Path, text: str, told: str) -> None:
    assert told in only_problem(tmp_path, ZONE + COMPLETE + text)


def device(model: str = "generic", room: str = "living_room", **more: object) -> Device:
    known: dict[str, object] = {"id": "one", "driver": "zigbee2mqtt", "address": "one", "model": model, "room": room}
    return Device(**{**known, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("enrolled", "sense"),
    [
        (device("generic-motion"), "motion"),
        (device("generic-presence"), "presence"),
        (device("generic-contact"), "contact"),
        (device("generic-contact", "entry"), "door"),
        (device("generic-contact-inverted", "玄关"), "door"),
        (device("generic-contact", "", id="front-door"), "door"),
        (device("generic-contact", "kitchen", id="fridge-door"), "contact"),
        (device("generic-contact", "卧室", id="衣柜门"), "contact"),
        (device("generic-bed"), "bed"),
        (device("generic-contact", "bedroom", role="bed"), "bed"),
        (device("generic-contact", role="chair"), "presence"),
        (device("ev1527", driver="ev1527", code_map={"1": "motion", "2": "low_battery"}), "motion"),
        (device("ev1527-cord", driver="ev1527", code_map={"F": "sos"}), None),
        (device("hlk-ld2410", driver="hlk_ld2410"), "presence"),
        (device("WS202", driver="chirpstack"), "motion"),
        (device("RTCGQ02LM", driver="ble"), "motion"),
        (device("generic-smoke"), None),
        (device("generic-button"), None),
        (device(), None),
        (device(activity="appliance"), "appliance"),
        (device("generic-motion", activity="none"), None),
    ],
)
def test_what_a_device_senses_is_told_by_how_it_is_enrolled(enrolled: Device, sense: str | None) -> None:
    assert sense_of(enrolled) == sense


def test_or_by_what_it_says() -> None:
    assert heard_as(device(), "motion") == "motion"
    assert heard_as(device(room="entry"), "contact") == "door"
    assert heard_as(device(), "chair") == "presence"
    assert heard_as(device(), "button") is None
    assert heard_as(device(activity="none"), "motion") is None
