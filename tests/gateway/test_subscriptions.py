"""Which driver a message of the local broker goes to."""

import pytest

from gateway.links import covers


@pytest.mark.parametrize(
    ("subscription", "topic", "expected"),
    [
        ("zigbee2mqtt/#", "zigbee2mqtt/hall/button", True),
        ("zigbee2mqtt/#", "zigbee2mqtt", True),
        ("zigbee2mqtt/#", "zigbee2mqtt2/hall", False),
        ("tele/+/RESULT", "tele/bridge/RESULT", True),
        ("tele/+/RESULT", "tele/house/bridge/RESULT", False),
        ("tele/+/RESULT", "tele/RESULT", False),
        ("+/tele/RESULT", "bridge/tele/RESULT", True),
        ("home/+/RTL_433toMQTT/#", "home/gate/RTL_433toMQTT", True),
        ("home/+/RTL_433toMQTT/#", "home/gate/RTL_433toMQTT/Kerui-Security/1", True),
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
    ],
)
def test_wildcards_stand_for_levels(subscription: str, topic: str, expected: bool) -> None:
    assert covers(subscription, topic) is expected
