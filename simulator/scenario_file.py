"""Reading a scenario from its TOML file; every mistake is told at once as `FILE:LINE: text` with its remedy."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from drivers.event import AlarmType, Kind, ServiceType, TroubleType
from drivers.toml_file import UnreadableFileError, read
from drivers.toml_tables import Table, quoted, suggestion
from simulator.deeds import DEEDS, Deed
from simulator.plan import Device, Plan
from simulator.plan_file import SimulatorFileError, load_plan
from simulator.scenario import DONE, REFUSED, REPLY, Expectation, Scenario, Step

SHIPPED = Path(__file__).parent / "scenarios"
_IN_DIGESTS = {Kind.ACTIVITY, Kind.MEASUREMENT, Kind.LOCATION, Kind.ENROLMENT, Kind.SUPERVISION}
KINDS = (*(kind.value for kind in Kind if kind not in _IN_DIGESTS), REPLY)
"""What leaves a house one by one; the rest leaves it as counts in a digest, or not at all."""
TYPES = (*(word.value for words in (AlarmType, TroubleType, ServiceType) for word in words), DONE, REFUSED)
MESSAGES = ("raised", "updated", "cancelled")
_AT = re.compile(r"(?:(\d{1,4})d )?(\d\d):([0-5]\d):([0-5]\d(?:\.\d{1,3})?)")
_AT_REMEDY = 'write the time of day such as "02:13:00", or "3d 02:13:00" for the third day after the first'
_BEGINS_ON = date(2026, 3, 2)
_LARGEST_SEED = 2**63 - 1
_LARGEST_COUNT = 1_000_000


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """Every scenario file among files and folders, in order. Raises SimulatorFileError for one that is not there."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            raise SimulatorFileError([f"{path}:1: holds no scenario; give a folder with *.toml files, or a file"])
        found += inside
    return found


def load_scenario(path: Path) -> Scenario:
    """The scenario in a file; its plan is one that ships, or a file beside it. Raises SimulatorFileError."""
    try:
        data, findings = read(path, f"give a scenario's file or a folder of them; {SHIPPED} ships")
    except UnreadableFileError as error:
        raise SimulatorFileError([str(error)]) from None
    top = Table(data, (), findings)
    plan = _plan(top, path)
    scenario = Scenario(
        name=top.text("name", remedy="write what the scenario is about"),
        file=path,
        seed=top.integer("seed", 0, _LARGEST_SEED, 1),
        plan=plan,
        begins_on=_begins_on(top),
        life=top.optional_flag("life") is not False,
        gateway=_sections(top),
        steps=tuple(sorted((_step(table, plan) for table in top.tables("step")), key=lambda step: step.at)),
        expectations=tuple(_expectation(table, plan) for table in top.tables("expect")),
    )
    if not scenario.expectations:
        top.missing("expect", "a scenario that expects nothing proves nothing; write a section [[expect]]")
    top.report_unknown()
    if findings.problems:
        raise SimulatorFileError(findings.problems)
    return scenario


def _plan(top: Table, path: Path) -> Plan:
    name = top.text("plan", "one-bedroom", remedy="write the name of a plan that ships, or a plan's file")
    try:
        return load_plan(name, path.parent)
    except SimulatorFileError as error:
        for problem in error.problems:
            top.problem("plan", f"the plan {quoted(name)} is not sound: {problem}")
        return load_plan("one-bedroom")


def _begins_on(top: Table) -> date:
    value = top.anything("begins_on")
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if value is not None:
        top.problem("begins_on", "begins_on is no date; write it without quotes, such as 2026-01-20")
    return _BEGINS_ON


def _sections(top: Table) -> dict[str, object]:
    value = top.anything("gateway")
    if value is None or isinstance(value, dict):
        return value or {}
    top.problem("gateway", "gateway is no table; write a section such as [gateway.intake]")
    return {}


