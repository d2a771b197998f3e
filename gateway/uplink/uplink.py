"""The way to the district: one session, the waiting messages in order, the centre's answers, the house's status.

PUBACK means *sent*. Only the centre's own `received` takes a message out of the ledger.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from drivers.link.endpoint import SessionOptions, Will
from drivers.link.group import Group
from drivers.link.mqtt import Endpoint, Inbound, LinkLostError, MqttError, OutOfDateError, RefusedError, Session
from gateway.clock import Clock
from gateway.contract import topics
from gateway.contract.envelope import CONTENT_TYPE, Sender, branch_of
from gateway.contract.limits import encode_status
from gateway.contract.messages import Status
from gateway.contract.times import to_text
from gateway.metrics import Metrics
from gateway.problems import Problems
from gateway.store.rows import Stored
from gateway.surroundings import REAL, Surroundings
from gateway.uplink.envelopes import Envelopes
from gateway.uplink.errors import first_error
from gateway.uplink.hops import Hops
from gateway.uplink.ledger import Entry, Ledger
from gateway.uplink.pace import Pace
from gateway.uplink.retry import reconnect_after_seconds
from gateway.uplink.trust import Trust

log = logging.getLogger(__name__)

ROUTE = "uplink"
NO_SUBSCRIBER = 0x10
KEEPALIVE_SECONDS = 240
"""Below what mobile networks let an idle connection live (some five minutes), and a tenth of the data that 20 s cost.
No alarm waits for it: a dead line is known by the first PUBACK that stays away."""
PUMP_SECONDS = 1.0
INBOUND_LIMIT = 1_000
GOODBYE_SECONDS = 1.0
STABLE_SECONDS = 30.0
"""A connection that lived so long counts as a success: the next failure starts the back-off anew."""
SHORT_LIVES_LOGGED = 3
"""After so many connections in a row that were lost early, coming and going is not logged any more until one lasts."""
RESERVED_SLOTS = 2
"""Slots of the broker's Receive Maximum that alarms and events leave to the status and to one other message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Whom the uplink calls: `status` builds the status of a state, the others take a payload and finish when it is
    dealt with durably. Without `command` it hears no orders; `offered` is told of every message it is given."""

    status: Callable[[str], Awaitable[Status]]
    answer: Callable[[bytes], Awaitable[None]]
    command: Callable[[bytes], Awaitable[None]] | None
    centre: Callable[[bytes], None]
    offered: Callable[[Stored], None] = lambda _stored: None
    own_status: Callable[[bytes], None] | None = None
    """Told what the broker held as this house's status when the line was made."""


