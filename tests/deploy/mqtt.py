"""A bare MQTT 5 client for these tests: paho itself, because other clients hide what a broker refuses."""

import queue
import ssl
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

TIMEOUT_SECONDS = 10.0


def strict_tls(authority: Path, pair: tuple[Path, Path] | None) -> ssl.SSLContext:
    """As strict as Python 3.13 is by default, whatever Python runs the test."""
    context = ssl.create_default_context(cafile=str(authority))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if pair is not None:
        context.load_cert_chain(*pair)
    return context


class PlainClient:
    """One connection. `publish` returns the broker's reason code; `messages` holds what came."""

    def __init__(self, port: int, client_id: str, tls: ssl.SSLContext | None = None) -> None:
        self.messages: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._connected: queue.Queue[int] = queue.Queue()
        self._acknowledged: queue.Queue[tuple[int, int]] = queue.Queue()
        self._subscribed: queue.Queue[int] = queue.Queue()
        self.disconnected: queue.Queue[int] = queue.Queue()
        self._port = port
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5)
        if tls is not None:
            self._client.tls_set_context(tls)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = lambda *args: self.disconnected.put(args[3].value)
        self._client.on_publish = lambda *args: self._acknowledged.put((args[2], args[3].value))
        self._client.on_subscribe = lambda *args: self._subscribed.put(args[2])
        self._client.on_message = self._on_message

    def connect(self, session_seconds: int = 0) -> int:
        """Connect and return the CONNACK's reason code. Raises OSError where TLS or TCP fails."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = session_seconds
        self._client.connect("127.0.0.1", self._port, clean_start=False, properties=properties)
        self._client.loop_start()
        return self._connected.get(timeout=TIMEOUT_SECONDS)

    def is_kept_out(self) -> bool:
        """Try to connect; true where the broker ends it before any CONNACK.

        TLS 1.3 tells a client of its refusal only after the client's own handshake, so the end may come late.
        """
        try:
            self._client.connect("127.0.0.1", self._port)
        except OSError:
            return True
        self._client.loop_start()
        self.disconnected.get(timeout=TIMEOUT_SECONDS)
        self._client.loop_stop()
        return self._connected.empty()

    def publish(self, topic: str, payload: bytes = b"{}") -> int:
        """Publish at QoS 1 and return the PUBACK's reason code."""
        sent = self._client.publish(topic, payload, qos=1)
        mid, reason = self._acknowledged.get(timeout=TIMEOUT_SECONDS)
        assert mid == sent.mid
        return reason

    def publish_unacknowledged(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 0."""
        self._client.publish(topic, payload, qos=0).wait_for_publish(TIMEOUT_SECONDS)
        self._acknowledged.get(timeout=TIMEOUT_SECONDS)

    def subscribe(self, topic: str) -> None:
        """Subscribe at QoS 1 and wait for the broker's answer."""
        self._client.subscribe(topic, qos=1)
        self._subscribed.get(timeout=TIMEOUT_SECONDS)

    def next_message(self) -> tuple[str, bytes]:
        """The next message that came."""
        return self.messages.get(timeout=TIMEOUT_SECONDS)

    def close(self) -> None:
        """Disconnect in order."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _props: Any) -> None:
        self._connected.put(reason.value)

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self.messages.put((message.topic, bytes(message.payload)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
