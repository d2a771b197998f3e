"""Our reading of a PUBLISH beside paho's: the same message or none, whatever lies on the line."""

from hypothesis import example, given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish
from paho.mqtt.enums import MQTTProtocolVersion

from drivers.link.endpoint import Inbound
from drivers.link.publish_packet import puback, read_publish

TOPICS = st.text(min_size=1, max_size=40).filter(lambda topic: "\0" not in topic)


def remaining_length(length: int) -> bytes:
    size = bytearray()
    while True:
        length, digit = divmod(length, 128)
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(size)


def packet(flags: int, topic: bytes, mid: int, properties: bytes, payload: bytes) -> bytes:
    number = mid.to_bytes(2, "big") if flags & 0x06 else b""
    body = len(topic).to_bytes(2, "big") + topic + number + properties + payload
    return bytes([0x30 | flags]) + remaining_length(len(body)) + body


@given(
    st.binary(max_size=5), st.booleans(), st.booleans(), st.booleans(), TOPICS, st.integers(1, 65_535),
    st.binary(max_size=300), st.binary(max_size=5),
)  # fmt: skip
def test_every_plain_message_is_read_wherever_it_begins(
    before: bytes, qos: bool, retain: bool, redelivered: bool, topic: str, mid: int, payload: bytes, after: bytes
) -> None:
    flags = qos << 1 | retain | redelivered << 3
    whole = packet(flags, topic.encode(), mid, b"\0", payload)
    found = read_publish(before + whole + after, len(before))
    message = Inbound(
        topic=topic, payload=payload, retain=retain, qos=int(qos), mid=mid if qos else 0, redelivered=redelivered
    )
    assert found == (message, len(before) + len(whole))


@given(st.integers(0, 15), st.binary(max_size=20), st.integers(0, 65_535), st.binary(max_size=6), st.binary(max_size=9))
@example(2, b"t", 1, b"\x03\x09\x00\x00", b"correlated").via("properties are left to paho")
@example(4, b"t", 1, b"\0", b"").via("QoS 2 is left to paho")
def test_what_is_read_is_what_paho_reads(flags: int, topic: bytes, mid: int, properties: bytes, payload: bytes) -> None:
    whole = packet(flags, topic, mid, properties, payload)
    found = read_publish(whole, 0)
    if found is None:
        return
    inbound, end = found
    theirs = decode_publish(whole[0], whole[2:], MQTTProtocolVersion.MQTTv5)
    assert end == len(whole)
    assert theirs.properties is not None
    assert theirs.properties.isEmpty()  # type: ignore[no-untyped-call]
    assert (inbound.topic.encode(), inbound.payload, inbound.mid) == (theirs.topic, theirs.payload, theirs.mid)
    assert (inbound.qos, inbound.retain, inbound.redelivered) == (theirs.qos, theirs.retain, theirs.dup)


@given(TOPICS, st.binary(max_size=300), st.data())
def test_a_message_that_is_not_whole_is_left_where_it_is(topic: str, payload: bytes, data: st.DataObject) -> None:
    whole = packet(2, topic.encode(), 7, b"\0", payload)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert read_publish(whole[:cut], 0) is None


@given(st.binary(max_size=60), st.integers(0, 60))
def test_no_bytes_make_it_raise(held: bytes, at: int) -> None:
    found = read_publish(held, at)
    assert found is None or at < found[1] <= len(held)


def test_an_acknowledgement_names_its_message() -> None:
    assert puback(0x1234) == b"\x40\x02\x12\x34"
