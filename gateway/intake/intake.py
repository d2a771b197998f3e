"""From what was heard to what happened: repeats folded, cached states told from news, whose device, which event.

Everything here is decided from the signal, the enrolled devices and what was heard before; time and ids are handed in.
What is to be done about it comes back as a list of outcomes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from drivers.device import Device
from drivers.event import HAS_RESTORE, AlarmType, ClockQuality, Event, Kind, Signal, State, TroubleType
from drivers.registry import Driver
from gateway.hand_tests import is_supervised
from gateway.intake.conditions import Conditions
from gateway.intake.device_book import DeviceBook
from gateway.intake.evidence import evidence_of
from gateway.intake.excess import Excess
from gateway.intake.handled import Handled
from gateway.intake.meaning import meant
from gateway.intake.minted import Minted
from gateway.intake.offers import Offers
from gateway.intake.outcomes import Counted, Happened, Moment, Outcome, Over, Stale
from gateway.intake.plausible import PERSISTS, Implausible
from gateway.intake.presses import Presses, Verdict
from gateway.store.jobs import Change

__all__ = ["Counted", "Happened", "Intake", "Moment", "Outcome", "Over", "Stale"]

TEST_REPEAT_SECONDS = 60.0
"""A detector that holds its test bit repeats it with every message; within this time it is one test."""
BABBLING = "babbling"
"""The condition of a device that presses without end: a device fault, apart from those that it reports itself."""
_ALARM_NAMES = frozenset(AlarmType)
_FAULTS = frozenset({Kind.TAMPER, Kind.LOW_BATTERY, Kind.SUPERVISION_LOST})
_LASTING = _FAULTS | {Kind.ALARM, Kind.TROUBLE}
"""What a sensor says again and again while it lasts. All else is news each time."""
_BATTERY_GOOD_PERCENT = 20.0
_SILENCE, _LOW_BATTERY = Kind.SUPERVISION_LOST.value, Kind.LOW_BATTERY.value
"""Every message of every device asks for these two."""
_FAULT = TroubleType.DEVICE_FAULT


_NOTHING = Signal(driver="", address="", kind=Kind.ENROLMENT)
"""What is known where nobody said anything."""


class Intake:
    """The house's judgement of what it hears. One object per gateway."""

    def __init__(
        self,
        devices: Mapping[tuple[str, str], Device],
        drivers: Mapping[str, Driver],
        presses_per_minute: int,
        new_id: Callable[[], str],
    ) -> None:
        self.conditions = Conditions()
        self.offers = Offers()
        self.presses = Presses(presses_per_minute)
        self.excess = Excess()
        self.minted = Minted()
        self._handled = Handled()
        self.implausible = Implausible()
        self.book = DeviceBook()
        self._is_supervised: dict[str, bool] = {}
        self.last_heard: dict[str, datetime] = {}
        self.heard_at: dict[str, float] = {}
        self._devices = devices
        self._by_id = {device.id: device for device in devices.values()}
        self._drivers = drivers
        self._new_id = new_id
        self._tests: dict[tuple[str, str], float] = {}
        self._states: dict[tuple[str, str], tuple[str | None, float]] = {}

    def lookup(self, driver: str, address: str) -> Device | None:
        """The enrolled device behind an address."""
        return self._devices.get((driver, address))

    def handled_before(self, device: str, occurred_at: datetime) -> None:
        """What the device said last (by its own clock) was handled in an earlier boot."""
        self._handled.before(device, occurred_at)

    def remember(self, event: Event, now: float, age_seconds: float) -> None:
        """An event of an earlier boot, so old by the wall clock: its repeats and redeliveries are not new.

        A negative age is a clock that lost its time with the power. It says nothing of presses: those that are long
        over must not swallow the next one. An age by a clock that nobody had set is right where the program alone was
        restarted, so it counts for presses; where the power went it may be anything, so it unmakes no redelivery.
        """
        if event.device is None:
            return
        was_set = event.clock_quality is ClockQuality.SYNCHRONISED
        self.minted.add(event, now - max(0.0, age_seconds) if was_set else now)
        code = event.evidence.get("code")
        is_press = isinstance(code, str) and event.kind is not Kind.RESTORE and event.alarm in (None, event.id)
        if is_press and age_seconds >= 0:
            source = event.device, event.type if event.raises_alarm else None
            self.presses.began(source, str(code), event.id, now - age_seconds, alarm=event.raises_alarm)

    def accept(self, signal: Signal, moment: Moment, *, redelivered: bool = False) -> list[Outcome]:
        """Judge one signal. An unknown source only becomes an offer.

        `redelivered`: the broker sent it before. It is the same press where an event was made of it, and news where
        the power went before that.
        """
        device = self.lookup(signal.driver, signal.address)
        if device is None:
            self.offers.heard(signal.driver, signal.address, signal.code, moment.wall)
            return []
        signal = meant(device, signal)
        if redelivered and self.minted.take(device.id, signal, moment.monotonic):
            return [Stale(driver=signal.driver, reason="redelivered")]
        if not signal.retained and self._handled.is_cached(device.id, signal, moment.monotonic):
            return [Stale(driver=signal.driver, reason="cached")]
        if signal.location is not None:
            self.book.located(device.id, signal.location, moment)  # also a retained one: it says when it was
        known = self._ends(device, signal, moment) + self._faults(device, signal, moment)
        if signal.retained:
            return [*known, Stale(driver=signal.driver, reason="retained")]
        if signal.kind is not Kind.SUPERVISION_LOST:
            self.last_heard[device.id] = moment.wall
            self.heard_at[device.id] = moment.monotonic
        news = self._news(device, signal, moment)
        # A call for help with an empty battery leaves, and is written, before what is said of the battery.
        return news + known if signal.kind is Kind.ALARM else known + news

    def look(self, moment: Moment) -> list[Outcome]:
        """What is due without a new message: counts that were held back, a device that begins or ceases to babble."""
        outcomes: list[Outcome] = [Happened(event=update) for update in self.excess.due(moment.monotonic)]
        began, ended = self.excess.changes(moment.monotonic)
        for device in began:
            outcomes += self.fault(Kind.TROUBLE, _FAULT, moment, device=self._by_id[device], condition=BABBLING)
        for device in ended:
            outcomes += self.fault_over(
                _FAULT, moment, device=self._by_id[device], condition=BABBLING, evidence={BABBLING: True}
            )
        return outcomes

    def last_words(self) -> list[Outcome]:
        """The counts that are still held back when the house stops."""
        return [Happened(event=update) for update in self.excess.due(float("inf"))]

    def babbled_before(self, device: str, now: float) -> None:
        """The device babbled in an earlier boot, and nobody has said that it ceased to."""
        if device in self._by_id:
            self.excess.resume(device, now)

    def fault(
        self,
        kind: Kind,
        type_: str | None,
        moment: Moment,
        *,
        device: Device | None = None,
        where: str = "",
        condition: str = "",
        evidence: dict[str, Any] | None = None,
    ) -> list[Outcome]:
        """What the gateway noticed itself (a silent device, a lost line `where`, what a rule of the house says); once.

        `condition` is what it is remembered as, where that is neither its type nor its kind.
        """
        place, name = device.id if device else where, condition or type_ or kind.value
        if self.conditions.heard(place, name, moment.monotonic) is not None:
            return []
        if evidence is None and (where or condition):
            evidence = {"where": where} if where else {condition: True}
        event = self._mint(kind, type_, device, None, moment, evidence=evidence)
        self.conditions.began(place, name, event.id, moment.monotonic)
        return [Happened(event=event, change=Change(device=place, name=name, began=True))]

    def fault_over(
        self,
        type_: str,
        moment: Moment,
        *,
        device: Device | None = None,
        where: str = "",
        condition: str = "",
        evidence: dict[str, Any] | None = None,
    ) -> list[Outcome]:
        """What `fault` began is over; nothing where it had not begun. `evidence` names it among others of its type."""
        place, name = device.id if device else where, condition or type_
        began = self.conditions.over(place, name)
        if began is None:
            return []
        alarm = began if type_ in _ALARM_NAMES else None
        told = {"began": began} | (evidence or {}) | ({"where": where} if where else {})
        event = self._mint(Kind.RESTORE, type_, device, None, moment, alarm=alarm, evidence=told)
        return [Happened(event=event, change=Change(device=place, name=name, began=False))]

    def test(
        self, type_: str | None, moment: Moment, device: Device | None, evidence: dict[str, Any] | None = None
    ) -> list[Outcome]:
        """A test that somebody ordered, of a device or of the house itself; each one is news."""
        event = self._mint(Kind.TEST, type_, device, None, moment, evidence={"ordered": True, **(evidence or {})})
        return [Happened(event=event)]

    def conclude(
        self,
        type_: AlarmType,
        moment: Moment,
        device: Device,
        *,
        alarm: str | None = None,
        evidence: dict[str, Any],
        confidence: float | None = None,
        occurred_at: datetime | None = None,
    ) -> Happened:
        """What a model concludes from what a device sends: an alarm, or news of `alarm`; each one is news."""
        event = self._mint(Kind.ALARM, type_.value, device, None, moment, alarm=alarm, evidence=evidence)
        event = replace(event, state=State.ACTIVE, confidence=confidence, occurred_at=occurred_at)
        return Happened(event=self.book.took_along(event, moment))

    def note(self, type_: str, moment: Moment, evidence: dict[str, Any]) -> list[Outcome]:
        """What the house asks the district to look at in its own time; no alarm."""
        return [Happened(event=self._mint(Kind.SERVICE_REQUEST, type_, None, None, moment, evidence=evidence))]

    def remind(self, device: Device, moment: Moment) -> list[Outcome]:
        """A battery is still low: say so again, as a new event of the same condition."""
        event = self._mint(Kind.LOW_BATTERY, None, device, None, moment, evidence={"reminder": True})
        name = Kind.LOW_BATTERY.value
        self.conditions.began(device.id, name, event.id, moment.monotonic)
        return [Happened(event=event, change=Change(device=device.id, name=name, began=True))]

    # -- parts --------------------------------------------------------------------------------------------------------

    def _ends(self, device: Device, signal: Signal, moment: Moment) -> list[Outcome]:
        """Conditions that this message ends: those it reports as not active, and the silence it breaks."""
        names, percent = [*signal.not_active], signal.battery_percent
        if device.is_fenced and AlarmType.WANDERING in names:
            names.remove(AlarmType.WANDERING)
        if not signal.retained and signal.kind is not Kind.SUPERVISION_LOST:
            names.append(_SILENCE)
        if signal.battery_low is False and (percent is None or percent >= _BATTERY_GOOD_PERCENT):
            names.append(_LOW_BATTERY)
        ended: list[Outcome] = []
        for name in names:
            began = self.conditions.over(device.id, name)
            if began is not None and name in _ALARM_NAMES - HAS_RESTORE:
                ended.append(Over(change=Change(device=device.id, name=name, began=False)))
            elif began is not None:
                ended.append(self._restore(name, device, signal, moment, began))
        return ended

    def _faults(self, device: Device, signal: Signal, moment: Moment) -> list[Outcome]:
        """A low battery that comes along with something else is a fault of its own, once."""
        if signal.battery_low is not True or signal.kind is Kind.LOW_BATTERY:
            return []
        return self._condition(device, replace(signal, kind=Kind.LOW_BATTERY, type=None, code=None), moment)

    def _news(self, device: Device, signal: Signal, moment: Moment) -> list[Outcome]:
        if signal.code is not None:
            return self._press(device, signal, moment)
        if signal.kind is Kind.TEST:
            return self._test(device, signal, moment)
        if signal.kind in _LASTING:
            return self._condition(device, signal, moment)
        if self._is_unchanged(device, signal, moment.monotonic):
            return []
        happened = Happened(event=self._mint(signal.kind, signal.type, device, signal, moment))
        return self._reading(device, happened, moment) if signal.kind is Kind.MEASUREMENT else [happened]

    def _reading(self, device: Device, reading: Happened, moment: Moment) -> list[Outcome]:
        """A reading that cannot be true is counted and left out; one after the other is a fault of the sensor."""
        event, name = reading.event, f"{_FAULT}.{reading.event.type}"
        in_a_row = self.implausible.count(device.id, str(event.type), event.value)
        if in_a_row == 0:
            named = {"quantity": event.type}
            return [*self.fault_over(_FAULT, moment, device=device, condition=name, evidence=named), reading]
        left_out = Stale(driver=device.driver, reason="implausible")
        if in_a_row < PERSISTS:
            return [left_out]
        said = {"quantity": event.type, "unit": event.unit, "reading": event.value}
        return [left_out, *self.fault(Kind.TROUBLE, _FAULT, moment, device=device, condition=name, evidence=said)]

    def _is_unchanged(self, device: Device, signal: Signal, now: float) -> bool:
        """Whether a device that reports many times a second says what it said a moment ago."""
        seconds = self._drivers[signal.driver].state_seconds
        if seconds is None:
            return False
        # An activity replaces the one before it (presence, absence); readings of several kinds stand side by side.
        key = (device.id, signal.kind.value if signal.kind is Kind.ACTIVITY else str(signal.type))
        said, at = self._states.get(key, (None, float("-inf")))
        if said == signal.type and now - at < seconds:
            return True
        self._states[key] = (signal.type, now)
        return False

    def _press(self, device: Device, signal: Signal, moment: Moment) -> list[Outcome]:
        code, now, alarm = signal.code or "", moment.monotonic, signal.kind is Kind.ALARM
        source = device.id, signal.type if alarm else None
        usual = self._drivers[signal.driver].repeat_seconds
        repeat_seconds = usual if signal.repeat_seconds is None else signal.repeat_seconds
        verdict = self.presses.judge(source, code, repeat_seconds, now, alarm=alarm)
        if verdict is Verdict.REPEAT:
            event_id, count = self.presses.repeats(source, code)
            return [Counted(event=event_id, count=count)]
        if verdict is Verdict.CAPPED:
            raised, presses = self.presses.capped(source, code, now)
            update = self._mint(signal.kind, signal.type, device, signal, moment, alarm=raised)
            due = self.excess.pressed(device.id, replace(update, repeat_count=presses), now)
            return [*(Happened(event=one) for one in due), Counted(event=raised, count=presses)]
        lasting = signal.type in HAS_RESTORE if alarm else signal.kind in (Kind.TAMPER, Kind.LOW_BATTERY)
        name = str(signal.type) if alarm else signal.kind.value
        said_once = signal.kind is not Kind.LOW_BATTERY
        active = self.conditions.heard(device.id, name, now, said_once=said_once) if lasting else None
        if active is not None:
            # A detector that sends its code for as long as it smells smoke tells of one fire, not of many.
            self.presses.began(source, code, active.event, now, alarm=False)
            return [Counted(event=active.event, count=active.count)]
        event = self._mint(signal.kind, signal.type, device, signal, moment)
        self.presses.began(source, code, event.id, now, alarm=alarm)
        changed = self._battery_changed(device, signal, moment)
        if not lasting:
            return [Happened(event=event), *changed]
        self.conditions.began(device.id, name, event.id, now)
        return [Happened(event=event, change=Change(device=device.id, name=name, began=True)), *changed]

    def _battery_changed(self, device: Device, signal: Signal, moment: Moment) -> list[Outcome]:
        """The end of a low battery that was told by a code: such a sender has no word for a good one."""
        low = Kind.LOW_BATTERY.value
        by_code = low in device.code_map.values() and signal.kind is not Kind.LOW_BATTERY
        if not by_code or not self.conditions.battery_was_changed(device.id, low, moment.monotonic):
            return []
        began = self.conditions.over(device.id, low)
        return [] if began is None else [self._restore(low, device, signal, moment, began)]

    def _test(self, device: Device, signal: Signal, moment: Moment) -> list[Outcome]:
        key = (device.id, signal.type or "")
        last = self._tests.get(key)
        self._tests[key] = moment.monotonic
        if last is not None and moment.monotonic - last <= TEST_REPEAT_SECONDS:
            return []
        return [Happened(event=self._mint(Kind.TEST, signal.type, device, signal, moment))]

    def _condition(self, device: Device, signal: Signal, moment: Moment) -> list[Outcome]:
        name = signal.kind.value if signal.kind in _FAULTS else str(signal.type)
        active = self.conditions.heard(device.id, name, moment.monotonic)
        if active is not None:
            return [Counted(event=active.event, count=active.count)]
        event = self._mint(signal.kind, signal.type, device, signal, moment)
        self.conditions.began(device.id, name, event.id, moment.monotonic)
        return [Happened(event=event, change=Change(device=device.id, name=name, began=True))]

    def _restore(self, name: str, device: Device, signal: Signal, moment: Moment, began: str) -> Happened:
        alarm = began if name in _ALARM_NAMES else None
        event = self._mint(Kind.RESTORE, name, device, signal, moment, alarm=alarm, evidence={"began": began})
        return Happened(event=event, change=Change(device=device.id, name=name, began=False))

    def _mint(
        self,
        kind: Kind,
        type_: str | None,
        device: Device | None,
        signal: Signal | None,
        moment: Moment,
        alarm: str | None = None,
        evidence: dict[str, Any] | None = None,
    ) -> Event:
        event_id = self._new_id()
        own = event_id if kind is Kind.ALARM else None
        said = signal or _NOTHING
        # One constructor call and no copies: this is the busiest line of a house full of motion detectors.
        event = Event(
            id=event_id,
            kind=kind,
            type=type_,
            alarm=alarm or own,
            device=device.id if device else None,
            model=device.model if device else None,
            room=device.room if device else None,
            driver=device.driver if device else None,
            address=device.address if device else None,
            supervised=self._supervised(device) if device else None,
            received_at=moment.wall,
            occurred_at=said.occurred_at,
            clock_quality=moment.quality,
            state=said.state if kind is not Kind.RESTORE else None,
            silenced=said.silenced,
            retained=said.retained,
            rssi_dbm=said.rssi_dbm,
            link_quality=said.link_quality,
            battery_percent=said.battery_percent,
            battery_mv=said.battery_mv,
            battery_low=said.battery_low,
            value=said.value,
            unit=said.unit,
            evidence=evidence_of(evidence, said),
            raw=said.raw.hex(),
            delivery=said.delivery,
        )
        if signal is not None:
            event = self.book.took_along(event, moment)
            self.minted.add(event, moment.monotonic)
        elif kind is Kind.ALARM:
            event = self.book.as_last_known(event, moment)
        return event

    def _supervised(self, device: Device) -> bool:
        known = self._is_supervised.get(device.id)
        if known is None:
            known = self._is_supervised[device.id] = is_supervised(device, self._drivers)
        return known
