"""Every alarm of the house that its person may still take back: held, asked about, raised or told as cancelled.

A held alarm is a row from its opening on, in one commit with the condition that it begins; the row goes in the commit
that writes the alarm or its cancellation. So a power cut in between sends it: at once where it is due at the next
start, else after what remains. Monotonic time while running, wall time only across boots. A stop raises what is held.
How to have alarms of a type held: see `gateway.pending.rule`.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from msgspec.structs import replace

from drivers.event import Event, Kind
from gateway.intake.conditions import Conditions
from gateway.intake.outcomes import Happened, Moment, Outcome
from gateway.metrics import Metrics
from gateway.pending.held import LONGEST_SECONDS, PROMPT_SECONDS, Held, joined, said_afterwards
from gateway.pending.rule import Rule, Weight, means, says_all_right
from gateway.pending.standing import Standing, Word
from gateway.store.pending import Pending
from gateway.store.store import Store

log = logging.getLogger(__name__)

LIMIT = 64
"""Alarms held at once; what comes beyond that is raised at once."""
_AT_ONCE = Rule(seconds=lambda _event: 0.0, prompt=None, cancelled=None)
"""For a row of an earlier run whose rule is no more: nobody asks, and it is raised when it is due."""


class Voice(Protocol):
    """Who says sentences, by their names."""

    def speak(self, sentence: str) -> None:
        """Say one once."""

    def withdraw(self, sentence: str) -> None:
        """Do not say one any more, where it still waits."""


@dataclass(frozen=True, slots=True)
class _Raised:
    """A type's newest raised alarm: others belong to it `until` then; `told` are who has said "all right" since."""

    event: Event
    until: float
    told: set[str | None] = field(default_factory=set)


