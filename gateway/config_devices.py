"""The sections of a gateway's file that name serial ports and enrolled devices."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from drivers import registry
from drivers.device import BED, Device
from gateway import plug_ins
from gateway.config_night import OUT_OF_BED_MINUTES_LIMIT
from gateway.config_roles import read_presses, read_role
from gateway.config_rules import Table, is_loopback, listed, quoted, suggestion
from gateway.rhythm import senses

SUPERVISION_SECONDS_LIMIT = 2_592_000
"""30 days: a device that may be silent for longer is not supervised at all."""

POSITIONS = ("torso", "wrist")
"""Where on the body a worn device may be: what a fall looks like depends on it."""
CANCEL_SECONDS = 20
CANCEL_SECONDS_LIMIT = 120
"""Who lies on the floor must not wait longer for the alarm to go out."""
DOOR_OPEN_MINUTES_LIMIT = 1_440
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - devices dial in from outside; the file's check warns of it

_PORT_NAME = r"[a-z0-9_-]{1,32}"
_NEAR = 0.8
"""How alike two names of models are where one is likely a slip; makers have many that are less alike."""
_BIND_KEY = r"[0-9A-Fa-f]{32}"
DEVICE_ID = r"[A-Za-z0-9._-]{1,64}"
DEVICE_ID_REMEDY = 'write a name such as "cord-bath": letters, digits, . _ -'
LABEL = r"[^\x00-\x1f\x7f]{1,64}"
LABEL_REMEDY = "write at most 64 characters on one line"
NO_ROOM = "room is missing; whoever comes to help will not know where to go"


NO_POSITION = 'position is missing; falls are judged as of a device on the torso, write "torso" or "wrist"'


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """A serial line and the driver that listens or asks on it; `baud_rate` None is the driver's own."""

    name: str
    path: str
    driver: str
    baud_rate: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A TCP port that devices dial and the driver that understands them."""

    name: str
    host: str
    port: int
    driver: str


def read_serial_ports(tables: list[Table]) -> tuple[SerialPort, ...]:
    """All `[[serial]]` sections."""
    seen: dict[tuple[str, str], Table] = {}
    ports = []
    for table in tables:
        driver = read_driver(table, "serial drivers", registry.SERIAL_DRIVERS, registry.POLLED_DRIVERS)
        port = SerialPort(
            name=table.matching_text("name", _PORT_NAME, remedy='write a short name such as "rf": a-z, 0-9, _ and -'),
            path=table.text("path", remedy='write the port\'s path, such as "/dev/serial/by-id/…"'),
            driver=driver,
            # Receivers have a baud rate of their own; heads and firmware built by hand come with several.
            baud_rate=table.optional_integer("baud_rate", 1_200, 115_200)
            if driver in registry.POLLED_DRIVERS or driver in registry.SERIAL_RECEIVERS
            else None,
        )
        note_twice(table, "name", (port.name,), seen)
        note_twice(table, "path", (port.path,), seen)
        table.report_unknown()
        ports.append(port)
    return tuple(ports)


def read_listeners(tables: list[Table]) -> tuple[Listener, ...]:
    """All `[[listener]]` sections."""
    seen: dict[tuple[str, str], Table] = {}
    listeners = []
    for table in tables:
        listener = Listener(
            name=table.matching_text(
                "name", _PORT_NAME, remedy='write a short name such as "watches": a-z, 0-9, _ and -'
            ),
            host=table.host(ANY_ADDRESS),
            port=table.required_port("write the TCP port that the devices are set to dial, such as 8001"),
            driver=read_driver(table, "listener drivers", registry.LISTENER_DRIVERS),
        )
        note_twice(table, "name", (listener.name,), seen)
        note_twice(table, "port", (str(listener.port or ""),), seen)
        if listener.host and not is_loopback(listener.host):
            table.warning(
                "host" if table.has("host") else "port",
                "whoever reaches this port can forge alarms of these devices; let only their provider's network in",
            )
        table.report_unknown()
        listeners.append(listener)
    return tuple(listeners)


def read_devices(tables: list[Table]) -> tuple[Device, ...]:
    """All `[[device]]` sections."""
    seen: dict[tuple[str, str], Table] = {}
    devices = []
    for table in tables:
        device = _device(table)
        _warn_of_dead_mats(table, device)
        note_twice(table, "id", (device.id,), seen)
        note_twice(table, "address", (device.driver, device.address), seen)
        table.report_unknown()
        devices.append(device)
    return tuple(devices)


def _device(table: Table) -> Device:
    driver = _device_driver(table)
    role, is_inverted = read_role(table)
    if not table.has("room"):
        table.warning("room", NO_ROOM)
    return Device(
        id=table.matching_text("id", DEVICE_ID, remedy=DEVICE_ID_REMEDY),
        driver=driver,
        address=_address(table, driver),
        model=_model(table, driver),
        room=table.matching_text("room", LABEL, remedy=LABEL_REMEDY, required=False),
        code_map=_code_map(table, driver),
        supervision_seconds=table.optional_integer("supervision_seconds", 1, SUPERVISION_SECONDS_LIMIT),
        position=_position(table, driver),
        cancel_seconds=_cancel_seconds(table, driver),
        bind_key=_bind_key(table, driver),
        presses=read_presses(table, driver),
        role=role,
        is_inverted=is_inverted,
        out_of_bed_minutes=_out_of_bed_minutes(table, role),
        activity=_activity(table),
        door_open_minutes=table.optional_integer("door_open_minutes", 1, DOOR_OPEN_MINUTES_LIMIT),
    )


def _warn_of_dead_mats(table: Table, device: Device) -> None:
    """A mat that never reports by itself may be dead for months, and nobody would be missed."""
    if device.out_of_bed_minutes is None or device.supervision_seconds is not None or not device.driver:
        return
    if not registry.DRIVERS[device.driver].model(device.model).supervised:
        table.warning(
            "out_of_bed_minutes", f"nobody notices when {quoted(device.id)} is dead: it reports nothing by itself"
        )


def _model(table: Table, driver: str) -> str:
    """The model by the name that the driver knows it by; as it is written where the driver does not know it."""
    written = table.matching_text("model", LABEL, remedy=LABEL_REMEDY, required=False)
    if not driver:
        return written
    known = registry.DRIVERS[driver]
    name = known.model_name(written)
    if written and name is None:
        spelled = {model.casefold(): model for model in known.models}
        near = difflib.get_close_matches(written.strip().casefold(), spelled, n=1, cutoff=_NEAR)
        if near:
            meant = f"did you mean {quoted(spelled[near[0]])}?"
            table.warning("model", f"model {quoted(written)} is not known and counts as {known.generic_model}; {meant}")
    return name or written or known.generic_model


def _out_of_bed_minutes(table: Table, role: str | None) -> int | None:
    minutes = table.optional_integer("out_of_bed_minutes", 1, OUT_OF_BED_MINUTES_LIMIT)
    if minutes is not None and role != BED:
        table.problem("out_of_bed_minutes", 'out_of_bed_minutes belongs to a bed; write role = "bed" too')
    return minutes


def _bind_key(table: Table, driver: str) -> str | None:
    """The key of a device that seals its messages. No message repeats it, however wrong it is."""
    key = table.anything("bind_key")
    if key is None:
        return None
    if driver and not registry.DRIVERS[driver].is_sealed:
        table.problem("bind_key", f"driver {quoted(driver)} has no bind_key; remove it")
    elif not isinstance(key, str) or not re.fullmatch(_BIND_KEY, key):
        table.problem("bind_key", "bind_key is not 32 hexadecimal digits; copy it from the maker's app")
    else:
        return key.lower()
    return None


def _activity(table: Table) -> str | None:
    """What the device senses of everyday life, where its model does not say it or its section knows better."""
    known = (*senses.SENSES, senses.NONE)
    activity = table.optional_text("activity", remedy=f"write one of: {listed(known)}")
    if activity is not None and activity.strip() and activity not in known:
        table.problem("activity", f"unknown activity {quoted(activity)}{suggestion(activity, sorted(known))}")
        return None
    return activity


def _position(table: Table, driver: str) -> str | None:
    """Where a worn device is worn; devices of other drivers have no place on the body."""
    position = table.optional_text("position", remedy=f"write one of: {listed(POSITIONS)}")
    if driver and not registry.DRIVERS[driver].is_worn:
        if table.has("position"):
            table.problem("position", f"driver {quoted(driver)} has no position; remove it")
        return None
    if driver and not table.has("position"):
        table.warning("position", NO_POSITION)
    if position is not None and position.strip() and position not in POSITIONS:
        table.problem("position", f"unknown position {quoted(position)}{suggestion(position, POSITIONS)}")
        return None
    return position


def _cancel_seconds(table: Table, driver: str) -> int:
    """How long a fall can be taken back. Who tells of a fall by itself has asked or waited before, unless told so."""
    written = table.optional_integer("cancel_seconds", 0, CANCEL_SECONDS_LIMIT)
    known = registry.DRIVERS[driver] if driver else None
    if known is not None and written is not None and not (known.is_worn or known.tells_falls):
        table.problem("cancel_seconds", f"driver {quoted(driver)} has no cancel_seconds; remove it")
    if written is not None:
        return written
    return CANCEL_SECONDS if known is not None and known.is_worn else 0


def read_driver(table: Table, what: str, *known: registry.Register[Any]) -> str:
    """The driver, of one of these kinds; empty after a mistake, and where another package's cannot be used."""
    name = table.text("driver", remedy=f"{what}: {listed(name for register in known for name in register)}")
    if not name.strip():
        return ""
    for register in known:
        if name in register:
            fault = plug_ins.fault_of(register, name)
            if fault is not None:
                table.fault("driver", fault)
            return "" if fault else name
    # Only now, since it takes a while: what other packages bring.
    refusal = plug_ins.refusal_of(name)
    if refusal is not None:
        table.fault("driver", f"driver {quoted(name)}: {refusal}")
        return ""
    names = sorted({name for register in known for name in (*register, *register.plug_ins())})
    table.problem("driver", f"unknown driver {quoted(name)}{suggestion(name, names)}")
    return ""


