"""How the last week differs from the month before it, as numbers, from a watch's state."""

from models.inactivity.memory import from_bytes


def changes_of(blob: bytes) -> dict[str, tuple[float, float]]:
    """By name (see `routine.NAMES`): this week and before it, a day. Raises ValueError where the bytes are no state."""
    return from_bytes(blob).habits.routine.changes()
