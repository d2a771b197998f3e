"""The traps that real devices set, each by its name: what another gateway got wrong, or a document contradicts.

Numbered as the traps of the field were collected; number 4 (EnOcean) has no driver here. Sources stand beside each.
"""

import json
from typing import Any

import pytest

from drivers import ev1527, gps_watch, rtl_433, seeed_mr60, sonoff_rf_bridge
from drivers.device import Device
from drivers.event import Reject, Signal
from drivers.portisch_bucket import encode as encode_burst
from drivers.registry import SERIAL_DRIVERS
from gateway.decode import answer
from tests.drivers.vectors import cord, enrolled, nobody


def told(protocol: str, **vector: Any) -> dict[str, Any]:
    return answer(json.dumps({"protocol": protocol, **vector}).encode())


def events(protocol: str, **vector: Any) -> list[tuple[str, str | None]]:
    return [(event["kind"], event["type"]) for event in told(protocol, **vector)["events"]]


def zigbee(**values: Any) -> list[tuple[str, str | None]]:
    return events("zigbee2mqtt_json", kind="mqtt_json", topic="zigbee2mqtt/dev", input=values)


def signals(decoded: tuple[Signal, ...] | Reject) -> list[tuple[str, str | None]]:
    assert isinstance(decoded, tuple)
    return [(signal.kind.value, signal.type) for signal in decoded]


def on_line(driver: str, line: bytes) -> list[bytes]:
    splitter = SERIAL_DRIVERS[driver].new_splitter()
    return [piece for piece in splitter.feed(line) + splitter.flush() if isinstance(piece, bytes)]


def test_finding_01_the_data_nibble_means_what_its_owner_was_told_it_means() -> None:
    """F is a low battery at one maker (rtl_433 kerui.c) and SOS at another (rtl_433_tests Hapippofa)."""
    kerui, hapippofa = cord(F="low_battery", A="sos"), cord(F="sos")
    assert signals(ev1527.decode_code("9EAD9F", enrolled(kerui), raw=b"", retained=False)) == [("low_battery", None)]
    assert signals(ev1527.decode_code("9EAD9F", enrolled(hapippofa), raw=b"", retained=False)) == [("alarm", "sos")]
    unmapped = ev1527.decode_code("9EAD97", enrolled(kerui), raw=b"", retained=False)
    assert isinstance(unmapped, Reject)
    assert unmapped.reason == "unmapped_code"


def test_finding_02_a_name_of_rtl_433_is_no_class_of_device() -> None:
    """A universal remote decodes as Smoke-GS558 (rtl_433_tests EV1527-Universal-Remote): nobody enrolled, no alarm."""
    remote = b'{"model":"Smoke-GS558","id":27111,"unit":22,"learn":0,"code":"8d3cf6"}'
    assert signals(rtl_433.decode_line(remote, False, nobody)) == [("enrolment", None)]
    kidde = Device(id="k", driver="rtl_433", address="Kidde-Smoke/0", model="generic-smoke", room="hall")
    presence = rtl_433.decode_line(b'{"model":"Kidde-Smoke","id":0}', False, enrolled(kidde))
    assert ("supervision", None) in signals(presence)
    assert ("alarm", "smoke") not in signals(presence)
    shifted = told("rtl433_json", input={"model": "DY-SQ100B-WaterLeak-EV1527", "len": 25, "data": "8780328"})
    assert shifted["fields"]["code24"] == "0F0065"


def test_finding_03_length_decides_where_a_bridges_frame_ends_and_a_bucket_is_never_acknowledged() -> None:
    """55 stands inside codes and bursts; an acknowledgement of B1 re-arms plain sniffing (esphome 17682)."""
    key = sonoff_rf_bridge.encode_key("5555AA")
    assert on_line("sonoff_rf_bridge", key * 2) == [key, key]
    assert sonoff_rf_bridge.acknowledgement(key) == bytes.fromhex("AAA055")
    burst = encode_burst("9EAD9F")
    assert on_line("sonoff_rf_bridge", burst + key) == [burst, key]
    assert sonoff_rf_bridge.acknowledgement(burst) is None
    noise = told("sonoff_rf_bridge_uart", kind="hex", input="AAB10300F40434047628081855")
    assert (noise["ok"], noise["events"]) == (True, [])


