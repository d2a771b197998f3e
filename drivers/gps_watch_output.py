"""What a GPS watch can be told to do, while it is dialled in; it echoes the type of each frame.

- `ring`: `[MAKER*ID*0004*FIND]`; it rings for about a minute, or until its wearer touches it. Nothing ends
  it from here.
- `text`: `[MAKER*ID*LENGTH*MESSAGE,TEXT]` shows a sentence, for who cannot hear one; TEXT is UTF-16 (big-endian) in
  hexadecimal digits. Unknown: how long a text may be.
Source: the makers' protocol papers.
"""

from drivers.gps_watch import NAME, normalise_address
from drivers.output import Action, Message, OutputDriver, Sounding, Target, Via

FIND = b"FIND"
MESSAGE = b"MESSAGE,"
RING_SECONDS = 60.0


def encode_ring(_target: Target, sounding: Sounding | None) -> Message | None:
    """The content of the frame; maker, number and index are those of the watch's own frames."""
    return None if sounding is None else Message("", FIND)


def encode_text(_target: Target, sounding: Sounding | None) -> Message | None:
    """The content of the frame that shows the sounding's text; the watch keeps it, so nothing ends it."""
    if sounding is None or not sounding.text:
        return None
    return Message("", MESSAGE + sounding.text.encode("utf-16-be").hex().upper().encode())


OUTPUT_DRIVER = OutputDriver(
    name=NAME,
    via=Via.LISTENER,
    actions={
        "ring": Action(encode=encode_ring, again_seconds=RING_SECONDS),
        "text": Action(encode=encode_text, says=True),
    },
    normalise_address=normalise_address,
)
