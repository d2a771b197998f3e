"""Packages of others: found without being imported, refused and reported in words, never able to stop the house."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers import plug_ins as metadata
from drivers import registry
from drivers.device import Device
from drivers.event import Kind, Reject
from drivers.plug_ins import GROUPS, PlugIn, sort_out
from drivers.registry import DRIVERS, LISTENER_DRIVERS, MQTT_DRIVERS, POLLED_DRIVERS, SERIAL_DRIVERS
from gateway import catalogue, guard, plug_ins
from gateway.config import check, load
from gateway.control import Heard
from gateway.decode import answer
from gateway.learnt import Learnt
from gateway.problems import Problems
from tests.support.house import CORD, House
from tests.support.packages import environment, install
from tests.support.processes import run

SOUND = """
from drivers.device import Device
from drivers.event import Kind, Signal
from drivers.registry import Driver, ListenerDriver, Model, MqttDriver, PolledDriver, SerialDriver

class Splitter:
    held_bytes = 0
    def feed(self, chunk):
        return [chunk]
    def flush(self):
        return []

def decode(frame, lookup):
    return (Signal(driver="brook", address="1", kind=Kind.SUPERVISION),)

MODELS = {"panel": Model("panel", True, 60, False)}
DRIVER = Driver("brook", (), MODELS, "panel", str.strip, None, None)
SERIAL = SerialDriver("brook", 9600, Splitter, decode, lambda frame: None)
"""
ENTRIES = {"anju.drivers": {"brook": "brook_panel:DRIVER"}, "anju.serial_drivers": {"brook": "brook_panel:SERIAL"}}
RAISES = """
from drivers.registry import ListenerDriver, MqttDriver, PolledDriver

def fail(*arguments):
    raise KeyError("the number of a person")

class Hoarder(Splitter):
    held_bytes = 1_000_000

SERIAL = SerialDriver("brook", 9600, fail, fail, fail)
HOARDER = SerialDriver("hoarder", 9600, Hoarder, lambda frame, lookup: [None], lambda frame: "yes")
LISTENER = ListenerDriver("brook", Splitter, fail, fail, 60.0, fail)
MQTT = MqttDriver("brook", ("brook/+",), fail)
POLLED = PolledDriver("brook", 9600, fail, fail, fail, fail)
"""
DEVICE = {"id": "panel", "driver": "brook", "address": " 7 ", "model": "panel", "room": "hall"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages that this very process looks into; it forgets them afterwards."""
    monkeypatch.syspath_prepend(tmp_path / "site")
    _forget()
    yield tmp_path / "site"
    _forget()


def _forget() -> None:
    metadata.scan.cache_clear()
    registry.plug_ins.cache_clear()
    for register in plug_ins._REGISTERS:
        for name in ("brook", "hoarder"):
            register._loaded.pop(name, None)
    for module in ("brook_panel", "hoarder"):
        sys.modules.pop(module, None)


def house_with(folder: Path, *devices: dict[str, Any]) -> Path:
    return House(folder=folder, uplink_port=9, broker_port=9, serial_path="/dev/null", devices=list(devices)).write()


def test_a_driver_of_another_package_is_found_by_name_and_not_among_ours(folder: Path) -> None:
    install(folder, "brook-panel", SOUND, ENTRIES)
    assert "brook" in DRIVERS
    assert "brook" in SERIAL_DRIVERS
    assert "brook" not in MQTT_DRIVERS
    assert "brook_panel" not in sys.modules, "imported though nobody uses it"
    assert DRIVERS["brook"].normalise_address(" 7 ") == "7"
    assert "brook" not in list(DRIVERS)
    assert "brook" not in catalogue.page()
    assert catalogue.rows()[-1]["package"] == "brook-panel 1.0"
    assert "what its package brook-panel 1.0 says" in catalogue.table(catalogue.rows())


def test_a_house_without_plug_ins_never_looks_for_them(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from drivers import plug_ins; from gateway.config import load; "
        f"load(Path({str(house_with(tmp_path, CORD))!r})); print(plug_ins.scan.cache_info().misses)"
    )
    shown = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "0\n"


def test_what_is_declared_wrongly_is_refused_with_package_and_remedy() -> None:
    def one(name: str, place: str = "x:DRIVER", package: str = "one 1.0") -> PlugIn:
        return PlugIn("anju.drivers", name, place, package)

    found = [
        one("ev1527"),
        one("Brook"),
        one("brook", "no place"),
        one("both"),
        one("both", package="two 2.0"),
        one("ok"),
    ]
    sorted_out = sort_out(found, {"ev1527"})
    assert [name for _, name in sorted_out.plug_ins] == ["ok"]
    assert [("our own" in one_of.text, "remove one" in one_of.text) for one_of in sorted_out.refused] == [
        (True, False), (False, False), (False, False), (False, True),
    ]  # fmt: skip
    assert all(
        "entry point anju.drivers: " in one_of.text and one_of.text.startswith(("one 1.0", "two 2.0"))
        for one_of in sorted_out.refused
    )


