"""The bracket frame of GPS watches: `[MAKER*ID*LENGTH*CONTENT]`, with some makers `[MAKER*ID*INDEX*LENGTH*CONTENT]`.

MAKER is two letters or digits (3G, SG, ZJ, CS, …), ID the watch's 10 to 15 digits, LENGTH four hexadecimal digits that
count the content's bytes. Several makers send a wrong LENGTH, so it never refuses a frame; it only helps to find the
end where a name of a wireless network holds a bracket. Binary content (voice) has its brackets escaped by the watch.
Evidence: 27 captured frames of all four makers (`gps_watch_3g_sg`), 8 of them with a wrong LENGTH.
"""

import re
from dataclasses import dataclass

from drivers.framing import ResyncingSplitter, Verdict

FRAME_LIMIT_BYTES = 2_048
"""The longest report (twenty cells, ten networks) is well below; what is longer is voice, which nobody here hears."""

_HEAD = re.compile(rb"\[(?:[0-9A-Z]{2}\*|[0-9A-Z]{0,2}\Z)")
_OPENING = re.compile(rb"\[[0-9A-Z]{2}\*\d{10,15}\*(?:[0-9A-Za-z]{1,8}\*)?([0-9A-Fa-f]{4})\*")
_OPENING_SO_FAR = re.compile(rb"\[[0-9A-Z]{0,2}(?:\*\d{0,15}(?:\*[0-9A-Za-z]{0,8}){0,2})?")
_FRAME = re.compile(
    r"\[([0-9A-Z]{2})\*(\d{10,15})\*(?:([0-9A-Za-z]{1,8})\*)?([0-9A-Fa-f]{4})\*([^,\s]+)(?:,(.*))?\]", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `length` is what the watch says, `actual_length` what the content has, both in bytes."""

    maker: str
    watch: str
    index: str | None
    length: int
    actual_length: int
    type: str
    values: tuple[str, ...]


def new_splitter(driver: str) -> ResyncingSplitter:
    """A splitter for one connection; it holds at most one frame."""
    return ResyncingSplitter(driver=driver, head=_HEAD, limit_bytes=FRAME_LIMIT_BYTES, measure=_measure)


def parse(frame: bytes) -> Frame | None:
    """Take a whole frame apart; None where it is not one. Bytes beyond ASCII stay one character each."""
    found = _FRAME.fullmatch(frame.decode("latin-1")) if len(frame) <= FRAME_LIMIT_BYTES else None
    if found is None:
        return None
    maker, watch, index, length, type_, rest = found.groups()
    return Frame(
        maker=maker,
        watch=watch,
        index=index,
        length=int(length, 16),
        actual_length=found.end() - 1 - found.start(5),
        type=type_,
        values=() if rest is None else tuple(rest.split(",")),
    )


def encode(maker: str, watch: str, content: str, index: str | None = None) -> bytes:
    """A frame with its true length, as watches and platforms send it."""
    number = "" if index is None else f"{index}*"
    return f"[{maker}*{watch}*{number}{len(content):04X}*{content}]".encode("latin-1")


def _measure(held: bytes, idle: bool) -> int | Verdict:
    opening = _OPENING.match(held)
    if opening is None:
        return Verdict.MORE if _OPENING_SO_FAR.fullmatch(held) else Verdict.NO
    next_head = _OPENING.search(held, 1)
    bound = len(held) if next_head is None else next_head.start()
    first = held.find(b"]", opening.end(), bound)
    if first < 0:
        return Verdict.MORE if next_head is None else Verdict.NO
    told = opening.end() + int(opening[1], 16)
    if told <= first or told >= FRAME_LIMIT_BYTES or (next_head is not None and told >= bound):
        return first + 1
    if told < len(held):
        return told + 1 if held[told] == ord("]") else first + 1
    # Either the length is wrong or the bracket belongs to a network's name: the next bytes or a pause will tell.
    return first + 1 if idle else Verdict.MORE
