"""The Milesight GS524N smoke detector: six bytes whose sum is 0 (modulo 256).

Version and protocol (4 bits each), sensor type and message type (4 bits each), battery in percent, concentration in
percent, temperature in degC (signed), checksum. Evidence: one example of the maker; the word `event` is the maker's.
"""

from drivers.milesight_channels import Fields, word

FRAME_BYTES = 6
MESSAGES = {
    1: "alarm",
    2: "silent",
    4: "low battery",
    5: "failover",
    7: "normal",
    10: "removed",
    11: "installed",
    14: "testing alarm with normal battery",
    15: "testing alarm with low battery",
}
_VERSION = 0x22
_SMOKE_SENSOR = 1


def encode(message: int, *, battery: int = 100, concentration: int = 0, temperature: int = 20) -> bytes:
    """The frame of a message type, with its checksum."""
    head = bytes((_VERSION, _SMOKE_SENSOR << 4 | message, battery, concentration, temperature & 0xFF))
    return head + bytes((-sum(head) & 0xFF,))


def decode(payload: bytes) -> Fields | str:
    """What a frame says, or the reason why it is none. Never raises."""
    if len(payload) != FRAME_BYTES:
        return "incomplete" if len(payload) < FRAME_BYTES else "bad_length"
    if sum(payload) & 0xFF:
        return "bad_checksum"
    return {
        "version": payload[0] >> 4,
        "protocol": payload[0] & 0xF,
        "type": "smoke sensor" if payload[1] >> 4 == _SMOKE_SENSOR else "unknown",
        "event": word(MESSAGES, payload[1] & 0xF),
        "battery": payload[2],
        "concentration": payload[3],
        "temperature": int.from_bytes(payload[4:5], "big", signed=True),
    }
