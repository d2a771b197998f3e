"""What a link to a broker is made of, without any MQTT library: addresses, options, messages, errors."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import msgspec

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which the ssl module has no name for


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Files in PEM. Without the client's own pair the broker will refuse us, and say so.

    `check_time` false leaves the certificates' dates out of the check, never their chain and name.
    """

    ca_file: str
    cert_file: str | None = None
    key_file: str | None = None
    check_time: bool = True

    def context(self) -> ssl.SSLContext:
        """A context that checks the broker's chain and name. Raises LinkLostError naming an unusable file."""
        for name in filter(None, (self.ca_file, self.cert_file, self.key_file)):
            if not Path(name).is_file():
                raise LinkLostError(f"the TLS file {name} is missing")
        try:
            context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self.ca_file)
            if self.cert_file:
                context.load_cert_chain(self.cert_file, self.key_file)
        except (ssl.SSLError, OSError) as error:
            raise LinkLostError(f"the TLS files cannot be used: {error}") from error
        if not self.check_time:
            context.verify_flags |= _NO_CHECK_TIME
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a broker is. Plain only on loopback; the configuration sees to that."""

    host: str
    port: int
    tls: Tls | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker says for us once we are gone for `delay_seconds`."""

    topic: str
    payload: bytes
    retain: bool = True
    delay_seconds: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """How one connection behaves. Clean start is always 0: a stored session keeps what came while we were away."""

    client_id: str
    will: Will | None = None
    keepalive_seconds: int = 20
    session_expiry_seconds: int = 3_600
    receive_maximum: int = 100
    maximum_packet_bytes: int = 8 * 1_024 * 1_024
    connect_timeout_seconds: float = 5.0
    puback_timeout_seconds: float = 10.0


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it came. `mid` is what acknowledges it; messages of QoS 0 need none.

    `redelivered` (MQTT's DUP): the broker sent it before, and our acknowledgement never reached it.
    `correlation` is what the sender wants to find again in the reply.
    """

    topic: str
    payload: bytes
    retain: bool
    qos: int
    mid: int
    redelivered: bool = False
    correlation: bytes | None = None


class MqttError(Exception):
    """Something is wrong between us and the broker.

    MqttError
     ├── RefusedError    the broker understood and said no
     └── LinkLostError   there is no connection, or not any more
          └── OutOfDateError   the broker's certificate is right but for its dates
    """


class RefusedError(MqttError):
    """The broker refused a connection, a subscription or a publish; `reason_code` is MQTT 5's."""

    def __init__(self, what: str, reason_code: int, reason: str) -> None:
        super().__init__(f"the broker refused {what}: {reason} (0x{reason_code:02X})")
        self.reason_code = reason_code
        self.reason = reason


class LinkLostError(MqttError):
    """The connection could not be made or is gone; the text says why."""


class OutOfDateError(LinkLostError):
    """The broker's certificate has expired or is not valid yet; its chain was not found wrong."""
