"""The sections of a gateway's file that name serial ports and enrolled devices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers import registry
from drivers.device import Device
from gateway.config_rules import Table, listed, quoted, suggestion

SUPERVISION_SECONDS_LIMIT = 2_592_000
"""30 days: a device that may be silent for longer is not supervised at all."""

_PORT_NAME = r"[a-z0-9_-]{1,32}"
_DEVICE_ID = r"[A-Za-z0-9._-]{1,64}"
_LABEL = r"[^\x00-\x1f\x7f]{1,64}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """A serial line and the driver that listens on it."""

    name: str
    path: str
    driver: str


def read_serial_ports(tables: list[Table]) -> tuple[SerialPort, ...]:
    """All `[[serial]]` sections."""
    seen: dict[tuple[str, str], Table] = {}
    ports = []
    for table in tables:
        port = SerialPort(
            name=table.matching_text("name", _PORT_NAME, remedy='write a short name such as "rf": a-z, 0-9, _ and -'),
            path=table.text("path", remedy='write the port\'s path, such as "/dev/serial/by-id/…"'),
            driver=_driver(table, registry.SERIAL_DRIVERS, "serial drivers"),
        )
        _note_twice(table, "name", (port.name,), seen)
        _note_twice(table, "path", (port.path,), seen)
        table.report_unknown()
        ports.append(port)
    return tuple(ports)


def read_devices(tables: list[Table]) -> tuple[Device, ...]:
    """All `[[device]]` sections."""
    seen: dict[tuple[str, str], Table] = {}
    devices = []
    for table in tables:
        device = _device(table)
        _note_twice(table, "id", (device.id,), seen)
        _note_twice(table, "address", (device.driver, device.address), seen)
        table.report_unknown()
        devices.append(device)
    return tuple(devices)


def _device(table: Table) -> Device:
    driver = _driver(table, registry.DRIVERS, "drivers")
    generic_model = registry.DRIVERS[driver].generic_model if driver else ""
    label_remedy = "write at most 64 characters on one line"
    if not table.has("room"):
        table.warning("room", "room is missing; whoever comes to help will not know where to go")
    return Device(
        id=table.matching_text("id", _DEVICE_ID, remedy='write a name such as "cord-bath": letters, digits, . _ -'),
        driver=driver,
        address=_address(table, driver),
        model=table.matching_text("model", _LABEL, remedy=label_remedy, required=False) or generic_model,
        room=table.matching_text("room", _LABEL, remedy=label_remedy, required=False),
        code_map=_code_map(table, driver),
        supervision_seconds=table.optional_integer("supervision_seconds", 1, SUPERVISION_SECONDS_LIMIT),
    )


def _driver(table: Table, known: Mapping[str, object], what: str) -> str:
    names = sorted(known)
    name = table.text("driver", remedy=f"{what}: {listed(names)}")
    if name.strip() and name not in names:
        table.problem("driver", f"unknown driver {quoted(name)}{suggestion(name, names)}")
        return ""
    return name


def _address(table: Table, driver: str) -> str:
    address = table.text("address", remedy="write the address that the device sends; anju status shows what was heard")
    if not address.strip() or driver not in registry.DRIVERS:
        return address
    try:
        return registry.DRIVERS[driver].normalise_address(address)
    except ValueError as error:
        table.problem("address", f"address {error}")
        return ""


def _code_map(table: Table, driver: str) -> dict[str, str]:
    written = table.texts("code_map", 'write it like { "F" = "sos", "E" = "low_battery" }')
    if driver not in registry.DRIVERS:
        return {}
    known = registry.DRIVERS[driver]
    if known.normalise_code is None or known.code_map_words is None:
        if table.has("code_map"):
            table.problem("code_map", f"driver {quoted(driver)} has no code_map; remove it")
        return {}
    if not table.has("code_map"):
        table.missing("code_map", 'without it no press is understood; write code_map = { "F" = "sos" }')
    return _mapped(table, written, known.normalise_code, sorted(known.code_map_words))


def _mapped(table: Table, written: dict[str, str], normalise: Callable[[str], str], words: list[str]) -> dict[str, str]:
    read: dict[str, str] = {}
    for code, word in written.items():
        place = (*table.path, "code_map", code)
        try:
            normalised = normalise(code)
        except ValueError as error:
            table.findings.problem(place, f"code_map: {error}")
            continue
        if normalised in read:
            table.findings.problem(place, f"code {quoted(code)} stands twice in code_map; remove one")
        if word not in words:
            table.findings.problem(place, f"unknown event {quoted(word)} in code_map{suggestion(word, words)}")
        read[normalised] = word
    return read


def _note_twice(table: Table, key: str, value: tuple[str, ...], seen: dict[tuple[str, str], Table]) -> None:
    if not all(value):
        return
    token = (key, "\0".join(value))
    first = seen.setdefault(token, table)
    if first is not table:
        line = table.findings.line_of((*first.path, key))
        table.problem(key, f"{key} {quoted(value[-1])} stands already on line {line}; give each its own")
