"""The configuration file: what a sound one reads as, and every mistake with its line."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.config import ConfigError, check, load
from gateway.config_uplink import HEARTBEAT_MINUTES

SMALLEST = """\
district = "d1"
gateway = "gw-0001"
resident = "r-0001"

[store]
path = "store/anju.db"

[uplink]
host = "127.0.0.1"
port = 8883
tls = false
"""

COMPLETE = (
    SMALLEST
    + """
[broker]
host = "127.0.0.1"
port = 1883

[http]
host = "127.0.0.1"
port = 8080

[[serial]]
name = "rf"
path = "/dev/serial/by-id/usb-1"
driver = "sonoff_rf_bridge"

[[device]]
id = "cord-bath"
driver = "ev1527"
address = "9ead9"
model = "ev1527-cord"
room = "bathroom"
code_map = { "f" = "sos", "B" = "tamper", "E" = "low_battery" }

[[device]]
id = "smoke-kitchen"
driver = "zigbee2mqtt"
address = "smoke-1"
model = "generic-smoke"
room = "kitchen"
supervision_seconds = 90000
"""
)


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "gateway.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(folder: Path, text: str | bytes) -> list[str]:
    """The mistakes of a file as `LINE: text`."""
    path = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value) == "\n".join(caught.value.problems)
    assert all(problem.startswith(f"{path}:") for problem in caught.value.problems)
    return [problem.removeprefix(f"{path}:") for problem in caught.value.problems]


def only_problem(folder: Path, text: str | bytes) -> str:
    found = problems(folder, text)
    assert len(found) == 1, found
    return found[0]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_complete_file_is_read_as_written(tmp_path: Path) -> None:
    config = load(write(tmp_path, COMPLETE))
    assert (config.district, config.gateway, config.resident) == ("d1", "gw-0001", "r-0001")
    assert config.store_path == tmp_path / "store/anju.db"
    assert (config.uplink.host, config.uplink.port, config.uplink.tls) == ("127.0.0.1", 8883, False)
    assert config.broker is not None
    assert (config.broker.host, config.broker.port) == ("127.0.0.1", 1883)
    assert (config.http.host, config.http.port) == ("127.0.0.1", 8080)
    [port] = config.serial_ports
    assert (port.name, port.path, port.driver) == ("rf", "/dev/serial/by-id/usb-1", "sonoff_rf_bridge")
    cord, smoke = config.devices
    assert (cord.id, cord.driver, cord.address, cord.room) == ("cord-bath", "ev1527", "9EAD9", "bathroom")
    assert cord.code_map == {"F": "sos", "B": "tamper", "E": "low_battery"}
    assert (smoke.address, smoke.model, smoke.supervision_seconds) == ("smoke-1", "generic-smoke", 90_000)
    assert config.warnings == ()
    assert check(tmp_path / "gateway.toml") == ([], [])


def test_what_may_be_left_out_has_its_default(tmp_path: Path) -> None:
    config = load(write(tmp_path, SMALLEST.replace('resident = "r-0001"', "")))
    assert config.resident is None
    assert config.broker is None
    assert (config.http.host, config.http.port) == ("127.0.0.1", 8080)
    assert config.presses_per_minute == 10
    assert config.uplink.heartbeat_minutes == HEARTBEAT_MINUTES
    assert (config.serial_ports, config.devices) == ((), ())


def test_the_house_may_choose_its_limits(tmp_path: Path) -> None:
    text = SMALLEST + "heartbeat_minutes = 1440\n[intake]\npresses_per_minute = 0\n[http]\nport = 0\n"
    config = load(write(tmp_path, text))
    assert (config.uplink.heartbeat_minutes, config.presses_per_minute, config.http.port) == (1440, 0, 0)


def test_a_windows_editors_file_is_read(tmp_path: Path) -> None:
    assert load(write(tmp_path, b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())).gateway == "gw-0001"


def test_every_mistake_is_told_at_once_by_line(tmp_path: Path) -> None:
    text = """\