@pytest.mark.parametrize("torn", [False, True])
def test_a_driver_that_two_packages_want_or_none_can_name_does_not_stop_the_house(
    folder: Path, tmp_path: Path, torn: bool
) -> None:
    install(folder, "brook-panel", SOUND, ENTRIES)
    if torn:
        (folder / "brook_panel-1.0.dist-info" / "entry_points.txt").write_text("[anju.drivers]\nno equals sign\n")
    else:
        install(folder, "other-brook", "", ENTRIES)
    file = house_with(tmp_path, DEVICE, CORD)
    (fault,), _ = check(file)
    assert ("metadata cannot be read" if torn else "remove one of the two") in fault
    assert [device.id for device in load(file).devices] == ["cord-bath"]


def test_three_packages_with_one_name_leave_none_of_them() -> None:
    found = [PlugIn("anju.drivers", "both", "x:DRIVER", f"p{number} 1.0") for number in range(3)]
    sorted_out = sort_out(found, ())
    assert not sorted_out.plug_ins
    assert len(sorted_out.refused) == 2


def test_ours_win_and_metadata_that_cannot_be_read_are_named(folder: Path, tmp_path: Path) -> None:
    install(folder, "brook-panel", SOUND, {"anju.drivers": {"ev1527": "brook_panel:DRIVER"}})
    install(folder, "torn", "", {"anju.drivers": {"torn": "torn:DRIVER"}})
    (folder / "torn-1.0.dist-info" / "entry_points.txt").write_text("[anju.drivers]\nno equals sign\n")
    assert DRIVERS["ev1527"].name == "ev1527"
    assert "brook_panel" not in sys.modules
    problems, warnings = check(house_with(tmp_path, CORD))
    assert problems == []
    assert any("brook-panel 1.0" in text and "our own" in text for text in warnings)
    assert any("torn: its metadata cannot be read" in text for text in warnings)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import no_such_module", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("x = ", "SyntaxError"),
        ("", "AttributeError"),
        ("DRIVER = 7", "not a Driver"),
        (SOUND.replace('Driver("brook"', 'Driver("creek"'), 'calls itself "creek"'),
        (SOUND.replace('MODELS, "panel"', 'MODELS, "pane"'), "generic_model"),
        (SOUND.replace('Model("panel", True, 60, False)', "None"), "not as Model"),
        (SOUND.replace("True, 60, False", 'True, "60", False'), "not as Model"),
        (SOUND.replace("str.strip, None, None", "str.strip, None, None, repeat_seconds='3'"), "its repeat_seconds"),
        (SOUND.replace("MODELS, ", "7, "), "its models"),
        (SOUND.replace("str.strip", "lambda typed: 1 / 0"), "ZeroDivisionError"),
        (SOUND + 'MQTT = MqttDriver("brook", ("brook/#/x",), decode)', "MQTT topic filters"),
    ],
)
def test_a_broken_package_is_a_fault_with_its_remedy_and_the_house_goes_on(
    folder: Path, tmp_path: Path, code: str, said: str
) -> None:
    entries = {**ENTRIES, "anju.mqtt_drivers": {"brook": "brook_panel:MQTT"}} if "MQTT = " in code else ENTRIES
    install(folder, "brook-panel", code, entries)
    file = house_with(tmp_path, DEVICE, CORD)
    (fault,), _ = check(file)
    line = file.read_text().splitlines().index('driver = "brook"') + 1
    assert fault.startswith((f"{file}:{line}: ", f"{file}:{line + 1}: "))
    assert "brook-panel 1.0" in fault
    assert said in fault
    assert "update the package" in fault
    config = load(file)
    assert [device.id for device in config.devices] == ["cord-bath"]
    assert list(config.faults) == [fault]
    if said != "ZeroDivisionError":  # nobody typed an address yet
        assert any(said in text for text in plug_ins.faults())


def test_an_address_that_a_plug_in_refuses_is_a_mistake_like_any_other(folder: Path, tmp_path: Path) -> None:
    install(folder, "brook-panel", SOUND.replace("str.strip", "int"), ENTRIES)
    (mistake,), _ = check(house_with(tmp_path, {**DEVICE, "address": "seven"}))
    assert "invalid literal" in mistake
    (mistake,), _ = check(house_with(tmp_path, {**DEVICE, "driver": "brok"}))
    assert mistake.endswith('unknown driver "brok"; did you mean "brook"?')


