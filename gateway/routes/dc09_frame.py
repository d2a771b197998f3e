"""Frames of SIA DC-09 (Internet protocol event reporting): to bytes and back, plain or under AES. No I/O.

Layout: LF, CRC (4 hex digits: CRC-16/ARC over what stands from the first quote to before the CR), `0` and 3 hex digits
of that length, then `"ID"` (`"*ID"` under a key), sequence (4 digits), `Rreceiver` where there is one, `Lline`,
`#account`, `[data]`, any number of `[Xextended]`, `_HH:MM:SS,MM-DD-YYYY` (UTC), CR. Under a key everything behind the
first `[` is hexadecimal: AES-CBC with an initial vector of zeros over padding, `|`, data, `]`, blocks and time.
The first 16 characters of padding are random, so that equal messages do not look equal.
Checked against the open implementations pysiaalarm and siadc09.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.routes.dc09_cipher import BLOCK_BYTES, decipher, encipher, padding

FRAME_LIMIT_BYTES = 1_024
"""Receivers read frames of about a kilobyte at most; what we write stays far below."""
_TIME = "%H:%M:%S,%m-%d-%Y"
_HEADER_BYTES = 9
_BODY = re.compile(
    r'"(?P<star>\*?)(?P<id>[A-Z0-9-]{1,16})"(?P<sequence>[0-9]{4})'
    r"(?:R(?P<receiver>[0-9A-Fa-f]{1,6})|None)?(?:L(?P<line>[0-9A-Fa-f]{1,6}))?(?:R[0-9A-Fa-f]{1,6})?"
    r"(?:#(?P<account>[0-9A-Fa-f]{1,16})|A0)?\[(?P<rest>.*)",
    re.DOTALL,
)
_CONTENT = re.compile(r"(?P<data>[^\[\]]*)\](?P<extended>(?:\[[^\[\]]*\])*)(?:_(?P<time>[0-9:,-]{1,30}))?", re.DOTALL)


class UnreadableFrameError(ValueError):
    """The bytes are no frame; the text is a short fixed reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message or reply. `extended` holds the blocks without brackets, each beginning with its letter.

    `at` is the sender's time (UTC, whole seconds). `encrypted` tells of a frame that was read whether it came sealed.
    """

    id: str
    sequence: int
    account: str | None
    data: str = ""
    extended: tuple[str, ...] = ()
    receiver: str | None = None
    line: str | None = "0"
    at: datetime | None = None
    encrypted: bool = False


def encode(frame: Frame, key: bytes | None = None) -> bytes:
    """Write a frame, under `key` (16, 24 or 32 bytes) where there is one. Its texts must be ASCII without brackets."""
    content = frame.data + "]" + "".join(f"[{block}]" for block in frame.extended)
    if frame.at is not None:
        content += "_" + frame.at.astimezone(UTC).strftime(_TIME)
    if key is not None:
        content = _seal(content, key)
    star = "*" if key is not None else ""
    receiver = f"R{frame.receiver}" if frame.receiver is not None else ""
    line = f"L{frame.line}" if frame.line is not None else ""
    account = f"#{frame.account}" if frame.account is not None else ""
    body = f'"{star}{frame.id}"{frame.sequence:04}{receiver}{line}{account}[{content}'.encode("ascii")
    return b"\n%04X0%03X%b\r" % (crc(body), len(body), body)


def decode(raw: bytes, key: bytes | None = None) -> Frame:
    """Read one frame from its LF to its CR. Raises UnreadableFrameError.

    Lenient in what receivers do differently: the text `None` for a missing receiver, `A0` for an account in a NAK.
    """
    body = _checked(raw)
    found = _BODY.fullmatch(body)
    if found is None:
        raise UnreadableFrameError("header")
    content = found["rest"]
    if found["star"]:
        if key is None:
            raise UnreadableFrameError("no_key")
        content = _unseal(content, key)
    parts = _CONTENT.fullmatch(content)
    if parts is None:
        raise UnreadableFrameError("content")
    return Frame(
        id=found["id"],
        sequence=int(found["sequence"]),
        account=found["account"],
        data=parts["data"],
        extended=tuple(parts["extended"][1:-1].split("][")) if parts["extended"] else (),
        receiver=found["receiver"],
        line=found["line"],
        at=_time(parts["time"]),
        encrypted=bool(found["star"]),
    )


def crc(body: bytes) -> int:
    """CRC-16/ARC: polynomial 0x8005 reflected, starting at 0."""
    value = 0
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


def _checked(raw: bytes) -> str:
    if len(raw) > FRAME_LIMIT_BYTES:
        raise UnreadableFrameError("too_long")
    if len(raw) < _HEADER_BYTES + 2 or raw[:1] != b"\n" or raw[-1:] != b"\r":
        raise UnreadableFrameError("envelope")
    body = raw[_HEADER_BYTES:-1]
    try:
        said_crc, said_length = int(raw[1:5], 16), int(raw[5:_HEADER_BYTES], 16)
        text = body.decode("ascii")
    except ValueError:
        raise UnreadableFrameError("not_ascii") from None
    if said_length != len(body):
        raise UnreadableFrameError("length")
    if said_crc != crc(body):
        raise UnreadableFrameError("crc")
    return text


def _seal(content: str, key: bytes) -> str:
    filler = BLOCK_BYTES + -(len(content) + 1) % BLOCK_BYTES
    return encipher(f"{padding(filler)}|{content}".encode("ascii"), key).hex().upper()


def _unseal(text: str, key: bytes) -> str:
    try:
        sealed = bytes.fromhex(text)
    except ValueError:
        raise UnreadableFrameError("not_hex") from None
    if not sealed or len(sealed) % BLOCK_BYTES:
        raise UnreadableFrameError("block")
    clear = decipher(sealed, key)
    # Padding is any bytes but brackets and the bar. A receiver that leaves the bar out where there is no data ends its
    # padding with the bracket: with no bar before it, there is no data.
    bar, end = clear.find(b"|"), clear.find(b"]")
    start = bar + 1 if 0 <= bar < end else end
    try:
        return clear[max(0, start) :].decode("ascii")
    except ValueError:
        raise UnreadableFrameError("wrong_key") from None


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise UnreadableFrameError("time") from None
