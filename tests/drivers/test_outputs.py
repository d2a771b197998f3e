"""What is sent to sirens, plugs, buzzers and bridges: as documented, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import gps_watch, gps_watch_output, sonoff_rf_bridge_output, tasmota_output, zigbee2mqtt_output
from drivers.gps_watch_frame import parse
from drivers.output import SECONDS_LIMIT, Message, OutputDriver, Sounding, Target, Via
from drivers.registry import OUTPUT_DRIVERS
from drivers.sonoff_rf_bridge import encode_key, parse_key

FIRE = Sounding(seconds=180, fire=True)
PERSON = Sounding(seconds=30, fire=False)
CODED = Target(address="rf", code="ABCDE1", code_off="ABCDE2")

soundings = st.builds(Sounding, seconds=st.integers(1, SECONDS_LIMIT), fire=st.booleans(), text=st.text(min_size=1))
codes = st.from_regex(r"[0-9A-F]{6}", fullmatch=True)


def zigbee(action: str, sounding: Sounding | None) -> tuple[str, dict[str, Any]]:
    message = zigbee2mqtt_output.OUTPUT_DRIVER.actions[action].encode(Target(address="hall/siren 1"), sounding)
    assert message is not None
    return message.topic, json.loads(message.payload)


def test_a_zigbee_siren() -> None:
    topic = "zigbee2mqtt/hall/siren 1/set"
    loud = {"level": "very_high", "strobe": True}
    assert zigbee("siren", FIRE) == (topic, {"warning": {"mode": "fire", "duration": 180, **loud}})
    assert zigbee("siren", PERSON) == (topic, {"warning": {"mode": "emergency", "duration": 30, **loud}})
    assert zigbee("siren", None)[1]["warning"]["mode"] == "stop"
    assert zigbee("alarm", FIRE) == (topic, {"alarm": True, "duration": 180})
    assert zigbee("alarm", None) == (topic, {"alarm": False})


def test_a_zigbee_plug_switches_itself_off() -> None:
    assert zigbee("switch", PERSON)[1] == {"state": "ON", "on_time": 30}
    assert zigbee("switch", None)[1] == {"state": "OFF"}


@pytest.mark.parametrize(
    ("action", "sounding", "message"),
    [
        ("switch", FIRE, Message("cmnd/plug/Backlog", b"PulseTime1 280;Power1 ON")),
        ("switch", Sounding(seconds=5, fire=False), Message("cmnd/plug/Backlog", b"PulseTime1 50;Power1 ON")),
        ("switch", None, Message("cmnd/plug/Backlog", b"Power1 OFF;PulseTime1 0")),
        ("buzzer", PERSON, Message("cmnd/plug/Buzzer", b"30,5,5")),
        ("buzzer", None, Message("cmnd/plug/Buzzer", b"0")),
        ("code", PERSON, Message("cmnd/plug/RfCode", b"#ABCDE1")),
        ("code", None, Message("cmnd/plug/RfCode", b"#ABCDE2")),
    ],
)
def test_tasmota(action: str, sounding: Sounding | None, message: Message) -> None:
    target = Target(address="plug", code="ABCDE1", code_off="ABCDE2")
    assert tasmota_output.OUTPUT_DRIVER.actions[action].encode(target, sounding) == message


@given(seconds=st.integers(1, SECONDS_LIMIT))
def test_pulse_time_says_the_duration(seconds: int) -> None:
    number = tasmota_output.pulse_time(seconds)
    assert 1 <= number <= 64_900
    assert (number / 10 if number <= 111 else number - 100) == seconds


def test_a_bridge_beeps_and_sends() -> None:
    actions = sonoff_rf_bridge_output.OUTPUT_DRIVER.actions
    assert actions["beep"].encode(CODED, FIRE) == Message("", bytes.fromhex("AAC0006455"))
    assert actions["beep"].encode(CODED, None) is None
    assert actions["code"].encode(CODED, FIRE) == Message("", bytes.fromhex("AAA52A62015E041AABCDE155"))


@pytest.mark.parametrize(
    ("heard", "sent"),
    [
        (b"[3G*8800000015*0002*LK]", b"[3G*8800000015*0004*FIND]"),
        (b"[SG*8800000015*0002*LK]", b"[SG*8800000015*0004*FIND]"),
        (b"[YW*8800000015*0001*0002*LK]", b"[YW*8800000015*0001*0004*FIND]"),
    ],
)
def test_a_watch_is_told_to_ring_in_the_form_of_its_own_frames(heard: bytes, sent: bytes) -> None:
    ring = gps_watch_output.OUTPUT_DRIVER.actions["ring"].encode(Target(address="8800000015"), FIRE)
    assert ring is not None
    assert gps_watch.order(heard, ring.payload) == sent
    assert gps_watch.order(b"[]", ring.payload) is None


def test_a_watch_shows_a_text() -> None:
    """The frame of the makers' paper: \u597d123."""
    sounding = Sounding(seconds=60, fire=False, text="\u597d123")
    text = gps_watch_output.OUTPUT_DRIVER.actions["text"].encode(Target(address="5678901234"), sounding)
    assert text is not None
    assert gps_watch.order(b"[3G*5678901234*0002*LK]", text.payload) == (
        b"[3G*5678901234*0018*MESSAGE,597D003100320033]"
    )


