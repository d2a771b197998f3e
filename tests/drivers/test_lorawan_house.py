"""What the house makes of LoRaWAN events: one alarm for one press or fall, ends where the sensor says so."""

from drivers.chirpstack import decode, encode_up
from drivers.device import Device
from drivers.event import Event
from drivers.registry import DRIVERS
from gateway.intake.intake import Intake
from tests.drivers.lorawan_messages import DEV_EUI, device
from tests.gateway.houses import happened, moment


class House:
    """A house with one LoRaWAN device."""

    def __init__(self, model: str) -> None:
        ids = iter(f"event-{number}" for number in range(1_000))
        devices: dict[tuple[str, str], Device] = {("chirpstack", DEV_EUI): device(model)}
        self.intake = Intake(devices, {"chirpstack": DRIVERS["chirpstack"]}, 10, lambda: next(ids))

    def hears(self, payload: str, at: float, *, sent_at: float | None = None) -> list[tuple[str, str | None]]:
        sent = at if sent_at is None else sent_at
        time = f"2026-11-20T08:{int(sent) // 60:02}:{sent % 60:09.6f}Z"
        decoded = decode(*encode_up(DEV_EUI, bytes.fromhex(payload), time=time), False, self.intake.lookup)
        assert isinstance(decoded, tuple)
        outcomes = [outcome for signal in decoded for outcome in self.intake.accept(signal, moment(at))]
        events: list[Event] = happened(outcomes)
        return [
            (event.kind.value, event.type) for event in events if event.kind.value not in ("supervision", "activity")
        ]


def test_an_event_that_the_broker_delivers_twice_is_one_press() -> None:
    house = House("WS101")
    assert house.hears("FF2E01", 1.0) == [("alarm", "sos")]
    assert house.hears("FF2E01", 1.5, sent_at=1.0) == []
    assert house.hears("FF2E01", 30.0, sent_at=1.0) == []
    assert house.hears("FF2E01", 40.0) == [("alarm", "sos")]


def test_a_leak_is_one_alarm_until_it_is_dry() -> None:
    house = House("WS303")
    assert house.hears("030001", 1.0) == [("alarm", "water")]
    assert house.hears("030001", 60.0) == []
    assert house.hears("030000", 120.0) == [("restore", "water")]
    assert house.hears("030001", 180.0) == [("alarm", "water")]


def test_a_second_fall_is_a_second_alarm_and_no_sensor_closes_either() -> None:
    house = House("VS373")
    assert house.hears("06FB0100000100", 1.0) == [("alarm", "fall")]
    assert house.hears("03F8040001001000", 10.0) == []
    assert house.hears("06FB0100000200", 60.0) == []
    assert house.hears("06FB0200000100", 120.0) == [("alarm", "fall")]


def test_a_battery_is_told_once_and_is_over_when_changed() -> None:
    house = House("WS301")
    assert house.hears("017505030000", 1.0) == [("low_battery", None)]
    assert house.hears("017505030000", 60.0) == []
    assert house.hears("017564030000", 120.0) == [("restore", "low_battery")]


def test_power_and_faults_of_a_gas_detector_come_and_go() -> None:
    house = House("GS101")
    assert house.hears("FF3F00", 1.0) == [("trouble", "mains")]
    assert house.hears("FF3F01", 60.0) == [("restore", "mains")]
    assert house.hears("FF3F02", 120.0) == [("trouble", "device_fault")]
    assert house.hears("FF3F03", 180.0) == [("restore", "device_fault")]