district = "D1"
gateway = "centre"
residnet = "r-0001"

[uplink]
host = "broker.example.org"
port = "8883"
tls = false

[[device]]
id = "cord-bath"
driver = "ev1572"
address = "9EAD9"
room = "bath"

[[device]]
id = "cord-bath"
driver = "ev1527"
address = "XYZ"
room = "bath"
supervision_seconds = 0
code_map = { "F" = "soss", "10" = "sos" }
"""
    found = problems(tmp_path, text)
    assert [int(problem.split(":")[0]) for problem in found] == [1, 1, 2, 3, 7, 8, 12, 17, 19, 21, 22, 22]
    assert "store is missing" in "".join(found[:2])
    assert 'did you mean "resident"?' in found[3]
    assert 'did you mean "ev1527"?' in found[6]
    assert "line 11" in found[7]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('district = "d1"', "", "district is missing"),
        ('district = "d1"', 'district = "d_1"', "write 1 to 32 of a-z, 0-9 and -"),
        ('gateway = "gw-0001"', 'gateway = "GW-0001"', "write 1 to 32 of a-z, 0-9 and -"),
        ('gateway = "gw-0001"', 'gateway = "centre"', "reserved for the call centre"),
        ('gateway = "gw-0001"', "gateway = 1", "gateway is 1, not text"),
        ('resident = "r-0001"', 'resident = "王 秀英"', "pseudonym"),
        ('path = "store/anju.db"', "path = ''", "path is empty"),
        ('path = "store/anju.db"', 'path = "."', "is a folder"),
        ('path = "store/anju.db"', 'path = "gateway.toml/anju.db"', "is no folder"),
        ("port = 8883", "port = 70000", "write a whole number from 1 to 65535"),
        ("port = 8883", "port = true", "port is true, not a whole number"),
        ("tls = false", 'tls = "no"', "write true or false without quotes"),
        ("tls = false", "tls = true", "ca_file is missing"),
        ("tls = false", 'tls = true\nca_file = "absent.pem"', "No such file"),
        ("tls = false", 'tls = true\nca_file = "gateway.toml"', "ca_file holds no certificate"),
        ("tls = false", "tls = false\nheartbeat_minutes = 0", "from 1 to 1440"),
        ('host = "127.0.0.1"\nport = 8883', 'host = "mqtts://a"\nport = 8883', "without port or scheme"),
        ('host = "127.0.0.1"\nport = 8883', 'host = "10.0.0.1"\nport = 8883', "tls = false is for"),
        ("[http]", "[htttp]", 'did you mean "http"?'),
        ('driver = "sonoff_rf_bridge"', 'driver = "sonoff_bridge"', 'did you mean "sonoff_rf_bridge"?'),
        ('driver = "sonoff_rf_bridge"', 'driver = "ev1527"', "sonoff_rf_bridge"),
        ('name = "rf"', 'name = "the bridge"', "a-z, 0-9, _ and -"),
        ('id = "cord-bath"', 'id = "王"', "letters, digits"),
        ('id = "cord-bath"', 'id = "smoke-kitchen"', "stands already"),
        ('address = "9ead9"', 'address = "9EAD"', "five hexadecimal digits"),
        ('"f" = "sos"', '"f" = "help"', 'unknown event "help"'),
        ('"f" = "sos"', '"f" = 1', "f in code_map is 1"),
        ('"f" = "sos"', '"b" = "sos"', "stands twice in code_map"),
        ('code_map = { "f" = "sos", "B" = "tamper", "E" = "low_battery" }', "", "code_map is missing"),
        ("supervision_seconds = 90000", 'code_map = { "F" = "sos" }', "has no code_map"),
        ("supervision_seconds = 90000", "supervision_seconds = 9e4", "not a whole number"),
        ("[[serial]]", "[serial]", "write each one as a section [[serial]]"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert COMPLETE.count(old) >= 1
    found = only_problem(tmp_path, COMPLETE.replace(old, new, 1))
    assert said in found


def test_two_devices_with_one_address_are_a_mistake_however_it_is_written(tmp_path: Path) -> None:
    second = '[[device]]\nid = "cord-2"\ndriver = "ev1527"\naddress = "0x9EAD9"\nroom = "r"\ncode_map = {F = "sos"}\n'
    found = only_problem(tmp_path, COMPLETE + second)
    assert found.startswith(f"{line_of(COMPLETE + second, '0x9EAD9')}: ")
    assert f"line {line_of(COMPLETE, '9ead9')}" in found


def test_two_ports_with_one_name_or_path_are_a_mistake(tmp_path: Path) -> None:
    port = '[[serial]]\nname = "rf"\npath = "/dev/serial/by-id/usb-1"\ndriver = "sonoff_rf_bridge"\n'
    assert len(problems(tmp_path, COMPLETE + port)) == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_no_tls_is_fine_on_this_machine(tmp_path: Path, host: str) -> None:
    assert load(write(tmp_path, SMALLEST.replace("127.0.0.1", host))).uplink.host == host


def test_all_mistakes_of_syntax_are_told_with_the_others(tmp_path: Path) -> None:
    text = COMPLETE.replace("tls = false", "tls = flase").replace('room = "bathroom"', 'room = "bathroom')
    text = text.replace("port = 1883", 'port = "1883"').replace('name = "rf"', 'name "rf"')
    found = problems(tmp_path, text)
    wrong = ("tls = flase", 'port = "1883"', 'name "rf"', 'room = "bathroom')
    assert [int(problem.split(":")[0]) for problem in found] == [line_of(text, part) for part in wrong]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('district = "d1"\n[uplink\nhost = "a"\n', "2: not valid TOML: "),
        ("district = [\n1,\n", "2: not valid TOML: "),
        ("a = 1\na = 2\n", "2: not valid TOML: Cannot overwrite a value; the same key stands twice here"),
        ("[store]\npath = 1\n[store]\n", "3: not valid TOML: Cannot declare ('store',) twice"),
        ("a = " + "[" * 5000, "1: nested too deeply"),
        (b'a = 1\nb = "\xff"\n', "2: is not UTF-8"),
        ("a = " + "1" * 5000, "1: not valid TOML: "),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str | bytes, start: str) -> None:
    assert any(problem.startswith(start) for problem in problems(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    missing, warnings = check(tmp_path / "none.toml")
    [told] = missing
    assert told.startswith(f"{tmp_path / 'none.toml'}:1: cannot be read: No such file or directory; ")
    assert warnings == []


def test_devices_that_cannot_be_heard_are_a_warning(tmp_path: Path) -> None:
    text = COMPLETE.replace('[broker]\nhost = "127.0.0.1"\nport = 1883\n', "")
    text = text[: text.index("[[serial]]")] + text[text.index("[[device]]") :]
    cord, smoke = load(write(tmp_path, text)).warnings
    assert '"cord-bath" cannot be heard: there is no [[serial]]' in cord
    assert '"smoke-kitchen" cannot be heard: there is no [broker]' in smoke


def test_certificates_that_nothing_uses_are_a_warning(tmp_path: Path) -> None:
    [warning] = load(write(tmp_path, SMALLEST + 'ca_file = "ca.pem"\n')).warnings
    assert warning.endswith(
        f":{line_of(SMALLEST + 'ca_file', 'ca_file')}: warning: ca_file is not used, because tls is false"
    )


def test_a_device_without_model_and_room_still_works(tmp_path: Path) -> None:
    text = COMPLETE.replace('model = "generic-smoke"\nroom = "kitchen"\n', "")
    config = load(write(tmp_path, text))
    assert config.devices[1].model != ""
    assert "room is missing" in config.warnings[0]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two self-signed certificates with their keys: a.pem, a.key, b.pem, b.key."""
    folder = tmp_path_factory.mktemp("certificates")
    for name in "ab":
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        files = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem", "-subj", f"/CN={name}"]
        subprocess.run([*command, *files], check=True, capture_output=True)
    subprocess.run(
        ["openssl", "ec", "-aes128", "-passout", "pass:x", "-in", f"{folder}/a.key", "-out", f"{folder}/locked.key"],
        check=True,
        capture_output=True,
    )
    return folder


