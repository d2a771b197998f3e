"""The `[[output]]` sections: what they read as, and every mistake with its line and remedy."""

from pathlib import Path

import pytest

from drivers.output import Target, Via
from gateway.config import Config, ConfigError, load
from gateway.config_outputs import BROKER, SECONDS

HOUSE = """\
district = "d1"
gateway = "gw-0001"
[store]
path = "anju.db"
[uplink]
host = "127.0.0.1"
port = 8883
tls = false
[broker]
host = "127.0.0.1"
[[serial]]
name = "rf"
path = "/dev/ttyUSB0"
driver = "sonoff_rf_bridge"
[[device]]
id = "cord-bath"
driver = "ev1527"
address = "9EAD9"
room = "bathroom"
code_map = { "F" = "sos" }
"""
SIREN = """\
[[output]]
name = "siren-hall"
driver = "zigbee2mqtt"
action = "siren"
address = "siren-1"
"""
CODE = """\
[[output]]
name = "siren-433"
driver = "sonoff_rf_bridge"
action = "code"
address = "rf"
code = "0xabcde1"
"""


def read(folder: Path, text: str) -> Config:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_the_smallest_output_sounds_at_every_alarm_until_a_person_has_it(tmp_path: Path) -> None:
    (siren,) = read(tmp_path, HOUSE + SIREN).outputs
    assert (siren.driver, siren.action, siren.target, siren.line) == (
        "zigbee2mqtt", "siren", Target(address="siren-1"), BROKER,
    )  # fmt: skip
    assert siren.states == {"calling", "not_reached", "received"}
    assert (siren.classes, siren.tests, siren.seconds) == (frozenset({"fire", "person", "property"}), False, SECONDS)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    more = 'on = ["accepted", "test"]\nalarms = ["fire"]\nseconds = 30\ncode_off = "ABCDE2"\n'
    (siren,) = read(tmp_path, HOUSE + CODE + more).outputs
    assert siren.target == Target(address="rf", code="ABCDE1", code_off="ABCDE2")
    assert (siren.line, siren.states, siren.tests) == ((Via.SERIAL, "rf"), frozenset({"accepted"}), True)
    assert (siren.classes, siren.seconds) == (frozenset({"fire"}), 30)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (SIREN.replace("zigbee2mqtt", "zigbee"), 3, 'unknown driver "zigbee"; did you mean "zigbee2mqtt"?'),
        (SIREN.replace('"siren"', '"sirene"'), 4, 'unknown action "sirene"; did you mean "siren"?'),
        (SIREN.replace('"siren-1"', '"a+b"'), 5, "is no friendly name"),
        (SIREN.replace('name = "siren-hall"', 'name = "s h"'), 2, "letters, digits"),
        (SIREN.replace('name = "siren-hall"\n', ""), 1, "name is missing"),
        (SIREN + "seconds = 601\n", 6, "seconds is 601; write a whole number from 1 to 600"),
        (SIREN + 'on = ["resolved"]\n', 6, 'on holds the text "resolved"; write an array of: calling'),
        (SIREN + "on = []\n", 6, "on is empty"),
        (SIREN + 'on = "calling"\n', 6, "not an array"),
        (SIREN + "alarms = [{}]\n", 6, "alarms holds a table; write an array of: fire, person, property"),
        (SIREN + 'code = "ABCDE1"\n', 6, "this action has no code; remove it"),
        (SIREN + 'volume = "high"\n', 6, 'unknown key "volume"'),
        (CODE.replace('code = "0xabcde1"\n', ""), 1, "code is missing; write the six hexadecimal digits"),
        (CODE.replace("0xabcde1", "ABCDE"), 6, "six hexadecimal digits"),
        (CODE.replace("0xabcde1", "9ead91"), 6, 'code is a code of "cord-bath"; teach the siren another one'),
        (CODE + 'code_off = "9EAD9F"\n', 7, 'code_off is a code of "cord-bath"'),
        (CODE.replace('"rf"', '"zigbee"'), 5, 'there is no [[serial]]'),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_remedy(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, HOUSE + text)
    (problem,) = caught.value.problems
    start = f"{tmp_path / 'gateway.toml'}:{HOUSE.count(chr(10)) + line}: "
    assert problem.startswith(start)
    assert said in problem


WATCH = """\
[[device]]
id = "watch"
driver = "gps_watch"
address = "8800000015"
room = "outside"
[[output]]
name = "watch"
driver = "gps_watch"
action = "ring"
address = "8800000015"
"""


def test_a_watch_that_rings_is_enrolled(tmp_path: Path) -> None:
    (ring,) = read(tmp_path, HOUSE + WATCH).outputs
    assert ring.line == (Via.LISTENER, "8800000015")
    with pytest.raises(ConfigError, match=r"no \[\[device\]\] has the address .*; enrol it"):
        read(tmp_path, HOUSE + WATCH.replace("8800000015", "8800000016", 1))


def test_an_output_without_its_line_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"reached over the local broker; write a \[broker\]"):
        read(tmp_path, HOUSE.replace('[broker]\nhost = "127.0.0.1"\n', "") + SIREN)


def test_two_outputs_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="stands already on line"):
        read(tmp_path, HOUSE + SIREN + SIREN)
