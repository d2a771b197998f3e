"""Parts of a house for its unit tests: events, a clock that is turned by hand, an intake with known devices."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from msgspec import structs

from drivers.device import Device
from drivers.event import AlarmType, ClockQuality, Event, Kind, Signal, State
from drivers.registry import DRIVERS
from gateway.clock import Clock
from gateway.contract.messages import Answer, AnswerState, Result
from gateway.ids import new_id
from gateway.intake.intake import Happened, Intake, Moment, Outcome
from gateway.policy import decide
from gateway.store.rows import Stored

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
CORD = Device(
    id="cord-bath", driver="ev1527", address="9EAD9", model="ev1527-cord", room="bathroom",
    code_map={"F": "sos", "B": "tamper", "E": "low_battery", "D": "contact_open", "A": "smoke", "C": "tamper_clear"},
)  # fmt: skip
OTHER_CORD = replace(CORD, id="cord-bed", address="00001", room="bedroom")
SMOKE = Device(id="smoke-kitchen", driver="zigbee2mqtt", address="smoke-1", model="generic-smoke", room="kitchen")
BUTTON = Device(id="button-bed", driver="zigbee2mqtt", address="button-1", model="generic-button", room="bedroom")


class HandClock(Clock):
    """Time that stands until it is turned."""

    def __init__(self, seconds: float = 1_000.0) -> None:
        self.seconds = seconds
        self.known = ClockQuality.SYNCHRONISED

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds - 1_000.0)

    def quality(self) -> ClockQuality:
        return self.known


def event(kind: Kind = Kind.ALARM, type_: str | None = AlarmType.SOS, **fields: Any) -> Event:
    """An event of the cord; an alarm raises itself."""
    own = new_id()
    made = Event(
        id=own, kind=kind, type=type_, received_at=NOON, device="cord-bath", alarm=own if kind is Kind.ALARM else None
    )
    return structs.replace(made, **fields)


def stored(of: Event | None = None, *, sequence: int = 1, durable: bool = True) -> Stored:
    of = of or event()
    return Stored(event=of, boot=1, sequence=sequence, priority=decide(of).priority, durable=durable)


def answer(about: str, state: AnswerState = "received", at: str = "2026-03-01T12:00:01.000Z", **fields: Any) -> Answer:
    result: Result | None = "helped" if state == "resolved" else None
    return Answer(id=new_id(), about=about, state=state, at=at, **{"result": result, **fields})


class Listener:
    """An intake with the devices above, spoken to in seconds."""

    def __init__(
        self,
        presses_per_minute: int = 10,
        devices: Sequence[Device] = (CORD, OTHER_CORD, SMOKE, BUTTON),
        drivers: Sequence[str] = ("ev1527", "zigbee2mqtt"),
    ) -> None:
        numbers = count(1)
        self.intake = Intake(
            {(device.driver, device.address): device for device in devices},
            {name: DRIVERS[name] for name in drivers},
            presses_per_minute,
            lambda: f"event-{next(numbers)}",
        )

    def hear(self, signal: Signal, at: float, *, redelivered: bool = False) -> list[Outcome]:
        return self.intake.accept(signal, moment(at), redelivered=redelivered)


def moment(at: float) -> Moment:
    return Moment(monotonic=at, wall=NOON + timedelta(seconds=at), quality=ClockQuality.SYNCHRONISED)


def signal(device: Device, kind: Kind = Kind.ALARM, type_: str | None = AlarmType.SOS, **fields: Any) -> Signal:
    state = State.ACTIVE if kind is Kind.ALARM else None
    return Signal(driver=device.driver, address=device.address, kind=kind, type=type_, **{"state": state, **fields})


def happened(outcomes: Iterable[Outcome]) -> list[Event]:
    return [outcome.event for outcome in outcomes if isinstance(outcome, Happened)]


def raised(outcomes: Iterable[Outcome]) -> list[Event]:
    return [one for one in happened(outcomes) if one.raises_alarm]