class PendingAlarms:
    """One object per gateway. `rules` are by alarm type; `is_open` says whether an alarm is not yet resolved."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        conditions: Conditions,
        store: Store,
        voice: Voice,
        metrics: Metrics,
        is_open: Callable[[str], bool],
        monotonic: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._rules = rules
        self._conditions = conditions
        self._store = store
        self._voice = voice
        self._metrics = metrics
        self._is_open = is_open
        self._monotonic = monotonic
        self._new_id = new_id
        self._held: dict[str, Held] = {}
        self._kept: dict[str, asyncio.Future[None]] = {}
        self._raised: dict[str, _Raised] = {}
        self._news: list[Happened] = []
        self._changed = asyncio.Event()

    def hold(self, happened: Happened, moment: Moment) -> "Happened | asyncio.Future[None]":
        """What is to be done about an event now; or, where it is held back, the future that tells when that is kept."""
        event = happened.event
        if event.kind is not Kind.ALARM:
            return happened
        if event.alarm != event.id:
            return self._absorb(happened)
        rule = self._rules.get(str(event.type))
        if rule is None:
            return happened
        return self._join(happened, rule, moment.monotonic) or self._open(happened, rule, moment)

    def weigh(self, alarm: str, weight: Weight) -> bool:
        """A watcher has learnt something of a held alarm. False where it is held no more."""
        held = self._held.get(alarm)
        if held is None or held.is_over:
            return False
        held.weigh(weight)
        self._changed.set()
        return True

    def holds(self, alarm: str) -> bool:
        """Whether an alarm is held."""
        return alarm in self._held

    def held(self, type_: str) -> list[Held]:
        """The alarms of a type that are held now."""
        return [held for held in self._held.values() if held.event.type == type_]

    def count(self, event: str, count: int) -> None:
        """A held alarm was heard again."""
        held = self._held.get(event)
        if held is not None:
            held.event = replace(held.event, repeat_count=max(count, held.event.repeat_count))

    def heard(self, event: Event) -> None:
        """Something happened in the house: it may confirm what is held, or take it back.

        Of what was raised already nothing is taken back; the district hears that somebody says so.
        """
        if says_all_right(event):
            for raised in self._raised.values():
                if self._is_open(raised.event.id) and event.device not in raised.told:
                    raised.told.add(event.device)
                    self._news.append(said_afterwards(event, raised.event, self._new_id()))
                    self._changed.set()
        for held in self._held.values():
            if event.id != held.event.id:
                held.weigh(means(event))
                held.weigh(held.rule.means(held.event, event))
                self._changed.set()

    def resume(self, rows: Iterable[Pending], moment: Moment) -> None:
        """Take up what was held when the house was last up.

        A clock that lost its time with the power may not make anybody wait longer than the whole window.
        """
        for row in rows:
            event = row.event
            if event.id in self._held:
                continue
            remaining = min(max((row.due - moment.wall).total_seconds(), 0.0), row.seconds)
            self._held[event.id] = Held(
                event=event, rule=self._rules.get(str(event.type), _AT_ONCE), seconds=row.seconds, longest=row.seconds,
                opened=moment.monotonic - (row.seconds - remaining), prompt_at=moment.monotonic,
                evidence={"restarted": True},
            )  # fmt: skip
            log.warning("alarm %s was held at the last run and is due in %.0f s", event.id, remaining)
        self._note()

    def raised_before(self, event: Event, at: float) -> None:
        """An event of the last run, of monotonic seconds `at`, the oldest first: others may belong to its alarm."""
        rule = self._rules.get(str(event.type))
        if rule is not None and event.raises_alarm and at <= self._monotonic():
            self._remember(event, rule, at)

    def is_open(self) -> bool:
        """Whether anything is held."""
        return bool(self._held)

    def last_words(self) -> list[Outcome]:
        """What is raised when the house stops: nobody knows when it will run again."""
        for held in self._held.values():
            held.weigh(Weight(word=Word.DUE, evidence={"stopped": True}))
        outcomes: list[Outcome] = []
        for held in list(self._held.values()):
            outcomes += held.released(self._monotonic())
            self._forget(held)
        return outcomes

    async def run(self, tell: Callable[[list[Outcome]], object]) -> None:
        """Look for ever: at once when something changes, and when something is due."""
        while True:
            self._changed.clear()
            self.look(tell)
            due = min((held.next_look() for held in self._held.values()), default=None)
            try:
                async with asyncio.timeout(None if due is None else max(0.0, due - self._monotonic())):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def look(self, tell: Callable[[list[Outcome]], object]) -> None:
        """Deal with what is due: prompts, alarms, cancellations."""
        now, news = self._monotonic(), self._news
        self._news = []
        if news:
            tell([*news])
        for held in list(self._held.values()):
            held.look(now)
            if held.is_over:
                tell([*held.released(now)])
                self._forget(held)
            elif held.rule.prompt is not None and now >= held.prompt_at:
                self._voice.speak(held.rule.prompt)
                held.prompt_at = now + PROMPT_SECONDS

    # -- parts --------------------------------------------------------------------------------------------------------

    def _open(self, happened: Happened, rule: Rule, moment: Moment) -> "Happened | asyncio.Future[None]":
        event, seconds = happened.event, rule.seconds(happened.event)
        if seconds <= 0 or len(self._held) >= LIMIT:
            self._remember(event, rule, moment.monotonic)
            why = {**event.evidence, **rule.explained(event.evidence)}
            return replace(happened, event=replace(event, evidence=why))
        self._held[event.id] = Held(
            event=event, rule=rule, opened=moment.monotonic, seconds=seconds, longest=max(seconds, LONGEST_SECONDS),
            prompt_at=moment.monotonic,
        )  # fmt: skip
        self._held[event.id].weigh(rule.opening(event))
        row = Pending(event=event, due=moment.wall + timedelta(seconds=seconds), seconds=seconds)
        kept = self._kept[event.id] = self._store.hold(row, happened.change)
        kept.add_done_callback(
            lambda _kept: log.warning(
                "alarm %s is held for %g s: type=%s device=%s", event.id, seconds, event.type, event.device
            )
        )
        self._note()
        return kept

    def _join(self, happened: Happened, rule: Rule, now: float) -> "Happened | asyncio.Future[None] | None":
        """An alarm that tells of what is held, or of what was raised a moment ago; None where it stands for itself."""
        event = happened.event
        for held in self._held.values():
            weight = None if held.is_over or held.rule is not rule else rule.joins(held.event, event, False)
            if weight is not None:
                held.weigh(weight)
                held.also.append(happened)
                self._belongs(happened, held.event, now)
                self._changed.set()
                return self._of(held.event.id)
        raised = self._raised.get(str(event.type))
        if raised is None or now > raised.until or not self._is_open(raised.event.id):
            return None
        weight = rule.joins(raised.event, event, True)
        if weight is None:
            return None
        self._belongs(happened, raised.event, now)
        return joined(happened, raised.event, weight)

    def _belongs(self, happened: Happened, raised: Event, now: float) -> None:
        """The condition that came with it ends when that alarm is resolved."""
        if happened.change is not None:
            self._conditions.began(happened.change.device, happened.change.name, raised.id, now)

    def _absorb(self, happened: Happened) -> "Happened | asyncio.Future[None]":
        """An update of what the district has not heard of yet is not told, only counted."""
        event = happened.event
        if event.alarm not in self._held:
            return happened
        self.count(event.alarm, event.repeat_count)
        return self._of(event.alarm)

    def _of(self, alarm: str) -> "asyncio.Future[None]":
        kept = self._kept.get(alarm)
        if kept is None:
            kept = asyncio.get_running_loop().create_future()
            kept.set_result(None)
        return kept

    def _forget(self, held: Held) -> None:
        event = held.event
        del self._held[event.id]
        self._kept.pop(event.id, None)
        if held.rule.prompt is not None:
            self._voice.withdraw(held.rule.prompt)
        if held.standing is Standing.CANCELLED:
            self._conditions.resolved(event.id)
            if held.rule.cancelled is not None:
                self._voice.speak(held.rule.cancelled)
        else:
            self._remember(event, held.rule, self._monotonic())
        self._metrics.pending_ended(str(event.type), held.standing.value)
        self._note()
        log.warning("alarm %s is held no more: %s", event.id, held.standing)

    def _remember(self, event: Event, rule: Rule, now: float) -> None:
        if rule.joins_seconds > 0:
            self._raised[str(event.type)] = _Raised(event, now + rule.joins_seconds)

    def _note(self) -> None:
        self._metrics.pending_alarms(len(self._held))
        self._changed.set()
