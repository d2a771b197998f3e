"""What an installer puts on the box: the unit by systemd's own judgement, the example file by the gateway's."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.box import BUTTONS
from gateway.config import load
from gateway.config_notice import Notice

ROOT = Path(__file__).parents[2]
DEPLOYED = ROOT / "deploy" / "raspberrypi"
UNIT = DEPLOYED / "anju-gateway.service"
DEBIANS_OWN_GROUPS = {"audio", "dialout"}
LARGEST_EXPOSURE = 25
"""Of 100, by systemd's own count; it calls what lies below 25 well protected."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@needs_systemd
def test_systemd_accepts_every_line_of_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/anju/venv/bin/python", sys.executable))
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (verified.returncode, [line for line in verified.stderr.splitlines() if UNIT.name in line]) == (0, [])


@needs_systemd
def test_systemd_finds_the_unit_well_protected() -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={LARGEST_EXPOSURE}", str(UNIT)]
    subprocess.run(command, capture_output=True, check=True)


def test_the_unit_may_ask_whether_the_clock_is_set() -> None:
    """systemd's @system-service has no adjtimex, and ProtectClock= forbids it: then no time would ever be trusted."""
    settings = [line for line in UNIT.read_text().splitlines() if not line.startswith("#")]
    assert "SystemCallFilter=adjtimex clock_adjtime" in settings
    assert not any(line.startswith("ProtectClock") for line in settings)


def test_the_unit_may_speak_and_shine_and_use_the_header() -> None:
    settings = UNIT.read_text().splitlines()
    assert "SupplementaryGroups=dialout audio gpio" in settings
    assert "ReadWritePaths=-/sys/devices/platform/leds" in settings


def test_the_installer_makes_every_group_that_the_unit_names_and_puts_the_user_in() -> None:
    """systemd starts no unit that names a group which is not there."""
    script = (DEPLOYED / "install.sh").read_text()
    (named,) = re.findall(r"^SupplementaryGroups=(.*)$", UNIT.read_text(), re.MULTILINE)
    (joined,) = re.findall(r"usermod --append --groups (\S+) anju", script)
    assert joined.split(",") == named.split()
    for group in set(named.split()) - DEBIANS_OWN_GROUPS:
        assert re.search(rf"^ *getent group {group} > /dev/null \|\| groupadd --system {group}\b", script, re.MULTILINE)


@pytest.mark.parametrize("rules", sorted(DEPLOYED.glob("*.rules")), ids=lambda path: path.name)
def test_every_udev_rule_is_of_conditions_and_assignments(rules: Path) -> None:
    """The udevadm of Debian 12 cannot verify rules yet."""
    written = [line for line in rules.read_text().splitlines() if not line.startswith("#")]
    assert written
    for line in written:
        assert re.fullmatch(r'[A-Z]+(==|=|\+=)"[^"]+"(, [A-Z]+(==|=|\+=)"[^"]+")*', line), line
    assert f"{rules.name} " in (DEPLOYED / "install.sh").read_text().replace('"', " "), "it is installed"


def test_the_unit_never_gives_up() -> None:
    text = UNIT.read_text()
    head, service = text.split("[Service]")
    assert "StartLimitIntervalSec=0" in head
    assert "Restart=always" in service


@pytest.fixture
def example(tmp_path: Path) -> str:
    """The example file with the certificates it names, made as docs/maintainers.md tells."""
    script = ROOT / "deploy" / "district-broker" / "make-certificates.sh"
    for arguments in (["ca"], ["gateway", "gw-0001"]):
        subprocess.run([script, *arguments], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "gw-0001.pem").rename(tmp_path / "gateway.pem")
    (tmp_path / "gw-0001.key").rename(tmp_path / "gateway.key")
    return (DEPLOYED / "gateway.example.toml").read_text().replace("/etc/anju", str(tmp_path))


def test_the_example_file_is_sound(tmp_path: Path, example: str) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(example)
    config = load(path)
    assert config.uplink.tls
    assert config.store_path == Path("/var/lib/anju/anju.db")
    assert config.devices == ()


def test_everything_the_example_offers_in_comments_is_sound(tmp_path: Path, example: str) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(re.sub(r"^# (?=\[|[a-z_]+ = )", "", example, flags=re.MULTILINE))
    config = load(path)
    assert [device.driver for device in config.devices] == ["ev1527", "zigbee2mqtt", "box"]
    assert config.box is not None
    assert list(config.box.buttons) == list(BUTTONS)
    assert len({*config.box.buttons.values(), config.box.lamp, config.box.buzzer}) == 7
    assert [port.name for port in config.serial_ports] == ["rf"]
    assert config.presses_per_minute == 10
    assert config.uplink.heartbeat_minutes == 5
    assert config.notice == Notice(language="zh-CN", sound=True, lamp=Path("/sys/class/leds/ACT"))


@pytest.mark.parametrize("script", sorted(ROOT.glob("deploy/*/*.sh")), ids=lambda path: path.name)
def test_scripts_are_sound_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True, capture_output=True)
    assert script.stat().st_mode & 0o111


def test_every_file_the_installer_copies_is_there() -> None:
    named = re.findall(r'"\$SOURCE/([^"]+)"', (DEPLOYED / "install.sh").read_text())
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).is_file()] == []
