"""Presses above the cap: how often the district hears of their count, and when a device babbles. Pure.

The first one raises the alarm's count at the district at once; then the newest count goes every few seconds and once
more when the presses have ended, whatever their number. What babbles is told once as a fault of the device.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from drivers.event import Event

UPDATE_SECONDS = 10.0
"""One device's counts go out at most this often."""
BABBLING_PRESSES = 10
BABBLING_SECONDS = 60.0
"""So many presses above the cap within a minute are a stuck contact rather than a frightened hand; a minute without
one ends it."""


@dataclass(slots=True)
class _Device:
    """The times of one device's newest presses above the cap; the newest count that the district has not heard."""

    times: deque[float] = field(default_factory=lambda: deque(maxlen=BABBLING_PRESSES))
    sent: float = float("-inf")
    held: Event | None = None


class Excess:
    """The presses above the cap of all devices, by device id; only enrolled devices come here."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}
        self._babbling: set[str] = set()

    def pressed(self, device: str, update: Event, now: float) -> list[Event]:
        """One more press, and the update that bears its count; returns what is to be sent now."""
        known = self._devices.setdefault(device, _Device())
        known.times.append(now)
        # The count of an alarm that is followed by another one will not grow any more.
        last = [known.held] if known.held is not None and known.held.alarm != update.alarm else []
        known.held = update
        return last + self._send(known, now)

    def due(self, now: float) -> list[Event]:
        """The counts that have been held back long enough."""
        return [update for known in self._devices.values() for update in self._send(known, now)]

    def resume(self, device: str, now: float) -> None:
        """The device babbled when the house was last up; it is over after a quiet minute."""
        self._devices[device] = _Device(times=deque([now], maxlen=BABBLING_PRESSES))
        self._babbling.add(device)

    def changes(self, now: float) -> tuple[Iterable[str], Iterable[str]]:
        """(devices that began to babble since the last call, devices that ceased to)."""
        loud = {
            device
            for device, known in self._devices.items()
            if len(known.times) == BABBLING_PRESSES and now - known.times[0] < BABBLING_SECONDS
        }
        began = sorted(loud - self._babbling)
        self._babbling.update(began)
        ended = sorted(one for one in self._babbling if now - self._devices[one].times[-1] >= BABBLING_SECONDS)
        self._babbling.difference_update(ended)
        return began, ended

    def _send(self, known: _Device, now: float) -> list[Event]:
        if known.held is None or now - known.sent < UPDATE_SECONDS:
            return []
        update, known.held, known.sent = known.held, None, now
        return [update]
