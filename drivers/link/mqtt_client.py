"""A fresh paho client and its connection: names, TCP and TLS in a thread of their own."""

import asyncio
import functools
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from drivers.link.addresses import ADDRESSES, Address, connect_to
from drivers.link.endpoint import Endpoint, LinkLostError, MqttError, OutOfDateError, SessionOptions
from drivers.link.gathering import GatheringSocket
from drivers.link.tls import in_words, is_out_of_date, is_stranger

DEFAULT_RECEIVE_MAXIMUM = 65_535  # MQTT 5, 3.2.2.3.3: the value where the broker names none


class FreshClient(Client):
    """paho's client, which finds its server even while the name server is dead."""

    address: Address = ()

    @property
    def is_between_packets(self) -> bool:
        """Whether the next byte that comes begins a packet."""
        return self._in_packet["command"] == 0

    def _create_socket_connection(self) -> socket.socket:
        candidates = ADDRESSES.candidates(self._host, self._port)
        connected, self.address = connect_to(candidates, self._connect_timeout)
        return connected

    def _easy_log(self, level: LogLevel, fmt: str, *args: Any) -> None:
        # paho words every packet before it asks whether anybody listens; only its errors are listened to.
        if level == LogLevel.MQTT_LOG_ERR:
            super()._easy_log(level, fmt, *args)

    def _create_socket(self) -> GatheringSocket:
        connected = super()._create_socket()
        assert isinstance(connected, socket.socket)  # TCP or TLS: neither of paho's other transports is ever chosen
        return GatheringSocket(connected)


class _Packed(Properties):
    """Properties that are packed once: paho does it anew for each message, a third of its work for one."""

    packed: bytes

    def __init__(self, packed: bytes) -> None:
        super().__init__(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        object.__setattr__(self, "packed", packed)

    def pack(self) -> bytes:
        """The bytes."""
        return self.packed


@functools.lru_cache(maxsize=16)
def publish_properties(content_type: str | None, correlation: bytes | None) -> Properties:
    """The properties of a message, for paho; the newest are kept."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if content_type is not None:
        properties.ContentType = content_type
    if correlation is not None:
        properties.CorrelationData = correlation
    return _Packed(properties.pack())  # type: ignore[no-untyped-call]


def new_client(endpoint: Endpoint, options: SessionOptions) -> FreshClient:
    """A client that has not connected yet; each connection has its own."""
    client = FreshClient(
        CallbackAPIVersion.VERSION2,
        client_id=options.client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.max_inflight_messages_set(DEFAULT_RECEIVE_MAXIMUM)  # our own slots bound what is in flight
    client.connect_timeout = options.connect_timeout_seconds
    if endpoint.tls is not None:
        client.tls_set_context(endpoint.tls.context())
    if options.will is not None:
        properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        properties.WillDelayInterval = options.will.delay_seconds
        client.will_set(options.will.topic, options.will.payload, 1, options.will.retain, properties)
    return client


async def connect(client: FreshClient, endpoint: Endpoint, options: SessionOptions) -> None:
    """Run paho's blocking connect in a daemon thread: a dead name server must hold up neither loop nor shutdown."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = options.session_expiry_seconds
    properties.ReceiveMaximum = options.receive_maximum
    properties.MaximumPacketSize = options.maximum_packet_bytes

    def dial() -> None:
        error: MqttError | None = None
        try:
            client.connect(
                endpoint.host,
                endpoint.port,
                keepalive=options.keepalive_seconds,
                clean_start=False,
                properties=properties,
            )
        except (OSError, ssl.CertificateError, ValueError) as failure:
            kind = OutOfDateError if is_out_of_date(failure) else LinkLostError
            error = kind(f"no connection to {endpoint}: {in_words(failure)}")
            if is_stranger(failure):
                ADDRESSES.was_not_it(endpoint.host, endpoint.port, client.address)
        else:
            ADDRESSES.worked(endpoint.host, endpoint.port, client.address)
        with suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(finish, error)

    def finish(error: MqttError | None) -> None:
        if done.cancelled():  # nobody waits any more: leave no open socket behind
            if client.socket() is not None:
                client.socket().close()  # type: ignore[union-attr]
        elif error is not None:
            done.set_exception(error)
        else:
            done.set_result(None)

    threading.Thread(target=dial, name=f"connect-{endpoint}", daemon=True).start()
    await done
