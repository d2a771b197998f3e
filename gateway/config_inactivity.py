"""Whether and how the house watches for silence that does not fit its resident, as the file says it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from drivers import registry
from drivers.device import Device
from gateway.config_night import clock_time
from gateway.config_rules import Table
from gateway.rhythm.senses import sense_of
from gateway.rules.night import Night

BUDGET_LIMITS = (0.1, 10.0)
"""False alarms in 30 days: fewer cannot be learned in a year, more nobody would go on answering."""
BUDGET = 1.0
DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inactivity:
    """How silence is watched. `quiet` is when nobody is asked aloud, None where that is never.

    `timezone` is the house's, as in the time zone database.
    """

    false_alarms_per_30_days: float
    timezone: str
    quiet: Night | None


def read_inactivity(top: Table, devices: tuple[Device, ...], zone: ZoneInfo | None) -> Inactivity | None:
    """The section `[inactivity]`; without one a house is watched as far as its sensors go. None: it is switched off."""
    table = top.table("inactivity")
    if table is None:
        _warn_of_the_zone(top, devices, zone)
        return Inactivity(false_alarms_per_30_days=BUDGET, timezone=_name(zone), quiet=None)
    is_on = table.optional_flag("enabled")
    budget = table.optional_number("false_alarms_per_30_days")
    if budget is not None and not BUDGET_LIMITS[0] <= budget <= BUDGET_LIMITS[1]:
        low, high = BUDGET_LIMITS
        table.problem(
            "false_alarms_per_30_days", f"{budget:g} false alarms in 30 days; write a number from {low:g} to {high:g}"
        )
        budget = None
    quiet = _quiet(table, zone)
    table.report_unknown()
    if is_on is False:
        return None
    _warn_of_the_zone(top, devices, zone)
    if not any(_may_sense(device) for device in devices):
        table.findings.warning(
            table.path, "no device senses everyday activity: inactivity is not watched in this house"
        )
    return Inactivity(false_alarms_per_30_days=BUDGET if budget is None else budget, timezone=_name(zone), quiet=quiet)


def _quiet(table: Table, zone: ZoneInfo | None) -> Night | None:
    if not table.has("quiet_from") and not table.has("quiet_to"):
        return None
    begins, ends = clock_time(table, "quiet_from", "22:00"), clock_time(table, "quiet_to", "07:00")
    if begins == ends:
        table.problem("quiet_to", "the quiet hours end when they begin; write two times")
    return Night(begins=begins, ends=ends, zone=zone or ZoneInfo(DEFAULT_ZONE))


def _name(zone: ZoneInfo | None) -> str:
    return DEFAULT_ZONE if zone is None else zone.key


def _warn_of_the_zone(top: Table, devices: tuple[Device, ...], zone: ZoneInfo | None) -> None:
    if zone is None and not top.has("timezone") and any(sense_of(device) for device in devices):
        top.findings.warning((), f'the house\'s rhythm is learned by the clock of {DEFAULT_ZONE}; write timezone = "…"')


def _may_sense(device: Device) -> bool:
    """Whether a device senses everyday activity, or may turn out to."""
    if device.activity is not None or not device.driver:
        return sense_of(device) is not None
    known = registry.DRIVERS[device.driver]
    return sense_of(device) is not None or device.model == known.generic_model or device.model not in known.models
