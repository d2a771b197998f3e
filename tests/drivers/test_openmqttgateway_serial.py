"""An OpenMQTTGateway on a serial line: what the firmware writes, broken in the ways of lines.

The form of a line, the heartbeat and its answer: 1technophile/OpenMQTTGateway main/gatewaySERIAL.cpp (3d43c30), facts.
"""

import json

import pytest
from msgspec.structs import replace

from drivers import ble, openmqttgateway_serial
from drivers.device import Device, Lookup
from drivers.event import Reject
from drivers.openmqttgateway_serial import acknowledgement, decode, encode, encode_heartbeat, new_splitter
from tests.drivers.vectors import cord, enrolled

ADDRESS = "BC:02:6E:AA:BB:CC"
BUTTON = Device(id="button", driver="ble", address=ADDRESS, model="SBBT-002C", room="bedroom")
PRESS = ble.encode(ADDRESS, "fcd2", bytes.fromhex("4400AB01643A01"))
LINE = encode("/BTtoMQTT", PRESS)


def frames(*chunks: bytes) -> list[bytes]:
    splitter = new_splitter()
    found = [piece for chunk in chunks for piece in splitter.feed(chunk)] + splitter.flush()
    return [piece for piece in found if isinstance(piece, bytes) and piece.strip()]


def said(frame: bytes, lookup: Lookup) -> list[tuple[str, str | None]]:
    decoded = decode(frame, lookup)
    assert isinstance(decoded, tuple)
    return [(signal.kind.value, signal.type) for signal in decoded]


@pytest.mark.parametrize("origin", ["/BTtoMQTT", "/BTtoMQTT/BC026EAABBCC", "home/gate/BTtoMQTT/BC026EAABBCC"])
def test_a_bluetooth_press_is_the_same_as_by_the_broker(origin: str) -> None:
    lookup = enrolled(BUTTON)
    by_line, by_broker = decode(encode(origin, PRESS), lookup), ble.decode("home/g/BTtoMQTT/x", PRESS, False, lookup)
    assert isinstance(by_line, tuple)
    assert isinstance(by_broker, tuple)
    assert [replace(one, raw=b"") for one in by_line] == [replace(one, raw=b"") for one in by_broker]
    assert [(one.kind, one.type) for one in by_line] == [("alarm", "sos")]


def test_a_message_that_bears_its_topic_instead_is_read_too() -> None:
    line = b'00{"topic":"home/gate/BTtoMQTT/BC026EAABBCC",' + PRESS[1:] + b"\r"
    assert said(line, enrolled(BUTTON)) == [("alarm", "sos")]


def test_a_cord_of_433_mhz_is_heard_by_the_same_line() -> None:
    heard = encode("/433toMQTT", b'{"value":10399135,"protocol":1,"length":24,"delay":350}')
    assert said(heard, enrolled(cord())) == [("alarm", "sos")]


def test_a_heartbeat_is_answered_and_nothing_else_is() -> None:
    assert acknowledgement(encode_heartbeat()) == b'00{"type":"heartbeat_ack"}\r'
    assert acknowledgement(LINE) is None
    assert acknowledgement(b'{"type":"heartbeat_ack"}\r') is None
    assert said(encode_heartbeat(), enrolled()) == []


def test_any_message_shows_that_an_enrolled_gateway_lives() -> None:
    gateway = Device(id="ble-gate", driver="openmqttgateway", address="", model="receiver", room="hall")
    assert said(encode_heartbeat(), enrolled(gateway)) == [("supervision", None)]
    assert said(LINE, enrolled(gateway, BUTTON)) == [("alarm", "sos"), ("supervision", None)]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
@pytest.mark.parametrize("prefix", [b"00", b""])
def test_a_line_ends_as_its_builder_chose(prefix: bytes, end: bytes) -> None:
    line = prefix + LINE[2:-1] + end
    assert frames(line * 3) == [line] * 3
    assert said(line, enrolled(BUTTON)) == [("alarm", "sos")]


def test_the_feed_of_a_torn_pair_is_no_noise() -> None:
    splitter = new_splitter()
    line = LINE[:-1] + b"\r\n"
    found = splitter.feed(line[:-1]) + splitter.feed(b"\n") + splitter.feed(line) + splitter.flush()
    assert not [piece for piece in found if isinstance(piece, Reject)]
    told = [said(piece, enrolled(BUTTON)) for piece in found if isinstance(piece, bytes)]
    assert [one for one in told if one] == [[("alarm", "sos")]] * 2


@pytest.mark.parametrize(
    "before",
    [
        b"N: [ OMG->MQTT ] log of the firmware\r\n",
        LINE[:-30],
        LINE[:-30] + b"\r",
        b"00{" * 200,
        b'{"device":{"id":1},' * 20 + b"\r",
        b"\xff\xfe\x00" * 50,
        b"x" * 5_000,
    ],
)
def test_a_press_behind_anything_is_found(before: bytes) -> None:
    assert frames(before + LINE)[-1] == LINE
    assert frames(*(bytes((byte,)) for byte in before[-300:] + LINE))[-1] == LINE


def test_a_message_that_is_no_object_is_refused_with_its_reason() -> None:
    assert isinstance(refused := decode(b"00[1]\r", enrolled()), Reject)
    assert (refused.driver, refused.reason) == ("openmqttgateway", "not_object")
    with pytest.raises(ValueError, match="JSON object"):
        encode("/BTtoMQTT", b"[]")


def test_what_is_about_something_else_says_nothing() -> None:
    for message in ({"a": 1}, {"origin": "/IRtoMQTT", "value": 1}, {"origin": 7}):
        assert decode(b"00" + json.dumps(message).encode() + b"\r", enrolled()) == ()


def test_the_baud_rate_is_the_firmwares() -> None:
    assert openmqttgateway_serial.SERIAL_DRIVER.baud_rate == 9_600
