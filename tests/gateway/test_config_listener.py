"""`[[listener]]`, `position` and `cancel_seconds` in a gateway's file."""

from pathlib import Path

import pytest

from gateway.config import check, load
from gateway.config_devices import Listener
from tests.gateway.test_config import SMALLEST

LISTENER = """
[[listener]]
name = "watches"
port = 8001
driver = "gps_watch"
"""
WATCH = """
[[device]]
id = "watch"
driver = "gps_watch"
address = "8800000015"
room = ""
"""
BAND = """
[broker]
host = "127.0.0.1"

[[device]]
id = "band"
driver = "wearable"
address = "band-1"
room = "any"
"""


IN_A_ROOM = WATCH.replace('room = ""\n', 'room = "r"\n')


def written(folder: Path, *parts: str) -> Path:
    file = folder / "gateway.toml"
    file.write_text(SMALLEST + "".join(parts), encoding="utf-8")
    return file


def line_of(file: Path, text: str, after: str = "") -> int:
    whole = file.read_text(encoding="utf-8")
    return whole[: whole.index(text, whole.index(after))].count("\n") + 1


def test_a_listener_is_open_to_the_network_unless_told_otherwise(tmp_path: Path) -> None:
    config = load(written(tmp_path, LISTENER, WATCH.replace('room = ""\n', 'room = "r"\n')))
    assert config.listeners == (Listener(name="watches", host="0.0.0.0", port=8001, driver="gps_watch"),)
    assert [warning.split("warning: ")[1] for warning in config.warnings] == [
        "whoever reaches this port can forge alarms of these devices; let only their provider's network in"
    ]
    private = load(written(tmp_path, LISTENER, 'host = "127.0.0.1"\n'))
    assert private.listeners[0].host == "127.0.0.1"
    assert private.warnings == ()


def test_a_watch_without_a_listener_is_warned_of(tmp_path: Path) -> None:
    warnings = load(written(tmp_path, WATCH.replace('room = ""\n', ""))).warnings
    assert any('"watch" cannot be heard: there is no [[listener]]' in warning for warning in warnings)


@pytest.mark.parametrize(
    ("section", "at", "said"),
    [
        (LISTENER.replace("port = 8001\n", ""), "[[listener]]", "port is missing; write the TCP port"),
        (LISTENER.replace("8001", "0"), "port", "port is 0; write a whole number from 1 to 65535"),
        (LISTENER.replace("8001", '"8001"'), "port", 'port is the text "8001", not a whole number'),
        (LISTENER.replace("gps_watch", "gps_wach"), "driver", 'unknown driver "gps_wach"; did you mean "gps_watch"?'),
        (LISTENER.replace("watches", "My Watches"), "name", 'name is "My Watches"; write a short name'),
        (LISTENER + 'hosts = "x"\n', "hosts", 'unknown key "hosts"; did you mean "host"?'),
        (LISTENER + 'host = "tcp://x"\n', "host", 'host is "tcp://x"; write a host name or an IP address'),
    ],
)
def test_every_mistake_in_a_listener_has_its_line_and_remedy(tmp_path: Path, section: str, at: str, said: str) -> None:
    file = written(tmp_path, section)
    problems, _ = check(file)
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{file}:{line_of(file, at, '[[listener]]')}: {said}")


def test_two_listeners_need_names_and_ports_of_their_own(tmp_path: Path) -> None:
    problems, _ = check(written(tmp_path, LISTENER, LISTENER))
    assert [problem.split(": ")[1].split(";")[0] for problem in problems] == [
        'name "watches" stands already on line 14',
        'port "8001" stands already on line 15',
    ]


def test_a_band_says_where_it_is_worn_and_how_long_its_wearer_may_cancel(tmp_path: Path) -> None:
    (band,) = load(written(tmp_path, BAND, 'position = "wrist"\ncancel_seconds = 30\n')).devices
    assert (band.position, band.cancel_seconds) == ("wrist", 30)
    (band,) = load(written(tmp_path, BAND)).devices
    assert (band.position, band.cancel_seconds) == (None, 20)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('position = "wist"', 'unknown position "wist"; did you mean "wrist"?'),
        ('position = ""', "position is empty; write one of: torso, wrist"),
        ("position = 1", "position is 1, not text; write one of: torso, wrist"),
        ("cancel_seconds = 121", "cancel_seconds is 121; write a whole number from 0 to 120"),
        ('cancel_seconds = "20"', 'cancel_seconds is the text "20", not a whole number'),
    ],
)
def test_every_mistake_of_a_band_has_its_line_and_remedy(tmp_path: Path, line: str, said: str) -> None:
    file = written(tmp_path, BAND, line + "\n")
    problems, _ = check(file)
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{file}:{line_of(file, line)}: {said}")


def test_what_is_not_worn_has_no_place_on_the_body(tmp_path: Path) -> None:
    line = 'position = "wrist"'
    file = written(tmp_path, LISTENER, IN_A_ROOM, line + "\n")
    problems, _ = check(file)
    assert problems == [f'{file}:{line_of(file, line)}: driver "gps_watch" has no position; remove it']


def test_who_tells_of_falls_itself_is_asked_about_only_where_the_file_says_so(tmp_path: Path) -> None:
    (watch,) = load(written(tmp_path, LISTENER, IN_A_ROOM)).devices
    assert watch.cancel_seconds == 0
    (watch,) = load(written(tmp_path, LISTENER, IN_A_ROOM, "cancel_seconds = 15\n")).devices
    assert watch.cancel_seconds == 15


def test_who_never_tells_of_a_fall_has_no_cancel_window(tmp_path: Path) -> None:
    phone = '[[device]]\nid = "phone"\ndriver = "owntracks"\naddress = "u/d"\nroom = "any"\n'
    file = written(tmp_path, phone, "cancel_seconds = 20\n")
    problems, _ = check(file)
    assert problems == [
        f'{file}:{line_of(file, "cancel_seconds")}: driver "owntracks" has no cancel_seconds; remove it'
    ]
