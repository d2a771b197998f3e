"""What a Sonoff RF bridge on a serial line can be told to do: beep, and send a 433 MHz code.

- `beep`: AA C0, milliseconds (16 bits, big-endian), 55. Only the Portisch firmware knows it.
- `code`: AA A5, sync, low and high time in microseconds (16 bits each, big-endian), the code's 3 bytes, 55; both
  firmwares know it.
The bridge answers each with A0 and sniffs again; one in bucket mode is in plain sniffing afterwards, where it hears the
same codes. It hears nothing while it beeps or sends (firmware source: sniffing stops until the end): a beep is
therefore short, and both are seldom.
"""

import re

from drivers.output import Action, Message, OutputDriver, Sounding, Target, Via
from drivers.sonoff_rf_bridge import NAME, START, STOP

SEND, BEEP = 0xA5, 0xC0
BEEP_MILLISECONDS = 100
BEEP_AGAIN_SECONDS = 3.0
CODE_AGAIN_SECONDS = 10.0
"""A siren that missed the code is told again; the air and the bridge's ear are free in between."""
_SYNC_US, _LOW_US, _HIGH_US = 10_850, 350, 1_050
_LINE = re.compile(r"[a-z0-9_-]{1,32}")


def normalise_address(text: str) -> str:
    """The name of the serial line that the bridge is on. Raises ValueError with the remedy."""
    if _LINE.fullmatch(text) is None:
        raise ValueError(f'{text!r} is no line: write the name of the [[serial]] that the bridge is on, such as "rf"')
    return text


def encode_beep(_target: Target, sounding: Sounding | None) -> Message | None:
    """One short beep; it ends by itself."""
    if sounding is None:
        return None
    return Message("", bytes((START, BEEP)) + BEEP_MILLISECONDS.to_bytes(2, "big") + bytes((STOP,)))


def encode_code(target: Target, sounding: Sounding | None) -> Message | None:
    """A radio code; None where there is none that ends it."""
    code = target.code_off if sounding is None else target.code
    if code is None:
        return None
    times = b"".join(time.to_bytes(2, "big") for time in (_SYNC_US, _LOW_US, _HIGH_US))
    return Message("", bytes((START, SEND)) + times + bytes.fromhex(code) + bytes((STOP,)))


OUTPUT_DRIVER = OutputDriver(
    name=NAME,
    via=Via.SERIAL,
    actions={
        "beep": Action(encode=encode_beep, again_seconds=BEEP_AGAIN_SECONDS),
        "code": Action(encode=encode_code, again_seconds=CODE_AGAIN_SECONDS, has_code=True),
    },
    normalise_address=normalise_address,
)
