"""A client's connection to a broker in memory: `drivers.link.session.Session` without sockets."""

import asyncio
from functools import partial
from typing import NoReturn, Protocol

from drivers.link.endpoint import Inbound, LinkLostError, RefusedError, SessionOptions
from drivers.link.session import OnMessage
from simulator.driven.kept import Kept, Message
from simulator.driven.lane import Lane

_REFUSED = 0x80
_RECEIVE_MAXIMUM = 100
_KEEPALIVES = 1.5
"""Who hears nothing for so many keep-alives takes the other side for gone (MQTT 5, 3.1.2.10)."""


class Taker(Protocol):
    """The broker as its connections see it."""

    def is_cut_off(self, client: str) -> bool:
        """Whether nothing gets through to or from a client."""

    def subscribe(self, kept: Kept, topics: tuple[str, ...], *, retained: bool) -> None:
        """A client wants these topics."""

    def take(self, client: str, message: Message) -> int:
        """A client publishes; the reason code of its PUBACK."""


class MemorySession:
    """Made by a broker only."""

    def __init__(
        self, broker: Taker, kept: Kept, options: SessionOptions, on_message: OnMessage, delay_seconds: float
    ) -> None:
        self.options = options
        self.session_present = False
        self.receive_maximum = _RECEIVE_MAXIMUM
        self._broker = broker
        self._kept = kept
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._up = Lane(delay_seconds, self._is_cut)
        self._down = Lane(delay_seconds, self._is_cut)
        self._published: dict[asyncio.Future[int], None] = {}
        self._subscribed: dict[asyncio.Future[None], None] = {}
        self._giving_up: list[asyncio.TimerHandle] = []
        self._lost: asyncio.Future[None] = self._loop.create_future()

    # -- for the owner ------------------------------------------------------------------------------------------------

    async def subscribe(self, *topics: str, retained: bool = True) -> None:
        """As `Session` says."""
        answered: asyncio.Future[None] = self._loop.create_future()
        self._subscribed[answered] = None
        self._up.send(partial(self._on_subscribe, topics, retained, answered))
        try:
            async with asyncio.timeout(self.options.connect_timeout_seconds):
                await answered
        except TimeoutError:
            raise LinkLostError("the broker did not answer a subscription") from None
        finally:
            self._subscribed.pop(answered, None)

    def unsubscribe(self, topic: str) -> None:
        """As `Session` says."""
        self._up.send(lambda: self._kept.subscriptions.pop(topic, None))

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        content_type: str | None = None,  # noqa: ARG002 - nobody in memory asks for it
        correlation: bytes | None = None,
    ) -> "asyncio.Future[int]":
        """As `Session` says."""
        answered: asyncio.Future[int] = self._loop.create_future()
        answered.add_done_callback(_retrieve)
        if self._lost.done():
            answered.set_exception(LinkLostError("not connected"))
            return answered
        self._published[answered] = None
        self._up.send(partial(self._on_publish, Message(topic, payload, retain, correlation), answered))
        if self._is_cut():
            self._give_up_later(self.options.puback_timeout_seconds, self._unanswered)
        return answered

    @property
    def unacknowledged(self) -> int:
        """As `Session` says."""
        return len(self._published)

    def acknowledge(self, inbound: Inbound) -> None:
        """As `Session` says."""
        self._up.send(partial(self._kept.acknowledged, inbound.mid))

    async def lost(self) -> NoReturn:
        """As `Session` says."""
        await asyncio.shield(self._lost)
        raise LinkLostError("closed")

    def close(self) -> None:
        """Disconnect in order, as far as the line carries it."""
        if self._lost.done():
            return
        if self._is_cut():
            self._kept.drop("closed")
        else:
            self._kept.goodbye()

    def vanish(self) -> None:
        """The client's power goes: not a word more."""
        self._kept.drop("the power is gone")

    # -- for the broker -----------------------------------------------------------------------------------------------

    def send(self, message: Message, mid: int, *, retain: bool, redelivered: bool) -> None:
        """Put a message on the line."""
        inbound = Inbound(
            topic=message.topic,
            payload=message.payload,
            retain=retain,
            qos=1,
            mid=mid,
            redelivered=redelivered,
            correlation=message.correlation,
        )
        self._down.send(partial(self._on_message, self, inbound))

    def lose(self, reason: str) -> None:
        """The line is gone: end everything that waits, once."""
        self._up.close()
        self._down.close()
        for timer in self._giving_up:
            timer.cancel()
        waiting: list[asyncio.Future[int] | asyncio.Future[None]] = [self._lost, *self._published, *self._subscribed]
        self._published.clear()
        for future in waiting:
            if not future.done():
                future.add_done_callback(_retrieve)
                future.set_exception(LinkLostError(reason))

    def stall(self) -> None:
        """The line is cut: whoever waits for an answer, or hears nothing for long, takes it for gone."""
        if self._published:
            self._give_up_later(self.options.puback_timeout_seconds, self._unanswered)
        self._give_up_later(_KEEPALIVES * self.options.keepalive_seconds, "no answer to a ping")

    def move(self) -> None:
        """The line is whole again: nobody gives up."""
        for timer in self._giving_up:
            timer.cancel()
        self._giving_up.clear()
        self._up.move()
        self._down.move()

    def _is_cut(self) -> bool:
        return self._broker.is_cut_off(self.options.client_id)

    def _on_subscribe(self, topics: tuple[str, ...], retained: bool, answered: "asyncio.Future[None]") -> None:
        self._broker.subscribe(self._kept, topics, retained=retained)
        self._down.send(lambda: None if answered.done() else answered.set_result(None))

    def _on_publish(self, message: Message, answered: "asyncio.Future[int]") -> None:
        code = self._broker.take(self.options.client_id, message)
        self._down.send(partial(self._settle, answered, code))

    def _settle(self, answered: "asyncio.Future[int]", code: int) -> None:
        self._published.pop(answered, None)
        if answered.done():
            return
        if code >= _REFUSED:
            answered.set_exception(RefusedError("a publish", code, "Not authorized"))
        else:
            answered.set_result(code)

    @property
    def _unanswered(self) -> str:
        return f"the broker acknowledged nothing for {self.options.puback_timeout_seconds:g} s"

    def _give_up_later(self, seconds: float, reason: str) -> None:
        self._giving_up.append(self._loop.call_later(seconds, self._give_up, reason))

    def _give_up(self, reason: str) -> None:
        if not self._lost.done():
            self._kept.drop(reason)


def _retrieve(future: "asyncio.Future[int] | asyncio.Future[None]") -> None:
    if not future.cancelled():
        future.exception()
