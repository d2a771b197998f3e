"""All that the watch remembers, as bytes and back."""

import zlib
from dataclasses import dataclass, field

import msgspec

from models.inactivity.cluster import Cluster
from models.inactivity.habits import Habits
from models.inactivity.hazard import BIN_SECONDS
from models.inactivity.limits import Limits
from models.inactivity.reports import Reports
from models.inactivity.silence import Silence
from models.inactivity.stays import Stays

_MAGIC = b"anju-inactivity-2\n"
_REMEDY = "delete it: the watch then learns the home anew, with the fixed floor of the first four weeks"


@dataclass(slots=True)
class Memory:
    """Settings, what was learned, and where the present silence stands. Times are UTC seconds; None: not yet."""

    sensors: list[tuple[str, str, str]]
    timezone: str
    per_30_days: float
    now: float | None = None
    bin_end: float = 0.0
    day: int = 0
    suspended: bool = False
    suspended_until: float | None = None
    lost: set[str] = field(default_factory=set)
    faults: dict[str, tuple[float, int]] = field(default_factory=dict)
    recent: list[tuple[float, str, float]] = field(default_factory=list)
    newest: float = 0.0
    held: list[tuple[float, str, float]] = field(default_factory=list)
    cluster: Cluster = field(default_factory=Cluster)
    reports: Reports = field(default_factory=Reports)
    silence: Silence = field(default_factory=Silence)
    habits: Habits = field(default_factory=Habits)
    stays: Stays = field(default_factory=Stays)
    note: tuple[str, str] | None = None
    limits: Limits = field(default_factory=Limits)

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
        self.silence.run_until = 0.0


def to_bytes(memory: Memory) -> bytes:
    """A version, a check sum and the memory. The same memory gives the same bytes."""
    body = msgspec.msgpack.encode(memory, order="deterministic")
    return _MAGIC + zlib.crc32(body).to_bytes(4, "big") + body


def from_bytes(blob: bytes) -> Memory:
    """The memory. Raises ValueError with the remedy where the bytes are none, damaged, or of another version."""
    if not blob.startswith(_MAGIC):
        raise ValueError(f"this is no state of this version of the inactivity watch: {_REMEDY}")
    check, body = blob[len(_MAGIC) : len(_MAGIC) + 4], blob[len(_MAGIC) + 4 :]
    if zlib.crc32(body).to_bytes(4, "big") != check:
        raise ValueError(f"the state of the inactivity watch is damaged: {_REMEDY}")
    try:
        memory = msgspec.msgpack.decode(body, type=Memory)
    except msgspec.ValidationError as error:
        raise ValueError(f"the state of the inactivity watch has another shape ({error}): {_REMEDY}") from error
    return memory