OUTPUT = """
from drivers.output import Action, Message, OutputDriver, Via

BELL = Action(encode=lambda target, sounding: Message("", b"bell"))
OUTPUT = OutputDriver(name="brook", via=Via.SERIAL, actions={"bell": BELL}, normalise_address=str.strip)
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((), None),
        (('"bell": BELL', '"bell": b"bell"'), "its actions"),
        (("via=Via.SERIAL", "via='serial'"), "its via"),
        (("str.strip)", "lambda typed: 7)"), "it gives no text"),
    ],
)
def test_an_output_of_another_package_is_used_or_left_out(
    folder: Path, tmp_path: Path, change: tuple[str, str] | tuple[()], said: str | None
) -> None:
    code = (SOUND + OUTPUT).replace(*change) if change else SOUND + OUTPUT
    install(folder, "brook-panel", code, {**ENTRIES, "anju.output_drivers": {"brook": "brook_panel:OUTPUT"}})
    house = House(folder=tmp_path, uplink_port=9, broker_port=9, devices=[CORD])
    house.outputs = [{"name": "bell", "driver": "brook", "action": "bell", "address": " panel "}]
    file = house.write()
    file.write_text(file.read_text() + '[[serial]]\nname = "panel"\npath = "/dev/null"\ndriver = "brook"\n')
    config = load(file)
    assert [output.target.address for output in config.outputs] == ([] if said else ["panel"])
    assert all(said is not None and said in fault for fault in config.faults)
    assert bool(config.faults) is (said is not None)


def test_an_output_waits_for_a_line_whose_driver_is_broken(folder: Path, tmp_path: Path) -> None:
    code = (SOUND + OUTPUT).replace("SERIAL = ", "SERIES = ")
    install(folder, "brook-panel", code, {**ENTRIES, "anju.output_drivers": {"brook": "brook_panel:OUTPUT"}})
    house = House(folder=tmp_path, uplink_port=9, broker_port=9, devices=[CORD])
    house.outputs = [{"name": "bell", "driver": "brook", "action": "bell", "address": "panel"}]
    file = house.write()
    file.write_text(file.read_text() + '[[serial]]\nname = "panel"\npath = "/dev/null"\ndriver = "brook"\n')
    config = load(file)
    assert (len(config.faults), config.serial_ports, len(config.outputs)) == (1, (), 1)


def test_a_source_whose_driver_nobody_brings_is_shown_but_not_offered_for_enrolment(folder: Path) -> None:
    install(folder, "brook-panel", SOUND.replace("DRIVER = ", "DRIVE = "), ENTRIES)
    learnt = Learnt({})
    for driver in ("brook", "creek", "ev1527"):
        assert learnt.add(Heard(driver, "9EAD9", "F")) is not None
    assert len(learnt.rows()) == 3
    assert re.findall(r'driver = "(\w+)"', learnt.sections()) == ["ev1527"]


def test_whatever_a_plug_in_raises_at_work_is_counted_and_said_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    groups = {
        "serial_drivers": "SERIAL",
        "listener_drivers": "LISTENER",
        "mqtt_drivers": "MQTT",
        "polled_drivers": "POLLED",
    }
    install(
        folder, "brook-panel", SOUND + RAISES, {f"anju.{g}": {"brook": f"brook_panel:{a}"} for g, a in groups.items()}
    )
    problems = Problems()
    failed = Reject(driver="brook", reason="driver_failed")
    device = Device(id="d", driver="brook", address="1", model="panel", room="")
    serial = guard.serial(SERIAL_DRIVERS["brook"], problems)
    listener = guard.listener(LISTENER_DRIVERS["brook"], problems)
    polled = guard.polled(POLLED_DRIVERS["brook"], problems)
    for _ in range(3):
        splitter = serial.new_splitter()
        assert splitter.feed(b"x") == splitter.flush() == [failed]
        assert splitter.held_bytes == 0
        assert serial.decode(b"x", lambda *_: None) == listener.decode(b"x", lambda *_: None) == failed
        assert guard.mqtt(MQTT_DRIVERS["brook"], problems).decode("t", b"", False, lambda *_: None) == failed
        assert polled.decode("bus", b"", b"", lambda *_: None) == failed
        assert serial.acknowledgement(b"x") is listener.acknowledgement(b"x") is listener.order(b"x", b"y") is None
        assert (polled.port_of("1"), polled.questions(device)) == ("", ())
        assert polled.poll_seconds(device) > 0
    (record,) = caplog.records
    assert "brook-panel 1.0 fails (KeyError in brook_panel.py, line " in record.getMessage()
    assert "person" not in caplog.text
    assert len(problems.list()) == 1


def test_what_no_driver_may_give_is_taken_from_no_plug_in(folder: Path) -> None:
    install(folder, "hoarder", SOUND + RAISES, {"anju.serial_drivers": {"hoarder": "hoarder:HOARDER"}})
    driver = guard.serial(SERIAL_DRIVERS["hoarder"], Problems())
    failed = Reject(driver="hoarder", reason="driver_failed")
    assert driver.new_splitter().feed(b"x") == [failed]
    assert driver.decode(b"x", lambda *_: None) == failed
    assert driver.acknowledgement(b"x") is None


def test_an_alarm_is_not_lost_for_what_is_wrong_beside_it(folder: Path) -> None:
    said = """lambda frame, lookup: (
        Signal(driver="brook", address="1", kind=Kind.ALARM, type="sos"),
        Signal(driver="brook", address="1", kind=Kind.MEASUREMENT, type="heart_rate", value="61", unit="bpm"),
    )"""
    install(folder, "brook-panel", SOUND.replace("Splitter, decode,", f"Splitter, {said},"), ENTRIES)
    problems = Problems()
    decoded = guard.serial(SERIAL_DRIVERS["brook"], problems).decode(b"x", lambda *_: None)
    assert not isinstance(decoded, Reject)
    assert [signal.kind for signal in decoded] == [Kind.ALARM]
    (problem,) = problems.list()
    assert "its value is not what the field says" in problem


def test_ours_pass_the_guard_untouched() -> None:
    for driver in SERIAL_DRIVERS.values():
        assert guard.serial(driver, Problems()) is driver
    for dialled in LISTENER_DRIVERS.values():
        assert guard.listener(dialled, Problems()) is dialled
    for heard in MQTT_DRIVERS.values():
        assert guard.mqtt(heard, Problems()) is heard
    for asked in POLLED_DRIVERS.values():
        assert guard.polled(asked, Problems()) is asked


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('Explanation(fields={"level": 3})', {"ok": True, "reason": None, "fields": {"level": 3}, "events": []}),
        ('Explanation(fields={"level": b"3"})', "driver_failed"),
        ("1 / 0", "driver_failed"),
        ("7", "driver_failed"),
        ("refuse()", "bad_hex"),
    ],
)
def test_decode_asks_a_plug_in_for_a_protocol_that_we_do_not_know(folder: Path, body: str, expected: object) -> None:
    code = f"""
