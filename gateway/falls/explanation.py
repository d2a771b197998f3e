"""Why a fall was raised or taken back: one machine word, which each page puts into its reader's language. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

LYING_DEGREES = 50.0
"""Gravity so far from where it was before the fall: who stood or sat lies now."""
STILL_SECONDS = 8
WALKING = "walking"
"""Stands as `cancelled_by` where nobody pressed anything."""

Evidence = Mapping[str, Any]


def _lies(said: Evidence) -> bool:
    return float(said.get("turned_degrees") or 0.0) >= LYING_DEGREES


def _is_still(said: Evidence) -> bool:
    return float(said.get("still_seconds") or 0.0) >= STILL_SECONDS


TABLE: tuple[tuple[str, Callable[[Evidence], bool]], ...] = (
    ("fall.walked", lambda said: said.get("cancelled_by") == WALKING),
    ("fall.said_all_right", lambda said: "cancelled_by" in said),
    ("fall.two_devices", lambda said: "seen_by" in said),
    ("fall.called_for_help", lambda said: "confirmed_by" in said),
    ("fall.in_bed", lambda said: said.get("in_bed") is True),
    ("fall.lying_still", lambda said: _lies(said) and _is_still(said)),
    ("fall.lying", _lies),
    ("fall.still", _is_still),
    ("fall.impact", lambda said: "peak_g" in said),
    ("fall.device_said", lambda _said: True),
)
"""The first that holds explains it."""
EXPLANATIONS = tuple(word for word, _ in TABLE)


def explained(evidence: Evidence) -> dict[str, Any]:
    """What explains this evidence, as one more piece of it."""
    return {"explanation": next(word for word, holds in TABLE if holds(evidence))}
