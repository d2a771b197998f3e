"""Raised alarms and tests as intake mints them."""

from datetime import UTC, datetime

from drivers.event import Event, Kind


def raised(alarm: str, type_: str = "sos", *, test: bool = False) -> Event:
    return Event(
        id=alarm,
        kind=Kind.TEST if test else Kind.ALARM,
        type=type_,
        alarm=None if test else alarm,
        received_at=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC),
    )