def with_tls(certificates: Path, *, cert: str = "a.pem", key: str | None = "a.key") -> str:
    lines = [f'ca_file = "{certificates}/a.pem"', f'cert_file = "{certificates}/{cert}"']
    lines += [f'key_file = "{certificates}/{key}"'] if key else []
    return SMALLEST.replace("127.0.0.1", "broker.example.org").replace("tls = false", "\n".join(lines))


def test_certificates_that_belong_together_are_read(tmp_path: Path, certificates: Path) -> None:
    uplink = load(write(tmp_path, with_tls(certificates))).uplink
    assert uplink.tls
    assert (uplink.ca_file, uplink.cert_file) == (certificates / "a.pem", certificates / "a.pem")
    assert uplink.key_file == certificates / "a.key"


def test_a_gateway_may_start_before_it_has_its_own_certificate(tmp_path: Path, certificates: Path) -> None:
    text = SMALLEST.replace("tls = false", f'ca_file = "{certificates}/a.pem"')
    assert load(write(tmp_path, text)).uplink.cert_file is None


@pytest.mark.parametrize(
    ("cert", "key", "said"),
    [
        ("a.pem", None, "cert_file stands without key_file"),
        ("a.pem", "b.key", "no pair"),
        ("a.pem", "locked.key", "no pair"),
        ("a.key", "a.key", "no pair"),
        ("a.pem", "none.key", "cannot be read"),
    ],
)
def test_certificates_that_do_not_belong_together_are_told(
    tmp_path: Path, certificates: Path, cert: str, key: str | None, said: str
) -> None:
    assert said in only_problem(tmp_path, with_tls(certificates, cert=cert, key=key))


