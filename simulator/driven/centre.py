"""A call centre in virtual time, as the contract describes one: it answers everything, and a person handles alarms.

The desk itself (`callcentre`) keeps its alarms in a database; this one answers from memory, so that years pass in
minutes. It keeps the contract's promises all the same: every duplicate is answered again, every birth with the present
state of each open alarm.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from drivers.link.endpoint import Endpoint, Inbound, MqttError, SessionOptions, Will
from drivers.link.session import Session
from gateway.contract import topics
from gateway.contract.messages import Answer, AnswerState, CentreStatus, Command, Result, Status
from gateway.contract.reading import Unreadable, decode
from gateway.contract.times import to_text
from simulator.driven.broker import MemoryBroker
from simulator.driven.ids import DrawnIds
from simulator.driven.session import MemorySession
from simulator.real_centre import ORDER_SECONDS

Handling = Sequence[tuple[AnswerState, float]]
_RECEIVED_SECONDS = 0.01
_RECONNECT_SECONDS = 1.0
_WILL_DELAY_SECONDS = 15
_SESSION_SECONDS = 7 * 24 * 3_600
_STATES_LIMIT = 1_000


class MemoryCentre:
    """The centre of one district. `now` is its own wall clock, which is right.

    `handling`: what a person does about a raised alarm, and so many seconds after it was received.
    """

    def __init__(
        self,
        broker: MemoryBroker,
        district: str,
        draw: random.Random,
        now: Callable[[], datetime],
        handling: Handling,
    ) -> None:
        self._handling = handling
        self._broker = broker
        self._client = f"anju-desk-{district}"
        broker.beside.add(self._client)
        self._district = district
        self._now = now
        self._new_id = DrawnIds(draw, now)
        self._session: MemorySession | None = None
        self._states: dict[str, list[Answer]] = {}
        """By alarm: what has been said of its handling, in order."""

    async def run(self) -> None:
        """Be there until cancelled; it leaves without a word then, as a program does that is killed."""
        while True:
            try:
                await self._listen()
            except MqttError:
                await asyncio.sleep(_RECONNECT_SECONDS)

    def order_test(self, gateway: str, device: str | None, late_seconds: float) -> None:
        """Have a gateway raise a test of a device, or of the house, by an order that was issued so long ago."""
        issued_at = self._now() - timedelta(seconds=late_seconds)
        order = Command(
            id=self._new_id(),
            command="test",
            issuer="anju-sim",
            issued_at=to_text(issued_at),
            expires_at=to_text(issued_at + timedelta(seconds=ORDER_SECONDS)),
            device=device,
        )
        self._say(gateway, topics.COMMAND, order)

    async def _listen(self) -> None:
        status = topics.centre_status(self._district)
        options = SessionOptions(
            client_id=self._client,
            session_expiry_seconds=_SESSION_SECONDS,
            will=Will(topic=status, payload=self._status("offline"), delay_seconds=_WILL_DELAY_SECONDS),
        )
        async with self._broker.open_session(Endpoint(host="", port=0), options, self._arrive) as session:
            branches = (topics.ALARM, topics.EVENT, topics.TELEMETRY, topics.STATUS, topics.REPLY)
            await session.subscribe(*(topics.all_houses(self._district, branch) for branch in branches))
            await session.publish(status, self._status("online"), retain=True)
            self._session = session
            try:
                await session.lost()
            except asyncio.CancelledError:
                session.vanish()
                raise
            finally:
                self._session = None

    def _status(self, state: str) -> bytes:
        return msgspec.json.encode(msgspec.convert({"state": state, "at": to_text(self._now())}, CentreStatus))

    def _arrive(self, session: Session, inbound: Inbound) -> None:
        session.acknowledge(inbound)
        house = topics.parse(inbound.topic)
        if house is None:
            return
        if house.branch in (topics.ALARM, topics.EVENT):
            self._take(house.gateway, inbound.payload)
        elif house.branch == topics.STATUS:
            self._birth(house.gateway, inbound.payload)

    def _take(self, gateway: str, payload: bytes) -> None:
        message = decode(payload)
        self._later(_RECEIVED_SECONDS, gateway, partial(self._answer, message.id, "received"))
        if isinstance(message, Unreadable) or message.type != "anju.alarm.raised" or message.id in self._states:
            return
        self._states[message.id] = []
        if len(self._states) > _STATES_LIMIT:
            del self._states[next(iter(self._states))]
        for state, seconds in self._handling:
            self._later(seconds, gateway, partial(self._handle, message.id, state))

    def _birth(self, gateway: str, payload: bytes) -> None:
        try:
            status = msgspec.json.decode(payload, type=Status)
        except msgspec.MsgspecError:
            return
        for alarm in status.open or () if status.state == "online" else ():
            for said in self._states.get(alarm, ())[-1:]:
                self._say(gateway, topics.ANSWER, said)

    def _later(self, seconds: float, gateway: str, make: Callable[[], Answer]) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, lambda: self._say(gateway, topics.ANSWER, make()))

    def _answer(self, about: str, state: AnswerState, result: Result | None = None) -> Answer:
        return Answer(id=self._new_id(), about=about, state=state, at=to_text(self._now()), result=result)

    def _handle(self, alarm: str, state: AnswerState) -> Answer:
        """A person has done this; it is kept, also while there is no line to say so."""
        answer = self._answer(alarm, state, "helped" if state == "resolved" else None)
        self._states.get(alarm, []).append(answer)
        return answer

    def _say(self, gateway: str, branch: str, what: Any) -> None:
        if self._session is not None:
            self._session.publish(topics.house(self._district, gateway, branch), msgspec.json.encode(what))
