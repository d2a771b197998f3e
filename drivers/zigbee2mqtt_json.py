"""Reading the values in a zigbee2mqtt message: what is unknown stays None, whatever shape it comes in.

`last_seen` comes as ISO 8601 with a zone or as epoch milliseconds, `voltage` in millivolts.
"""

from datetime import UTC, datetime

from drivers.json_object import State, number, truth

_ACTION_LIMIT_CHARACTERS = 64
_BATTERY_VOLTAGE_MV = range(1_000, 20_001)
_EPOCH_MS = range(10**12, 4 * 10**12)


def moment(value: object) -> datetime | None:
    """A `last_seen` as an aware datetime in UTC; None where it is unknown or has no zone."""
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
            return parsed.astimezone(UTC) if parsed.tzinfo is not None else None
        except (ValueError, OverflowError):
            return None
    milliseconds = number(value)
    if milliseconds is None or int(milliseconds) not in _EPOCH_MS:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def action(state: State) -> str | None:
    """The button's action; None where the message is no press (missing, null, or the empty text of a release).

    Old releases and their legacy setting call it `click`.
    """
    return _word(state.get("action")) or _word(state.get("click"))


def _word(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value).strip()[:_ACTION_LIMIT_CHARACTERS] or None


def battery_percent(state: State) -> float | None:
    """The battery's charge, 0 to 100; None where it is unknown."""
    percent = number(state.get("battery"))
    return percent if percent is not None and 0 <= percent <= 100 else None


def battery_mv(state: State) -> int | None:
    """The battery's voltage in millivolts; None where it is unknown or plainly the mains'."""
    voltage = number(state.get("voltage"))
    return int(voltage) if voltage is not None and int(voltage) in _BATTERY_VOLTAGE_MV else None


def link_quality(state: State) -> int | None:
    """The link quality, 0 to 255; None where it is unknown."""
    quality = number(state.get("linkquality"))
    return int(quality) if quality is not None and 0 <= quality <= 255 else None


LOW_BATTERY_PERCENT = 10.0
"""At or below this a device that has no flag of its own counts as low."""


def battery_low(state: State) -> bool | None:
    """Whether the battery is low: the device's own flag, else its charge; None where both are unknown."""
    flag = truth(state.get("battery_low"))
    if flag is not None:
        return flag
    percent = battery_percent(state)
    return None if percent is None else percent <= LOW_BATTERY_PERCENT
