"""The desk's file and its commands: every mistake at once, with its line and the remedy."""

import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcentre.config import ConfigError, load
from callcentre.store.residents import CardError, read_cards
from simulator.ports import LOOPBACK, free_port
from tests.callcentre.desks import Desk
from tests.support.processes import run

GOOD = """\
district = "d1"

[broker]
host = "127.0.0.1"
port = 8883
tls = false

[database]
url = "sqlite:///desk.db"

[http]
host = "127.0.0.1"
port = 8081
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "desk.toml"
    file.write_text(text)
    return file


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(written(folder, text))
    return raised.value.problems


def test_the_smallest_complete_file(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD))
    assert (config.district, config.broker.port, config.http_port) == ("d1", 8883, 8081)
    assert config.database == Path("desk.db")
    absolute = load(written(tmp_path, GOOD.replace("///desk.db", "////var/lib/desk.db")))
    assert absolute.database == Path("/var/lib/desk.db")


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ('"d1"', '"D 1"', 1, "a-z"),
        ('district = "d1"', "", 1, "district"),
        ('host = "127.0.0.1"\nport = 8883', 'host = "mqtt.example"\nport = 8883', 6, "write tls = true"),
        ("tls = false", "tls = true", 3, "ca_file"),
        ("tls = false", 'tls = true\nca_file = "nowhere.pem"', 7, "readable PEM"),
        ("tls = false", 'tls = "no"', 6, "true or false"),
        ("port = 8883", 'port = "8883"', 5, "1 to 65535"),
        ("port = 8081", "port = 0", 13, "1 to 65535"),
        ("port = 8081", "port = true", 13, "1 to 65535"),
        ("sqlite:///desk.db", "postgresql://x/y", 9, "sqlite:///"),
        ("tls = false", "tls = false\ntsl = 1", 7, "unknown"),
        ("[http]", "[html]", 11, "no key"),
        ("[http]", "[http", 11, "TOML"),
    ],
)
def test_each_mistake_has_its_line_and_remedy(tmp_path: Path, before: str, after: str, line: int, says: str) -> None:
    file = tmp_path / "desk.toml"
    assert any(
        text.startswith(f"{file}:{line}: ") and says in text
        for text in problems(tmp_path, GOOD.replace(before, after, 1))
    )


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('"d1"', '""').replace("8883", "99999").replace("sqlite", "oracle").replace("8081", "-1")
    assert len(problems(tmp_path, text)) == 4


@given(st.text(max_size=300))
def test_any_text_is_a_config_or_a_list_of_problems(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("any") / "desk.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    # No text of this kind can be complete: the section heads alone are longer than chance brings forth.
    with pytest.raises(ConfigError) as raised:
        load(file)
    assert all(re.match(rf"{re.escape(str(file))}:\d+: ", problem) for problem in raised.value.problems)


def test_commands_refuse_with_status_2(tmp_path: Path) -> None:
    bad = written(tmp_path, GOOD.replace("8081", "0"))
    for command in (("run",), ("token", "--name", "a", "--role", "operator")):
        done = run("anju-desk", command[0], "--config", bad, *command[1:])
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{bad}:13: http.port" in done.stderr
    good = written(tmp_path, GOOD)
    assert run("anju-desk", "token", "--config", good, "--name", "a", "--role", "king").returncode == 2
    assert run("anju-desk", "token", "--config", good, "--name", " ", "--role", "auditor").returncode == 2


def test_visitors_are_signed_in_on_loopback_only(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.replace('[http]\nhost = "127.0.0.1"', '[http]\nhost = "0.0.0.0"'))
    done = run("anju-desk", "run", "--config", file, "--sign-in-visitors")
    assert done.returncode == 2
    assert re.match(rf"{re.escape(str(file))}:\d+: ", done.stderr)


def test_a_token_is_printed_alone_and_kept_only_as_a_digest(tmp_path: Path) -> None:
    desk = Desk(tmp_path, free_port())
    first, second = desk.token("a"), desk.token("a")
    assert first != second
    assert re.fullmatch(r"[\w-]{43}", first)
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert first.encode() not in stored
    assert (desk.database.stat().st_mode & 0o077) == 0


def test_a_taken_port_is_said_and_not_a_traceback(tmp_path: Path) -> None:
    import socket

    desk = Desk(tmp_path, free_port())
    with socket.create_server((LOOPBACK, desk.port)):
        done = run("anju-desk", "run", "--config", desk.config)
    assert done.returncode == 1
    assert "cannot listen" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_of_a_newer_desk_is_left_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, free_port())
    with sqlite3.connect(desk.database) as connection:
        connection.execute("PRAGMA user_version = 99")
    done = run("anju-desk", "token", "--config", desk.config, "--name", "a", "--role", "operator")
    assert done.returncode == 1
    assert "newer desk" in done.stderr


def test_cards_are_imported_whole_or_not_at_all(tmp_path: Path) -> None:
    desk = Desk(tmp_path, free_port())
    cards = tmp_path / "cards.csv"
    cards.write_text("pseudonym,name,address,telephone,note\nr-1,A\n,B,x,y,z\n")
    done = run("anju-desk", "residents", "--config", desk.config, "--import", cards)
    assert done.returncode == 2
    assert f"{cards}:2: has 2 fields" in done.stderr
    assert f"{cards}:3: has no pseudonym" in done.stderr
    cards.write_text('\ufeffpseudonym,name,address,telephone,note\nr-1,A,"x, y",1,\nr-1,B,x,1,n\n')
    assert run("anju-desk", "residents", "--config", desk.config, "--import", cards).returncode == 0
    with sqlite3.connect(desk.database) as connection:
        assert connection.execute("SELECT name, note FROM resident").fetchall() == [("B", "n")]


@given(st.lists(st.text(max_size=80), max_size=8))
def test_any_lines_are_cards_or_named_problems(lines: list[str]) -> None:
    try:
        cards = read_cards(["pseudonym,name,address,telephone,note\n", *(f"{line}\n" for line in lines)])
    except CardError as error:
        problems, cards = error.problems, []
    else:
        problems = []
    assert all(line > 1 and text for line, text in problems)
    assert all(card.pseudonym for card in cards)
