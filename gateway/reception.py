"""What is done about what was heard: kept, sounded, sent; the one place where the outcomes of intake take effect."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from drivers.device import Decoded, Device
from drivers.event import Event, Kind, Reject
from gateway.clock import Clock
from gateway.digest import DigestBook
from gateway.intake.intake import Counted, Happened, Intake, Moment, Outcome, Over, Stale
from gateway.metrics import Metrics
from gateway.notice import Notices
from gateway.pending.pending import PendingAlarms
from gateway.policy import Decision, decide
from gateway.rules.rulebook import Rulebook
from gateway.store.jobs import Change
from gateway.store.rows import Stored
from gateway.store.store import Store
from gateway.uplink.hops import Hops
from gateway.uplink.uplink import Uplink


class Reception:
    """Takes decoded messages. An event is stored, then sounded, then sent; in this order and no other."""

    def __init__(
        self,
        intake: Intake,
        rules: Rulebook,
        pending: PendingAlarms,
        store: Store,
        uplink: Uplink,
        notices: Notices,
        digest: DigestBook,
        hops: Hops,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._intake = intake
        self._rules = rules
        self._pending = pending
        self._store = store
        self._uplink = uplink
        self._notices = notices
        self._digest = digest
        self._hops = hops
        self._metrics = metrics
        self._clock = clock
        self._followers: list[Callable[[Event], None]] = []

    def follow(self, follower: Callable[[Event], None]) -> None:
        """Tell `follower` of every event once it is ours: an alarm's after its commit. It returns at once, and well."""
        self._followers.append(follower)

    def hear(
        self,
        decoded: Decoded,
        driver: str,
        heard: float,
        *,
        redelivered: bool = False,
        moment: Moment | None = None,
    ) -> "list[asyncio.Future[Any]]":
        """Deal with one decoded message that came at `heard` (seconds of perf_counter), which was `moment`; else now.

        `redelivered`: the broker has sent it before. Returns what must be kept before its sender may be answered;
        empty where nothing has to be.
        """
        if isinstance(decoded, Reject):
            self._metrics.rejected(decoded.driver or driver, decoded.reason)
            return []
        moment = moment or self.moment()
        understood = time.perf_counter()
        kept: list[asyncio.Future[Any]] = []
        for signal in decoded:
            if self._intake.lookup(signal.driver, signal.address) is None:
                self._metrics.unknown_source()
            for outcome in self._intake.accept(signal, moment, redelivered=redelivered):
                if isinstance(outcome, Happened) and outcome.event.kind in (Kind.ALARM, Kind.TEST):
                    self._hops.heard(outcome.event.id, str(outcome.event.type), heard, understood)
                kept += self._effect(outcome, moment)
            if signal.location is not None:
                kept += self._effects(self._rules.located(signal, moment), moment)
        return kept

    def tell(self, outcomes: list[Outcome]) -> "list[asyncio.Future[Any]]":
        """Deal with what the gateway noticed itself; the futures tell when it is kept."""
        return self._effects(outcomes, self.moment()) if outcomes else []

    def _effects(self, outcomes: list[Outcome], moment: Moment) -> "list[asyncio.Future[Any]]":
        return [kept for outcome in outcomes for kept in self._effect(outcome, moment)]

    def test(self, type_: str | None, device: Device | None) -> "list[asyncio.Future[Any]]":
        """Raise a test of a device, or of the house where that is None. The futures tell when it is kept."""
        return self.tell(self._intake.test(type_, self.moment(), device))

    def look(self) -> None:
        """Deal with what has become due by the rules of the house."""
        self.tell(self._rules.look(self.moment()))

    def is_behind(self) -> bool:
        """Whether more is heard of daily life than the disk takes at the moment."""
        return self._store.telemetry.is_behind

    def moment(self) -> Moment:
        """Now, on every clock."""
        return Moment(monotonic=self._clock.monotonic(), wall=self._clock.now(), quality=self._clock.quality())

    def _effect(self, outcome: Outcome, moment: Moment) -> "list[asyncio.Future[Any]]":
        if isinstance(outcome, Stale):
            self._metrics.rejected(outcome.driver, outcome.reason)
            return []
        if isinstance(outcome, Counted):
            self._pending.count(outcome.event, outcome.count)
            self._store.count_repeat(outcome.event, outcome.count)
            return []
        if isinstance(outcome, Over):
            self._store.end(outcome.change)
            return []
        if outcome.is_released:
            now = time.perf_counter()
            self._hops.heard(outcome.event.id, str(outcome.event.type), now, now)
        else:
            held = self._pending.hold(outcome, moment)
            if not isinstance(held, Happened):
                return [held]
            outcome = held
        event, decision = outcome.event, decide(outcome.event)
        self._metrics.event_stored(event.kind)
        self._digest.note(event)
        if not decision.answered:
            self._store.note(event, decision)
            self._tell_followers(event)
            concluded = self._rules.heard(event, moment)
            return self._effects(concluded, moment) if concluded else []
        return [self._keep(event, decision, outcome.change), *self._effects(self._rules.heard(event, moment), moment)]

    def _keep(self, event: Event, decision: Decision, change: Change | None) -> "asyncio.Future[Stored]":
        began = time.perf_counter()

        def settle(stored: Stored) -> None:
            self._metrics.committed(time.perf_counter() - began)
            self._hops.committed(event.id)
            self._ours(stored)

        return self._store.append(event, decision, change, then=settle, meanwhile=self._uplink.prepare)

    def _ours(self, stored: Stored) -> None:
        """From here on the event is ours: the district hears of it, and the resident that it is calling."""
        event = stored.event
        self._uplink.offer(stored)
        if event.raises_alarm or event.is_test:
            self._metrics.alarm_raised(str(event.type))
            self._notices.begin(event)
        elif event.kind is Kind.RESTORE and event.alarm is not None:
            self._notices.clear(event.alarm)
        self._tell_followers(event)

    def _tell_followers(self, event: Event) -> None:
        for follower in self._followers:
            follower(event)
