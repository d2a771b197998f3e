"""When signs of life are life: one sensor alone may be a draught, a spider or the sun. Pure; times are seconds."""

from collections import deque

from gateway.rules.signs import Sign

NEAR_SECONDS = 900.0
"""Two sensors within this time bear each other out."""
_ALONE_COUNT, _ALONE_SECONDS = 3, 120.0
"""A home with one sensor: so many signs of it within NEAR_SECONDS, over at least this time."""


class Life:
    """Looks at the signs of the last quarter of an hour."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, str]] = deque(maxlen=64)

    def seen(self, sign: Sign, now: float) -> bool:
        """Whether this sign, with those shortly before it, is life."""
        while self._recent and now - self._recent[0][0] > NEAR_SECONDS:
            self._recent.popleft()
        self._recent.append((now, sign.device))
        if sign.by_hand or self._is_borne_out(sign.device):
            return True
        return len(self._recent) >= _ALONE_COUNT and now - self._recent[0][0] >= _ALONE_SECONDS

    def _is_borne_out(self, device: str) -> bool:
        """Whether another sensor has seen something; in a home with life in it the first look finds one."""
        return any(other != device for _, other in self._recent)

    def forget(self) -> None:
        """Begin anew."""
        self._recent.clear()


class BackHome:
    """Whether somebody is back although nobody has said so.

    Who has only gone out is back with the first life after the door has had time to close. Of a declared absence it
    takes life twice, hours apart: somebody who waters the plants is not the resident.
    """

    LEAVING_SECONDS = 900.0
    TWICE_SECONDS = 2 * 3_600.0
    WITHIN_SECONDS = 24 * 3_600.0

    def __init__(self, left: float) -> None:
        self._left = left
        self._life = Life()
        self._first: float | None = None

    def is_back(self, sign: Sign, now: float, *, declared: bool) -> bool:
        """Whether this sign says so."""
        if now - self._left < self.LEAVING_SECONDS or not self._life.seen(sign, now):
            return False
        if not declared:
            return True
        if self._first is None or now - self._first > self.WITHIN_SECONDS:
            self._first = now
        return now - self._first >= self.TWICE_SECONDS
