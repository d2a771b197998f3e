"""What fuzzing starts from: every captured or documented frame and message of the suite, as bytes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drivers import ble, openmqttgateway_serial
from drivers.wearable import SampleBlock, encode_block, topic_of
from drivers.wearable_event import encode as encode_band_event

FRAMES = Path(__file__).parent.parent / "frames"


def vectors() -> list[dict[str, Any]]:
    """Every vector of every protocol, as `anju decode` takes it."""
    found: list[dict[str, Any]] = []
    for file in sorted(FRAMES.glob("*.json")):
        shown = json.loads(file.read_text(encoding="utf-8"))
        found += [{"protocol": shown["protocol"]} | vector for vector in shown["vectors"]]
    return found


def dc09_frames() -> list[bytes]:
    """What goes to an alarm receiver, and what comes back from one."""
    written = json.loads((FRAMES.parent / "routes" / "golden_dc09.json").read_text(encoding="utf-8"))
    return [frame.encode() for frame in written] + [
        b'"ACK"0001NoneL0#1234[]',
        b'"NAK"0000R0L0A0[]_12:00:00,03-01-2026',
        b'"DUH"0001R1L0#1234[]',
    ]


def modem_lines() -> list[bytes]:
    """What a modem says."""
    return [
        b"AT\r\r\nOK\r\n\r\n+CPIN: READY\r\n\r\nOK\r\n\r\n+CMGF: 0\r\n\r\nOK\r\n",
        b"\r\n+CREG: 0,1\r\n\r\nOK\r\n\r\n+CSQ: 21,99\r\n\r\nOK\r\n",
        b"AT+CMGS=19\r\r\n> \r\n+CMGS: 12\r\n\r\nOK\r\n",
        b"\r\n+CDS: 25\r\n00060704812143623021000000236230210000002300\r\n",
        b"\r\n+CMS ERROR: 38\r\n\r\nRDY\r\n",
    ]


def lines() -> list[bytes]:
    """The vectors as lines for `anju decode`."""
    return [json.dumps(vector, ensure_ascii=False).encode() for vector in vectors()]


def frames() -> list[bytes]:
    """What went over a line: hexadecimal text as its bytes, other text as it is."""
    found = [frame for vector in vectors() for frame in _bytes_of(vector["input"])]
    return [*found, *(openmqttgateway_serial.encode("/BTtoMQTT", heard) for heard in _advertised()), _block() * 2]


def messages(subscription: str) -> list[bytes]:
    """`topic` LF payload; where a vector has no topic, one that the subscription covers."""
    usual = subscription.replace("+", "a").replace("#", "a")
    found = []
    for vector in vectors():
        topics, inputs = _listed(vector.get("topic", usual)), _listed(vector["input"])
        for topic, shown in zip(topics * len(inputs), inputs, strict=False):
            for payload in _bytes_of(shown):
                found += [f"{topic}\n".encode() + payload, f"{usual}\n".encode() + payload]
    return [
        *found,
        *(f"{usual}\n".encode() + heard for heard in _advertised()),
        f"{topic_of('band-1')}\n".encode() + _block(),
        b"wearable/band-1/event\n" + encode_band_event("fall", battery_percent=80),
    ]


def _advertised() -> list[bytes]:
    """What a Bluetooth gateway publishes for each service data of the vectors."""
    heard = [vector for vector in vectors() if vector["kind"] == "ble_service_data"]
    return [
        ble.encode(vector["ctx"]["address"], vector["ctx"]["uuid"], bytes.fromhex(vector["input"])) for vector in heard
    ]


def _block() -> bytes:
    """A worn band's samples: the layout is our own, so there is no capture of it."""
    samples = tuple((number, -number, 8_192) for number in range(25))
    block = SampleBlock(rate_hz=25, range_g=8, sequence=7, clock_ms=1_000, battery_percent=80, samples=samples)
    return encode_block(block)


def _listed(shown: Any) -> list[Any]:
    return shown if isinstance(shown, list) else [shown]


def _bytes_of(shown: object) -> Iterator[bytes]:
    if isinstance(shown, dict):
        yield json.dumps(shown, ensure_ascii=False).encode()
        yield from (piece for value in shown.values() if isinstance(value, str) for piece in _bytes_of(value))
    elif isinstance(shown, list):
        for one in shown:
            yield from _bytes_of(one)
    elif isinstance(shown, str):
        yield shown.encode()
        try:
            yield bytes.fromhex(shown.replace(":", " ").removeprefix("0x"))
        except ValueError:
            return  # it is text
