"""`[[route]]` in a gateway's file: what it means, what is wrong with it, and what no message may repeat."""

from pathlib import Path

import pytest

from gateway.config import ConfigError, load
from gateway.config_routes import CLASSES, Dc09Route, MqttRoute, SmsRoute
from tests.gateway.test_config import SMALLEST

KEY = "0123456789abcdef0123456789abcdef"
NUMBER = "+8613800000000"
MQTT = '[[route]]\nkind = "mqtt"\nhost = "127.0.0.1"\nport = 8884\ntls = false\nafter_seconds = 10\n'
DC09 = f'[[route]]\nkind = "dc09"\nhost = "10.0.0.1"\nport = 6000\naccount = "12ab"\nkey = "{KEY}"\n'
SMS = f'[[route]]\nkind = "sms"\npath = "/dev/ttyUSB2"\nnumber = "{NUMBER}"\nclasses = ["fire"]\n'


def problems(folder: Path, *parts: str) -> list[str]:
    file = folder / "gateway.toml"
    file.write_text(SMALLEST + "".join(parts), encoding="utf-8")
    try:
        load(file)
    except ConfigError as error:
        return [problem.removeprefix(f"{file}:") for problem in error.problems]
    return []


def test_routes_are_read_in_their_order(tmp_path: Path) -> None:
    assert problems(tmp_path, MQTT, DC09, SMS) == []
    second, receiver, modem = load(tmp_path / "gateway.toml").routes
    assert isinstance(second, MqttRoute)
    assert (second.name, second.after_seconds, second.uplink.port) == ("mqtt", 10, 8884)
    assert receiver == Dc09Route(
        name="dc09", classes=frozenset(CLASSES["dc09"]), after_seconds=None, host="10.0.0.1", port=6000,
        account="12AB", receiver=None, line="0", format="contact_id", key=bytes.fromhex(KEY),
    )  # fmt: skip
    assert modem == SmsRoute(
        name="sms", classes=frozenset({"fire"}), after_seconds=None, path="/dev/ttyUSB2", baud_rate=115_200,
        number=NUMBER, test_hours=168,
    )  # fmt: skip
    shown = repr(load(tmp_path / "gateway.toml"))
    assert KEY not in shown
    assert repr(bytes.fromhex(KEY)) not in shown
    assert NUMBER not in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[route]]\n", "kind is missing; write one of: dc09, mqtt, sms"),
        ('[[route]]\nkind = "fax"\n', 'kind is "fax"; write one of: dc09, mqtt, sms'),
        (DC09 + DC09, 'a route named "dc09" stands already; give this one a name of its own'),
        (DC09 + 'name = "uplink"\n', 'a route named "uplink" stands already; give this one a name of its own'),
        (DC09 + 'name = "Über"\n', 'name is "Über"; write 1 to 32 of a-z, 0-9 and -'),
        (DC09 + 'format = "morse"\n', 'format is "morse"; write one of: contact_id, sia_dcs'),
        (DC09 + "classes = []\n", "classes is no list of classes"),
        (DC09 + 'classes = ["fire", "telemetry"]\n', "classes is no list of classes"),
        (DC09 + "classes = [[1]]\n", "classes is no list of classes"),
        (DC09 + "colour = 3\n", 'unknown key "colour"'),
        (DC09.replace("port = 6000\n", ""), "port is missing; write the TCP port of the alarm receiver"),
        (DC09.replace('"12ab"', '"wxyz"'), 'account is "wxyz"; write the account the receiver knows this house by'),
        (SMS + "test_hours = 1000\n", "test_hours is 1000; write a whole number from 0 to 768"),
        (SMS + SMS + 'name = "second"\n', "path stands in another section too; a modem needs a port of its own"),
        (MQTT.replace("8884", "8883"), "this broker has a connection of this house already; name another broker"),
        (MQTT + MQTT + 'name = "c"\n', "this broker has a connection of this house already; name another broker"),
        (MQTT.replace("127.0.0.1", "10.0.0.9"), "tls = false is for a broker on this machine only"),
        ('[[serial]]\nname = "rf"\npath = "/dev/ttyUSB2"\ndriver = "sonoff_rf_bridge"\n' + SMS, "a port of its own"),
    ],
)
def test_mistakes_are_told_with_their_remedy(text: str, said: str, tmp_path: Path) -> None:
    assert any(said in problem for problem in problems(tmp_path, text)), problems(tmp_path, text)


@pytest.mark.parametrize("wrong", [KEY[:-1], KEY + "zz", "secret-word"])
def test_no_message_repeats_a_key_or_a_number(wrong: str, tmp_path: Path) -> None:
    (told,) = problems(tmp_path, DC09.replace(KEY, wrong))
    assert "key is not 32, 48 or 64 hexadecimal digits" in told
    assert wrong not in told
    (told,) = problems(tmp_path, SMS.replace(NUMBER, "+86 138 Mrs Li"))
    assert "number is no telephone number" in told
    assert "138" not in told


def test_an_open_line_to_a_receiver_is_a_warning(tmp_path: Path) -> None:
    problems(tmp_path, DC09.replace(f'key = "{KEY}"\n', ""))
    (warning,) = load(tmp_path / "gateway.toml").warnings
    assert "without a key anyone on the line can read and forge" in warning
