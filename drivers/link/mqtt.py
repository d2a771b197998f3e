"""One MQTT 5 session over paho, driven by the event loop: with `mqtt_client` the only file that imports paho.

paho's own thread is not used: its reads, writes and timers run on the loop. Connecting blocks (names, TCP, TLS), so it
runs in a daemon thread. Every connection has a fresh client, because a client that is used again sends what an earlier
connection had already reported as failed. Reason codes come out as numbers or as RefusedError, never as silence.
"""

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NoReturn

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

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
from drivers.link.gathering import NOT_NOW, GatheringSocket
from drivers.link.mqtt_client import DEFAULT_RECEIVE_MAXIMUM, FreshClient, connect, new_client, publish_properties
from drivers.link.session import OnMessage, Session
from drivers.link.tls import last_words

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
_TICK_SECONDS = 1.0
_TURN_SECONDS = 0.005
"""How long one turn of the loop may read: a cord on a serial line must not wait behind a flood of telemetry."""
# What paho's parser raises on a malformed packet, besides its own exception.
_PARSER_ERRORS = (MQTTException, OSError, ValueError, LookupError, TypeError, struct.error)


class PahoSession:
    """A connected `Session`; made by `open_session` only."""

    def __init__(self, client: FreshClient, options: SessionOptions, on_message: OnMessage) -> None:
        self.session_present = False
        self.receive_maximum = DEFAULT_RECEIVE_MAXIMUM
        self._client = client
        self._options = options
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._arrived: deque[Inbound] = deque()
        self._published: dict[int, tuple[asyncio.Future[int], float]] = {}
        self._subscribed: dict[int, asyncio.Future[list[ReasonCode]]] = {}
        self._connected: asyncio.Future[None] = self._loop.create_future()
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._moved_at = float("-inf")
        self._unsent = 0
        self._last_error = ""
        self._timer: asyncio.TimerHandle | None = None
        self._socket: GatheringSocket | None = None
        self._write_is_due = False
        self._waits_to_write = False
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_arrival
        client.on_socket_close = self._on_socket_close
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

    def unsubscribe(self, topic: str) -> None:
        """Hear no more of a topic; nobody waits for the broker's answer."""
        self._client.unsubscribe(topic)
        self._write()

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        content_type: str | None = None,
        correlation: bytes | None = None,
    ) -> "asyncio.Future[int]":
        """Publish with QoS 1, as `Session` says."""
        answered: asyncio.Future[int] = self._loop.create_future()
        # A caller may look at the answer later or not at all: the exception counts as seen from the start.
        answered.add_done_callback(_retrieve)
        if self._lost.done():
            answered.set_exception(LinkLostError("not connected"))
            return answered
        info = self._client.publish(topic, payload, 1, retain, publish_properties(content_type, correlation))
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            answered.set_exception(LinkLostError(f"not connected ({info.rc.name})"))
            return answered
        self._published[info.mid] = (answered, time.monotonic())
        self._write()  # at once: it may be an alarm
        return answered

    @property
    def unacknowledged(self) -> int:
        """How many publishes have no PUBACK yet."""
        return len(self._published)

    def acknowledge(self, inbound: Inbound) -> None:
        """Tell the broker that a message is ours now; call it after the durable commit."""
        line = self._socket
        if not inbound.qos or line is None or self._lost.done():
            return
        if inbound.qos == 1 and not self._client.want_write():
            line.acknowledge(inbound.mid)
        else:
            self._client.ack(inbound.mid, inbound.qos)
        self._write_soon()

    async def lost(self) -> NoReturn:
        """Wait until the connection is gone. Raises LinkLostError, or RefusedError where the broker gave a code."""
        await asyncio.shield(self._lost)
        raise LinkLostError("closed")

    # -- life ---------------------------------------------------------------------------------------------------------

    async def _start(self, endpoint: Endpoint) -> None:
        timeout = self._options.connect_timeout_seconds
        try:
            async with asyncio.timeout(2 * timeout):
                await connect(self._client, endpoint, self._options)
                connected = self._client.socket()
                if not isinstance(connected, GatheringSocket):
                    raise LinkLostError(f"no connection to {endpoint}")
                self._socket = connected
                connected.connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
        until = time.monotonic() + _TURN_SECONDS
        more = True
        while more:
            more = self._read_once()
            while self._arrived:
                self._on_message(self, self._arrived.popleft())
            if more and time.monotonic() > until:
                self._loop.call_soon(self._read)  # the other lines of the house have their turn
                break

    def _read_once(self) -> bool:
        """Take one message, or what paho reads in one go; whether more lies here already."""
        line = self._socket
        if line is None:
            return False
        try:
            inbound = line.next_publish() if self._client.is_between_packets else None
        except NOT_NOW:
            return False
        except OSError:
            inbound = None  # paho meets it as well, and says what it is
        if inbound is not None:
            self._arrived.append(inbound)
            return line.holds_more
        try:
            result = self._client.loop_read()
        except _PARSER_ERRORS as error:
            self._drop(f"the broker sent what is not MQTT: {error!r}")
            return False
        return result == MQTTErrorCode.MQTT_ERR_SUCCESS and self._socket is not None and line.holds_more

    def _write_soon(self) -> None:
        """What is said in one turn of the loop goes out together."""
        if not self._write_is_due:
            self._write_is_due = True
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        """Write all that paho has to say, as far as the line takes it now."""
        self._write_is_due = False
        line = self._socket
        if line is None:
            return
        try:
            gone = True
            while gone and self._socket is not None:
                self._client.loop_write()
                gone = line.flush()
                if not self._client.want_write():
                    break
        except OSError as error:
            self._drop(f"the connection was lost: {last_words(line.connected) or error}")
            return
        if self._socket is not None and gone == self._waits_to_write:
            self._waits_to_write = not gone
            if gone:
                self._loop.remove_writer(line.fileno())
            else:
                self._loop.add_writer(line.fileno(), self._write)

    def _tick(self) -> None:
        self._timer = self._loop.call_later(_TICK_SECONDS, self._tick)
        self._client.loop_misc()  # keep-alive: may end the connection
        self._write()
        now, oldest = time.monotonic(), next(iter(self._published.values()), None)
        unsent = self._socket.unsent_bytes if self._socket is not None else 0
        if unsent < self._unsent:
            self._moved_at = now  # a slow line is none that is wedged: to begin anew would cost it more
        self._unsent = unsent
        if oldest is not None and now - max(oldest[1], self._moved_at) > self._options.puback_timeout_seconds:
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
        self.receive_maximum = int(getattr(properties, "ReceiveMaximum", DEFAULT_RECEIVE_MAXIMUM))
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
        # Brokers acknowledge in order (MQTT 5, 4.6): what comes behind one that was left out does not make up for it.
        if mid == next(iter(self._published), None):
            self._moved_at = time.monotonic()
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

    def _on_log(self, _client: Client, _data: Any, level: int, text: str) -> None:
        if level == 0x08:  # MQTT_LOG_ERR: the reason that paho's return codes leave out
            self._last_error = text
            if "ALERT" not in text and self._socket is not None:
                self._last_error = last_words(self._socket.connected) or text


@asynccontextmanager
async def open_session(endpoint: Endpoint, options: SessionOptions, on_message: OnMessage) -> AsyncIterator[Session]:
    """Connect, hand out the session, disconnect in order at the end (so that no will is sent).

    `on_message` runs on the loop and must not block. Raises RefusedError or LinkLostError when no connection comes
    about. There is no reconnecting in here: whoever owns the session decides when to open the next one.
    """
    client = new_client(endpoint, options)
    session = PahoSession(client, options, on_message)
    try:
        await session._start(endpoint)
        yield session
    finally:
        session._stop()


def _retrieve(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