def _step(table: Table, plan: Plan) -> Step:
    do = table.text("do", remedy=f"write what happens, one of: {', '.join(DEEDS)}")
    deed = DEEDS.get(do)
    at = _at(table, "at")
    if deed is None:
        if do.strip():
            table.problem("do", f"unknown do {quoted(do)}{suggestion(do, tuple(DEEDS))}")
        table.anything("device")
        return Step(at=at, do="wait")
    step = Step(
        at=at,
        do=do,
        device=_doer(table, deed, do, plan),
        numbers={key: _number(table, key, deed) for key in deed.numbers},
        words={key: _one_of(table, key, known) for key, known in deed.words.items()},
    )
    table.report_unknown()
    return step


def _doer(table: Table, deed: Deed, do: str, plan: Plan) -> Device | None:
    if not deed.families:
        if table.anything("device") is not None:
            table.problem("device", f"{do} is no device's doing; remove device")
        return None
    of_family = plan.of_family(*deed.families)
    able = ", ".join(device.id for device in of_family) or f"none in the plan {plan.name}"
    if not table.has("device"):
        if deed.any_device and of_family:
            return of_family[0]
        table.missing("device", f"write which device; {do} is for: {able}")
        return None
    device = _device(table, plan)
    if device is not None and device not in of_family:
        table.problem("device", f"{device.id} is a {device.family}, which cannot {do}; {do} is for: {able}")
    return device


def _device(table: Table, plan: Plan) -> Device | None:
    id_ = table.optional_text("device", remedy="write a device's id as the plan has it")
    if id_ is None or not id_.strip():
        return None
    device = plan.device(id_)
    if device is None:
        known = [device.id for device in plan.devices]
        table.problem("device", f"the plan {plan.name} has no device {quoted(id_)}{suggestion(id_, known)}")
    return device


def _number(table: Table, key: str, deed: Deed) -> float:
    number = deed.numbers[key]
    value = table.optional_number(key)
    if value is None:
        return number.usual
    if not number.low <= value <= number.high:
        table.problem(key, f"{key} is {value:g}; write a number from {number.low:g} to {number.high:g}")
    return value


def _one_of(table: Table, key: str, known: tuple[str, ...]) -> str:
    word = table.text(key, known[0], remedy=f"write one of: {', '.join(known)}")
    if word.strip() and word not in known:
        table.problem(key, f"unknown {key} {quoted(word)}{suggestion(word, known)}")
    return word


def _at(table: Table, key: str, *, required: bool = True) -> float:
    written = table.text(key, None if required else "", remedy=_AT_REMEDY)
    match = _AT.fullmatch(written)
    if match is None or int(match[2]) > 23:
        if written.strip():
            table.problem(key, f"{key} is {quoted(written)}; {_AT_REMEDY}")
        return 0.0
    days, hours, minutes, seconds = match.groups()
    return ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + float(seconds)


def _expectation(table: Table, plan: Plan) -> Expectation:
    kind = table.text("kind", remedy=f"write one of: {', '.join(KINDS)}")
    if kind.strip() and kind not in KINDS:
        table.problem("kind", f"{quoted(kind)} is nothing that leaves a house{suggestion(kind, KINDS)}")
    device = _device(table, plan)
    expectation = Expectation(
        kind=kind,
        type=_type(table),
        device=None if device is None else device.id,
        count=table.integer("count", 0, _LARGEST_COUNT, 1),
        message=_one_of(table, "message", MESSAGES),
        within_seconds=_within(table),
        not_before=_at(table, "not_before", required=False) if table.has("not_before") else None,
    )
    if expectation.message != "raised" and kind != Kind.ALARM:
        table.problem("message", "only an alarm is updated or cancelled; remove message")
    table.report_unknown()
    return expectation


def _type(table: Table) -> str | None:
    type_ = table.optional_text("type", remedy=f"write one of: {', '.join(TYPES)}")
    restorable = (*TYPES, *KINDS)  # what is over may be a kind: a low battery, a silence
    if type_ is not None and type_.strip() and type_ not in restorable:
        table.problem("type", f"unknown type {quoted(type_)}{suggestion(type_, restorable)}")
    return type_


def _within(table: Table) -> float | None:
    value = table.optional_number("within_seconds")
    if value is not None and value <= 0:
        table.problem("within_seconds", f"within_seconds is {value:g}; write a number above 0, or leave it out")
        return None
    return value