def test_a_thousand_devices_may_be_enrolled_in_one_file(tmp_path: Path) -> None:
    device = (
        '[[device]]\nid = "cord-{0}"\ndriver = "ev1527"\naddress = "{0:05X}"\nroom = "r"\ncode_map = {{F = "sos"}}\n'
    )
    config = load(write(tmp_path, COMPLETE + "".join(device.format(number) for number in range(1000))))
    assert len({device.address for device in config.devices}) == 1002


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
JSON = st.recursive(
    st.one_of(st.booleans(), st.integers(), TEXT, st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=5,
)


def as_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = "".join(f"\\U{ord(char):08x}" for char in value)
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_toml(key)} = {as_toml(item)}" for key, item in value.items()) + "}"
    return str(value)


PAIR_LINES = [number for number, line in enumerate(COMPLETE.split("\n")) if " = " in line]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON, st.sampled_from(PAIR_LINES))
def test_any_value_anywhere_is_read_or_told(tmp_path: Path, value: Any, number: int) -> None:
    lines = COMPLETE.split("\n")
    lines[number] = lines[number].split(" = ")[0] + " = " + as_toml(value)
    path = write(tmp_path, "\n".join(lines))
    found, _ = check(path)
    assert all(problem.startswith(f"{path}:") for problem in found)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(COMPLETE) - 1), st.binary(min_size=1, max_size=3), st.booleans())
def test_any_damage_to_a_file_is_read_or_told(tmp_path: Path, place: int, damage: bytes, insert: bool) -> None:
    content = COMPLETE.encode()
    path = write(tmp_path, content[:place] + damage + content[place + (0 if insert else len(damage)) :])
    found, _ = check(path)
    assert all(problem.startswith(f"{path}:") for problem in found)


def test_a_cord_that_a_receiver_on_the_broker_may_hear_is_no_warning(tmp_path: Path) -> None:
    text = COMPLETE[: COMPLETE.index("[[serial]]")] + COMPLETE[COMPLETE.index("[[device]]") :]
    assert load(write(tmp_path, text)).warnings == ()
