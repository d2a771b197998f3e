"""A server that takes MQTT 5 apart by hand and says exactly what a test wants, right or wrong."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from simulator.ports import LOOPBACK

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 14


class Packet(NamedTuple):
    """One MQTT control packet: its type, the four flag bits, what follows the fixed header."""

    type: int
    flags: int
    body: bytes


class Connection:
    """One client's connection, seen from the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def packet(self) -> Packet:
        """The next packet. Raises asyncio.IncompleteReadError once the client is gone."""
        first = (await self._reader.readexactly(1))[0]
        length, shift = 0, 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        return Packet(first >> 4, first & 0xF, await self._reader.readexactly(length))

    async def send(self, data: bytes) -> None:
        """Send raw bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def accept(self, properties: bytes = b"") -> Packet:
        """Read the CONNECT, answer it with success and these encoded properties; return the CONNECT."""
        connect = await self.packet()
        assert connect.type == CONNECT
        await self.send(packet(CONNACK, bytes((0, 0, len(properties))) + properties))
        return connect

    async def gone(self) -> None:
        """Wait until the client has closed, whatever it still says."""
        while await self._reader.read(65_536):
            pass

    def close(self) -> None:
        """Close it from the server's side."""
        self._writer.close()


Script = Callable[[Connection], Awaitable[None]]


@dataclass(kw_only=True)
class FakeServer:
    """Where it listens, and how many connections it has seen."""

    host: str = LOOPBACK
    port: int
    connections: int = 0
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)


@asynccontextmanager
async def fake_server(script: Script, port: int = 0) -> AsyncIterator[FakeServer]:
    """Run `script` for every connection; a client that goes away ends its script quietly."""
    open_writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        open_writers.add(writer)
        try:
            await script(Connection(reader, writer))
        except (asyncio.IncompleteReadError, OSError):
            pass  # the client went away: what the test is about, or its end
        finally:
            open_writers.discard(writer)
            writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, port)
    state = FakeServer(port=server.sockets[0].getsockname()[1])
    try:
        yield state
    finally:
        server.close()
        for writer in open_writers:
            writer.transport.abort()


def packet(type_: int, body: bytes, flags: int = 0) -> bytes:
    """A whole packet as bytes."""
    length, encoded = len(body), bytearray()
    while True:
        length, low = divmod(length, 128)
        encoded.append(low | (0x80 if length else 0))
        if not length:
            return bytes((type_ << 4 | flags,)) + bytes(encoded) + body


def packet_id(publish: Packet) -> int:
    """The packet identifier of a QoS 1 PUBLISH."""
    (length,) = struct.unpack_from("!H", publish.body)
    return int(struct.unpack_from("!H", publish.body, 2 + length)[0])


def puback(publish: Packet, reason_code: int = 0) -> bytes:
    """The PUBACK for a QoS 1 PUBLISH."""
    return packet(PUBACK, struct.pack("!HB", packet_id(publish), reason_code))


def suback(subscribe: Packet, reason_code: int = 1) -> bytes:
    """The SUBACK for a SUBSCRIBE to one topic."""
    return packet(SUBACK, subscribe.body[:2] + bytes((0, reason_code)))


class Will(NamedTuple):
    """The will in a CONNECT packet."""

    topic: str
    payload: bytes
    delay_seconds: int
    retain: bool
    qos: int


def will_of(connect: Packet) -> Will:
    """Take the will out of a CONNECT packet of MQTT 5."""
    flags = connect.body[7]
    assert flags & 0x04, "this CONNECT has no will"
    at = 10
    at += Properties(PacketTypes.CONNECT).unpack(connect.body[at:])[1]  # type: ignore[no-untyped-call]
    _client_id, at = _text(connect.body, at)
    properties, length = Properties(PacketTypes.WILLMESSAGE).unpack(connect.body[at:])  # type: ignore[no-untyped-call]
    topic, at = _text(connect.body, at + length)
    payload, at = _text(connect.body, at)
    return Will(topic.decode(), payload, properties.WillDelayInterval, retain=bool(flags & 0x20), qos=flags >> 3 & 3)


def _text(body: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("!H", body, at)
    return body[at + 2 : at + 2 + length], at + 2 + length
