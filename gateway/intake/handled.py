"""The newest time of each device's own clock: a bridge that restarts publishes its cache, which is no news. Pure."""

from dataclasses import dataclass
from datetime import datetime

from drivers.event import Signal

SAME_TRANSMISSION_SECONDS = 2.0
MESSAGES_LIMIT = 64
"""Messages of one transmission that are remembered: far more than a device sends, less than a flood does."""


@dataclass(slots=True, kw_only=True)
class _Time:
    """A device's newest own time, when it was first heard, and the messages that bore it (None: in an earlier boot)."""

    at: datetime
    first: float
    messages: set[bytes] | None = None


class Handled:
    """One time of each device, with the messages of that one transmission."""

    def __init__(self) -> None:
        self._times: dict[str, _Time] = {}

    def before(self, device: str, occurred_at: datetime) -> None:
        """What the device said last (by its own clock) was handled in an earlier boot."""
        self._times[device] = _Time(at=occurred_at, first=float("-inf"))

    def is_cached(self, device: str, signal: Signal, now: float) -> bool:
        """Whether a bridge that restarted publishes its cache: the very device time that was handled before.

        An older time is news: only a clock that was set back can tell it, and it must not hide a press. Several
        messages of one transmission share their time, and some bridges give it in whole seconds only.
        """
        if signal.occurred_at is None:
            return False
        handled = self._times.get(device)
        if handled is None or handled.at != signal.occurred_at:
            self._times[device] = _Time(at=signal.occurred_at, first=now, messages={signal.raw})
            return False
        if handled.messages is None or signal.code is None:
            return now - handled.first > SAME_TRANSMISSION_SECONDS
        if now - handled.first <= SAME_TRANSMISSION_SECONDS:
            if len(handled.messages) < MESSAGES_LIMIT:
                handled.messages.add(signal.raw)
            return False
        # A press is only what was said before if it is so to the letter: a bridge whose clock stands still exists.
        return signal.raw in handled.messages
