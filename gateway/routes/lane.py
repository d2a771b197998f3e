"""One further route at work: takes what is handed to it, most urgent first, and tries until it is through.

Between messages it tries the route on a schedule, more often while that fails. One thing at a time.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.contract.times import to_text
from gateway.policy import RANKS
from gateway.problems import Problems
from gateway.routes.carrier import Carrier, CarryError, Outcome
from gateway.store.deliveries import Delivery
from gateway.store.rows import Stored
from gateway.uplink.retry import resend_after_seconds

log = logging.getLogger(__name__)

RETEST_SECONDS = 60.0
"""How soon a route that failed is tried again without a message."""
LIMIT = 1_000


@dataclass(slots=True, kw_only=True)
class _Parcel:
    """A message that this route still has to carry. Times are monotonic seconds."""

    stored: Stored
    handed: float
    due: float
    attempts: int = 0

    @property
    def order(self) -> tuple[int, int]:
        return RANKS[self.stored.priority], self.stored.sequence


class Lane:
    """Works one carrier. `failing` from the first failure to the next success."""

    def __init__(
        self,
        name: str,
        carrier: Carrier,
        done: Callable[[Delivery, Outcome], None],
        problems: Problems,
        clock: Clock,
    ) -> None:
        self.name = name
        self.failing = False
        self._carrier = carrier
        self._done = done
        self._problems = problems
        self._clock = clock
        self._parcels: dict[str, _Parcel] = {}
        self._changed = asyncio.Event()
        self._test_due = clock.monotonic()

    def hand(self, stored: Stored) -> None:
        """Carry this; where too much waits the least urgent gives way."""
        now = self._clock.monotonic()
        self._parcels.setdefault(stored.event.id, _Parcel(stored=stored, handed=now, due=now))
        if len(self._parcels) > LIMIT:
            del self._parcels[max(self._parcels.values(), key=lambda parcel: parcel.order).stored.event.id]
        self._changed.set()

    def withdraw(self, event: str) -> None:
        """It need not be carried any more."""
        self._parcels.pop(event, None)

    @property
    def away(self) -> bool:
        """Whether it is known to be no use now."""
        return self.failing

    async def run(self) -> None:
        """Work for ever."""
        while True:
            self._changed.clear()
            now = self._clock.monotonic()
            ready = [parcel for parcel in self._parcels.values() if parcel.due <= now]
            if ready:
                await self._carry(min(ready, key=lambda parcel: parcel.order))
            elif self._test_due <= now:
                await self._test()
            else:
                await self._wait(min([self._test_due, *(parcel.due for parcel in self._parcels.values())]) - now)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _carry(self, parcel: _Parcel) -> None:
        event = parcel.stored.event
        parcel.attempts += 1
        try:
            outcome = await self._carrier.carry(parcel.stored)
        except CarryError as error:
            now = self._clock.monotonic()
            parcel.due = now + resend_after_seconds(RANKS[parcel.stored.priority], now - parcel.handed)
            self._fail(error)
            return
        self._succeed()
        self._parcels.pop(event.id, None)
        log.info("route %s: %s of %s, attempt %d", self.name, outcome, event.id, parcel.attempts)
        now_text = to_text(self._clock.now())
        received = now_text if outcome is Outcome.RECEIVED else None
        delivery = Delivery(event=event.id, route=self.name, attempts=parcel.attempts, sent=now_text, received=received)
        self._done(delivery, outcome)

    async def _test(self) -> None:
        try:
            await self._carrier.test()
        except CarryError as error:
            self._fail(error)
        else:
            self._succeed()

    def _succeed(self) -> None:
        self.failing = False
        self._test_due = self._clock.monotonic() + self._carrier.test_seconds
        self._problems.over(f"route {self.name}")

    def _fail(self, error: CarryError) -> None:
        self.failing = True
        self._test_due = self._clock.monotonic() + min(RETEST_SECONDS, self._carrier.test_seconds)
        self._problems.report(f"route {self.name}", f"route {self.name}: {error}")
