"""Whether an old copy of the store was put back: the broker still holds what this store said last.

The house's own retained status names the store, the connection (which grows over boots) and the last event on its disk.
A store that has been further than it is now was replaced by a copy of itself: a backup, or the image of a card.
"""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Where the store stands: its id, the number of the newest connection, and the last event when it was opened.

    `first`: this run had no connection before, so that nothing the broker holds can be of this run.
    """

    store: str
    session: int
    opened_at_sequence: int
    first: bool


def is_rolled_back(said: Status, now: Now) -> bool:
    """Compare what the house said last, in an earlier run or an earlier connection of this one, with where it is."""
    if said.store != now.store:
        return False
    said_in, now_in = said.session // SESSIONS_PER_BOOT, now.session // SESSIONS_PER_BOOT
    if said.session > now.session or (now.first and said_in == now_in):
        return True
    return said_in < now_in and said.sequence is not None and said.sequence > now.opened_at_sequence


class Rollback:
    """Looks at what the broker held of this house when the line was made; tells the trouble, and counts on from it."""

    def __init__(self, store: Store, status: StatusBook, intake: Intake, problems: Problems) -> None:
        self._store = store
        self._status = status
        self._intake = intake
        self._problems = problems
        self._found = False

    def look(self, payload: bytes, reception: Reception, *, first: bool) -> None:
        """`payload` is the status as retained when a line was made, the `first` of this run or a later one.

        What is not of this version's making says nothing.
        """
        try:
            said = msgspec.json.decode(payload, type=Status)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return
        identity, moment = self._store.identity, reception.moment()
        now = Now(store=identity.store, session=self._status.session, opened_at_sequence=identity.sequence, first=first)
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