from gateway.explain.explanation import Explanation, RejectedError
def refuse():
    raise RejectedError("bad_hex")
def explain(vector):
    return {body}
"""
    install(folder, "brook-panel", code, {"anju.explanations": {"brook_uart": "brook_panel:explain"}})
    wanted = {"ok": False, "reason": expected, "fields": {}, "events": []} if isinstance(expected, str) else expected
    assert answer(b'{"protocol":"brook_uart"}') == wanted
    assert answer(b'{"protocol":"creek_uart"}')["reason"] == "unknown_protocol"


@pytest.mark.parametrize(
    ("subscription", "sound"),
    [("a/+/b", True), ("a/#", True), ("#", True), ("+", True), ("", False), ("a#", False), ("a/+b", False),
     ("#/a", False), ("a\0", False), ("a" * 65_536, False), (7, False)],
)  # fmt: skip
def test_a_filter_that_a_broker_would_refuse_is_refused_before(subscription: object, sound: bool) -> None:
    assert plug_ins._are_filters((subscription,)) is sound
    assert not plug_ins._are_filters("a/b")


def test_the_commands_name_a_broken_package(tmp_path: Path) -> None:
    install(tmp_path / "site", "brook-panel", "raise RuntimeError('no')", ENTRIES)
    shown = run("anju", "devices", "--json", environment=environment(tmp_path / "site"))
    assert shown.returncode == 0
    assert all(row["package"] is None for row in json.loads(shown.stdout))
    assert len(shown.stderr.splitlines()) == 2
    assert "brook-panel 1.0, entry point anju.drivers: brook" in shown.stderr
    file = house_with(tmp_path, DEVICE)
    shown = run("anju", "check-config", "--config", file, environment=environment(tmp_path / "site"))
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "RuntimeError: no" in shown.stderr


def test_ours_are_what_their_fields_say() -> None:
    for register in plug_ins._REGISTERS:
        assert [plug_ins._unfit(driver) for driver in register.values()] == [None] * len(register)


def test_every_group_is_one_of_a_register_or_of_the_explanations() -> None:
    assert {register._group for register in plug_ins._REGISTERS} | {metadata.EXPLANATIONS} == GROUPS
