"""Limits for readings of the body, as the file says them: each with its unit, checked against what can be true."""

from dataclasses import dataclass, replace

from drivers.device import Device
from drivers.measurements import QUANTITIES, Quantity, in_unit, is_plausible
from gateway.config_rules import Table, listed, quoted, suggestion
from gateway.rules import news2
from gateway.rules.vital_signs import MINUTES, READINGS, WITHIN_MINUTES, Limit

VITAL_SIGNS = {name: quantity for name, quantity in QUANTITIES.items() if quantity.is_vital}
READINGS_LIMIT = 20
MINUTES_LIMIT = 1_440
DEFAULTS = {"none": (), "news2": news2.LIMITS}
"""By name: nothing, or the published limits for adults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns:
    """The limits that hold, and which quantities may leave the house in digests."""

    limits: tuple[Limit, ...]
    sent: frozenset[str]


def read_vital_signs(top: Table, devices: tuple[Device, ...]) -> VitalSigns:
    """`[vital_signs]` and all `[[limit]]` sections; a limit of the file stands in the place of a published one."""
    table = top.table("vital_signs")
    published, is_sent = ((), None) if table is None else (_defaults(table), table.optional_flag("send"))
    if table is not None:
        table.report_unknown()
    ids = [device.id for device in devices]
    own: dict[tuple[str | None, str], Limit] = {}
    for table in top.tables("limit"):
        limit = _limit(table, ids)
        table.report_unknown()
        if limit is None:
            continue
        key = (limit.device, limit.quantity)
        if key in own:
            table.problem("type", f"{quoted(limit.quantity)} has a limit already; write one [[limit]] for each device")
        own[key] = limit
    limits = (*(limit for limit in published if (None, limit.quantity) not in own), *own.values())
    return VitalSigns(limits=limits, sent=frozenset(VITAL_SIGNS) if is_sent else frozenset())


def _defaults(table: Table) -> tuple[Limit, ...]:
    name = table.text("defaults", "none", remedy=f"write one of: {listed(DEFAULTS)}")
    if name.strip() and name not in DEFAULTS:
        table.problem("defaults", f"unknown defaults {quoted(name)}{suggestion(name, sorted(DEFAULTS))}")
    return DEFAULTS.get(name, ())


def _limit(table: Table, ids: list[str]) -> Limit | None:
    name = table.text("type", remedy=f"write what is measured: {listed(VITAL_SIGNS)}")
    unit = table.optional_text("unit", remedy="write the unit of low and high")
    low, high = table.optional_number("low"), table.optional_number("high")
    device = table.optional_text("device", remedy="write the id of a [[device]]")
    limit = Limit(
        quantity=name,
        readings=table.integer("readings", 1, READINGS_LIMIT, READINGS),
        minutes=table.integer("minutes", 0, MINUTES_LIMIT, MINUTES),
        within_minutes=table.integer("within_minutes", 1, MINUTES_LIMIT, WITHIN_MINUTES),
        device=device,
    )
    if device is not None and device.strip() and device not in ids:
        table.problem("device", f"there is no device {quoted(device)}{suggestion(device, ids)}")
    if name.strip() and name not in VITAL_SIGNS:
        table.problem("type", f"unknown vital sign {quoted(name)}{suggestion(name, sorted(VITAL_SIGNS))}")
        return None
    return _bounded(table, limit, low, high, unit) if name.strip() else None


def _bounded(table: Table, limit: Limit, low: float | None, high: float | None, unit: str | None) -> Limit | None:
    """The limit with its bounds in the quantity's own unit."""
    quantity = VITAL_SIGNS[limit.quantity]
    units = [one for one in (quantity.unit, *quantity.others) if one]
    if unit is not None and unit not in units:
        table.problem("unit", f"{limit.quantity} is not measured in {quoted(unit)}; write one of: {listed(units)}")
        return None
    if low is None and high is None:
        if not table.has("low") and not table.has("high"):
            table.missing("low", "write low, high or both: the last values that raise nothing")
        return None
    bounds = {key: _own_unit(table, key, value, unit, quantity) for key, value in (("low", low), ("high", high))}
    lowest, highest = bounds["low"], bounds["high"]
    if lowest is not None and highest is not None and lowest >= highest:
        table.problem("low", "low is not below high; swap or correct them")
        return None
    return replace(limit, low=lowest, high=highest)


def _own_unit(table: Table, key: str, value: float | None, unit: str | None, quantity: Quantity) -> float | None:
    converted = None if value is None else in_unit(quantity, value, unit or quantity.unit)
    if converted is None:
        return None
    if not is_plausible(quantity, converted):
        said = unit or quantity.unit
        table.problem(key, f"{key} is {value:g} {said}, which nobody can have; check the number and its unit")
    return round(converted, 2)
