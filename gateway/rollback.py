"""Whether an old copy of the store was put back: the broker still holds what this store said last.

The house's own retained status names the store, the connection (which grows over boots) and the last event on its disk.
A store that has been further than it is now was replaced by a copy of itself: a backup, or the image of a card.
"""

import asyncio
from dataclasses import dataclass

import msgspec

from drivers.event import Kind, TroubleType
from gateway.contract.messages import Status
from gateway.intake.intake import Intake
from gateway.problems import Problems
from gateway.reception import Reception
from gateway.status import SESSIONS_PER_BOOT, StatusBook
from gateway.store.store import Store

_TROUBLE = TroubleType.STORE_ROLLED_BACK
PATIENCE_SECONDS = 2.0
"""How long the first birth of a run waits for what the broker holds. Some brokers look it up only after they have taken
what was published behind the subscription: the birth itself would be all they find. No alarm waits for the birth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Where the store stands: its id, the number of the newest connection, and the last event on its disk, when it was
    opened and now."""

    store: str
    session: int
    opened_at_sequence: int
    kept_sequence: int


def is_rolled_back(said: Status, now: Now) -> bool:
    """Compare what the house said last, in an earlier run or an earlier connection of this one, with where it is."""
    if said.store != now.store:
        return False
    said_in, now_in = said.session // SESSIONS_PER_BOOT, now.session // SESSIONS_PER_BOOT
    if said.session > now.session:
        return True
    # In a boot of the same number it may be this run's own word; or that of a copy that was opened before.
    limit = now.opened_at_sequence if said_in < now_in else now.kept_sequence
    return said.sequence is not None and said.sequence > limit


class Rollback:
    """Looks at what the broker held of this house when the line was made; tells the trouble, and counts on from it."""

    def __init__(self, store: Store, status: StatusBook, intake: Intake, problems: Problems) -> None:
        self._store = store
        self._status = status
        self._intake = intake
        self._problems = problems
        self._found = False
        self._heard = asyncio.Event()

    async def heard(self) -> None:
        """Wait, once a run and not for long, until the broker has told what it holds, or has nothing to tell."""
        if self._store.identity.boot == 1:
            return  # a store that was never opened before has no older copy
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._heard.wait()
        except TimeoutError:
            self._heard.set()

    def look(self, payload: bytes, reception: Reception) -> None:
        """`payload` is the retained status. What is not of this version's making says nothing."""
        self._heard.set()
        try:
            said = msgspec.json.decode(payload, type=Status)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return
        identity, moment = self._store.identity, reception.moment()
        now = Now(
            store=identity.store, session=self._status.session, opened_at_sequence=identity.sequence,
            kept_sequence=self._store.kept_sequence,
        )  # fmt: skip
        if is_rolled_back(said, now):
            self._found = True
            self._problems.report(
                "rolled back", "an old copy of the store was put back: what happened since is missing"
            )
            self._status.session = max(self._status.session, said.session)
            self._store.count_on_from(said.sequence or 0, said.session // SESSIONS_PER_BOOT)
            reception.tell(self._intake.fault(Kind.TROUBLE, _TROUBLE, moment))
        elif not self._found:  # what was found lasts until the next start
            reception.tell(self._intake.fault_over(_TROUBLE, moment))
