"""The centre's answers: understood, stored once, told to whoever waits for them."""

import logging
from collections.abc import Callable
from typing import get_args

import msgspec

from gateway.clock import Clock
from gateway.contract.messages import RESULTS, Answer, AnswerState
from gateway.contract.times import from_text, to_text
from gateway.intake.conditions import Conditions
from gateway.metrics import Metrics
from gateway.notice import Notices
from gateway.problems import Problems
from gateway.store.database import StoreError
from gateway.store.jobs import Marked, one
from gateway.store.store import Store
from gateway.uplink.hops import Hops
from gateway.uplink.ledger import Ledger
from gateway.uplink.retry import HOLD_SECONDS

log = logging.getLogger(__name__)


class Answers:
    """Takes the payloads of the answer topic. Whatever comes, nothing is raised and nothing is undone.

    `further` is told of each answer but `hold`: the further routes need not go on.
    """

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        notices: Notices,
        hops: Hops,
        conditions: Conditions,
        metrics: Metrics,
        problems: Problems,
        clock: Clock,
        further: Callable[[str, AnswerState], None] = lambda _about, _state: None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._notices = notices
        self._hops = hops
        self._conditions = conditions
        self._metrics = metrics
        self._problems = problems
        self._clock = clock
        self._further = further

    async def take(self, payload: bytes) -> None:
        """Handle one answer; returns when it is on the disk (or known to be of no use)."""
        try:
            answer = _read(payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            self._metrics.answer_ignored("unreadable")
            self._problems.report("answer", f"the centre sent an answer that cannot be read: {error}")
            return
        self._problems.over("answer")
        answer.at = self._time(answer.at)
        if answer.state == "hold":
            await self._hold(answer)
        else:
            await self._mark(answer)

    def _time(self, text: str) -> str:
        """The answer's time in the store's own form; now, where the centre wrote a time that no calendar holds."""
        try:
            return to_text(from_text(text))
        except ValueError:
            return to_text(self._clock.now())

    async def _mark(self, answer: Answer) -> None:
        under_way = self._notices.knows(answer.about)
        try:
            marked = await self._store.mark(answer)
        except StoreError:
            marked = None
        if marked is None and (under_way or answer.about in self._ledger):
            # The disk is ill: the retries must stop all the same, or the centre is flooded by a house in trouble,
            # and the resident must still hear who has the alarm.
            marked = Marked.unstored(answer, raised=under_way)
        self._tell(answer, marked)

    def _tell(self, answer: Answer, marked: Marked | None) -> None:
        self._ledger.received(answer.about)
        self._further(answer.about, answer.state)
        if marked is None:
            self._metrics.answer_ignored("unknown_about")
            return
        self._metrics.answered(answer.state)
        self._hops.received(answer.about)
        if answer.state != "received":
            self._hops.accepted(answer.about)
        # A late lower state is noted, not said: the resident has heard of the higher one.
        is_highest = marked.highest == answer.state
        if marked.raised and is_highest and (marked.changed or self._notices.knows(answer.about)):
            self._notices.rise(answer.about, marked.highest, answer.role, answer.minutes)
        if answer.state == "resolved":
            self._conditions.resolved(answer.about)

    async def _hold(self, answer: Answer) -> None:
        """The centre wants the message again: if it was received before, it comes back into the ledger."""
        self._metrics.answered("hold")
        now = self._clock.monotonic()
        if self._ledger.hold(answer.about, now):
            return
        try:
            stored = await self._store.ask(one, answer.about)
        except StoreError:
            stored = None
        if stored is None:
            self._metrics.answer_ignored("unknown_about")
            return
        self._ledger.offer(stored, now, age_seconds=0.0)
        self._ledger.hold(answer.about, now)
        log.info("the centre asks for message %s again; it goes in %g s", answer.about, HOLD_SECONDS)


class _Loose(msgspec.Struct, kw_only=True):
    """An answer as a newer centre may write it: with words that this version does not know."""

    id: str
    about: str
    state: str
    at: str
    role: str | None = None
    minutes: float | None = None
    result: str | None = None


def _read(payload: bytes) -> Answer:
    """Read an answer. An unknown state means at least that the centre has it; an unknown result is none of ours.

    Raises msgspec's errors and RecursionError where it cannot be read at all.
    """
    loose = msgspec.json.decode(payload, type=_Loose)
    known = msgspec.structs.asdict(loose)
    if loose.state not in get_args(AnswerState):
        known["state"] = "received"
    if loose.result not in RESULTS:
        known["result"] = None
    return Answer(**known)
