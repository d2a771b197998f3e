"""What the resident is shown, and what every lamp and loudspeaker has in common."""

from dataclasses import dataclass
from typing import Final, Protocol

from gateway.contract.messages import Priority

AWAY: Final = "away"
"""Shown where no alarm is under way and the resident has said that nobody is at home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """One alarm that is under way, in a notice state `since` so many monotonic seconds.

    `active`: its sensor has not said that it is over, and nobody has silenced it.
    """

    alarm: str
    priority: Priority
    state: str
    since: float
    test: bool
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is to be perceived in the home now.

    `state`: the notice state of the alarm that is worst off; where none is under way AWAY or None.
    `words`: names of sentences to be said now, in this order; empty where nothing is to be said.
    `cuts_in`: they are more urgent or newer than what was said last, and need not wait until that is finished.
    `alarms`: every alarm under way.
    """

    state: str | None
    words: tuple[str, ...] = ()
    cuts_in: bool = False
    alarms: tuple[UnderWay, ...] = ()


QUIET = Announcement(state=None)


class Output(Protocol):
    """One way to reach the resident. It reports its own troubles and never raises, holds up or hides the others'."""

    name: str

    def show(self, announcement: Announcement) -> None:
        """Take up the newest announcement in place of the last; returns at once."""

    async def run(self) -> None:
        """Show for ever what was last taken up."""
