"""What is wrong with a worn device's samples, long enough or often enough to be told. Pure: time comes in as seconds.

A fault that lasts is told while it lasts; one that comes and goes (a lost block, a clock that jumps) counts from so
many within a minute on, and is over when it has not come for five. A band that lies on a table guards nobody: after
half an hour that is a fault too, never an alarm, for nobody can tell a drawer from a nightstand.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

NOT_WORN = "not_worn"
LATE = "duplicate"
OFTEN: Mapping[str, int] = {
    "not_a_number": 1,
    "clock_jump": 1,
    "gap": 10,
    "duplicate": 5,
    "reordered": 5,
    "wrong_rate": 1,
}
"""So many within a minute are a fault; for words that are not here, one."""
LASTING = ("stuck", "saturated", "wrong_unit", "unsupported_rate")
FAULTS = (*LASTING, *OFTEN, NOT_WORN)
"""Every fault that can be told."""
MINUTE = 60.0
QUIET_SECONDS = 300.0
OFF_BODY_SECONDS = 1_800.0
_REMEMBERED = 64


@dataclass(slots=True)
class _Said:
    times: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    until: dict[str, float] = field(default_factory=dict)
    lasting: frozenset[str] = frozenset()
    off_since: float | None = None


class Ailments:
    """The faults of all worn devices."""

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}

    def began(self, device: str, faults: Iterable[str], now: float) -> None:
        """Faults were seen that come and go."""
        said = self._said.setdefault(device, _Said())
        for fault in faults:
            said.times.append((now, fault))
            recent = sum(one == fault and now - at <= MINUTE for at, one in said.times)
            if recent >= OFTEN.get(fault, 1) or fault in said.until:
                said.until[fault] = now + QUIET_SECONDS

    def stand(self, device: str, lasting: frozenset[str], *, is_off_body: bool, now: float) -> None:
        """What is wrong with the samples right now, and whether nobody can be wearing the device."""
        said = self._said.setdefault(device, _Said())
        said.lasting = lasting
        if not is_off_body:
            said.off_since = None
        elif said.off_since is None:
            said.off_since = now

    def is_off_body(self, device: str) -> bool:
        """Whether a device lies so still that nobody can be wearing it now."""
        return self._said.get(device, _Said()).off_since is not None

    def devices(self) -> tuple[str, ...]:
        """Whose samples were seen."""
        return tuple(self._said)

    def now(self, device: str, now: float) -> frozenset[str]:
        """The faults of a device as they are to be told."""
        said = self._said.get(device, _Said())
        for fault in [fault for fault, until in said.until.items() if now >= until]:
            del said.until[fault]
        off = said.off_since is not None and now - said.off_since >= OFF_BODY_SECONDS
        return said.lasting | said.until.keys() | ({NOT_WORN} if off else set())
