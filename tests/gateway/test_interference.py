import asyncio
from pathlib import Path

from drivers.link.pty import PtyPair
from drivers.sonoff_rf_bridge import encode_key
from gateway.interference import FRAMES_PER_SECOND, OVER_AFTER_SECONDS, SECONDS, Interference
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


async def test_a_flooded_radio_is_told_to_the_district_and_the_cord_still_alarms(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with call_centre(district_broker) as centre, house.gateway_running() as gateway:
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial")
            async with asyncio.timeout(30):
                sent = 0
                while not centre.on("event", kind="trouble", type="rf_interference"):
                    await radio.write(b"".join(encode_key(f"{0x100000 + sent + frame:06X}") for frame in range(8)))
                    sent += 8
                    await radio.read()  # its acknowledgements pace us: a pty alone would take everything at once
            await radio.write(encode_key("9EAD9F"))
            (alarm,) = await centre.wait_on("alarm")
            assert alarm.type == "sos"
