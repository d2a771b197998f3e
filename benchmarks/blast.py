"""A sender that costs next to nothing: ready-made MQTT 5 packets straight onto a socket, so that it is never the brake.

A client library spends more on sending a message than a gateway may spend on taking it.
"""

import socket
import struct
from collections.abc import Iterable

from simulator.ports import LOOPBACK

UNDER_WAY = 500
_CONNECT = bytes.fromhex("101400044d5154540502003c00") + struct.pack(">H", 7) + b"blaster"
_PUBLISH_QOS_1, _PUBACK = 0x32, 0x40
_TIMEOUT_SECONDS = 60.0


def blast(port: int, messages: Iterable[tuple[str, bytes]]) -> None:
    """Publish every (topic, payload) with QoS 1, at most 500 unacknowledged; returns after the last PUBACK.

    Raises OSError where the broker hangs up or stops answering.
    """
    with socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT_SECONDS) as line:
        line.sendall(_CONNECT)
        answers = _Answers(line)
        answers.wait_for(1)  # CONNACK
        sent = 0
        waiting = bytearray()
        for topic, payload in messages:
            waiting += _packet(topic, payload, sent % 65_535 + 1)
            sent += 1
            if sent % 50 == 0:
                line.sendall(waiting)
                waiting.clear()
                answers.wait_for(sent - UNDER_WAY)
        line.sendall(waiting)
        answers.wait_for(sent + 1)


class _Answers:
    """Counts the packets that come back."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._held = b""
        self._count = 0

    def wait_for(self, count: int) -> None:
        while self._count < count:
            heard = self._line.recv(65_536)
            if not heard:
                raise OSError("the broker hung up")
            self._held += heard
            while len(self._held) >= 2 and len(self._held) >= 2 + self._held[1]:
                self._held = self._held[2 + self._held[1] :]
                self._count += 1


def _packet(topic: str, payload: bytes, packet_id: int) -> bytes:
    name = topic.encode()
    body = struct.pack(">H", len(name)) + name + struct.pack(">HB", packet_id, 0) + payload
    length, size = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([_PUBLISH_QOS_1]) + bytes(size) + body
