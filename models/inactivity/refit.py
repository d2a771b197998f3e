"""A watch whose home has changed: sensors added, moved or taken down, another budget or zone. What it learned stays.

The watch learns by what a room is for, so a second motion sensor in the living room changes nothing of it.
"""

from collections.abc import Iterable

from models.inactivity.cluster import Cluster
from models.inactivity.memory import from_bytes, to_bytes
from models.inactivity.sensors import Sensor, checked
from models.inactivity.watch import InactivityWatch


def refitted(blob: bytes, sensors: Iterable[Sensor], false_alarms_per_30_days: float, timezone: str) -> InactivityWatch:
    """The watch whose `state` the blob was, in the home as it is now. Raises ValueError as InactivityWatch does."""
    fresh = from_bytes(InactivityWatch(sensors, false_alarms_per_30_days, timezone).state())
    known = checked(tuple(Sensor(*row) for row in fresh.sensors))  # type: ignore[arg-type]
    memory = from_bytes(blob)
    if (memory.sensors, memory.timezone, memory.per_30_days) == (fresh.sensors, fresh.timezone, fresh.per_30_days):
        return InactivityWatch.restore(blob)
    memory.sensors, memory.timezone, memory.per_30_days = fresh.sensors, fresh.timezone, fresh.per_30_days
    memory.lost &= {sensor.id for sensor in known}
    # These name sensors by their number.
    memory.cluster = Cluster()
    memory.silence.sensor = -1
    return InactivityWatch.restore(to_bytes(memory))
