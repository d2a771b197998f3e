"""What the house makes of Bluetooth devices: one alarm for one press, however often and by whom it is heard."""

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
        payload = ble.encode(ADDRESS, ble_bthome.UUID, ble_bthome.encode(bytes.fromhex(objects)))
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
