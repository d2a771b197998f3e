"""What `make bench` needs of the rest of the project: it is run too seldom to find out by itself."""

import pytest

from benchmarks import samples
from drivers.registry import LISTENER_DRIVERS, MQTT_DRIVERS, POLLED_DRIVERS, SERIAL_DRIVERS


@pytest.mark.parametrize("name", sorted({**SERIAL_DRIVERS, **LISTENER_DRIVERS}))
def test_every_driver_of_a_line_can_be_measured(name: str) -> None:
    assert samples.frames(name)


@pytest.mark.parametrize("name", sorted(POLLED_DRIVERS))
def test_every_driver_of_a_bus_can_be_measured(name: str) -> None:
    assert samples.questions(name)


@pytest.mark.parametrize("name", sorted(MQTT_DRIVERS))
def test_every_driver_of_messages_can_be_measured(name: str) -> None:
    assert samples.messages(name)
