"""One MQTT 5 session over paho, driven by the event loop: the only file that imports paho.

paho's own thread is not used: its reads, writes and timers run on the loop. Connecting blocks (names, TCP, TLS), so it
runs in a daemon thread. Every connection has a fresh client, because a client that is used again sends what an earlier
connection had already reported as failed. Reason codes come out as numbers or as RefusedError, never as silence.
"""

import asyncio
import functools
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NoReturn

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from drivers.link.addresses import Address, Addresses, connect_to
from drivers.link.endpoint import (
    Endpoint,
    Inbound,
    LinkLostError,
    MqttError,
    OutOfDateError,
    RefusedError,
    SessionOptions,
    Tls,
    Will,
)
from drivers.link.tls import in_words, is_out_of_date, is_stranger, last_words, pending

__all__ = [
    "Endpoint",
    "Inbound",
    "LinkLostError",
    "MqttError",
    "OutOfDateError",
    "RefusedError",
    "Session",
    "SessionOptions",
    "Tls",
    "Will",
    "open_session",
]

_FAILURE = 0x80
_DEFAULT_RECEIVE_MAXIMUM = 65_535  # MQTT 5, 3.2.2.3.3: the value where the broker names none
_TICK_SECONDS = 1.0
# What paho's parser raises on a malformed packet, besides its own exception.
_PARSER_ERRORS = (MQTTException, OSError, ValueError, LookupError, TypeError, struct.error)

_ADDRESSES = Addresses()

OnMessage = Callable[["Session", Inbound], None]


