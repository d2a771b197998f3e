"""Bad input: it raises no alarm and loses no state, and the gateway hears of it once per kind."""

from typing import Literal, cast

from models.inactivity.verdict import Fault

FaultKind = Literal["out_of_order", "future", "duplicate", "clock_back", "unknown_sensor"]

_REMEDIES = {
    "out_of_order": "events came late and were left out: see whether a bridge keeps events back",
    "future": "events came from the future and were left out: set the clock of the device or of the gateway",
    "duplicate": "the same report came twice and was counted once: see whether a bridge sends everything twice",
    "clock_back": "the clock was set back; the watch goes on by the new one: see whether the gateway has network time",
    "unknown_sensor": "a sensor reported that the watch was not told of: start the watch with it",
}


def note(noted: dict[str, tuple[float, int]], kind: FaultKind, at: float) -> None:
    """One more of a kind."""
    _, count = noted.get(kind, (at, 0))
    noted[kind] = (at, count + 1)


def taken(noted: dict[str, tuple[float, int]]) -> list[Fault]:
    """One entry per kind."""
    return [Fault(cast(FaultKind, kind), at, count, _REMEDIES[kind]) for kind, (at, count) in noted.items()]
