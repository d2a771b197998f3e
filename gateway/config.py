"""The gateway's one configuration file: `load` gives it typed, or every mistake in it at once."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from drivers import registry
from drivers.device import Device
from drivers.toml_file import UnreadableFileError, read
from gateway import plug_ins
from gateway.config_box import Box, read_box
from gateway.config_commands import read_command_keys
from gateway.config_devices import Listener, SerialPort, read_devices, read_listeners, read_serial_ports
from gateway.config_home import HomeCircle, read_home
from gateway.config_inactivity import Inactivity, read_inactivity
from gateway.config_limits import VitalSigns, read_vital_signs
from gateway.config_night import NightRule, read_night, read_zone
from gateway.config_notice import Notice, read_notice
from gateway.config_outputs import OutputConfig, read_outputs
from gateway.config_routes import Route, read_routes
from gateway.config_rules import Table, is_loopback, listed, quoted
from gateway.config_uplink import Uplink, read_uplink
from gateway.contract import topics
from gateway.store.bounds import DEFAULT_LIMIT_BYTES

PRESSES_PER_MINUTE = 10
_MIB = 1_024 * 1_024
Origin = Literal["installer", "trial", "district"]
_RESIDENT = r"[A-Za-z0-9._-]{1,64}"


class ConfigError(Exception):
    """The file has mistakes. `problems`: each one as `FILE:LINE: text`; the exception's text is all of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The local broker, without encryption."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """Where health and metrics are served; port 0 takes a free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One house. `resident` is a pseudonym, None for a shared room; `presses_per_minute` 0 means no cap.

    `origin` tells whose settings these are; `installers_file` is the file that the gateway was started with.
    `faults` are the drivers of other packages that cannot be used: their sections are left out, the house runs without.
    """

    installers_file: Path
    origin: Origin = "installer"
    district: str
    gateway: str
    resident: str | None
    store_path: Path
    store_limit_bytes: int
    uplink: Uplink
    broker: Broker | None
    http: Http
    notice: Notice
    command_keys: tuple[bytes, ...]
    zone: ZoneInfo | None
    night: NightRule | None
    home: HomeCircle | None
    inactivity: Inactivity | None
    vital_signs: VitalSigns
    box: Box | None
    presses_per_minute: int
    serial_ports: tuple[SerialPort, ...]
    listeners: tuple[Listener, ...]
    devices: tuple[Device, ...]
    outputs: tuple[OutputConfig, ...]
    routes: tuple[Route, ...]
    warnings: tuple[str, ...]
    faults: tuple[str, ...]


def load(path: Path, folder: Path | None = None) -> Config:
    """Read the file; relative paths in it start at `folder`, its own where that is None.

    Raises ConfigError with every mistake at once.
    """
    try:
        data, findings = read(path, "give the gateway's own file with --config")
    except UnreadableFileError as error:
        raise ConfigError([str(error)]) from None
    config = _config(Table(data, (), findings), path, folder or path.parent)
    if findings.problems:
        raise ConfigError(findings.problems)
    return config


def check(path: Path) -> tuple[list[str], list[str]]:
    """All mistakes and all warnings of a file, each as `FILE:LINE: text`. Warnings are told of a sound file only.

    What cannot be used of other packages counts as a mistake here, though the house would run without it.
    """
    try:
        config = load(path)
    except ConfigError as error:
        return list(error.problems), []
    refused = [f"{path}:1: warning: {refused.text}" for refused in registry.plug_ins().refused]
    return list(config.faults), [*config.warnings, *refused]


def _config(top: Table, path: Path, folder: Path) -> Config:
    name_remedy = "write 1 to 32 of a-z, 0-9 and -"
    district = top.matching_text("district", topics.NAME_PATTERN, remedy=name_remedy)
    gateway = top.matching_text("gateway", topics.NAME_PATTERN, remedy=name_remedy)
    if gateway == topics.CENTRE:
        top.problem("gateway", f'gateway is "{gateway}", which is reserved for the call centre; choose another')
    resident = top.matching_text(
        "resident", _RESIDENT, remedy="write the pseudonym the centre gave (letters, digits, . _ -)", required=False
    )
    store_path, store_limit_bytes = _store(top.table("store", required=True), folder)
    uplink = read_uplink(top.table("uplink", required=True), folder)
    broker = _broker(top.table("broker"))
    http = _http(top.table("http"))
    notice = read_notice(top.table("notice"))
    command_keys = read_command_keys(top.table("commands"))
    presses_per_minute = _presses_per_minute(top.table("intake"))
    serial_ports = read_serial_ports(top.tables("serial"))
    listeners = read_listeners(top.tables("listener"))
    devices = read_devices(top.tables("device"))
    outputs = read_outputs(top.tables("output"), devices, serial_ports, has_broker=broker is not None)
    vital_signs = read_vital_signs(top, devices)
    zone = read_zone(top)
    night = read_night(top, zone, any(device.out_of_bed_minutes for device in devices))
    home, devices = read_home(top, devices, night)
    inactivity = read_inactivity(top, devices, zone)
    _warn_of_unheard_devices(top, devices, serial_ports, has_broker=broker is not None, has_listener=bool(listeners))
    _warn_of_unasked_devices(top, devices, serial_ports)
    box = read_box(top.table("box"), devices)
    if box is not None:
        devices = (*devices, box.device)
    routes = read_routes(top.tables("route"), folder, uplink, {port.path for port in serial_ports})
    top.report_unknown()
    return Config(
        installers_file=path,
        district=district,
        gateway=gateway,
        resident=resident or None,
        store_path=store_path,
        store_limit_bytes=store_limit_bytes,
        uplink=uplink,
        broker=broker,
        http=http,
        notice=notice,
        command_keys=command_keys,
        zone=zone,
        night=night,
        home=home,
        inactivity=inactivity,
        vital_signs=vital_signs,
        box=box,
        presses_per_minute=presses_per_minute,
        serial_ports=tuple(port for port in serial_ports if port.driver),
        listeners=tuple(listener for listener in listeners if listener.driver),
        devices=tuple(device for device in devices if device.driver and device.address),
        outputs=tuple(output for output in outputs if output.driver and output.target.address),
        routes=routes,
        warnings=tuple(top.findings.warnings),
        faults=tuple(top.findings.faults),
    )


def _store(table: Table | None, folder: Path) -> tuple[Path, int]:
    if table is None:
        return folder, 0
    written = table.text("path", remedy='write the database\'s path, such as "/var/lib/anju/anju.db"')
    limit_mib = table.integer("limit_mib", 16, 65_536, DEFAULT_LIMIT_BYTES // _MIB)
    table.report_unknown()
    path = folder / written
    if written.strip():
        _check_store_path(table, path)
    return path, limit_mib * _MIB


def _check_store_path(table: Table, path: Path) -> None:
    if path.is_dir():
        table.problem("path", f"path {quoted(str(path))} is a folder; write the database file's own path")
        return
    ancestor = next(parent for parent in path.absolute().parents if parent.exists())
    if not ancestor.is_dir():
        table.problem("path", f"path cannot be: {quoted(str(ancestor))} is no folder; write another path")
    elif not os.access(ancestor, os.W_OK):
        table.warning("path", f"this user may not write to {quoted(str(ancestor))}; check as the gateway's user")


def _broker(table: Table | None) -> Broker | None:
    if table is None:
        return None
    broker = Broker(host=table.host("127.0.0.1"), port=table.port(1883))
    if broker.host and not is_loopback(broker.host):
        table.warning("host", "the local broker is not on this machine: anyone on the line can read and forge alarms")
    table.report_unknown()
    return broker


def _http(table: Table | None) -> Http:
    if table is None:
        return Http(host="127.0.0.1", port=8080)
    http = Http(host=table.host("127.0.0.1"), port=table.port(8080, lowest=0))
    table.report_unknown()
    return http


def _presses_per_minute(table: Table | None) -> int:
    if table is None:
        return PRESSES_PER_MINUTE
    presses = table.integer("presses_per_minute", 0, 6_000, PRESSES_PER_MINUTE)
    table.report_unknown()
    return presses


def _warn_of_unheard_devices(
    top: Table,
    devices: tuple[Device, ...],
    ports: tuple[SerialPort, ...],
    *,
    has_broker: bool,
    has_listener: bool,
) -> None:
    has_serial = bool(ports)
    for index, device in enumerate(devices):
        if any(_is_heard_on(port, device) for port in ports):
            continue
        on_broker = device.driver in registry.MQTT_DRIVERS
        by_receiver = device.driver in registry.MQTT_RECEIVERS
        if on_broker and not has_broker:
            alone = device.driver in registry.ALONE_ON_PORT and has_serial
            also = f" and no [[serial]] {quoted(device.address)} of its driver" if alone else ""
            top.findings.warning(("device", index), f"{quoted(device.id)} cannot be heard: there is no [broker]{also}")
        if device.driver in registry.LISTENER_DRIVERS:
            if not has_listener:
                top.findings.warning(
                    ("device", index), f"{quoted(device.id)} cannot be heard: there is no [[listener]]"
                )
        elif device.driver and not on_broker and not has_serial and not (by_receiver and has_broker):
            top.findings.warning(("device", index), f"{quoted(device.id)} cannot be heard: there is no [[serial]]")


def _is_heard_on(port: SerialPort, device: Device) -> bool:
    """Whether a port hears a device that would otherwise need the broker."""
    if device.driver not in registry.SERIAL_RECEIVERS.get(port.driver, ()):
        return False
    return port.driver not in registry.ALONE_ON_PORT or port.name == device.address


def _warn_of_unasked_devices(top: Table, devices: tuple[Device, ...], ports: tuple[SerialPort, ...]) -> None:
    """Heads that share a line are only heard where somebody asks them, and for what is known of their model."""
    lines = {(port.driver, port.name) for port in ports}
    for index, device in enumerate(devices):
        if device.driver not in registry.POLLED_DRIVERS or not device.address:
            continue
        driver = registry.DRIVERS[device.driver]
        try:
            name = plug_ins.normalised(device.driver, registry.POLLED_DRIVERS[device.driver].port_of, device.address)
        except (ValueError, plug_ins.PlugInError) as error:
            top.findings.fault(("device", index), str(error))
            continue
        if ports and (device.driver, name) not in lines:
            said = f"cannot be heard: there is no [[serial]] {quoted(name)} with driver {quoted(device.driver)}"
            top.findings.warning(("device", index), f"{quoted(device.id)} {said}")
        if len(driver.models) > 1 and driver.model(device.model).name == driver.generic_model:
            said = f"never alarms: model {quoted(device.model)} has no map; with one: {listed(driver.models)}"
            top.findings.warning(("device", index), f"{quoted(device.id)} {said}")