class Session:
    """A connected session; made by `open_session` only. All methods are for the event loop's thread."""

    def __init__(self, client: "_Client", options: SessionOptions, on_message: OnMessage) -> None:
        self.session_present = False
        self.receive_maximum = _DEFAULT_RECEIVE_MAXIMUM
        self._client = client
        self._options = options
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._arrived: deque[Inbound] = deque()
        self._published: dict[int, tuple[asyncio.Future[int], float]] = {}
        self._subscribed: dict[int, asyncio.Future[list[ReasonCode]]] = {}
        self._connected: asyncio.Future[None] = self._loop.create_future()
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._last_error = ""
        self._timer: asyncio.TimerHandle | None = None
        self._socket: socket.socket | None = None
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_arrival
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_want_write
        client.on_socket_unregister_write = self._on_written
        client.on_log = self._on_log

    # -- for the owner ------------------------------------------------------------------------------------------------

    async def subscribe(self, *topics: str, retained: bool = True) -> None:
        """Subscribe with QoS 1. Raises RefusedError naming the first topic refused, LinkLostError."""
        options = SubscribeOptions(qos=1, retainHandling=0 if retained else 2)
        result, mid = self._client.subscribe([(topic, options) for topic in topics])
        if result != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise LinkLostError("not connected")
        answered: asyncio.Future[list[ReasonCode]] = self._loop.create_future()
        self._subscribed[mid] = answered
        self._write()
        try:
            async with asyncio.timeout(self._options.connect_timeout_seconds):
                codes = await answered
        except TimeoutError:
            raise LinkLostError("the broker did not answer a subscription") from None
        finally:
            self._subscribed.pop(mid, None)
        for topic, code in zip(topics, codes, strict=True):
            if code.is_failure:
                raise RefusedError(f"the subscription to {topic}", code.value, str(code))

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        content_type: str | None = None,
        correlation: bytes | None = None,
    ) -> "asyncio.Future[int]":
        """Publish with QoS 1.

        The future gives the PUBACK's reason code (0, or 0x10 for "no subscriber"); it raises RefusedError from 0x80 on
        and LinkLostError where the connection goes first. A PUBACK means that the broker has it, nothing more.
        """
        answered: asyncio.Future[int] = self._loop.create_future()
        # A caller may look at the answer later or not at all: the exception counts as seen from the start.
        answered.add_done_callback(_retrieve)
        if self._lost.done():
            answered.set_exception(LinkLostError("not connected"))
            return answered
        info = self._client.publish(topic, payload, 1, retain, _publish_properties(content_type, correlation))
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            answered.set_exception(LinkLostError(f"not connected ({info.rc.name})"))
            return answered
        self._published[info.mid] = (answered, time.monotonic())
        self._write()
        return answered

    @property
    def unacknowledged(self) -> int:
        """How many publishes have no PUBACK yet."""
        return len(self._published)

    def acknowledge(self, inbound: Inbound) -> None:
        """Tell the broker that a message is ours now; call it after the durable commit."""
        if inbound.qos and not self._lost.done():
            self._client.ack(inbound.mid, inbound.qos)
            self._write()

    async def lost(self) -> NoReturn:
        """Wait until the connection is gone. Raises LinkLostError, or RefusedError where the broker gave a code."""
        await asyncio.shield(self._lost)
        raise LinkLostError("closed")

    # -- life ---------------------------------------------------------------------------------------------------------

    async def _start(self, endpoint: Endpoint) -> None:
        timeout = self._options.connect_timeout_seconds
        try:
            async with asyncio.timeout(2 * timeout):
                await _connect_in_thread(self._client, endpoint, self._options)
                connected = self._client.socket()
                if not isinstance(connected, socket.socket):
                    raise LinkLostError(f"no connection to {endpoint}")
                self._socket = connected
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._loop.add_reader(connected.fileno(), self._read)
                self._timer = self._loop.call_later(_TICK_SECONDS, self._tick)
                self._write()
                # TLS may have decrypted the CONNACK together with the end of the handshake.
                self._loop.call_soon(self._read)
            async with asyncio.timeout(timeout):
                await self._connected
        except TimeoutError:
            raise LinkLostError(f"{endpoint} did not answer within {timeout:g} s") from None

    def _stop(self) -> None:
        if self._socket is not None and not self._lost.done():
            self._client.disconnect()
            self._write()
        self._fail(LinkLostError("closed"))
        self._detach()
        if self._client.socket() is not None:
            with suppress(OSError):
                self._client.socket().close()  # type: ignore[union-attr]

    def _fail(self, error: MqttError) -> None:
        """End everything that waits, once."""
        if self._timer is not None:
            self._timer.cancel()
        waiting: list[asyncio.Future[Any]] = [self._connected, self._lost, *self._subscribed.values()]
        waiting += [answered for answered, _ in self._published.values()]
        self._published.clear()
        for future in waiting:
            if not future.done():
                future.add_done_callback(_retrieve)
                future.set_exception(error)

    def _detach(self) -> None:
        if self._socket is not None and self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket.fileno())
            self._loop.remove_writer(self._socket.fileno())
        self._socket = None

    # -- the loop's side ----------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            while self._socket is not None:
                result = self._client.loop_read()
                _acknowledge_at_once(self._socket)
                # TLS hands over whole records: what it holds already would never wake the selector again.
                if result != MQTTErrorCode.MQTT_ERR_SUCCESS or not pending(self._socket):
                    break
        except _PARSER_ERRORS as error:
            self._drop(f"the broker sent what is not MQTT: {error!r}")
        while self._arrived:
            self._on_message(self, self._arrived.popleft())

    def _write(self) -> None:
        if self._socket is not None:
            self._client.loop_write()

    def _tick(self) -> None:
        self._timer = self._loop.call_later(_TICK_SECONDS, self._tick)
        self._client.loop_misc()  # keep-alive: may end the connection
        oldest = next(iter(self._published.values()), None)
        if oldest is not None and time.monotonic() - oldest[1] > self._options.puback_timeout_seconds:
            self._drop(f"the broker acknowledged nothing for {self._options.puback_timeout_seconds:g} s")

    def _drop(self, reason: str) -> None:
        """Give up a connection that is wedged: closing it is the only cure."""
        self._fail(LinkLostError(reason))
        dead = self._socket
        self._detach()
        if dead is not None:
            dead.close()

    # -- paho's callbacks ---------------------------------------------------------------------------------------------

    def _on_connect(self, _client: Client, _data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        if code.is_failure:
            self._fail(RefusedError("the connection", code.value, str(code)))
            return
        self.session_present = bool(flags.session_present)
        self.receive_maximum = int(getattr(properties, "ReceiveMaximum", _DEFAULT_RECEIVE_MAXIMUM))
        if not self._connected.done():
            self._connected.set_result(None)

    def _on_disconnect(self, _client: Client, _data: Any, flags: Any, code: ReasonCode, _properties: Any) -> None:
        if flags.is_disconnect_packet_from_server:
            self._fail(LinkLostError(f"the broker closed the connection: {code}"))
        else:
            # "Unspecified error" is paho's word for a connection that simply ended.
            reason = self._last_error or str(code).replace("Unspecified error", "the other side closed it")
            self._fail(LinkLostError(f"the connection was lost: {reason}"))

    def _on_publish(self, _client: Client, _data: Any, mid: int, code: ReasonCode, _properties: Any) -> None:
        answered, _ = self._published.pop(mid, (None, 0.0))
        if answered is None or answered.done():
            return
        if code.value >= _FAILURE:
            answered.set_exception(RefusedError("a publish", code.value, str(code)))
        else:
            answered.set_result(code.value)

    def _on_subscribe(self, _client: Client, _data: Any, mid: int, codes: list[ReasonCode], _properties: Any) -> None:
        answered = self._subscribed.get(mid)
        if answered is not None and not answered.done():
            answered.set_result(codes)

    def _on_arrival(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        # Handed on after paho's own handler has ended: it would swallow or misreport the owner's errors.
        self._arrived.append(
            Inbound(
                topic=topic,
                payload=bytes(message.payload),
                retain=message.retain,
                qos=message.qos,
                mid=message.mid,
                redelivered=message.dup,
                correlation=getattr(message.properties, "CorrelationData", None),
            )
        )

    def _on_socket_close(self, _client: Client, _data: Any, _socket: Any) -> None:
        self._detach()

    def _on_want_write(self, _client: Client, _data: Any, _socket: Any) -> None:
        if self._socket is not None:
            self._loop.add_writer(self._socket.fileno(), self._write)

    def _on_written(self, _client: Client, _data: Any, _socket: Any) -> None:
        if self._socket is not None and self._socket.fileno() >= 0:
            self._loop.remove_writer(self._socket.fileno())

    def _on_log(self, _client: Client, _data: Any, level: int, text: str) -> None:
        if level == 0x08:  # MQTT_LOG_ERR: the reason that paho's return codes leave out
            self._last_error = text if "ALERT" in text else last_words(self._socket) or text


class _Client(Client):
    """paho's client, which finds its server even while the name server is dead."""

    address: Address = ()

    def _create_socket_connection(self) -> socket.socket:
        candidates = _ADDRESSES.candidates(self._host, self._port)
        connected, self.address = connect_to(candidates, self._connect_timeout)
        return connected


@asynccontextmanager
async def open_session(endpoint: Endpoint, options: SessionOptions, on_message: OnMessage) -> AsyncIterator[Session]:
    """Connect, hand out the session, disconnect in order at the end (so that no will is sent).

    `on_message` runs on the loop and must not block. Raises RefusedError or LinkLostError when no connection comes
    about. There is no reconnecting in here: whoever owns the session decides when to open the next one.
    """
    client = _Client(
        CallbackAPIVersion.VERSION2,
        client_id=options.client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.max_inflight_messages_set(_DEFAULT_RECEIVE_MAXIMUM)  # our own slots bound what is in flight
    client.connect_timeout = options.connect_timeout_seconds
    if endpoint.tls is not None:
        client.tls_set_context(endpoint.tls.context())
    if options.will is not None:
        properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        properties.WillDelayInterval = options.will.delay_seconds
        client.will_set(options.will.topic, options.will.payload, 1, options.will.retain, properties)
    session = Session(client, options, on_message)
    try:
        await session._start(endpoint)
        yield session
    finally:
        session._stop()


async def _connect_in_thread(client: _Client, endpoint: Endpoint, options: SessionOptions) -> None:
    """Run paho's blocking connect in a daemon thread: a dead name server must hold up neither loop nor shutdown."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = options.session_expiry_seconds
    properties.ReceiveMaximum = options.receive_maximum
    properties.MaximumPacketSize = options.maximum_packet_bytes

    def connect() -> None:
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
                _ADDRESSES.was_not_it(endpoint.host, endpoint.port, client.address)
        else:
            _ADDRESSES.worked(endpoint.host, endpoint.port, client.address)
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

    threading.Thread(target=connect, name=f"connect-{endpoint}", daemon=True).start()
    await done


@functools.lru_cache(maxsize=16)
def _publish_properties(content_type: str | None, correlation: bytes | None) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if content_type is not None:
        properties.ContentType = content_type
    if correlation is not None:
        properties.CorrelationData = correlation
    return properties


def _acknowledge_at_once(connected: socket.socket | None) -> None:
    """Ask TCP to acknowledge now, not 40 ms later (Linux forgets this with every read).

    A broker that leaves Nagle's algorithm on, as Mosquitto does by default, holds its next small packet until then:
    measured, the centre's answer came 44 ms later without this.
    """
    if connected is not None and connected.fileno() >= 0 and hasattr(socket, "TCP_QUICKACK"):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _retrieve(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
