"""EV1527 and its clones: cheap 433 MHz senders with a fixed code of 24 bits.

The code is a 20-bit id burnt into the chip and 4 data bits, the data nibble. There is no checksum and no counter, and
the nibble has no standard meaning: F is "low battery" at one maker and SOS at another. So it means only what the code
map of the enrolled device says. Structure: EV1527 data sheets; nibbles: captures of public decoder test collections.
"""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from drivers.device import Decoded, Lookup
from drivers.event import ASKED_BY_PEOPLE, HAS_RESTORE, ActivityType, AlarmType, Kind, Reject, Signal, State
from drivers.presses import ALL_RIGHT
from drivers.registry import Driver, Model

NAME = "ev1527"
CODE_BITS = 24
REPEAT_SECONDS = 2.0
"""One press is sent 5 to 80 times; the same code within this time of its last repeat is the same press."""

_ADDRESS = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{5})")
_CODE = re.compile(r"(?:0[xX])?([0-9A-Fa-f])")
_CLEAR = "_clear"
_NO_CODE = "000000"
"""What receivers make of static; no sender has it."""


def normalise_address(text: str) -> str:
    """The 20-bit id as five upper-case hexadecimal digits. Raises ValueError with the remedy."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a 20-bit id: write five hexadecimal digits, for example 9EAD9")
    return match.group(1).upper()


def normalise_code(text: str) -> str:
    """The data nibble as one upper-case hexadecimal digit. Raises ValueError with the remedy."""
    match = _CODE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a data nibble: write one hexadecimal digit, 0 to F")
    return match.group(1).upper()


def _words() -> dict[str, tuple[Kind, str | None]]:
    words: dict[str, tuple[Kind, str | None]] = {
        kind.value: (kind, None) for kind in (Kind.TAMPER, Kind.LOW_BATTERY, Kind.TEST, Kind.SUPERVISION)
    }
    words |= {kind.value: (Kind.ALARM, kind.value) for kind in AlarmType}
    words |= {kind.value: (Kind.ACTIVITY, kind.value) for kind in ActivityType}
    words |= {kind.value: (Kind.SERVICE_REQUEST, kind.value) for kind in ASKED_BY_PEOPLE}
    words[ALL_RIGHT] = words[ActivityType.BUTTON.value]
    # A sender that tells the end of its alarm: a sign of life that says "not active any more".
    words |= {over + _CLEAR: (Kind.SUPERVISION, over) for over in (*(type_.value for type_ in HAS_RESTORE), "tamper")}
    return words


WORDS: Mapping[str, tuple[Kind, str | None]] = _words()
"""What a code map may say of a nibble: the signal's kind and type (of `…_clear`: the type that is over)."""


def decode_code(code24: str, lookup: Lookup, *, raw: bytes = b"", retained: bool = False) -> Decoded:
    """What a received code of six hexadecimal digits says; `raw` is the frame it came in.

    `retained`: a broker kept it, so it is no press of now.
    """
    code24 = code24.upper()
    address, nibble = code24[:5], code24[5:]
    if code24 == _NO_CODE:
        return Reject(driver=NAME, reason="no_code")
    device = lookup(NAME, address)
    if device is None:
        return (Signal(driver=NAME, address=address, kind=Kind.ENROLMENT, code=nibble, retained=retained, raw=raw),)
    word = device.code_map.get(nibble)
    if word is None:
        return Reject(driver=NAME, reason="unmapped_code", detail=f"nibble {nibble} of {device.id}")
    return (replace(signal_of(word, address=address, nibble=nibble, raw=raw), retained=retained),)


def signal_of(word: str, *, address: str, nibble: str, raw: bytes = b"") -> Signal:
    """The signal that a word of a code map stands for. Raises KeyError for a word outside `WORDS`."""
    kind, type_ = WORDS[word]
    cleared = (type_,) if kind is Kind.SUPERVISION and type_ is not None else ()
    return Signal(
        driver=NAME,
        address=address,
        kind=kind,
        type=None if cleared else type_,
        code=nibble,
        state=State.ACTIVE if kind is Kind.ALARM else None,
        not_active=cleared,
        battery_low=True if kind is Kind.LOW_BATTERY else None,
        raw=raw,
        marks=(ALL_RIGHT,) if word == ALL_RIGHT else (),
    )


DRIVER = Driver(
    name=NAME,
    protocols=("ev1527_codes", "sonoff_rf_bridge_uart", "tasmota_rf_mqtt", "openmqttgateway_rf", "rtl433_json"),
    models={
        "ev1527": Model("ev1527", supervised=False, supervision_seconds=None, battery=True),
        "ev1527-cord": Model("ev1527-cord", supervised=False, supervision_seconds=None, battery=True),
    },
    generic_model="ev1527",
    normalise_address=normalise_address,
    normalise_code=normalise_code,
    code_map_words=frozenset(WORDS),
    repeat_seconds=REPEAT_SECONDS,
    tells_falls=True,
)
