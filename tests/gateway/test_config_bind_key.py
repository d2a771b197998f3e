"""The key of a Bluetooth device in the gateway's file: read, and never repeated in any message."""

from pathlib import Path

import pytest

from gateway.config import ConfigError, load
from tests.gateway.test_config import COMPLETE, write

KEY = "231D39C1D7CC1AB1AEE224CD096DB932"
DEVICE = (
    '\n[[device]]\nid = "pendant"\ndriver = "{driver}"\naddress = "a4c138058ee9"\nroom = "hall"\nbind_key = {key}\n'
)


def test_the_key_of_a_bluetooth_device_is_read_and_not_shown(tmp_path: Path) -> None:
    config = load(write(tmp_path, COMPLETE + DEVICE.format(driver="ble", key=f'"{KEY}"')))
    pendant = config.devices[-1]
    assert (pendant.address, pendant.bind_key) == ("A4:C1:38:05:8E:E9", KEY.lower())
    assert KEY.lower() not in repr(config)


@pytest.mark.parametrize("key", [f'"{KEY}0"', f'"{KEY[:-1]}G"', f"['{KEY}']", '""', "123456789"])
def test_a_wrong_key_is_told_without_repeating_it(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match="bind_key is not 32 hexadecimal digits") as caught:
        load(write(tmp_path, COMPLETE + DEVICE.format(driver="ble", key=key)))
    assert KEY[:8] not in str(caught.value)
    assert "123456789" not in str(caught.value)


def test_a_driver_without_seals_has_no_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='driver "zigbee2mqtt" has no bind_key; remove it') as caught:
        load(write(tmp_path, COMPLETE + DEVICE.format(driver="zigbee2mqtt", key=f'"{KEY}"')))
    assert KEY not in str(caught.value)