@pytest.mark.parametrize("value", ["01", "02", "03", "04", "05", "06", "80", "FE", "7F"])
def test_finding_05_any_press_of_a_bluetooth_button_is_a_call_for_help(value: str) -> None:
    """Shelly's hold is FE, which the usual parser drops without a word; the published table has 80."""
    assert events("ble_bthome_v2", input=f"4400AC01643A{value}") == [("alarm", "sos")]
    assert events("ble_bthome_v2", input="4400AC01643A00") == [("supervision", None)]


def test_finding_06_a_state_of_zigbee2mqtt_is_read_in_every_shape_it_comes_in() -> None:
    """zigbee2mqtt 1669, 25566, 31821 and 10514; zigbee-herdsman-converters 6351."""
    assert zigbee(action="") == []
    assert zigbee(action=None, battery=100) == [("supervision", None)]
    assert zigbee(gas="True") == [("alarm", "gas")]
    assert zigbee(water_leak=None) == [("supervision", None)]
    shown = told("zigbee2mqtt_json", topic="zigbee2mqtt/dev", input={"battery": "100.00", "last_seen": 1650000000000})
    assert (shown["fields"]["battery_pct"], shown["fields"]["occurred_at"]) == (100, "2022-04-15T05:20:00.000Z")
    again = told(
        "zigbee2mqtt_json",
        kind="mqtt_sequence",
        topic=["zigbee2mqtt/b", "zigbee2mqtt/b/action"],
        input=[{"action": "emergency"}, "emergency"],
    )
    assert [event["type"] for event in again["events"]] == ["sos"]


def test_finding_07_the_alarm_bits_of_a_zone_are_each_models_own() -> None:
    """HEIMAN's gas is 0x0022 (zigbee2mqtt 16879), Xiaomi's 0x0002 is a self-test (391)."""

    def zone(model: str, status: int) -> list[tuple[str, str | None]]:
        return events("zigbee_ias_zcl", kind="zone_status_int", input=status, ctx={"model": model})

    assert zone("SGMHM-I1", 0x0022) == [("alarm", "gas")]
    assert zone("JTYJ-GD-01LM/BW", 0x0002) == [("test", "smoke")]
    assert zone("generic-smoke", 0x0002) == [("alarm", "smoke")]


def test_finding_08_a_fall_is_one_by_whichever_of_the_makers_two_tables() -> None:
    """VS373: its README and its decoder count the status of an event differently; the room's status is the same."""

    def radar(payload: str) -> list[tuple[str, str | None]]:
        return events("milesight_lorawan", fport=85, input=payload, ctx={"model": "VS373"})

    assert ("alarm", "fall") in radar("03F8040001001000")
    assert ("alarm", "fall") in radar("06FB0200000100")
    assert ("alarm", "fall") not in radar("06FB0200000200")


def test_finding_09_a_watchs_frame_is_not_refused_for_its_length_nor_its_alarm_for_want_of_a_reason() -> None:
    """13 of 47 frames of Traccar's fixtures bear a wrong length; an AL without a bit is a press all the same."""
    watch = (
        "SG*9051004074*0058*AL,120117,145602,V,40.058413,N,76.336618,W,11.519,188,99,00,01,80,0,50,00000000,0,1,0,0,,10"
    )
    assert told("gps_watch_3g_sg", input=f"[{watch}]")["fields"]["length_ok"] is False
    assert ("alarm", "sos") in events("gps_watch_3g_sg", input=f"[{watch}]")
    for frame, echo in ((f"[{watch}]", "AL"), ("[SG*8800000015*0002*LK]", "LK")):
        reply = gps_watch.acknowledgement(frame.encode())
        assert reply is not None
        assert reply.endswith(f"*{echo}]".encode())


def test_finding_10_a_start_byte_inside_a_radars_data_hides_no_fall() -> None:
    """MR60: no escaping, so data may look like a start; the maker's document of 0E0E contradicts itself (issue 17)."""
    height = seeed_mr60.encode(seeed_mr60.Frame(1, 0x0E0E, b"\x01\x00\x01\x00"))
    fall = seeed_mr60.encode(seeed_mr60.Frame(2, 0x0E02, b"\x01"))
    assert on_line("seeed_mr60", height[:-3] + fall) == [fall]
    assert on_line("seeed_mr60", height + fall) == [height, fall]
    assert events("seeed_mr60_uart", input=fall.hex()) == [("alarm", "fall")]
    assert events("seeed_mr60_uart", input=height.hex()) == [("supervision", None)]
