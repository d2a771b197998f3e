"""A message as it lies on the line, read without paho: the one packet of which a house hears a thousand a second.

Only the plain case. Whatever is not whole yet, bears properties, asks for QoS 2 or is malformed is left to paho, which
takes ten times as long for it. Source: MQTT 5.0, 2.1.4 (length) and 3.3 (PUBLISH).
"""

from drivers.link.endpoint import Inbound

PUBACK_OF_TWO_BYTES = b"\x40\x02"
"""An acknowledgement without reason code or properties (MQTT 5.0, 3.4.2.1): the packet's number follows."""

_KIND_AND_HIGH_QOS, _PUBLISH_OF_QOS_0_OR_1 = 0xF4, 0x30
_DUP, _QOS_1, _RETAIN = 0x08, 0x02, 0x01
_LENGTH_BYTES = 4


def read_publish(held: bytes, at: int) -> tuple[Inbound, int] | None:
    """The message whose packet begins at `at`, and where the next packet begins; None where that is paho's to read."""
    if at >= len(held) or held[at] & _KIND_AND_HIGH_QOS != _PUBLISH_OF_QOS_0_OR_1:
        return None
    flags = held[at]
    begin, end = _body(held, at + 1)
    if end > len(held) or end - begin < 2:
        return None
    topic_at = begin + 2
    topic_end = topic_at + (held[begin] << 8 | held[begin + 1])
    properties_at = topic_end + 2 if flags & _QOS_1 else topic_end
    if properties_at >= end or held[properties_at] or topic_end == topic_at:
        return None
    mid = held[topic_end] << 8 | held[topic_end + 1] if flags & _QOS_1 else 0
    if flags & _QOS_1 and not mid:
        return None
    try:
        topic = held[topic_at:topic_end].decode()
    except UnicodeDecodeError:
        return None
    inbound = Inbound(
        topic=topic,
        payload=held[properties_at + 1 : end],
        retain=flags & _RETAIN != 0,
        qos=1 if flags & _QOS_1 else 0,
        mid=mid,
        redelivered=flags & _DUP != 0,
    )
    return inbound, end


def puback(mid: int) -> bytes:
    """The acknowledgement of a message of QoS 1."""
    return PUBACK_OF_TWO_BYTES + mid.to_bytes(2, "big")


def _body(held: bytes, at: int) -> tuple[int, int]:
    """Where the body of a packet begins and ends, by the length that stands at `at`; beyond all that is held where that
    length is not whole.
    """
    length, factor = 0, 1
    for here in range(at, min(at + _LENGTH_BYTES, len(held))):
        digit = held[here]
        length += (digit & 0x7F) * factor
        if digit < 0x80:
            return here + 1, here + 1 + length
        factor *= 0x80
    return at, len(held) + 1
