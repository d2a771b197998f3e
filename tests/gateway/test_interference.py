import asyncio
from pathlib import Path

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import openmqttgateway_serial, tasmota_rf
from drivers.device import Device
from drivers.event import Reject
from drivers.link.pty import PtyPair
from drivers.registry import MQTT_DRIVERS
from drivers.sonoff_rf_bridge import encode_key
from gateway.interference import FRAMES_PER_SECOND, OVER_AFTER_SECONDS, SECONDS, Interference, is_foreign
from gateway.links import covers
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House


def flood(radio: Interference, start: float, seconds: int, per_second: int) -> float:
    for second in range(seconds):
        for frame in range(per_second):
            radio.foreign("rf", start + second + frame / (per_second + 1))
    return start + seconds


def test_five_busy_seconds_in_a_row_are_interference_and_a_quiet_minute_ends_it() -> None:
    radio = Interference()
    now = flood(radio, 100.0, SECONDS, FRAMES_PER_SECOND)
    assert radio.changes(now) == (["rf"], [])
    assert radio.changes(now) == ([], [])
    assert radio.changes(now + OVER_AFTER_SECONDS - 1) == ([], [])
    assert radio.changes(now + OVER_AFTER_SECONDS + 1) == ([], ["rf"])


def test_less_than_that_is_a_town() -> None:
    radio = Interference()
    now = flood(radio, 100.0, 60, FRAMES_PER_SECOND - 1)
    now = flood(radio, now, SECONDS - 1, FRAMES_PER_SECOND)
    now = flood(radio, now + 1, SECONDS - 1, FRAMES_PER_SECOND)
    assert radio.changes(now) == ([], [])


@given(phase=st.floats(0, 1), per_second=st.integers(FRAMES_PER_SECOND, 200))
def test_five_busy_seconds_count_wherever_on_the_clock_they_begin(phase: float, per_second: int) -> None:
    radio = Interference()
    for frame in range(SECONDS * per_second):
        radio.foreign("rf", 100.0 + phase + frame / per_second)
    assert radio.changes(105.0 + phase) == (["rf"], [])


@given(phase=st.floats(0, 1), seconds=st.floats(0, SECONDS - 1), per_second=st.integers(FRAMES_PER_SECOND, 200))
def test_a_key_that_somebody_holds_for_a_while_is_none(phase: float, seconds: float, per_second: int) -> None:
    radio = Interference()
    for frame in range(int(seconds * per_second)):
        radio.foreign("rf", 100.0 + phase + frame / per_second)
    assert radio.changes(105.0 + phase) == ([], [])


CORD = Device(id="cord", driver="ev1527", address="9EAD9", model="ev1527-cord", room="hall", code_map={"F": "sos"})


def lookup(driver: str, address: str) -> Device | None:
    return CORD if (driver, address) == ("ev1527", "9EAD9") else None


@pytest.mark.parametrize(
    ("topic", "payload", "foreign"),
    [
        ("tele/bridge/RESULT", b'{"RfReceived":{"Data":"ABCDEF"}}', True),
        ("tele/bridge/RESULT", b'{"RfReceived":{"Data":"9EAD9F"}}', False),
        ("tele/bridge/RESULT", b'{"RfReceived":{"Data":"9EAD91"}}', True),
        ("tele/bridge/RESULT", b'{"RfRaw":{"Data":"AAB10300F40434047628081855"}}', True),
        ("tele/plug/STATE", b'{"POWER":"ON"}', False),
        ("home/omg/433toMQTT", b'{"value":3327,"protocol":10,"length":12}', True),
        ("rtl_433/host/events", b'{"model":"Acurite-Tower","id":5}', True),
        ("home/omg/BTtoMQTT/BC026EAABBCC", b'{"id":"BC:02:6E:AA:BB:CC","rssi":-60}', False),
        ("zigbee2mqtt/stranger", b'{"action":"single"}', False),
    ],
)
def test_only_strangers_on_433_mhz_are_interference(topic: str, payload: bytes, foreign: bool) -> None:
    heard = [
        driver.decode(topic, payload, False, lookup)
        for driver in MQTT_DRIVERS.values()
        if any(covers(subscription, topic) for subscription in driver.subscriptions)
    ]
    assert heard
    assert any(is_foreign(decoded, lookup) for decoded in heard) is foreign


def test_the_neighbours_bluetooth_on_a_serial_line_is_no_interference() -> None:
    heard = b'"id":"BC:02:6E:AA:BB:CC","servicedatauuid":"0xfcd2","servicedata":"%b"'
    for data in (b"40003A01", b"zz"):
        line = openmqttgateway_serial.encode("/BTtoMQTT/BC026EAABBCC", b"{" + heard % data + b"}")
        assert not is_foreign(openmqttgateway_serial.decode(line, lookup), lookup)
    assert not is_foreign(Reject(driver="seeed_mr60", reason="noise"), lookup)


async def test_flooded_radios_are_told_to_the_district_and_the_cord_still_alarms(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    v5 = aiomqtt.ProtocolVersion.V5
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial")
            await gateway.wait_line("listening on the local broker")
            async with asyncio.timeout(30), aiomqtt.Client("127.0.0.1", local_broker.port, protocol=v5) as other:
                sent, flooded = 0, set[str]()
                while flooded != {"serial.rf", "tasmota_rf"}:
                    codes = [f"{0x100000 + sent + frame:06X}" for frame in range(8)]
                    await radio.write(b"".join(map(encode_key, codes)))
                    await other.publish("tele/bridge/RESULT", tasmota_rf.encode(codes[0]), qos=1)
                    sent += 8
                    await radio.read()  # its acknowledgements pace us: a pty alone would take everything at once
                    troubles = centre.on("event", kind="trouble", type="rf_interference")
                    flooded = {said.body["data"]["evidence"]["where"] for said in troubles}
            await radio.write(encode_key("9EAD9F"))
            (alarm,) = await centre.wait_on("alarm")
            assert alarm.type == "sos"