def _device_driver(table: Table) -> str:
    """The driver, where also that part of it can be used which asks or listens for its devices."""
    name = read_driver(table, "drivers", registry.DRIVERS)
    for register in (registry.MQTT_DRIVERS, registry.POLLED_DRIVERS):
        fault = plug_ins.fault_of(register, name) if name in register else None
        if fault is not None:
            table.fault("driver", fault)
            return ""
    return name


def _address(table: Table, driver: str) -> str:
    address = table.text("address", remedy="write the address that the device sends; anju status shows what was heard")
    if not address.strip() or driver not in registry.DRIVERS:
        return address
    try:
        return plug_ins.normalised(driver, registry.DRIVERS[driver].normalise_address, address)
    except ValueError as error:
        table.problem("address", f"address {error}")
    except plug_ins.PlugInError as error:
        table.fault("address", str(error))
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
    return _mapped(
        table, written, partial(plug_ins.normalised, driver, known.normalise_code), sorted(known.code_map_words)
    )


def _mapped(table: Table, written: dict[str, str], normalise: Callable[[str], str], words: list[str]) -> dict[str, str]:
    read: dict[str, str] = {}
    for code, word in written.items():
        place = (*table.path, "code_map", code)
        try:
            normalised = normalise(code)
        except ValueError as error:
            table.findings.problem(place, f"code_map: {error}")
            continue
        except plug_ins.PlugInError as error:
            table.findings.fault(place, str(error))
            continue
        if normalised in read:
            table.findings.problem(place, f"code {quoted(code)} stands twice in code_map; remove one")
        if word not in words:
            table.findings.problem(place, f"unknown event {quoted(word)} in code_map{suggestion(word, words)}")
        read[normalised] = word
    return read


def note_twice(table: Table, key: str, value: tuple[str, ...], seen: dict[tuple[str, str], Table]) -> None:
    """Note a value that a section before this one has already; `seen` collects them."""
    if not all(value):
        return
    token = (key, "\0".join(value))
    first = seen.setdefault(token, table)
    if first is not table:
        line = table.findings.line_of((*first.path, key))
        table.problem(key, f"{key} {quoted(value[-1])} stands already on line {line}; give each its own")
