"""The commands a person types: exit status, messages, and the forms that scripts read."""

import json
import subprocess
from pathlib import Path

import pytest

from drivers.registry import EVIDENCE_FRAMES
from tests.support.house import House
from tests.support.processes import BIN, run
from tests.support.wait import until_now

COMMANDS = ("run", "demo", "check-config", "devices", "decode", "events", "status")


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(folder=tmp_path, uplink_port=9, broker_port=9)
    made.write()
    return made


def test_help_tells_every_command() -> None:
    shown = run("anju", "--help")
    assert shown.returncode == 0
    assert all(f"\n    {name}" in shown.stdout for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help(command: str) -> None:
    shown = run("anju", command, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"usage: anju {command}" in shown.stdout


@pytest.mark.parametrize("wrong", [(), ("dance",), ("events",), ("check-config", "--config"), ("status", "--bogus")])
def test_wrong_use_is_two_with_a_message(wrong: tuple[str, ...]) -> None:
    shown = run("anju", *wrong)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "usage: anju" in shown.stderr


def test_check_config_of_a_sound_file_is_zero(house: House) -> None:
    shown = run("anju", "check-config", "--config", house.file)
    assert (shown.returncode, shown.stdout) == (0, f"{house.file}: no mistakes\n")


def test_check_config_tells_every_mistake_with_its_line(house: House) -> None:
    house.sections = {"uplink": {"host": "127.0.0.1", "port": 99_999, "tls": False}, "http": {"port": "x"}}
    shown = run("anju", "check-config", "--config", house.write())
    assert (shown.returncode, shown.stdout) == (2, "")
    lines = shown.stderr.splitlines()
    assert len(lines) >= 2
    text = house.file.read_text().splitlines()
    for line in lines:
        place, _, _ = line.removeprefix(f"{house.file}:").partition(":")
        assert "port" in text[int(place) - 1]


@pytest.mark.parametrize("command", ["run", "check-config", "events", "status"])
def test_a_file_that_is_not_there_is_named_and_two(command: str, tmp_path: Path) -> None:
    shown = run("anju", command, "--config", tmp_path / "missing.toml")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert str(tmp_path / "missing.toml") in shown.stderr
    assert "Traceback" not in shown.stderr


def test_devices_as_scripts_and_as_people_read_them() -> None:
    shown = run("anju", "devices", "--json")
    rows = json.loads(shown.stdout)
    assert shown.returncode == 0
    for row in rows:
        assert set(row) >= {"driver", "protocols", "models", "supervised", "battery", "evidence_frames"}
        assert all(isinstance(row[key], bool) for key in ("supervised", "battery"))
        assert all(isinstance(name, str) for key in ("protocols", "models") for name in row[key])
        assert row["evidence_frames"] == sum(EVIDENCE_FRAMES[name] for name in row["protocols"])
    assert {row["driver"] for row in rows} >= {"ev1527", "zigbee2mqtt"}
    table = run("anju", "devices")
    assert table.returncode == 0
    assert all(row["driver"] in table.stdout for row in rows)


def test_decode_answers_every_line_in_order_and_is_zero() -> None:
    lines = ['{"protocol": "ev1527_codes"}', "garbage", "", '{"protocol": "unheard_of"}']
    shown = run("anju", "decode", given="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in shown.stdout.splitlines()]
    assert (shown.returncode, len(answers)) == (0, len(lines))
    assert all(set(answer) >= {"ok", "reason", "fields", "events"} for answer in answers)
    assert [answer["reason"] for answer in answers[1:]] == ["bad_json", "bad_json", "unknown_protocol"]


def test_status_of_a_house_where_nobody_answers_is_one(house: House) -> None:
    shown = run("anju", "status", "--config", house.file)
    assert shown.returncode == 1
    assert "status: unreachable" in shown.stdout
    assert "is it running?" in shown.stdout
    report = json.loads(run("anju", "status", "--config", house.file, "--json").stdout)
    assert report["status"] == "unreachable"


async def test_status_of_a_running_house_is_zero(house: House) -> None:
    async with house.gateway_running() as gateway:
        await gateway.wait_line("health and metrics on port")
        shown = run("anju", "status", "--config", house.file, "--json")
        report = json.loads(shown.stdout)
        assert (shown.returncode, report["status"], report["enrolment_offers"]) == (0, "working", [])
        assert "status: working" in run("anju", "status", "--config", house.file).stdout


def test_status_where_another_server_answers_is_one(house: House) -> None:
    with subprocess.Popen(
        [BIN / "python", "-c", OTHER_SERVER, str(house.http_port)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        shown = run("anju", "status", "--config", house.file)
        other.kill()
    assert shown.returncode == 1
    assert "/healthz is not a gateway's" in shown.stdout


OTHER_SERVER = """
import http.server, sys
class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"hello": "world"}')
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Other)
print("ready", flush=True)
server.serve_forever()
"""


def test_a_reader_that_goes_away_is_no_error(house: House) -> None:
    write_many(house)
    for form in ("--json", "--csv"):
        with subprocess.Popen(
            [BIN / "anju", "events", "--config", house.file, form],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as shown:  # fmt: skip
            assert shown.stdout is not None
            assert shown.stderr is not None
            assert shown.stdout.readline()
            shown.stdout.close()
            assert shown.wait(30) == 0
            assert shown.stderr.read() == ""
    with subprocess.Popen(
        [BIN / "anju", "devices"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as short:
        assert short.stdout is not None
        assert short.stderr is not None
        short.stdout.close()  # before the first byte: it meets the closed pipe at its very end
        until_now(lambda: short.poll() is not None)
        assert (short.returncode, short.stderr.read()) == (0, "")


def write_many(house: House) -> None:
    program = f"""
import asyncio
from pathlib import Path
from gateway.policy import decide
from gateway.store.store import Store
from tests.gateway.houses import event

async def main():
    with Store(Path({str(house.store)!r})) as store:
        for _ in range(3000):
            one = event()
            store.append(one, decide(one))

asyncio.run(main())
"""
    subprocess.run([BIN / "python", "-P", "-c", program], check=True, env={"PYTHONPATH": str(Path.cwd())})
