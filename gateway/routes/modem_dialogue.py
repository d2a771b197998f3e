"""What is said to a GSM or LTE modem (3GPP TS 27.007 and 27.005), as dialogues without any I/O or clock.

A dialogue is a generator: it yields what to write and how long to wait, and is sent one line at a time, or None once
the time is up. Real modems echo, chatter in between, answer late to what was asked before, hang at the prompt and
restart at will. So every answer that means something is asked for by its own prefix, a bare OK before it counts for
nothing, and each dialogue begins by leaving an open prompt and letting what comes late run out.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from gateway.routes.sms_pdu import Submit

T = TypeVar("T")

PROMPT = ">"
ANSWER_SECONDS = 5.0
QUIET_SECONDS = 0.5
SUBMIT_SECONDS = 60.0
"""TS 27.005 lets the network take its time; modems give up by themselves after about a minute."""
LINES_LIMIT = 200
_WAKE_ATTEMPTS = 3
_ESCAPE = "\x1b"
_END = "\x1a"
_RESTARTED = frozenset({"RDY", "SYSSTART", "^SYSSTART", "+SYSSTART"})
_REGISTERED = frozenset({"1", "5"})
_NO_SIGNAL = 99

_REMEDIES = {
    "+CME ERROR: 10": "put a SIM card in",
    "+CME ERROR: 13": "the SIM card does not answer; clean or change it",
    "+CMS ERROR: 38": "the network is out of order; it is tried again",
    "+CMS ERROR: 42": "the network is full; it is tried again",
    "+CMS ERROR: 69": "the SIM card's contract has no short messages; ask the operator",
    "+CMS ERROR: 310": "put a SIM card in",
}


class ModemError(Exception):
    """The modem did not do it. The text says what and the remedy, without the number or the message."""


class RefusedError(ModemError):
    """The modem understood and said no."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Write this, then wait for a line; the time counts from the last writing."""

    write: str = ""
    seconds: float = 0.0


Dialogue = Generator[Turn, str | None, T]


def prepare() -> Dialogue[None]:
    """From any state to a modem that can send; raises ModemError naming what keeps it from it."""
    yield from _wake()
    yield from _ask("ATE0")
    yield from _ask("AT+CMEE=1")
    pin = yield from _ask("AT+CPIN?", "+CPIN:")
    if "READY" not in pin or "NOT" in pin:
        raise ModemError(f"the SIM card says {_value(pin)!r}; switch its PIN off in a telephone")
    yield from _ask("AT+CMGF=0")
    if _value((yield from _ask("AT+CMGF?", "+CMGF:"))) != "0":
        raise ModemError("it does not take messages as PDU; use another modem")
    try:
        yield from _ask("AT+CNMI=2,1,0,1,0")
    except RefusedError:
        return  # no reports of delivery then; messages leave all the same


def check() -> Dialogue[int | None]:
    """The signal strength in dBm, None where the modem cannot tell; raises ModemError where there is no network."""
    yield from _wake()
    if not (yield from _is_registered("AT+CREG?", "+CREG:")) and not (
        yield from _is_registered("AT+CEREG?", "+CEREG:")
    ):
        raise ModemError("it is not registered with a network; look at antenna, SIM card and contract")
    strength = _value((yield from _ask("AT+CSQ", "+CSQ:"))).split(",")[0]
    return 2 * int(strength) - 113 if strength.isdecimal() and int(strength) != _NO_SIGNAL else None


def send(message: Submit) -> Dialogue[int]:
    """Hand over one message; the modem's number of it (0–255), which a delivery report repeats."""
    yield from _expect(PROMPT, f"AT+CMGS={message.length}", f"AT+CMGS={message.length}\r", ANSWER_SECONDS)
    said = yield from _expect("+CMGS:", "the message", message.pdu + _END, SUBMIT_SECONDS)
    number = _value(said).split(",")[0]
    return int(number) if number.isdecimal() else 0


def _wake() -> Dialogue[None]:
    for attempt in range(_WAKE_ATTEMPTS):
        heard = yield Turn(f"{_ESCAPE}\r", QUIET_SECONDS)
        while heard is not None:  # ends with the time, whatever chatters
            heard = yield Turn()
        try:
            yield from _ask("AT")
        except ModemError:
            if attempt == _WAKE_ATTEMPTS - 1:
                raise
        else:
            return


def _is_registered(command: str, prefix: str) -> Dialogue[bool]:
    try:
        said = yield from _ask(command, prefix)
    except RefusedError:
        return False
    fields = _value(said).split(",")
    return len(fields) > 1 and fields[1].strip() in _REGISTERED


def _ask(command: str, prefix: str = "") -> Dialogue[str]:
    """Say one command; the line with the prefix (empty where none is wanted), once an OK stands behind it."""
    found = ""
    if prefix:
        found = yield from _expect(prefix, command, f"{command}\r", ANSWER_SECONDS)
        yield from _expect("OK", command, "", 0.0)
    else:
        yield from _expect("OK", command, f"{command}\r", ANSWER_SECONDS)
    return found


def _expect(prefix: str, command: str, write: str, seconds: float) -> Dialogue[str]:
    heard = yield Turn(write, seconds)
    for _ in range(LINES_LIMIT):
        if heard is None:
            raise ModemError(f"no answer to {command}; look at its cable and power supply")
        if heard.startswith(prefix):
            return heard
        if heard in _RESTARTED:
            raise ModemError("it has restarted; look at its power supply")
        if heard == "ERROR" or heard.startswith(("+CME ERROR:", "+CMS ERROR:")):
            raise RefusedError(f"{heard} to {command}; {_REMEDIES.get(heard, 'it is tried again')}")
        heard = yield Turn()
    raise ModemError(f"only chatter instead of an answer to {command}; look at the baud rate")


def _value(line: str) -> str:
    return line.partition(":")[2].strip()
