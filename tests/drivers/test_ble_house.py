"""What the house makes of Bluetooth devices: one alarm for one press, however often and by whom it is heard."""

import json

from drivers import ble, ble_bthome
from drivers.device import Device
from drivers.registry import DRIVERS
from gateway.intake.intake import Intake
from tests.gateway.houses import happened, moment

ADDRESS = "A4:C1:38:05:8E:E9"


class House:
    """A house with one Bluetooth device and two gateways that hear it."""

    def __init__(self, model: str) -> None:
        ids = iter(f"event-{number}" for number in range(1_000))
        device = Device(id="d", driver="ble", address=ADDRESS, model=model, room="r")
        self.intake = Intake({("ble", ADDRESS): device}, {"ble": DRIVERS["ble"]}, 10, lambda: next(ids))

    def hears(self, objects: str, at: float, *, gateway: str = "hall") -> list[tuple[str, str | None]]:
        return self.gets(ble.encode(ADDRESS, ble_bthome.UUID, ble_bthome.encode(bytes.fromhex(objects))), at, gateway)

    def gets(self, payload: bytes, at: float, gateway: str = "hall") -> list[tuple[str, str | None]]:
        decoded = ble.decode(f"home/{gateway}/BTtoMQTT/{ADDRESS}", payload, False, self.intake.lookup)
        assert isinstance(decoded, tuple)
        outcomes = [outcome for signal in decoded for outcome in self.intake.accept(signal, moment(at))]
        return [(event.kind.value, event.type) for event in happened(outcomes) if event.kind.value != "supervision"]


def test_one_press_repeated_and_heard_twice_is_one_alarm() -> None:
    house = House("SBBT-002C")
    assert house.hears("001D01643A01", 1.0) == [("alarm", "sos")]
    assert house.hears("001D01643A01", 1.2, gateway="bedroom") == []
    assert house.hears("001D01643A01", 3.0) == []
    assert house.hears("001E01643AFE", 4.0) == [("alarm", "sos")]


def test_smoke_is_one_alarm_until_it_is_gone() -> None:
    house = House("generic-smoke")
    assert house.hears("00012901", 1.0) == [("alarm", "smoke")]
    assert house.hears("00022901", 60.0) == []
    assert house.hears("00032900", 120.0) == [("restore", "smoke")]


def test_a_door_is_told_as_it_moves_and_not_as_often_as_it_is_repeated() -> None:
    house = House("SBDW-002C")
    assert house.hears("00012D01", 1.0) == [("activity", "contact_open")]
    assert house.hears("00012D01", 2.0) == []
    assert house.hears("00022D00", 5.0) == [("activity", "contact_closed")]


def test_a_strap_that_measures_what_no_heart_can_do_is_faulty_until_it_measures_again() -> None:
    house = House("H10")

    def beats(rate: int, minute: int) -> list[tuple[str, str | None]]:
        strap = {"id": ADDRESS, "name": "Polar H10 1", "manufacturerdata": f"6b002f166b{rate:02x}"}
        return house.gets(json.dumps(strap).encode(), minute * 60.0)

    assert beats(72, 1) == [("measurement", "heart_rate")]
    assert [beats(255, minute) for minute in range(2, 6)] == [[]] * 4
    assert beats(255, 6) == [("trouble", "device_fault")]
    assert beats(255, 7) == []
    assert beats(0, 8) == [], "a strap that feels no heart says nothing"
    assert beats(70, 9) == [("restore", "device_fault"), ("measurement", "heart_rate")]
