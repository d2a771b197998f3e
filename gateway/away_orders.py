"""Who may say for how long nobody will be at home: the installer and the family at the box, and the centre."""

from collections.abc import Callable
from datetime import datetime

from gateway.away import CENTRE, SAID_AT_THE_BOX, Away
from gateway.contract.times import from_text
from gateway.control import AwayRequest
from gateway.store.absence import Absence


class AwayOrders:
    """Obeys them and has the new state told. `now` is the wall clock."""

    def __init__(self, away: Away, now: Callable[[], datetime], announce: Callable[[], None]) -> None:
        self._away = away
        self._now = now
        self._announce = announce

    def asked(self, request: AwayRequest) -> str | Absence | None:
        """A request at the box: who is away then, or as text why it cannot be."""
        if request.by not in SAID_AT_THE_BOX:
            return f"by is {request.by!r}; write one of: {', '.join(SAID_AT_THE_BOX)}"
        if request.until is not None:
            refusal = self._declare(request.until, request.by)
            if refusal is not None:
                return refusal
        elif request.back:
            self.come_home()
        return self._away.absence

    def ordered(self, until: str | None) -> str | None:
        """The centre's order. Returns why it is refused."""
        return "until_missing" if until is None else self._declare(until, CENTRE)

    def come_home(self) -> None:
        """Somebody is at home."""
        self._away.change(None)
        self._announce()

    def _declare(self, until: str, by: str) -> str | None:
        try:
            end = from_text(until)
        except ValueError:
            return "until is no time; write RFC 3339 with an offset"
        refusal = self._away.declare(self._now(), end, by)
        if refusal is None:
            self._announce()
        return refusal
