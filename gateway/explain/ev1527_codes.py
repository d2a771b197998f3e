"""EV1527 codes for `anju decode`, with what their data nibble means on known makes.

The nibble has no standard meaning, so the tables are a suggestion for the person who writes a code map. The gateway
never uses them. Sources: KERUI by rtl_433's decoder; the other from captures of one 2026 alarm kit ("Hapippofa") and
of a DY-SQ100B water sensor in rtl_433's public test collection.
"""

import re
from typing import Any, NamedTuple

from drivers import ev1527
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of


class Meaning(NamedTuple):
    """What one nibble says on one make, and the code map word for it."""

    device: str
    meaning: str
    event: str
    word: str


_KERUI = {
    0xA: Meaning("PIR", "motion", "motion", "motion"),
    0xE: Meaning("contact", "open", "contact_open", "contact_open"),
    0x7: Meaning("contact", "closed", "contact_closed", "contact_closed"),
    0xB: Meaning("contact", "tamper", "tamper", "tamper"),
    0x5: Meaning("water leak", "water leak", "water_leak", "water"),
    0xF: Meaning("sensor", "low battery", "low_battery", "low_battery"),
}
_KIT = {
    0x8: Meaning("PIR", "motion", "motion", "motion"),
    0x9: Meaning("contact", "open", "contact_open", "contact_open"),
    0x6: Meaning("contact", "closed", "contact_closed", "contact_closed"),
    0xE: Meaning("4-button remote", "arm", "button:arm", "button"),
    0xD: Meaning("4-button remote", "disarm", "button:disarm", "button"),
    0xB: Meaning("4-button remote", "home", "button:home", "button"),
    0x7: Meaning("4-button remote", "SOS", "sos", "sos"),
    0xF: Meaning("SOS button", "SOS", "sos", "sos"),
    0x5: Meaning("DY-SQ100B water leak", "water leak", "water_leak", "water"),
    0xA: _KERUI[0xA],
}

# Six digits, or seven where the 25th bit (the sync mark) was received as well; rtl_433 writes "{25}ffb0288".
_CODE = re.compile(r"(?:\{2[45]\}|0[xX])?([0-9A-Fa-f]{6})[08]?")


def explain(vector: Vector) -> Explanation:
    """Explain a 24-bit code, as text or as a decoder's JSON (`id` and `cmd`). Raises RejectedError."""
    shown = vector.get("input")
    code24 = _code_of_json(shown) if isinstance(shown, dict) else _code_of_text(shown)
    make = _KERUI if isinstance(shown, dict) and "kerui" in str(shown.get("model")).lower() else _KIT
    fields = fields_of(code24)
    meaning = make.get(fields["cmd"])
    if meaning is None:
        return Explanation(fields=fields, ignored="unmapped_code")
    fields |= {"device": meaning.device, "meaning": meaning.meaning, "event": meaning.event}
    signal = ev1527.signal_of(meaning.word, address=fields["id20"], nibble=fields["nibble"])
    return Explanation(fields=fields, events=[event_of(signal)], suggested=True)


def fields_of(code24: str) -> dict[str, Any]:
    """The parts of a code of six hexadecimal digits."""
    return {
        "code24": code24,
        "dec": int(code24, 16),
        "id20": code24[:5],
        "id20_dec": int(code24[:5], 16),
        "cmd": int(code24[5], 16),
        "nibble": code24[5],
    }


def _code_of_text(shown: object) -> str:
    match = _CODE.fullmatch(shown.strip()) if isinstance(shown, str) else None
    if match is None:
        raise RejectedError("bad_code")
    return match.group(1).upper()


def _code_of_json(shown: dict[str, Any]) -> str:
    address, command = _integer(shown.get("id")), _integer(shown.get("cmd"))
    if address is not None and command is not None and address < 1 << 20 and command < 1 << 4:
        return f"{address << 4 | command:06X}"
    codes = shown.get("codes")
    return _code_of_text(codes[0] if isinstance(codes, list) and codes else shown.get("code", shown.get("data")))


def _integer(value: object) -> int | None:
    """A number that is not negative; as text it is hexadecimal."""
    if isinstance(value, str):
        return int(value, 16) if re.fullmatch(r"(?:0x)?[0-9A-Fa-f]{1,6}", value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
