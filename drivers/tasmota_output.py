"""Plugs, buzzers and radio bridges with Tasmota: `cmnd/NAME/COMMAND` on the local broker.

- `switch`: `Backlog` sets `PulseTime` (tenths of a second up to 11 s, above it seconds + 100) and switches the first
  relay: the plug goes off by itself. Its own PulseTime is overwritten, and 0 afterwards.
- `buzzer`: `Buzzer` count,beep,silence in tenths of a second: half a second of each; 0 ends it.
- `code`: `RfCode` has a flashed Sonoff bridge send a 433 MHz code of 24 bits, for a siren that was taught it.
Source: Tasmota's documentation of its commands. The prefix first and the name second is Tasmota's own order; other full
topics are not reached.
"""

from drivers.output import Action, Message, OutputDriver, Sounding, Target, Via

NAME = "tasmota"
_BEEP_TENTHS = 5
_TENTHS_UP_TO_SECONDS = 11
_NAME_LIMIT_CHARACTERS = 128
CODE_AGAIN_SECONDS = 10.0
"""A siren that missed a code in a crowded air is told again; each sending makes a receiver deaf for half a second."""


def normalise_address(text: str) -> str:
    """The device's name in its topics. Raises ValueError with the remedy."""
    name = text.strip()
    if not name or len(name) > _NAME_LIMIT_CHARACTERS or any(sign in name for sign in "/+#\0"):
        raise ValueError(f"{text!r} is no Tasmota name: write the Topic that the device's MQTT settings show")
    return name


def encode_switch(target: Target, sounding: Sounding | None) -> Message:
    """The first relay on, for a time; or off."""
    if sounding is None:
        return _command(target, "Backlog", "Power1 OFF;PulseTime1 0")
    return _command(target, "Backlog", f"PulseTime1 {pulse_time(sounding.seconds)};Power1 ON")


def pulse_time(seconds: int) -> int:
    """PulseTime's number for a duration in seconds."""
    return seconds * 10 if seconds <= _TENTHS_UP_TO_SECONDS else seconds + 100


def encode_buzzer(target: Target, sounding: Sounding | None) -> Message:
    """As many beeps as fill the time, one a second; 0 ends them."""
    if sounding is None:
        return _command(target, "Buzzer", "0")
    return _command(target, "Buzzer", f"{sounding.seconds},{_BEEP_TENTHS},{_BEEP_TENTHS}")


def encode_code(target: Target, sounding: Sounding | None) -> Message | None:
    """A radio code; None where there is none that ends it."""
    code = target.code_off if sounding is None else target.code
    return None if code is None else _command(target, "RfCode", f"#{code}")


def _command(target: Target, command: str, text: str) -> Message:
    return Message(f"cmnd/{target.address}/{command}", text.encode())


OUTPUT_DRIVER = OutputDriver(
    name=NAME,
    via=Via.BROKER,
    actions={
        "switch": Action(encode=encode_switch),
        "buzzer": Action(encode=encode_buzzer),
        "code": Action(encode=encode_code, again_seconds=CODE_AGAIN_SECONDS, has_code=True),
    },
    normalise_address=normalise_address,
)
