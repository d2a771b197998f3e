"""Zigbee sensors behind zigbee2mqtt: each says all that it knows, whenever anything is new and about once an hour."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.plan import Device
from simulator.scenario import Step
from simulator.voice import Said
from simulator.zigbee import Publication, ZigbeeDevice

CHECK_IN_SECONDS = (3_000.0, 3_600.0)
"""Between which times it says all that it knows though nothing is new."""
QUIET_SECONDS = 90.0
"""So long after the last movement a motion sensor says that it sees none any more."""
_TEST_SECONDS = 10.0
_LOW_PERCENT, _FULL_PERCENT = 4, 100
_ACTION = "emergency"
_ALARM: Mapping[str, bool] = {
    "smoke": True,
    "carbon_monoxide": True,
    "gas": True,
    "water_leak": True,
    "occupancy": True,
    "contact": False,
}
"""By key: the value that says that something is the matter; an open door for a contact."""
_NEWS: Mapping[str, Mapping[str, Any]] = {
    "tamper": {"tamper": True},
    "low_battery": {"battery": _LOW_PERCENT},
    "new_battery": {"battery": _FULL_PERCENT, "tamper": False},
    "put_back": {"tamper": False},
}
_BEGINS = ("smoke_on", "co_on", "gas_on", "water_on", "open")
_ENDS = ("smoke_off", "co_off", "gas_off", "water_off", "close")


class ZigbeeVoice:
    """One sensor or button."""

    def __init__(self, device: Device, draw: random.Random) -> None:
        self._address = device.address
        self._key = device.kind.key
        self._draw = draw
        self._zigbee = self._new()
        self._check_in_at = draw.uniform(0.0, CHECK_IN_SECONDS[1])
        self._quiet_at: float | None = None
        self._babbles = False

    @property
    def wakes_at(self) -> float | None:
        """When a motion sensor is to tell the end, else its next check-in."""
        return self._check_in_at if self._quiet_at is None else min(self._quiet_at, self._check_in_at)

    def do(self, step: Step) -> Sequence[Said]:
        """Its news."""
        if step.do == "press":
            every_seconds = step.numbers.get("every_seconds", 0.0)
            return [
                Said(number * every_seconds, message)
                for number in range(int(step.numbers.get("times", 1)))
                for message in self._zigbee.press(step.words.get("action", _ACTION))
            ]
        if step.do == "test":
            return [Said(0.0, self._zigbee.report(test=True)), Said(_TEST_SECONDS, self._zigbee.report(test=False))]
        if step.do == "retained":
            stale = self._new().report(retain=True, battery=_LOW_PERCENT, **self._gravest())
            return [Said(0.0, stale)]
        if step.do == "motion":
            was_quiet, self._quiet_at = self._quiet_at is None, step.at + QUIET_SECONDS
            return [Said(0.0, self._state(active=True))] if was_quiet else ()
        if step.do in _BEGINS or step.do in _ENDS:
            return [Said(0.0, self._state(active=step.do in _BEGINS))]
        news = _NEWS.get(step.do)
        return () if news is None else [Said(0.0, self._zigbee.report(**news))]

    def later(self, at: float) -> Sequence[Said]:
        """It checks in; a motion sensor tells the end of what it saw."""
        if self._quiet_at is not None and at >= self._quiet_at:
            self._quiet_at = None
            return [Said(0.0, self._state(active=False))]
        self._check_in_at = at + self._draw.uniform(*CHECK_IN_SECONDS)
        return self.repeat()

    def cry(self) -> Sequence[Said]:
        """A press, or its alarm."""
        return [Said(0.0, self._new().report(**self._gravest()))]

    def repeat(self) -> Sequence[Said]:
        """All that it knows."""
        return [Said(0.0, self._zigbee.report())]

    def toggle(self) -> Sequence[Said]:
        """A press, or its alarm and the end of it by turns."""
        if self._key is None:
            return [Said(0.0, message) for message in self._zigbee.press(_ACTION)]
        self._babbles = not self._babbles
        return [Said(0.0, self._state(active=self._babbles))]

    def settle(self) -> Sequence[Said]:
        """The end of an alarm that was none."""
        if not self._babbles:
            return ()
        self._babbles = False
        return [Said(0.0, self._state(active=False))]

    def _state(self, *, active: bool) -> Publication:
        key = self._key
        assert key is not None, "the table of deeds gives a state only to what has one"
        return self._zigbee.report(**{key: _ALARM[key] if active else not _ALARM[key]})

    def _new(self) -> ZigbeeDevice:
        """One of which nothing is known but that all is well: what never happened must not be remembered."""
        return ZigbeeDevice(self._address, **({} if self._key is None else {self._key: not _ALARM[self._key]}))

    def _gravest(self) -> dict[str, Any]:
        return {"action": _ACTION} if self._key is None else {self._key: _ALARM[self._key]}
