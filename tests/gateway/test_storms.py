"""Storms: a button that presses without end is capped, told of and held back; nobody else's first alarm is."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from drivers.event import Event, Kind
from gateway.intake.excess import BABBLING_PRESSES, BABBLING_SECONDS, UPDATE_SECONDS
from gateway.intake.intake import BABBLING, Counted
from tests.gateway.faults import SOS, cord, frame, radio_on, ready, say
from tests.gateway.houses import BUTTON, CORD, SMOKE, Listener, happened, moment, raised, signal
from tests.support.brokers import Broker
from tests.support.centre import Heard, call_centre
from tests.support.house import BUTTON as BUTTON_TABLE
from tests.support.house import House

CAP = 2
gaps = st.lists(st.floats(0.05, 25.0), min_size=CAP + 1, max_size=120)


class Storm:
    """A listener whose watch looks every second, and what came of it."""

    def __init__(self) -> None:
        self.listener = Listener(CAP)
        self.events: list[tuple[float, Event]] = []
        self.counts: dict[str, int] = {}
        self.at = 10.0

    def press(self, gap: float) -> None:
        self.wait(gap)
        outcomes = self.listener.hear(signal(BUTTON, code="single"), self.at)
        self.events += [(self.at, event) for event in happened(outcomes)]
        for event in raised(outcomes):
            self.counts[event.id] = 1
        for outcome in outcomes:
            if isinstance(outcome, Counted):
                self.counts[outcome.event] = outcome.count

    def wait(self, seconds: float) -> None:
        end = self.at + seconds
        while int(self.at) < int(end):
            self.at = float(int(self.at) + 1)
            self.events += [(self.at, event) for event in happened(self.listener.intake.look(moment(self.at)))]
        self.at = end

    @property
    def updates(self) -> list[tuple[float, Event]]:
        return [(at, event) for at, event in self.events if event.kind is Kind.ALARM and not event.raises_alarm]

    def of(self, kind: Kind) -> list[Event]:
        return [event for _, event in self.events if event.kind is kind]


@given(gaps=gaps)
def test_every_press_is_counted_and_the_last_count_always_reaches_the_district(gaps: list[float]) -> None:
    storm = Storm()
    for gap in gaps:
        storm.press(gap)
    storm.wait(UPDATE_SECONDS + 1)
    assert sum(storm.counts.values()) == len(gaps)
    told = {event.id: 1 for _, event in storm.events if event.raises_alarm}
    for _, event in storm.updates:
        assert event.alarm is not None
        assert event.repeat_count > told[event.alarm], "a count that is told only grows"
        told[event.alarm] = event.repeat_count
    assert told == storm.counts


@given(gaps=gaps)
def test_between_two_updates_of_one_alarm_lie_ten_seconds(gaps: list[float]) -> None:
    storm = Storm()
    for gap in gaps:
        storm.press(gap)
    storm.wait(UPDATE_SECONDS + 1)
    for alarm in storm.counts:
        times = [at for at, event in storm.updates if event.alarm == alarm]
        # The very last count of an alarm goes with the first press of the next one.
        assert all(later - earlier >= UPDATE_SECONDS for earlier, later in pairwise(times[:-1]))


def test_the_first_press_above_the_cap_is_told_at_once_and_a_stop_tells_the_last() -> None:
    storm = Storm()
    for _ in range(CAP + 3):
        storm.press(1.0)
    ((at, first),) = storm.updates
    assert (at, first.repeat_count) == (10.0 + CAP + 1, 2)
    (last,) = happened(storm.listener.intake.last_words())
    assert last.repeat_count == 4
    assert storm.listener.intake.last_words() == []


def test_a_babbling_button_is_one_fault_until_a_minute_of_silence() -> None:
    storm = Storm()
    for _ in range(CAP + BABBLING_PRESSES - 1):
        storm.press(1.0)
    storm.wait(1.0)
    assert not storm.of(Kind.TROUBLE), "a frightened hand presses often too"
    for _ in range(100):
        storm.press(1.0)
    storm.wait(1.0)
    (fault,) = storm.of(Kind.TROUBLE)
    assert (fault.type, fault.device, fault.evidence) == ("device_fault", "button-bed", {BABBLING: True})
    storm.wait(BABBLING_SECONDS - 5)
    assert not storm.of(Kind.RESTORE)
    storm.wait(5)
    (over,) = storm.of(Kind.RESTORE)
    assert (over.type, over.device, over.evidence) == (
        "device_fault",
        "button-bed",
        {"began": fault.id, "babbling": True},
    )


def test_a_fault_that_the_device_reports_itself_is_another_one() -> None:
    storm = Storm()
    storm.listener.hear(signal(BUTTON, Kind.TROUBLE, "device_fault"), storm.at)
    for _ in range(CAP + BABBLING_PRESSES):
        storm.press(0.5)
    storm.wait(BABBLING_SECONDS + 2)
    assert [event.evidence.get(BABBLING) for event in storm.of(Kind.TROUBLE)] == [True]
    assert len(storm.of(Kind.RESTORE)) == 1
    assert storm.listener.intake.conditions.over("button-bed", "device_fault"), "nobody has said that this is over"


def test_one_that_babbled_in_an_earlier_boot_is_over_after_a_quiet_minute() -> None:
    listener = Listener(CAP)
    listener.intake.conditions.restore("button-bed", BABBLING, "fault-1", resolved=False)
    listener.intake.babbled_before("button-bed", 5.0)
    listener.intake.babbled_before("taken-away", 5.0)
    assert listener.intake.look(moment(5.0 + BABBLING_SECONDS - 1)) == []
    (over,) = happened(listener.intake.look(moment(5.0 + BABBLING_SECONDS)))
    assert (over.kind, over.evidence) == (Kind.RESTORE, {"began": "fault-1", "babbling": True})


@given(presses=st.integers(1, 200))
def test_siblings_of_a_babbling_button_are_never_capped(presses: int) -> None:
    storm = Storm()
    for _ in range(presses):
        storm.press(0.1)
    assert raised(storm.listener.hear(signal(CORD, code="F"), storm.at))
    assert raised(storm.listener.hear(signal(SMOKE, type_="smoke"), storm.at))


async def test_a_stuck_button_beside_a_cord_in_a_running_house(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    house.devices = [*house.devices, {**BUTTON_TABLE, "id": "button-hall", "address": "button-2"}]
    async with call_centre(district_broker) as centre, radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway)
        for _ in range(10 + BABBLING_PRESSES + 2):
            await say(local_broker.port, "zigbee2mqtt/button-1", {"action": "single"})
        await radio.write(frame(SOS))
        await say(local_broker.port, "zigbee2mqtt/button-2", {"action": "single"})
        (fault,) = await centre.wait_on("event", kind="trouble", type="device_fault")
        assert fault.body["data"]["device"] == "button-bed"
        await centre.wait_on("alarm", device="cord-bath")
        await centre.wait_on("alarm", device="button-hall")
        assert await gateway.terminate() == 0
        assert len(centre.raised) == 12
        # The rest of the count was held back when the house stopped: it goes out after the start.
        async with house.gateway_running():
            await centre.wait(lambda: _counts(centre.on("alarm", device="button-bed"))[-1] == BABBLING_PRESSES + 3)
    assert len(centre.raised) == 12


def _counts(heard: list[Heard]) -> list[int]:
    return [one.body["data"]["evidence"]["repeat_count"] for one in heard]


async def test_six_hundred_cords_pulled_in_turn_without_a_cap_are_six_hundred_alarms(
    tmp_path: Path, district_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=1)
    house.devices = [cord(number) for number in range(600)]
    house.sections = {"intake": {"presses_per_minute": 0}}
    async with call_centre(district_broker) as centre, radio_on(house) as radio, house.gateway_running() as gateway:
        await ready(gateway, broker=False)
        for device in house.devices:
            await radio.write(frame(SOS, device["address"]))
        await centre.wait(lambda: len(centre.raised) == 600, timeout=60)
    assert {heard.body["data"]["device"] for heard in centre.on("alarm")} == {one["id"] for one in house.devices}
