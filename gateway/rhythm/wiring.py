"""The home's rhythm wired into one house."""

from collections.abc import Callable

from drivers.device import Device
from drivers.registry import DRIVERS, LISTENER_DRIVERS, MQTT_DRIVERS, MQTT_RECEIVERS, POLLED_DRIVERS, SERIAL_RECEIVERS
from gateway.away import Away
from gateway.config import Config
from gateway.config_devices import SerialPort
from gateway.intake.intake import Intake
from gateway.rhythm.asking import Asking, Voice
from gateway.rhythm.blind import Blind
from gateway.rhythm.rhythm import Rhythm
from gateway.rules.at_home import at_home
from gateway.store.store import Store

BROKER_LINE = "local_broker"


def rhythm_of(
    config: Config, intake: Intake, store: Store, away: Away, voice: Voice, can_speak: Callable[[], bool]
) -> Rhythm | None:
    """None where the file switches it off."""
    if config.inactivity is None:
        return None
    asking = Asking(voice, can_speak, config.inactivity.quiet)
    blind = Blind({device.id: lines_of(config, device) for device in config.devices})
    locators = [device.id for device in config.devices if DRIVERS[device.driver].tells_location]
    return Rhythm(config.inactivity, at_home(config.devices), locators, blind, intake, store, away, asking)


def lines_of(config: Config, device: Device) -> frozenset[str]:
    """The inner lines that hear a device, by the names under which their loss is told."""
    lines = {f"serial.{port.name}" for port in config.serial_ports if _hears(port, device)}
    if device.driver in LISTENER_DRIVERS:
        lines |= {f"listener.{one.name}" for one in config.listeners if one.driver == device.driver}
    if config.broker is not None and (device.driver in MQTT_DRIVERS or device.driver in MQTT_RECEIVERS):
        lines.add(BROKER_LINE)
    return frozenset(lines)


def _hears(port: SerialPort, device: Device) -> bool:
    if device.driver in POLLED_DRIVERS:
        return port.driver == device.driver and device.address.startswith(f"{port.name}/")
    is_radio = port.driver == "sonoff_rf_bridge" and device.driver == "ev1527"
    return is_radio or port.driver == device.driver or device.driver in SERIAL_RECEIVERS.get(port.driver, ())
