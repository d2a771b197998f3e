"""What a GPS watch can be told to do: ring, so that its wearer looks at it or is found by it.

`[MAKER*ID*0004*FIND]`; the watch rings for about a minute, or until its wearer touches it, and echoes the frame.
Nothing ends it from here. Source: the makers' protocol papers. It is reached only while it is dialled in.
"""

from drivers.gps_watch import NAME, normalise_address
from drivers.output import Action, Message, OutputDriver, Sounding, Target, Via

FIND = b"FIND"
RING_SECONDS = 60.0


def encode_ring(_target: Target, sounding: Sounding | None) -> Message | None:
    """The content of the frame; maker, number and index are those of the watch's own frames."""
    return None if sounding is None else Message("", FIND)


OUTPUT_DRIVER = OutputDriver(
    name=NAME,
    via=Via.LISTENER,
    actions={"ring": Action(encode=encode_ring, again_seconds=RING_SECONDS)},
    normalise_address=normalise_address,
)
