"""A piece of a serial line for `anju decode`: the first whole frame in it, found by the splitter of the line itself."""

from drivers.device import Decoded
from drivers.event import Reject
from drivers.framing import Splitter
from gateway.explain.explanation import Explanation, RejectedError, Vector, event_of


def frame_in(vector: Vector, splitter: Splitter) -> bytes:
    """The first frame in a vector's hexadecimal `input`. Raises RejectedError."""
    shown = vector.get("input")
    try:
        line = bytes.fromhex(shown.replace(":", " ").removeprefix("0x")) if isinstance(shown, str) else b""
    except ValueError:
        line = b""
    if not line:
        raise RejectedError("bad_hex")
    pieces = splitter.feed(line) + splitter.flush()
    for piece in pieces:
        if isinstance(piece, bytes):
            return piece
    raise RejectedError(next((piece.reason for piece in pieces if isinstance(piece, Reject)), "noise"))


def explanation_of(fields: dict[str, object], decoded: Decoded) -> Explanation:
    """The fields of a sound frame with what the driver makes of it."""
    if isinstance(decoded, Reject):
        return Explanation(fields=fields, ignored=decoded.reason)
    return Explanation(fields=fields, events=[event_of(signal) for signal in decoded])
