"""What an event on a further route is about, where that decides how it is told."""

from drivers.event import Event

ROUTE_PREFIX = "route."
"""Begins the `where` of a `link_lost` that is about a way to the centre."""


def is_about_route(event: Event) -> bool:
    """Whether it tells of a lost way to the centre, or of its return."""
    return str(event.evidence.get("where", "")).startswith(ROUTE_PREFIX)


def parent_of(event: Event) -> str | None:
    """The event whose end or change this one is; None for what stands for itself."""
    began = event.alarm or event.evidence.get("began")
    return str(began) if began is not None and began != event.id else None
