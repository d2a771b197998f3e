"""What the house cannot see: dead sensors, lost lines. Their silence is not the silence of a person."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from drivers.event import Event, Kind, TroubleType

if TYPE_CHECKING:
    from models.inactivity import InactivityWatch


class Blind:
    """Follows faults and their ends. `lines_of` names the inner lines that hear each device."""

    def __init__(self, lines_of: Mapping[str, frozenset[str]]) -> None:
        self._lines_of = lines_of
        self._dead: set[str] = set()
        self._lines: set[str] = set()
        self._told: set[str] = set()
        self._since: float | None = None

    def heard(self, event: Event) -> None:
        """A fault, or the end of one."""
        is_over = event.kind is Kind.RESTORE
        if event.device is not None and Kind.SUPERVISION_LOST in (event.kind, event.type):
            (self._dead.discard if is_over else self._dead.add)(event.device)
        elif event.type == TroubleType.LINK_LOST:
            name = str(event.evidence.get("where"))
            (self._lines.discard if is_over else self._lines.add)(name)

    def resume(self, is_on: Callable[[str, str], bool]) -> None:
        """Take up what was dead or lost when the house was last up."""
        self._dead = {device for device in self._lines_of if is_on(device, Kind.SUPERVISION_LOST.value)}
        names = {line for lines in self._lines_of.values() for line in lines}
        self._lines = {line for line in names if is_on(line, TroubleType.LINK_LOST.value)}

    def _lost(self) -> set[str]:
        """Who cannot be heard: dead, or every line to it is."""
        unheard = {device for device, lines in self._lines_of.items() if lines and lines <= self._lines}
        return self._dead | unheard

    def sees(self, watch: "InactivityWatch", at: float) -> bool:
        """Tell the watch what is lost and what is back. False while it can see nothing: then it is not asked."""
        lost = self._lost()
        for device in sorted(lost - self._told):
            watch.sensor_lost(at, device)
        for device in sorted(self._told - lost):
            watch.sensor_back(at, device)
        self._told = lost
        if lost and not watch.promise().protected:
            self._since = at if self._since is None else self._since
            return False
        if self._since is not None:
            watch.gateway_was_off(self._since, at)
            self._since = None
        return True
