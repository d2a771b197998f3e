"""Sources that nobody has enrolled: counted and offered for enrolment, never an alarm, never more than a few kept."""

import logging
from dataclasses import dataclass
from datetime import datetime

log = logging.getLogger(__name__)

LIMIT = 64
LOGGED = 16
"""How many offers are logged in one run: a radio in a town hears thousands of strangers."""


@dataclass(slots=True, kw_only=True)
class Offer:
    """A source as an installer would pick it from a list."""

    driver: str
    address: str
    code: str | None
    heard: int
    last_heard_at: datetime


class Offers:
    """The newest unknown sources, by driver and address."""

    def __init__(self) -> None:
        self._offers: dict[tuple[str, str], Offer] = {}
        self._logged = 0

    def heard(self, driver: str, address: str, code: str | None, at: datetime) -> None:
        """Note one message of an unknown source; the one that has been silent longest makes room."""
        key = (driver, address)
        known = self._offers.pop(key, None)
        if known is None:
            self._log(driver, address, code)
            if len(self._offers) >= LIMIT:
                del self._offers[next(iter(self._offers))]
        count = known.heard + 1 if known else 1
        self._offers[key] = Offer(driver=driver, address=address, code=code, heard=count, last_heard_at=at)

    def list(self) -> list[Offer]:
        """The offers, the newest first."""
        return list(reversed(self._offers.values()))

    def _log(self, driver: str, address: str, code: str | None) -> None:
        self._logged += 1
        if self._logged <= LOGGED:
            log.info("enrolment offer: driver=%s address=%s code=%s", driver, address, code)
        elif self._logged == LOGGED + 1:
            log.info("further enrolment offers are not logged; `anju status` lists the newest")
