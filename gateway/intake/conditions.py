"""What is on or wrong right now: an active smoke alarm, a low battery, a silent device. Pure.

A sensor repeats its state; only a change is news. An alarm that the centre has resolved may be raised again by a sensor
that says so again: a lost "clear" must not hide the next fire.
"""

from dataclasses import dataclass

RAISE_AGAIN_SECONDS = 60.0
"""After an operator has resolved an alarm, the same state counts as news once it had been silent for so long."""
BATTERY_CHANGED_SECONDS = 24 * 3_600.0
"""A weak cell sends its code with every press or every few hours: a press so long after the last has a new cell."""
SAID_ONCE_SECONDS = 600.0
"""Who sends a code for smoke, and none or a lost one for its end, tells of another fire after so long a silence."""


@dataclass(slots=True, kw_only=True)
class Active:
    """A condition and its event; `count` is how often it was heard, `resolved` whether people have ended it."""

    event: str
    last: float
    count: int = 1
    resolved: bool = False


class Conditions:
    """The active conditions by (device, name); the names are alarm types and fault kinds, so the number is bounded."""

    def __init__(self) -> None:
        self._active: dict[tuple[str, str], Active] = {}

    def restore(self, device: str, name: str, event: str, *, resolved: bool) -> None:
        """Take over what the store remembers from an earlier boot."""
        self._active[(device, name)] = Active(event=event, last=float("-inf"), resolved=resolved)

    def adopt(self, device: str, name: str, event: str, resolved: bool) -> bool:
        """Take over what another database remembers, unless it is known; returns whether it was not."""
        if (device, name) in self._active:
            return False
        self.restore(device, name, event, resolved=resolved)
        return True

    def heard(self, device: str, name: str, now: float, *, said_once: bool = False) -> Active | None:
        """The sensor says that it is on. Returns what is known already, None where this is news.

        `said_once`: it sends at the moment and reports no state, so a long silence says nothing of what is now.
        """
        active = self._active.get((device, name))
        if active is None:
            return None
        silent = now - active.last
        if (active.resolved and silent > RAISE_AGAIN_SECONDS) or (said_once and silent > SAID_ONCE_SECONDS):
            return None
        active.last = now
        active.count += 1
        return active

    def is_on(self, device: str, name: str) -> bool:
        """Whether it is on."""
        return (device, name) in self._active

    def began(self, device: str, name: str, event: str, now: float) -> None:
        """It is on since this event."""
        self._active[(device, name)] = Active(event=event, last=now)

    def battery_was_changed(self, device: str, name: str, now: float) -> bool:
        """Whether a sender that tells its battery by a code has been without that code for long.

        After a restart nobody knows when it was heard last: from the first press on it is counted anew.
        """
        active = self._active.get((device, name))
        if active is None:
            return False
        if active.last == float("-inf"):
            active.last = now
        return now - active.last >= BATTERY_CHANGED_SECONDS

    def over(self, device: str, name: str) -> str | None:
        """It is off: the event that had begun it, None where it was not on."""
        active = self._active.pop((device, name), None)
        return active.event if active else None

    def resolved(self, event: str) -> None:
        """The centre has closed the alarm; the sensor may still say that it is on."""
        for active in self._active.values():
            if active.event == event:
                active.resolved = True