@given(text=st.text(min_size=1))
def test_any_text_survives_the_frame(text: str) -> None:
    shown = gps_watch_output.encode_text(Target(address="5678901234"), Sounding(seconds=60, fire=False, text=text))
    assert shown is not None
    frame = parse(gps_watch.order(b"[3G*5678901234*0002*LK]", shown.payload) or b"")
    if len(text) < 400:
        assert frame is not None
        assert (frame.type, bytes.fromhex(frame.values[0]).decode("utf-16-be")) == ("MESSAGE", text)


@given(code=codes)
def test_a_code_is_sent_as_it_would_be_heard(code: str) -> None:
    """A5 has the form of the A4 frame in which a bridge says that it has heard the code."""
    message = sonoff_rf_bridge_output.encode_code(Target(address="rf", code=code), FIRE)
    assert message is not None
    heard = bytes((0xAA, 0xA4)) + message.payload[2:]
    assert heard == encode_key(code)
    assert parse_key(heard).code24 == code
    assert sonoff_rf_bridge_output.encode_code(Target(address="rf", code=code), None) is None


@pytest.mark.parametrize("driver", list(OUTPUT_DRIVERS.values()), ids=list(OUTPUT_DRIVERS))
@given(sounding=soundings, code=codes)
def test_every_action_fits_its_line_and_ends_by_itself_or_by_word(
    driver: OutputDriver, sounding: Sounding, code: str
) -> None:
    for name, action in driver.actions.items():
        target = Target(address="8800000015", code=code, code_off=code)
        on, off = action.encode(target, sounding), action.encode(target, None)
        assert on is not None
        assert off is not None or name in ("beep", "ring", "text")
        assert (on.topic != "") is (driver.via is Via.BROKER)
        assert on.payload
        assert action.has_code is (
            Target(address="8800000015") != target and action.encode(Target(address="8800000015"), sounding) != on
        )


@pytest.mark.parametrize(
    ("driver", "address"),
    [("tasmota", "a/b"), ("tasmota", "a+"), ("tasmota", " "), ("tasmota", "x" * 129), ("sonoff_rf_bridge", "RF 1"),
     ("zigbee2mqtt", "a+b"), ("gps_watch", "123"), ("zigbee2mqtt", "zigbee2mqtt/siren")],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_refused(driver: str, address: str) -> None:
    with pytest.raises(ValueError, match=r"write|leave"):
        OUTPUT_DRIVERS[driver].normalise_address(address)


@given(st.text())
def test_no_address_breaks_out_of_its_topic(text: str) -> None:
    for driver in OUTPUT_DRIVERS.values():
        try:
            address = driver.normalise_address(text)
        except ValueError:
            continue
        for action in driver.actions.values():
            message = action.encode(Target(address=address, code="ABCDE1"), FIRE)
            assert message is not None
            assert not set(message.topic) & {"+", "#"}