class Uplink:
    """Keeps a session to the district's broker and sends what the ledger says is due.

    `name` is the route that messages bear; a further broker's problems are told under its name. It gets no will: its
    loss says nothing of the house, which is there on the first one.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        sender: Sender,
        handlers: Handlers,
        ledger: Ledger,
        hops: Hops,
        metrics: Metrics,
        problems: Problems,
        clock: Clock,
        name: str = ROUTE,
        around: Surroundings = REAL,
    ) -> None:
        self.name = name
        self._around = around
        self._endpoint = endpoint
        self._sender = sender
        self._envelopes = Envelopes(sender, name)
        self._handlers = handlers
        self._ledger = ledger
        self._hops = hops
        self._metrics = metrics
        self._problems = problems
        self._clock = clock
        self._session: Session | None = None
        self._number = 0
        self._correlation: bytes | None = None
        self._connected_at: float | None = None
        self._short_lives = 0
        self.trust = Trust(endpoint, clock)
        self.pace = Pace()
        self._pump_is_due = False
        self.unheard = False
        """The broker had no subscriber for the newest message: the centre is not there yet."""
        self._status_wanted = asyncio.Event()
        self._offered = asyncio.Event()
        self._inbound: asyncio.Queue[tuple[Session, Inbound]] = asyncio.Queue(INBOUND_LIMIT)

    # -- what others call ---------------------------------------------------------------------------------------------

    def prepare(self, stored: Stored) -> None:
        """Write a message that is on its way to the disk, while there is a line that it can leave by."""
        if self._session is not None:
            self._envelopes.write_ahead(stored, self._clock.now())

    def offer(self, stored: Stored, age_seconds: float | None = None) -> None:
        """Take a message that must be answered; it leaves now where a slot is free. Age as `Ledger.offer` has it."""
        self._ledger.offer(stored, self._clock.monotonic(), age_seconds)
        self._offered.set()
        self.pump()
        self._handlers.offered(stored)

    def pump(self) -> None:
        """Send everything that is due, in order, while slots last."""
        self._pump_is_due = False
        session = self._session
        if session is None:
            return
        others = session.unacknowledged - self._ledger.in_flight()
        slots = session.receive_maximum - max(others, min(RESERVED_SLOTS, session.receive_maximum - 1))
        may_leave = self.trust.may_carry if self.trust.expired else None
        for entry in self._ledger.due(self._clock.monotonic(), slots, may_leave, self.pace.window, others):
            self._send(session, entry)

    def resend_all(self) -> None:
        """Everything unanswered goes again: the centre is back."""
        self._ledger.make_due(self._clock.monotonic())
        self.pump()

    def reply(self, payload: bytes) -> None:
        """Publish the result of the order that is being handled, with its correlation data."""
        self._publish(topics.REPLY, payload, self._correlation)

    def publish(self, branch: str, payload: bytes) -> "asyncio.Future[int] | None":
        """Publish what nobody has to answer; None while there is no connection, or no slot."""
        return None if self.trust.expired else self._publish(branch, payload, None)

    def _publish(self, branch: str, payload: bytes, correlation: bytes | None) -> "asyncio.Future[int] | None":
        if self._session is None or self._session.unacknowledged >= self._session.receive_maximum:
            return None
        answered = self._session.publish(self._topic(branch), payload, correlation=correlation)
        answered.add_done_callback(partial(self._settle, branch, None, self._clock.monotonic()))
        return answered

    def announce(self) -> None:
        """Publish the status now (a heartbeat is due, or something in it changed)."""
        self._status_wanted.set()

    @property
    def connected(self) -> bool:
        """Whether there is a session."""
        return self._session is not None

    # -- the session's life -------------------------------------------------------------------------------------------

    async def run(self, next_session: Callable[[], int]) -> None:
        """Connect, serve, reconnect; for ever. `next_session` numbers the connections."""
        failures = 0
        while True:
            self._connected_at = None
            began = self._clock.monotonic()
            try:
                await self._connect_and_serve(next_session())
            except* MqttError as group:
                self._lose(first_error(group))
            failures = 0 if self._was_stable() else failures + 1
            await self._pause(failures, self._clock.monotonic() - began)

    async def _pause(self, failures: int, tried_seconds_ago: float) -> None:
        """Wait before the next connection; the first alarm that comes meanwhile ends the wait."""
        alarm_waits = bool(self._ledger.alarms())
        seconds = reconnect_after_seconds(
            failures, alarm_waits=alarm_waits, jitter=self._around.jitter(), tried_seconds_ago=tried_seconds_ago
        )
        try:
            async with asyncio.timeout(seconds):
                while alarm_waits or not self._ledger.alarms():
                    self._offered.clear()
                    await self._offered.wait()
        except TimeoutError:
            return

    async def _connect_and_serve(self, number: int) -> None:
        self._number = number
        will = Status(state="offline", session=number, at=to_text(self._clock.now()), store=self._sender.store)
        options = SessionOptions(
            client_id=self._sender.gateway,
            keepalive_seconds=KEEPALIVE_SECONDS,
            will=Will(topic=self._topic(topics.STATUS), payload=encode_status(will)) if self.name == ROUTE else None,
        )
        try:
            await self._serve_over(self.trust.endpoint(), options, expired=False)
        except OutOfDateError as error:
            self._problems.report(self._problem("certificate"), str(error))
            await self._serve_over(self.trust.without_dates(), options, expired=True)

    async def _serve_over(self, endpoint: Endpoint, options: SessionOptions, *, expired: bool) -> None:
        async with self._around.open_session(endpoint, options, self._arrive) as session:
            self.trust.expired = expired
            if not expired:
                self._problems.over(self._problem("certificate"))
            try:
                async with Group() as group:
                    await self._begin(session, group)
            finally:
                self._session = None
                self._note_connected(connected=False)

    async def _begin(self, session: Session, group: asyncio.TaskGroup) -> None:
        group.create_task(session.lost(), name="uplink-lost")
        # All at once: whoever sees the birth may order something, and is heard.
        for topic in self._wanted():
            group.create_task(self._subscribe(session, topic), name=f"uplink-subscribe-{topic}")
        # One turn of the loop: the alarms go right behind the request to subscribe, without waiting for its answer.
        await asyncio.sleep(0)
        self._session = session
        self._note_connected(connected=True)
        self._connected_at = self._clock.monotonic()
        if self._short_lives < SHORT_LIVES_LOGGED:
            self._say_connected()
        else:
            group.create_task(self._say_connected_later(), name="uplink-stable")
        self.pace = Pace()
        self._ledger.line_lost()
        self._ledger.make_due(self._clock.monotonic())
        self.pump()
        self._status_wanted.set()
        group.create_task(self._pump_regularly(), name="uplink-pump")
        group.create_task(self._publish_status(session), name="uplink-status")
        group.create_task(self._handle_inbound(), name="uplink-inbound")

    def _wanted(self) -> list[str]:
        """What to hear."""
        wanted = [self._topic(topics.ANSWER), topics.centre_status(self._sender.district)]
        if self._handlers.command is not None and not self.trust.expired:
            wanted.append(self._topic(topics.COMMAND))
        if self._handlers.own_status is not None:
            wanted.append(self._topic(topics.STATUS))
        return wanted

    async def _subscribe(self, session: Session, topic: str) -> None:
        try:
            await session.subscribe(topic)
            self._problems.over(self._problem(f"subscription {topic}"))
        except RefusedError as error:
            if topic == self._topic(topics.STATUS):
                return  # a broker that does not let a house see its own status: only what it tells is missed
            # Alarms still leave: a house that cannot hear its answers must not fall silent for it.
            self._problems.report(self._problem(f"subscription {topic}"), str(error))

    def _say_connected(self) -> None:
        self._problems.over(self.name)
        log.info("connected to the district's broker %s", self._endpoint)

    async def _say_connected_later(self) -> None:
        """A line that comes and goes (two houses under one name, say) is one problem, and stays it until it holds."""
        await asyncio.sleep(STABLE_SECONDS)
        self._short_lives = 0
        self._say_connected()
        self.announce()

    def _lose(self, error: BaseException) -> None:
        if self._connected_at is not None:
            self._short_lives = 0 if self._was_stable() else self._short_lives + 1
        comes_and_goes = self._short_lives >= SHORT_LIVES_LOGGED
        what = "the line comes and goes" if comes_and_goes else "no line"
        self._problems.report(self.name, f"{what} to the district's broker {self._endpoint}: {error}")

    def _was_stable(self) -> bool:
        return self._connected_at is not None and self._clock.monotonic() - self._connected_at > STABLE_SECONDS

    async def _pump_regularly(self) -> None:
        while True:
            await self._around.pause(PUMP_SECONDS)
            self.pump()
            if self.trust.must_check_again() and not self._ledger.alarms():
                raise LinkLostError("the clock is known now: the dates of the certificates are checked as well")

    async def _publish_status(self, session: Session) -> None:
        while True:
            await self._status_wanted.wait()
            self._status_wanted.clear()
            status = await self._handlers.status("online")
            status.session = self._number
            answered = session.publish(self._topic(topics.STATUS), encode_status(status), retain=True)
            answered.add_done_callback(partial(self._settle, topics.STATUS, None, self._clock.monotonic()))
            await asyncio.wait([answered])  # at most one in flight

    async def say_goodbye(self) -> None:
        """Publish `stopping` while there is a line; wait shortly for the broker to have it."""
        if self._session is None:
            return
        status = await self._handlers.status("stopping")
        status.session = self._number
        answered = self._session.publish(self._topic(topics.STATUS), encode_status(status), retain=True)
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await answered
        except (MqttError, TimeoutError) as error:
            log.warning("the district was not told that this gateway stops: %s", str(error) or "no answer in time")

    # -- out ----------------------------------------------------------------------------------------------------------

    def _send(self, session: Session, entry: Entry) -> None:
        event = entry.stored.event
        began = time.perf_counter()
        entry = self._ledger.sent(event.id, self._clock.monotonic())
        payload = self._envelopes.written(entry.stored, entry.attempts, self._clock.now())
        answered = session.publish(self._topic(branch_of(event)), payload, content_type=CONTENT_TYPE)
        self._hops.published(event.id, began)
        answered.add_done_callback(partial(self._settle, branch_of(event), event.id, self._clock.monotonic()))

    def _settle(self, branch: str, event: str | None, began: float, answered: "asyncio.Future[int]") -> None:
        """The broker has spoken of one publish that `began` then, or the line is gone."""
        error = answered.exception()
        if isinstance(error, LinkLostError):
            return
        self.pace.acknowledged(self._clock.monotonic() - began)
        if event is not None:
            self._ledger.acknowledged(event, self._clock.monotonic())
        if isinstance(error, RefusedError):
            self._metrics.publish_refused(error.reason_code)
            self._problems.report(self._problem(f"publish {branch}"), f"on {branch}: {error}")
        else:
            self._problems.over(self._problem(f"publish {branch}"))
            if event is not None:
                self._taken(event, answered.result())
        if not self._pump_is_due:  # once for all that the broker says in one turn
            self._pump_is_due = True
            asyncio.get_running_loop().call_soon(self.pump)

    def _taken(self, event: str, reason_code: int) -> None:
        self._hops.acknowledged(event)
        self.unheard = reason_code == NO_SUBSCRIBER
        if self.unheard:
            self._problems.report(
                self._problem("listener"), f"nobody listens at the district: {self._endpoint} has no subscriber"
            )
        else:
            self._problems.over(self._problem("listener"))

    # -- in -----------------------------------------------------------------------------------------------------------

    def _arrive(self, session: Session, inbound: Inbound) -> None:
        # QoS 1 is bounded by the receive maximum, since nothing is acknowledged before it is handled; QoS 0 is not.
        if self._inbound.full():
            self._metrics.answer_ignored("overflow")
            return
        self._inbound.put_nowait((session, inbound))

    async def _handle_inbound(self) -> None:
        while True:
            session, inbound = await self._inbound.get()
            await self._handle(session, inbound)
            session.acknowledge(inbound)

    async def _handle(self, session: Session, inbound: Inbound) -> None:
        if inbound.topic == self._topic(topics.ANSWER):
            await self._handlers.answer(inbound.payload)
        elif inbound.topic == self._topic(topics.COMMAND) and self._handlers.command is not None:
            if self.trust.expired:
                log.warning("an order was not taken: the broker's certificate has expired")  # a kept session brings it
                return
            self._correlation = inbound.correlation
            await self._handlers.command(inbound.payload)
        elif inbound.topic == topics.centre_status(self._sender.district):
            self._handlers.centre(inbound.payload)
        elif inbound.topic == self._topic(topics.STATUS) and self._handlers.own_status is not None:
            # Only what was there before: an echo of our own that the broker keeps for us would hide it the next time.
            session.unsubscribe(inbound.topic)
            if inbound.retain:
                self._handlers.own_status(inbound.payload)

    def _note_connected(self, *, connected: bool) -> None:
        if self.name != ROUTE:
            return
        if connected:
            self._metrics.uplink_connected()
        else:
            self._metrics.uplink_disconnected()

    def _problem(self, name: str) -> str:
        return name if self.name == ROUTE else f"{name} of {self.name}"

    def _topic(self, branch: str) -> str:
        return topics.house(self._sender.district, self._sender.gateway, branch)
