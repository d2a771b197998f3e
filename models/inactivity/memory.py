"""All that the watch remembers, as bytes and back."""

import zlib
from array import array
from typing import Any

import msgspec

from models.inactivity.cluster import Cluster
from models.inactivity.counts import Counts
from models.inactivity.habits import Habits
from models.inactivity.hazard import BIN_SECONDS
from models.inactivity.limits import Limits
from models.inactivity.reports import Reports
from models.inactivity.routine import Routine
from models.inactivity.silence import Silence
from models.inactivity.stays import Stays

_MAGIC = b"anju-inactivity-1\n"
_REMEDY = "delete it: the watch then learns the home anew, with the fixed floor of the first four weeks"


class Memory(msgspec.Struct):
    """Settings, what was learned, and where the present silence stands. Times are UTC seconds; None: not yet."""

    sensors: list[tuple[str, str, str]]
    timezone: str
    per_30_days: float
    now: float | None = None
    bin_end: float = 0.0
    day: int = 0
    suspended: bool = False
    suspended_until: float | None = None
    lost: set[str] = msgspec.field(default_factory=set)
    faults: dict[str, tuple[float, int]] = msgspec.field(default_factory=dict)
    recent: list[tuple[float, str, float]] = msgspec.field(default_factory=list)
    held: list[tuple[float, str, float]] = msgspec.field(default_factory=list)
    cluster: Cluster = msgspec.field(default_factory=Cluster)
    reports: Reports = msgspec.field(default_factory=Reports)
    silence: Silence = msgspec.field(default_factory=Silence)
    habits: Habits = msgspec.field(default_factory=Habits)
    stays: Stays = msgspec.field(default_factory=Stays)
    routine: Routine = msgspec.field(default_factory=Routine)
    note: tuple[str, str] | None = None
    limits: Limits = msgspec.field(default_factory=Limits)

    def shift(self, seconds: float) -> None:
        """The clock was set: what lies so long back still lies so long back."""
        if self.now is not None:
            self.now += seconds
        self.bin_end = (self.now or 0.0) // BIN_SECONDS * BIN_SECONDS + BIN_SECONDS
        self.cluster.last += seconds
        self.reports = Reports()
        self.stays.shift(seconds)
        self.silence.life_at += seconds
        self.silence.event_at += seconds
        self.silence.prompted_at += seconds


def to_bytes(memory: Memory) -> bytes:
    """A version, a check sum and the memory. The same memory gives the same bytes."""
    body = msgspec.msgpack.encode(memory, enc_hook=_out, order="deterministic")
    return _MAGIC + zlib.crc32(body).to_bytes(4, "big") + body


def from_bytes(blob: bytes) -> Memory:
    """The memory. Raises ValueError with the remedy where the bytes are none, damaged, or of another version."""
    if not blob.startswith(_MAGIC):
        raise ValueError(f"this is no state of this version of the inactivity watch: {_REMEDY}")
    check, body = blob[len(_MAGIC) : len(_MAGIC) + 4], blob[len(_MAGIC) + 4 :]
    if zlib.crc32(body).to_bytes(4, "big") != check:
        raise ValueError(f"the state of the inactivity watch is damaged: {_REMEDY}")
    try:
        memory = msgspec.msgpack.decode(body, type=Memory, dec_hook=_in)
    except msgspec.ValidationError as error:
        raise ValueError(f"the state of the inactivity watch has another shape ({error}): {_REMEDY}") from error
    return memory


def _out(value: Any) -> bytes:
    assert isinstance(value, array)
    return value.tobytes()


def _in(_type: type, value: Any) -> Counts:
    counts: Counts = array("f")
    counts.frombytes(value)
    return counts
