"""Events as rows and back. Columns are what people query; everything else that is set stands in `details` as JSON."""

import sqlite3
from operator import attrgetter
from typing import Any, cast

import msgspec

from drivers.event import Event
from gateway.contract.messages import Priority
from gateway.contract.times import from_text, to_text

_COLUMNS = ("id", "kind", "type", "alarm", "device", "room", "received_at", "occurred_at", "repeat_count")
_DEFAULTS: dict[str, Any] = {
    field.name: field.default if field.default is not msgspec.NODEFAULT else {}
    for field in msgspec.structs.fields(Event)
    if field.name not in _COLUMNS
}
_details_of = attrgetter(*_DEFAULTS)

READ_COLUMNS = ("sequence", "boot", "priority", *_COLUMNS, "details")
"""The columns of `event` that `from_row` takes, in its order."""
_SELECTED = ", ".join("e." + name for name in READ_COLUMNS)
SELECT = f"SELECT {_SELECTED} FROM event AS e JOIN outbox AS o USING (sequence) "  # noqa: S608


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place in the store's order. `durable` is false while only memory holds it."""

    event: Event
    boot: int
    sequence: int
    priority: Priority
    durable: bool = True


def to_row(stored: Stored) -> tuple[Any, ...]:
    """The values of one `event` row, in the order of the table."""
    event = stored.event
    said = zip(_DEFAULTS.items(), _details_of(event), strict=True)
    details = {name: value for (name, default), value in said if value is not default and value != default}
    return (
        stored.sequence,
        stored.boot,
        event.id,
        event.kind,
        event.type,
        event.alarm,
        event.device,
        event.room,
        stored.priority,
        to_text(event.received_at),
        to_text(event.occurred_at) if event.occurred_at else None,
        event.repeat_count,
        msgspec.json.encode(details).decode(),
    )


def from_row(row: tuple[Any, ...] | sqlite3.Row) -> Stored:
    """Read the READ_COLUMNS of one row."""
    sequence, boot, priority, *values, details = row
    known = dict(zip(_COLUMNS, values, strict=True))
    event = msgspec.convert(
        {
            **msgspec.json.decode(details),
            **known,
            "received_at": from_text(known["received_at"]),
            "occurred_at": from_text(known["occurred_at"]) if known["occurred_at"] else None,
        },
        Event,
    )
    return Stored(event=event, boot=boot, sequence=sequence, priority=cast("Priority", priority))
