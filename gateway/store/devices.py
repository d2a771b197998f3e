"""What the house remembers of each enrolled device: when it was heard, what proved it, its battery, its last fix."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from drivers.event import Location
from gateway.contract.times import from_text, to_text

_COLUMNS = "heard_at, proven_at, proven_kind, proven_type, battery_percent, battery_low, location"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """One device. `proven_at` is its newest alarm, test or sign of use, of `proven_kind` and `proven_type`.

    Times are those of receipt. None where it has never been heard or has never said so.
    """

    heard_at: datetime | None = None
    proven_at: datetime | None = None
    proven_kind: str | None = None
    proven_type: str | None = None
    battery_percent: float | None = None
    battery_low: bool | None = None
    location: Location | None = field(default=None, repr=False)


def set_states(connection: sqlite3.Connection, states: dict[str, DeviceState]) -> None:
    """Keep the present state of these devices."""
    connection.executemany(
        f"INSERT OR REPLACE INTO device (id, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?)",  # noqa: S608
        [(device, *_to_row(state)) for device, state in states.items()],
    )


def states(connection: sqlite3.Connection) -> dict[str, DeviceState]:
    """Every device that is remembered, by its id."""
    rows = connection.execute(f"SELECT id, {_COLUMNS} FROM device").fetchall()  # noqa: S608
    return {row[0]: _from_row(row[1:]) for row in rows}


def forget_others(connection: sqlite3.Connection, enrolled: Collection[str]) -> None:
    """Forget devices that are enrolled no more, with where they were."""
    known = [row[0] for row in connection.execute("SELECT id FROM device").fetchall()]
    connection.executemany("DELETE FROM device WHERE id = ?", [(device,) for device in known if device not in enrolled])


def _to_row(state: DeviceState) -> tuple[object, ...]:
    return (
        to_text(state.heard_at) if state.heard_at else None,
        to_text(state.proven_at) if state.proven_at else None,
        state.proven_kind,
        state.proven_type,
        state.battery_percent,
        state.battery_low,
        msgspec.json.encode(state.location).decode() if state.location else None,
    )


def _from_row(row: tuple[str | None, ...]) -> DeviceState:
    heard_at, proven_at, kind, type_, percent, low, location = row
    return DeviceState(
        heard_at=from_text(heard_at) if heard_at else None,
        proven_at=from_text(proven_at) if proven_at else None,
        proven_kind=kind,
        proven_type=type_,
        battery_percent=None if percent is None else float(percent),
        battery_low=None if low is None else bool(low),
        location=msgspec.json.decode(location, type=Location) if location else None,
    )
