"""The house's time zone and when it is night there, as the file says it."""

from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.config_rules import Table, quoted
from gateway.rules.night import Night

OUT_OF_BED_MINUTES_LIMIT = 600
BEGINS, ENDS = "21:00", "07:00"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_ZONE_REMEDY = 'write the house\'s time zone, such as timezone = "Asia/Shanghai"'


@dataclass(frozen=True, slots=True, kw_only=True)
class NightRule:
    """When it is night, and how long a bed may be left in it; None where only single beds have a limit."""

    hours: Night
    out_of_bed_minutes: int | None


def read_night(top: Table, zone: ZoneInfo | None, beds_have_limits: bool) -> NightRule | None:
    """The section `[night]`; None where nothing in the file asks for it."""
    table = top.table("night")
    if table is None and not beds_have_limits:
        return None
    begins, ends = time.fromisoformat(BEGINS), time.fromisoformat(ENDS)
    minutes = None
    if table is not None:
        begins, ends = clock_time(table, "from", BEGINS), clock_time(table, "to", ENDS)
        minutes = table.optional_integer("out_of_bed_minutes", 1, OUT_OF_BED_MINUTES_LIMIT)
        if begins == ends:
            table.problem("to", "the night ends when it begins; write two times")
        table.report_unknown()
    if zone is None:
        if not top.has("timezone"):
            top.missing("timezone", f"without it nobody knows when it is night; {_ZONE_REMEDY}")
        return None
    return NightRule(hours=Night(begins=begins, ends=ends, zone=zone), out_of_bed_minutes=minutes)


def read_zone(top: Table) -> ZoneInfo | None:
    """`timezone`: the house's; None where the file has none, or none that is known."""
    written = top.optional_text("timezone", remedy=_ZONE_REMEDY)
    if written is None or not written.strip():
        return None
    try:
        return ZoneInfo(written)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        top.problem("timezone", f"this machine knows no time zone {quoted(written)}; {_ZONE_REMEDY}")
        return None


def clock_time(table: Table, key: str, default: str) -> time:
    """A time of day; the default where it is absent or wrong."""
    written = table.matching_text(key, _CLOCK, remedy=f'write a time of day such as "{default}"', required=False)
    return time.fromisoformat(written or default)
