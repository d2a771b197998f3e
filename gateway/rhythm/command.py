"""`anju rhythm`: draws the home's usual day from the store, beside a running gateway. Nothing leaves the machine."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.config import Config
from gateway.config_inactivity import DEFAULT_ZONE
from gateway.contract.times import from_text
from gateway.rhythm.day import LearnedDay, learned
from gateway.rhythm.picture import svg
from gateway.rules.at_home import at_home
from gateway.store.database import open_for_reading, reading
from gateway.store.reading import activities

LOOKED_BACK = timedelta(days=28)
CONSENT = (
    "this picture shows how somebody lives: draw it only where the resident, or who decides for the resident, has "
    "agreed, and say so with --consent"
)


def day_of(config: Config, now: datetime) -> LearnedDay:
    """The last four weeks as one day. Raises StoreError where the gateway has never run."""
    rooms = {device.id: device.room for device in at_home(config.devices) if device.room}
    with closing(open_for_reading(config.store_path)) as connection, reading(config.store_path):
        rows = [(device, said, from_text(at)) for device, said, at in activities(connection, now - LOOKED_BACK)]
    seen = {device for device, _, _ in rows}
    heard = {device: room for device, room in rooms.items() if device in seen}
    return learned(rows, heard, config.zone or ZoneInfo(DEFAULT_ZONE))


def draw(config: Config, out: Path) -> LearnedDay:
    """Write the picture. Raises StoreError, and OSError where it cannot be written."""
    day = day_of(config, datetime.now(UTC))
    out.write_text(svg(day, config.notice.language), encoding="utf-8")
    return day


def as_json(day: LearnedDay) -> str:
    """One JSON object: the same as the picture shows."""
    told: dict[str, Any] = {
        "days": day.days,
        "first": day.first.isoformat() if day.first else None,
        "last": day.last.isoformat() if day.last else None,
        "rooms": {room: [round(share, 3) for share in shares] for room, shares in day.rooms.items()},
        "silence_minutes": day.silence_minutes,
    }
    return json.dumps(told, ensure_ascii=False)
