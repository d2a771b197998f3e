"""Short messages as a modem takes and gives them in PDU mode (3GPP TS 23.040): one submit, one status report.

Text is always UCS-2 (UTF-16 big-endian, 70 units in one message), so that Chinese words fit and no character set of the
modem or of the network comes between. A message that does not fit is refused here: parts could arrive alone.
"""

from dataclasses import dataclass

UNITS_LIMIT = 70
_SUBMIT = 0x01
_VALIDITY_RELATIVE = 0x10
_STATUS_REPORT_REQUEST = 0x20
_INTERNATIONAL, _UNKNOWN = 0x91, 0x81
_UCS2 = 0x08
_ONE_HOUR = 11
"""Validity period: (value + 1) × 5 minutes. A call for help that lies in the network for longer says nothing new."""
_DELIVERED_LIMIT = 0x20
_TRYING_LIMIT = 0x40
_STATUS_REPORT = 0x02


@dataclass(frozen=True, slots=True)
class Submit:
    """What `AT+CMGS=LENGTH` and the prompt after it want."""

    length: int
    pdu: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the network says of a message that was sent: `reference` is the modem's number of it.

    `delivered` is None while the network still tries.
    """

    reference: int
    delivered: bool | None


def submit(number: str, text: str) -> Submit:
    """The message of `text` to a telephone number (digits, with or without a leading +). Raises ValueError."""
    coded = text.encode("utf-16-be")
    if len(coded) > 2 * UNITS_LIMIT:
        raise ValueError("the text does not fit one short message")
    digits = number.removeprefix("+")
    kind = _INTERNATIONAL if number.startswith("+") else _UNKNOWN
    head = bytes((_SUBMIT | _VALIDITY_RELATIVE | _STATUS_REPORT_REQUEST, 0, len(digits), kind))
    body = head + _semi_octets(digits) + bytes((0, _UCS2, _ONE_HOUR, len(coded))) + coded
    return Submit(len(body), f"00{body.hex().upper()}")  # 00: the SIM card's own service centre


def read_report(pdu: str) -> Report | None:
    """A status report from the line after `+CDS:`; None where the line is something else."""
    try:
        octets = bytes.fromhex(pdu)
        body = octets[1 + octets[0] :]
        kind, reference, digits = body[0], body[1], body[2]
        # Behind the recipient: two times of seven octets, then the status.
        status = body[4 + (digits + 1) // 2 + 14]
    except (ValueError, IndexError):
        return None
    if kind & 0x03 != _STATUS_REPORT:
        return None
    return Report(reference, None if _DELIVERED_LIMIT <= status < _TRYING_LIMIT else status < _DELIVERED_LIMIT)


def _semi_octets(digits: str) -> bytes:
    padded = digits + "F" * (len(digits) % 2)
    return bytes.fromhex("".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2)))
