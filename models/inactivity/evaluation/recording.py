"""Recordings of homes: rows of local time, room and count."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.inactivity import sample
from models.inactivity.sensors import Sensor

Event = tuple[float, str, float]
LEARNING_DAYS = 28.0
_DAY = 86_400.0
# Where the recording's notes name no way out: what precedes its long silences by day.
_DOORS = {"mit_s1": ["Foyer,Door"], "casas_tm000_7d": ["MainEntryway"]}
_NO_SENSORS = "activity"
"""Recordings of labels, which no sensor gives."""


@dataclass(frozen=True)
class Recording:
    """One home. `events` are (seconds, sensor, count) in time order; `resolution` is seconds per report.

    `from_day`: measured from that day on, and watched from the first all the same.
    """

    name: str
    sensors: tuple[Sensor, ...]
    events: list[Event]
    timezone: str
    resolution: float
    from_day: float | None = None

    @property
    def days(self) -> float:
        """From the first event to the last."""
        return (self.events[-1][0] - self.events[0][0]) / _DAY

    @property
    def measured_from(self) -> float:
        """When measuring begins: after four weeks, in a short recording after a third of it, or as it was chosen."""
        day = min(LEARNING_DAYS, self.days / 3.0) if self.from_day is None else self.from_day
        return self.events[0][0] + day * _DAY


def simulated() -> Recording:
    """The simulated year of this repository."""
    return Recording("simulated", sample.SENSORS, list(sample.year()), sample.TIMEZONE, 1.0)


def load(folder: Path, names: list[str]) -> list[Recording]:
    """The recordings of a folder; all, or those named. Raises ValueError with the remedy."""
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise ValueError(f"{folder} holds no recordings (*.npz): name the folder that does, or use --sample")
    unknown = sorted(set(names) - {path.stem for path in paths})
    if unknown:
        raise ValueError(f"no recording {unknown[0]!r} in {folder}: it has {', '.join(path.stem for path in paths)}")
    chosen = [path for path in paths if path.stem in names or (not names and _NO_SENSORS not in path.stem)]
    return [_read(path) for path in chosen]


def _read(path: Path) -> Recording:
    try:
        with np.load(path) as held:
            notes = json.loads(str(held["meta"]))
            columns = [held[name].tolist() for name in ("t", "room", "count")]
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{path} is no recording of a home ({error}): arrays t, room, count, meta") from error
    rooms: list[str] = notes["rooms"]
    doors = _DOORS.get(path.stem, notes["door"])
    sensors = [
        Sensor(room, "entry", "door")
        if room in doors
        else Sensor(room, "bedroom" if room in notes["bed"] else "bathroom" if room in notes["bath"] else room)
        for room in rooms
    ]
    events = [(float(at), rooms[room], float(count)) for at, room, count in zip(*columns, strict=True)]
    return Recording(path.stem, tuple(sensors), events, "UTC", float(notes["resolution_s"]))


def sparse(recording: Recording) -> Recording:
    """The same home with only living room, bathroom and bed, where it has them."""
    kept = tuple(s for s in recording.sensors if any(word in s.room.lower() for word in ("living", "bath", "bed")))
    names = {sensor.id for sensor in kept}
    events = [event for event in recording.events if event[1] in names]
    return replace(recording, name=f"{recording.name} sparse", sensors=kept, events=events)
