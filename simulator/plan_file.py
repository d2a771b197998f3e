"""Reading a floor plan from its TOML file; every mistake is told at once as `FILE:LINE: text` with its remedy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from drivers.registry import DRIVERS
from drivers.toml_file import UnreadableFileError, read
from drivers.toml_tables import Findings, Table, listed, quoted, suggestion
from simulator.families import CORD_CODES, FAMILIES, RADIO, Family
from simulator.plan import ROOM_USES, Device, Plan, Receiver, Resident, Room
from simulator.radio import FRAME_FORMATS

SHIPPED = Path(__file__).parent / "plans"
_ID = r"[a-z0-9][a-z0-9._-]{0,39}"
_ID_REMEDY = 'write a short name such as "cord-bath": a-z, 0-9, . _ -'
_OUTERMOST_METRES = 1_000.0
_UNREADABLE = "give the plan's own file, or the name of one that ships: one-bedroom"


class SimulatorFileError(Exception):
    """A file that the simulator was given has mistakes. `problems`: each one as `FILE:LINE: text` with its remedy."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def shipped_plans() -> list[str]:
    """The names of the plans that ship."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_plan(name: str, folder: Path | None = None) -> Plan:
    """The plan of this name: one that ships, else a file (relative to `folder`). Raises SimulatorFileError."""
    if name in shipped_plans():
        return read_plan(SHIPPED / f"{name}.toml")
    return read_plan((folder or Path()) / name)


def read_plan(path: Path) -> Plan:
    """The plan in a file. Raises SimulatorFileError with every mistake at once."""
    try:
        data, findings = read(path, _UNREADABLE)
    except UnreadableFileError as error:
        raise SimulatorFileError([str(error)]) from None
    plan = _plan(Table(data, (), findings), findings)
    if findings.problems:
        raise SimulatorFileError(findings.problems)
    return plan


def _plan(top: Table, findings: Findings) -> Plan:
    name = top.matching_text("name", _ID, remedy='write a short name such as "one-bedroom"')
    timezone = _timezone(top)
    rooms = tuple(_room(table) for table in top.tables("room"))
    if not rooms:
        top.missing("room", "write each room as a section [[room]]")
    receivers = tuple(_receiver(table) for table in top.tables("receiver"))
    devices = tuple(_device(table, {room.id: room for room in rooms}) for table in top.tables("device"))
    if not receivers and any(device.driver == RADIO for device in devices):
        top.missing("receiver", f"nobody would hear the senders of driver {RADIO}; write a section [[receiver]]")
    for what, ids in (
        ("room", [room.id for room in rooms]),
        ("device", [device.id for device in devices]),
        ("receiver", [receiver.name for receiver in receivers]),
    ):
        _twice(findings, what, "name" if what == "receiver" else "id", ids)
    _twice(findings, "device", "address", [f"{device.driver} {device.address}" for device in devices])
    plan = Plan(
        name=name,
        timezone=timezone,
        rooms=rooms,
        residents=tuple(_resident(table) for table in top.tables("resident")),
        receivers=receivers,
        devices=devices,
        gateway=_anything(top, "gateway"),
    )
    top.report_unknown()
    return plan


def _timezone(top: Table) -> str:
    timezone = top.text("timezone", "Asia/Shanghai", remedy='write a name such as "Asia/Shanghai"')
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        top.problem("timezone", f'there is no timezone {quoted(timezone)}; write a name such as "Asia/Shanghai"')
    return timezone


def _room(table: Table) -> Room:
    room = Room(
        id=table.matching_text("id", _ID, remedy=_ID_REMEDY),
        use=_word(table, "use", ROOM_USES),
        x=_metres(table, "x", 0.0),
        y=_metres(table, "y", 0.0),
        width=_metres(table, "width", 0.1),
        height=_metres(table, "height", 0.1),
    )
    table.report_unknown()
    return room


def _resident(table: Table) -> Resident:
    resident = Resident(
        id=table.matching_text("id", _ID, remedy=_ID_REMEDY),
        wakes=_hour(table, "wakes", 6.5),
        sleeps=_hour(table, "sleeps", 21.5),
    )
    if resident.sleeps <= resident.wakes:
        table.problem("sleeps", "sleeps is not after wakes; write both as hours of the same day, such as 6.5 and 21.5")
    table.report_unknown()
    return resident


def _receiver(table: Table) -> Receiver:
    receiver = Receiver(
        name=table.matching_text("name", r"[a-z0-9_-]{1,32}", remedy='write a short name such as "rf"'),
        frames=_word(table, "frames", FRAME_FORMATS, FRAME_FORMATS[0]),
    )
    table.report_unknown()
    return receiver


def _device(table: Table, rooms: Mapping[str, Room]) -> Device:
    family = FAMILIES.get(_word(table, "family", tuple(FAMILIES)))
    driver = "" if family is None else _word(table, "driver", family.drivers, family.drivers[0])
    room = rooms.get(_word(table, "room", tuple(rooms)))
    device = Device(
        id=table.matching_text("id", _ID, remedy=_ID_REMEDY),
        family=family.name if family else "",
        driver=driver,
        address=_address(table, driver),
        model=table.text("model", _model_of(family, driver), remedy="write its model, or leave the line out"),
        room=room.id if room else "",
        x=_metres(table, "x", 0.0, room.x + room.width / 2 if room else 0.0),
        y=_metres(table, "y", 0.0, room.y + room.height / 2 if room else 0.0),
        code_map=_code_map(table, driver),
        gateway=_anything(table, "gateway"),
    )
    if room is not None and not _is_inside(device, room):
        table.problem("x", f"{device.id} stands outside of its room {room.id}; both count from the home's corner")
    table.report_unknown()
    return device


def _model_of(family: Family | None, driver: str) -> str:
    if family is None:
        return "generic"
    return family.model if driver == family.drivers[0] else DRIVERS[driver].generic_model


def _address(table: Table, driver: str) -> str:
    address = table.text("address", remedy="write the address that the device sends")
    if not address.strip() or not driver:
        return address
    try:
        return DRIVERS[driver].normalise_address(address)
    except ValueError as error:
        table.problem("address", f"address {error}")
        return ""


def _code_map(table: Table, driver: str) -> dict[str, str]:
    written = table.texts("code_map", 'write it like { "F" = "sos", "E" = "low_battery" }')
    if driver != RADIO:
        if table.has("code_map"):
            table.problem("code_map", "only a 433 MHz sender has a code_map; remove it")
        return {}
    words = DRIVERS[driver].code_map_words or frozenset()
    for nibble, word in written.items():
        if not nibble or nibble not in "0123456789ABCDEF" or len(nibble) != 1:
            table.problem("code_map", f"{quoted(nibble)} is no data nibble; write one hexadecimal digit, 0 to F")
        if word not in words:
            table.problem("code_map", f"unknown word {quoted(word)}{suggestion(word, sorted(words))}")
    return written or dict(CORD_CODES)


def _word(table: Table, key: str, known: tuple[str, ...], default: str | None = None) -> str:
    word = table.text(key, default, remedy=f"write one of: {listed(known)}")
    if word.strip() and word not in known:
        table.problem(key, f"unknown {key} {quoted(word)}{suggestion(word, known)}")
        return ""
    return word


def _metres(table: Table, key: str, low: float, default: float | None = None) -> float:
    if default is None and not table.has(key):
        table.missing(key, "write it in metres, such as 3.5")
    value = table.optional_number(key)
    if value is not None and not low <= value <= _OUTERMOST_METRES:
        table.problem(key, f"{key} is {value:g}; write metres from {low:g} to {_OUTERMOST_METRES:g}")
        return 0.0
    return default or 0.0 if value is None else value


def _hour(table: Table, key: str, default: float) -> float:
    value = table.optional_number(key)
    if value is not None and not 0 <= value <= 24:
        table.problem(key, f"{key} is {value:g}; write an hour of the day from 0 to 24, such as 6.5")
        return default
    return default if value is None else value


def _anything(table: Table, key: str) -> dict[str, Any]:
    value = table.anything(key)
    if value is None or isinstance(value, dict):
        return value or {}
    table.problem(key, f"{key} is no table; write what is to stand in the gateway's file as a table")
    return {}


def _is_inside(device: Device, room: Room) -> bool:
    return room.x <= device.x <= room.x + room.width and room.y <= device.y <= room.y + room.height


def _twice(findings: Findings, section: str, key: str, values: list[str]) -> None:
    for index, value in enumerate(values):
        first = values.index(value)
        if value.strip() and first < index:
            line = findings.line_of((section, first, key))
            findings.problem((section, index, key), f"{key} {quoted(value)} stands on line {line} already; change one")
