"""An OpenMQTTGateway on a serial line instead of the broker: Bluetooth and 433 MHz heard without Wi-Fi.

Layout: one message a line, namely a prefix (`00` as delivered), a JSON object, and a return (or a line feed, or both).
`origin` is the topic below the gateway's own (`/BTtoMQTT/AABBCCDDEEFF`, `/433toMQTT`); some messages have a whole
`topic` instead. The rest is what it would publish (see `ble` and `openmqttgateway`). A sender built with heartbeats
sends {"type":"heartbeat"} every 5 to 60 s and stays silent until it is answered with a `heartbeat_ack`.

Source: the firmware's `gatewaySERIAL.cpp` and `config_SERIAL.h` (3d43c30, 2026), as facts: 9600 baud as delivered, set
`baud_rate` where it was built with another. Evidence: the captured Bluetooth messages of `ble`, in this frame.
Supervision: a gateway enrolled with `driver = "openmqttgateway"` and the port's name as address lives by any message.
Unknown: what an overflowing sender leaves out. No checksum: a line that is no whole JSON object is refused.
"""

import re
from functools import partial

from drivers import ble, openmqttgateway
from drivers.alone import ADDRESS
from drivers.device import Decoded, Lookup
from drivers.event import Reject
from drivers.framing import ResyncingSplitter, Verdict
from drivers.json_object import State, read
from drivers.radio_receiver import sign_of_life, with_sign_of_life
from drivers.registry import SerialDriver

NAME = openmqttgateway.NAME
BAUD_RATE = 9_600
LIMIT_BYTES = 2_048
"""Twice what the firmware's buffer holds."""

_PREFIX, _END = b"00", b"\r"
_KEY = rb'\{"[A-Za-z_]'
_HEAD = re.compile(rb"\n|00%b|(?<!00)%b|(?=[0{])(?:00?)?(?:\{\"?)?\Z" % (_KEY, _KEY))
"""A line feed of its own, an object's first key with its prefix or without one, or the beginning of that."""
_PLACE = re.compile(r"(?:.*/)?(BTtoMQTT|433toMQTT|SRFBtoMQTT|RTL_433toMQTT|SYStoMQTT)(?:/([^/]*))?")
_BLUETOOTH = "BTtoMQTT"


def new_splitter() -> ResyncingSplitter:
    """A splitter for one line; it holds at most one message."""
    return ResyncingSplitter(driver=NAME, head=_HEAD, limit_bytes=LIMIT_BYTES, measure=_measure)


def _measure(held: bytes, idle: bool) -> int | Verdict:
    if held[:1] == b"\n":
        return 1
    length = _length(held)
    if length is None:
        if not idle or not held.endswith(b"}"):
            return Verdict.MORE
        length = len(held)
    content = _content(held[:length])
    return length if content.endswith(b"}") and isinstance(read(content, LIMIT_BYTES), dict) else Verdict.NO


def _length(held: bytes) -> int | None:
    """Up to and with the first end of a line behind the head; None where there is none."""
    ends = [at for at in (held.find(b"\r", 1), held.find(b"\n", 1)) if at > 0]
    if not ends:
        return None
    first = min(ends)
    return first + (2 if held[first : first + 2] == b"\r\n" else 1)


def decode(frame: bytes, lookup: Lookup) -> Decoded:
    """What one message says. Never raises; () for what is about something else than a device, and for an empty line."""
    if not frame.strip():
        return ()
    message = read(_content(frame), LIMIT_BYTES)
    if isinstance(message, str):
        return Reject(driver=NAME, reason=message)
    sign = partial(sign_of_life, NAME, ADDRESS, lookup, retained=False)
    return with_sign_of_life(_heard(_content(frame), message, lookup), sign)


def encode(origin: str, message: bytes) -> bytes:
    """The line that a gateway sends for what it would publish there. Raises ValueError for no JSON object."""
    if not message.startswith(b"{"):
        raise ValueError("a message is a JSON object")
    return _PREFIX + b'{"origin":"' + origin.encode() + b'",' + message[1:].lstrip() + _END


def encode_heartbeat() -> bytes:
    """The line by which a gateway asks whether anybody listens."""
    return _PREFIX + b'{"type":"heartbeat"}' + _END


def acknowledgement(frame: bytes) -> bytes | None:
    """The answer without which a sender of heartbeats keeps its messages to itself; None for all else."""
    message = read(_content(frame), LIMIT_BYTES)
    if isinstance(message, str) or message.get("type") != "heartbeat":
        return None
    return _PREFIX + b'{"type":"heartbeat_ack"}' + _END


def _content(frame: bytes) -> bytes:
    return frame.strip().removeprefix(_PREFIX)


def _heard(payload: bytes, message: State, lookup: Lookup) -> Decoded:
    origin = message.get("origin", message.get("topic"))
    place = _PLACE.fullmatch(origin) if isinstance(origin, str) else None
    if place is None:
        return ()
    kind, rest = place[1], place[2]
    if kind == _BLUETOOTH:
        return ble.decode(f"home/{NAME}/{kind}/{rest or 'unknown'}", payload, False, lookup)
    return openmqttgateway.decode(f"home/{NAME}/{kind}", payload, False, lookup)


SERIAL_DRIVER = SerialDriver(
    name=NAME,
    baud_rate=BAUD_RATE,
    new_splitter=new_splitter,
    decode=decode,
    acknowledgement=acknowledgement,
)
