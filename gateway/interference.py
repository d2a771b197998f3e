"""A radio that hears mostly strangers or noise: told to the district, because a cord may go unheard in it. Pure.

The numbers are the contract's: at least 20 foreign frames a second for 5 seconds, wherever on the clock these begin.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.device import Decoded, Lookup
from drivers.event import Reject

FRAMES_PER_SECOND = 20
SECONDS = 5
OVER_AFTER_SECONDS = 60
"""It is over when no second was that busy for so long: a jammer that pauses is still there."""

_SPAN_SECONDS = (FRAMES_PER_SECOND - 0.5) / FRAMES_PER_SECOND
"""Twenty frames have nineteen gaps; half a gap is for the jitter."""
_RUN_SECONDS = SECONDS - 2 / FRAMES_PER_SECOND
"""The last frame of the fifth second comes before that second is over."""
_PAUSE_SECONDS = 1.25
"""Frames may come in one heap each second."""

_STRANGE = frozenset({"not_ev1527", "partial", "unmapped_code"})
_FOREIGN_REASONS: Mapping[str, frozenset[str] | None] = {
    "ev1527": None,
    "sonoff_rf_bridge": None,
    "tasmota_rf": _STRANGE | {"noise"},
    "openmqttgateway": _STRANGE,
    "rtl_433": _STRANGE,
}
"""The drivers of 433 MHz radios, and which of their refusals are something on the air; None: all of them."""


def is_foreign(decoded: Decoded, lookup: Lookup) -> bool:
    """Whether a frame is noise on 433 MHz, another protocol, or a stranger's code.

    What other lines hear says nothing of that: a radar's line noise, the neighbours' Bluetooth.
    """
    if isinstance(decoded, Reject):
        reasons = _FOREIGN_REASONS.get(decoded.driver, frozenset())
        return reasons is None or decoded.reason in reasons
    for said in decoded:  # noqa: SIM110 - a generator for each message of each device costs more than the answer
        if said.driver in _FOREIGN_REASONS and lookup(said.driver, said.address) is None:
            return True
    return False


@dataclass(slots=True)
class _Radio:
    """The newest foreign frames of one receiver; the busy time that began at `since` and lasted until `busy`."""

    times: deque[float] = field(default_factory=lambda: deque(maxlen=FRAMES_PER_SECOND))
    since: float = 0.0
    busy: float = float("-inf")


class Interference:
    """Watches the frames of each receiver that are nobody's."""

    def __init__(self) -> None:
        self._radios: dict[str, _Radio] = {}
        self.present: set[str] = set()

    def resume(self, receiver: str, now: float) -> None:
        """It was there when the house was last up; it is over after a quiet minute."""
        self._radios[receiver] = _Radio(since=now, busy=now)
        self.present.add(receiver)

    def foreign(self, receiver: str, now: float) -> None:
        """A foreign frame, at this monotonic second."""
        radio = self._radios.setdefault(receiver, _Radio())
        radio.times.append(now)
        if len(radio.times) < FRAMES_PER_SECOND or now - radio.times[0] > _SPAN_SECONDS:
            return
        if now - radio.busy > _PAUSE_SECONDS:
            radio.since = radio.times[0]
        radio.busy = now

    def changes(self, now: float) -> tuple[list[str], list[str]]:
        """(receivers where it began since the last call, receivers where it is over)."""
        radios = self._radios
        began = sorted(name for name in radios.keys() - self.present if self._is_flooded(radios[name], now))
        self.present.update(began)
        ended = sorted(name for name in self.present if now - radios[name].busy > OVER_AFTER_SECONDS)
        self.present.difference_update(ended)
        return began, ended

    @staticmethod
    def _is_flooded(radio: _Radio, now: float) -> bool:
        return radio.busy - radio.since >= _RUN_SECONDS and now - radio.busy <= OVER_AFTER_SECONDS
