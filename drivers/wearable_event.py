"""What a band or pendant says by itself on the local broker: its own fall flag, its own button. Topic
`wearable/ADDRESS/event`, beside the blocks of `drivers.wearable` and apart from them: samples may be dropped, this not.

The message is a JSON object: `event` is "fall" or "sos", `battery` the charge in percent, `at` the time of the device's
own clock (RFC 3339); the last two may be missing. The layout is our own, as that of the blocks is: gateways for BLE
bands produce it, so there are no captures of others. Each message is news: two falls are two falls.
"""

from datetime import datetime

from drivers.device import Decoded, Lookup
from drivers.event import RAW_LIMIT_BYTES, AlarmType, Kind, Reject, Signal, State
from drivers.json_object import number, read
from drivers.radio_topics import SUBSCRIPTIONS
from drivers.registry import MqttDriver
from drivers.wearable import BASE_TOPIC, LOW_BATTERY_PERCENT
from drivers.wearable import NAME as WEARABLE
from drivers.zigbee2mqtt_json import moment

NAME = "wearable_event"
MESSAGE_LIMIT_BYTES = 1_024
ALARMS = {"fall": AlarmType.FALL, "sos": AlarmType.SOS}
"""What `event` may be."""


def topic_of(address: str) -> str:
    """Where a band publishes what it says by itself."""
    return f"{BASE_TOPIC}/{address}/event"


def encode(event: str, *, battery_percent: int | None = None, at: datetime | None = None) -> bytes:
    """The message of a band that says "fall" or "sos"."""
    battery = "" if battery_percent is None else f',"battery":{battery_percent}'
    when = "" if at is None else f',"at":"{at.isoformat(timespec="milliseconds")}"'
    return f'{{"event":"{event}"{battery}{when}}}'.encode()


def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
    """What a message says. Never raises."""
    levels = topic.split("/")
    if len(levels) != 3 or levels[0] != BASE_TOPIC or levels[2] != "event" or not levels[1]:
        return Reject(driver=NAME, reason="bad_topic")
    said = read(payload, MESSAGE_LIMIT_BYTES)
    if isinstance(said, str):
        return Reject(driver=NAME, reason=said)
    word = said.get("event")
    alarm = ALARMS.get(word) if isinstance(word, str) else None
    if alarm is None:
        return Reject(driver=NAME, reason="unknown_event")
    charge = number(said.get("battery"))
    charge = charge if charge is not None and 0 <= charge <= 100 else None
    is_enrolled = lookup(WEARABLE, levels[1]) is not None
    return (
        Signal(
            driver=WEARABLE,
            address=levels[1],
            kind=Kind.ALARM if is_enrolled else Kind.ENROLMENT,
            type=alarm.value if is_enrolled else None,
            code=alarm.value,
            state=State.ACTIVE if is_enrolled else None,
            occurred_at=moment(said.get("at")),
            retained=retained,
            battery_percent=charge,
            battery_low=None if charge is None else charge <= LOW_BATTERY_PERCENT,
            raw=payload[:RAW_LIMIT_BYTES],
        ),
    )


MQTT_DRIVER = MqttDriver(name=NAME, subscriptions=SUBSCRIPTIONS[NAME], decode=decode)
