"""A radio that hears mostly strangers or noise: told to the district, because a cord may go unheard in it. Pure.

The numbers are the contract's: at least 20 foreign frames a second for 5 seconds.
"""

FRAMES_PER_SECOND = 20
SECONDS = 5
OVER_AFTER_SECONDS = 60
"""It is over when no second was that busy for so long: a jammer that pauses is still there."""


class Interference:
    """Counts the frames of each receiver that are nobody's, second by second."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}
        self._busy: dict[str, tuple[int, int]] = {}
        self.present: set[str] = set()

    def resume(self, receiver: str, now: float) -> None:
        """It was there when the house was last up; it is over after a quiet minute."""
        self._busy[receiver] = (int(now), 0)
        self.present.add(receiver)

    def foreign(self, receiver: str, now: float) -> None:
        """A frame that is noise, another protocol, or a stranger's code, at this monotonic second."""
        second = int(now)
        counted, count = self._counts.get(receiver, (second, 0))
        count = count + 1 if counted == second else 1
        self._counts[receiver] = (second, count)
        if count == FRAMES_PER_SECOND:
            last, run = self._busy.get(receiver, (second - 2, 0))
            self._busy[receiver] = (second, run + 1 if last == second - 1 else 1)

    def changes(self, now: float) -> tuple[list[str], list[str]]:
        """(receivers where it began since the last call, receivers where it is over)."""
        began = sorted(name for name, (_, run) in self._busy.items() if run >= SECONDS and name not in self.present)
        self.present.update(began)
        ended = sorted(name for name in self.present if now - self._busy[name][0] > OVER_AFTER_SECONDS)
        self.present.difference_update(ended)
        for name in ended:
            del self._busy[name]
        return began, ended
