"""The sections of a gateway's file that name sirens, lamps and buzzers, and say at what they sound."""

import re
from dataclasses import dataclass
from typing import Final

from drivers import registry
from drivers.device import Device
from drivers.output import SECONDS_LIMIT, Target, Via
from gateway import plug_ins
from gateway.config_devices import SerialPort, note_twice, read_driver
from gateway.config_rules import Table, listed, quoted, suggestion
from gateway.notice import RANKS

SECONDS = 240
"""What home health signalling asks of a siren (UL's setting: at least 240 s)."""
TEST = "test"
STATES: Final = (*(state for state in RANKS if state != "resolved"), TEST)
CLASSES: Final = ("fire", "person", "property")
_UNTIL_A_PERSON_HAS_IT = ("calling", "not_reached", "received")
_NAME = r"[A-Za-z0-9._-]{1,64}"
_CODE = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{6})")
_CORDS = "ev1527"
_CORD_ID_DIGITS = 5


Line = tuple[Via, str]
BROKER: Final[Line] = (Via.BROKER, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputConfig:
    """One output: what it does (`driver`, `action`, `target`), and at which notices of which classes, for how long.

    `line` is what it is reached by: the local broker, a serial port by its name, a device that dials by its address.
    """

    name: str
    driver: str
    action: str
    target: Target
    line: Line
    states: frozenset[str]
    classes: frozenset[str]
    tests: bool
    seconds: int


def read_outputs(
    tables: list[Table], devices: tuple[Device, ...], ports: tuple[SerialPort, ...], *, has_broker: bool
) -> tuple[OutputConfig, ...]:
    """All `[[output]]` sections."""
    seen: dict[tuple[str, str], Table] = {}
    outputs = []
    for table in tables:
        output = _output(table)
        note_twice(table, "name", (output.name,), seen)
        if output.driver and output.target.address:
            _check_line(table, output, devices, ports, has_broker=has_broker)
        _check_codes(table, output, devices)
        table.report_unknown()
        outputs.append(output)
    return tuple(outputs)


def _output(table: Table) -> OutputConfig:
    driver = read_driver(table, "write one of", registry.OUTPUT_DRIVERS)
    known = registry.OUTPUT_DRIVERS[driver] if driver else None
    action = _word(table, "action", sorted(known.actions) if known else None)
    has_code = known is None or not action or known.actions[action].has_code
    address = table.text("address", remedy="write what the output is called on its line, see docs/installers.md")
    states = table.words("on", STATES, _UNTIL_A_PERSON_HAS_IT)
    if known is not None and address.strip():
        try:
            address = plug_ins.normalised(driver, known.normalise_address, address)
        except ValueError as error:
            table.problem("address", f"address {error}")
            address = ""
        except plug_ins.PlugInError as error:
            table.fault("address", str(error))
            address = ""
    return OutputConfig(
        name=table.matching_text("name", _NAME, remedy='write a name such as "siren-hall": letters, digits, . _ -'),
        driver=driver,
        action=action,
        target=Target(
            address=address,
            code=_code(table, "code", wanted=bool(action) and has_code, allowed=has_code),
            code_off=_code(table, "code_off", wanted=False, allowed=has_code),
        ),
        line=BROKER if known is None or known.via is Via.BROKER else (known.via, address),
        states=frozenset(states) - {TEST},
        classes=frozenset(table.words("alarms", CLASSES, CLASSES)),
        tests=TEST in states,
        seconds=table.integer("seconds", 1, SECONDS_LIMIT, SECONDS),
    )


def _word(table: Table, key: str, known: list[str] | None) -> str:
    """One of some words; empty after a mistake, and where nobody knows which words there are."""
    word = table.text(key, remedy=f"write one of: {listed(known)}" if known else "write what it is to do")
    if known is None or not word.strip() or word in known:
        return word if known else ""
    table.problem(key, f"unknown {key} {quoted(word)}{suggestion(word, known)}")
    return ""


def _code(table: Table, key: str, *, wanted: bool, allowed: bool) -> str | None:
    remedy = "write the six hexadecimal digits that the siren was taught"
    written = table.text(key, None if wanted else "", remedy=remedy)
    if not written.strip():
        return None
    if not allowed:
        table.problem(key, f"this action has no {key}; remove it")
        return None
    match = _CODE.fullmatch(written)
    if match is None:
        table.problem(key, f"{key} is {quoted(written)}; {remedy}")
        return None
    return match.group(1).upper()


def _check_line(
    table: Table, output: OutputConfig, devices: tuple[Device, ...], ports: tuple[SerialPort, ...], *, has_broker: bool
) -> None:
    """An output that no line of this house leads to would be silent without anybody knowing."""
    via, name = output.line
    if via is Via.BROKER:
        if not has_broker:
            table.problem("driver", f"{quoted(output.driver)} is reached over the local broker; write a [broker]")
    # The empty driver is one of another package that cannot be used now: the file is right all the same.
    elif via is Via.SERIAL and not {(output.driver, name), ("", name)} & {(port.driver, port.name) for port in ports}:
        wanted = f"[[serial]] with name {quoted(name)} and driver {quoted(output.driver)}"
        table.problem("address", f"there is no {wanted}; write one, or correct the address")
    elif via is Via.LISTENER and not {(output.driver, name), ("", name)} & {
        (device.driver, device.address) for device in devices
    }:
        table.problem("address", f"no [[device]] has the address {quoted(name)}; enrol it, or correct the address")


def _check_codes(table: Table, output: OutputConfig, devices: tuple[Device, ...]) -> None:
    """A siren's code that is also a cord's would be heard as that cord by the next receiver, for ever."""
    enrolled = {device.address: device for device in devices if device.driver == _CORDS}
    for key, code in (("code", output.target.code), ("code_off", output.target.code_off)):
        device = enrolled.get(code[:_CORD_ID_DIGITS]) if code else None
        if device is not None:
            table.problem(key, f"{key} is a code of {quoted(device.id)}; teach the siren another one")
