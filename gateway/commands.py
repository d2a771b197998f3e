"""The centre's commands: read, judged by their id and time, handed to whoever obeys them, replied to.

A command acts at most once, only before it expires, and none lives longer than five minutes. What the table of orders
does not name is refused, by name.
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import msgspec

from drivers.event import ClockQuality
from gateway.clock import Clock
from gateway.contract.messages import Command, Reply, SignedCommand
from gateway.contract.times import from_text, to_text
from gateway.signatures import Signatures

log = logging.getLogger(__name__)

LONGEST_LIFE = timedelta(minutes=5)
ID_LIMIT_CHARACTERS = 64
REMEMBERED = 1_024
"""How many executed ids are kept: more than any centre sends in the five minutes an order may live."""


class _Bearer(msgspec.Struct):
    """The least of an order that can be replied to."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=ID_LIMIT_CHARACTERS)]
    command: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one command does. `obey` returns why it cannot be done, None where it is done.

    `harmless_late`: it may be obeyed by a house whose clock cannot tell whether it has expired after all. `nonce` makes
    what the reply is to bear.
    """

    obey: Callable[[Command], Awaitable[str | None]]
    harmless_late: bool = True
    nonce: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOrder:
    """A command that can harm: `people` must have signed it, and its id is on the disk before `obey` is called."""

    obey: Callable[[SignedCommand], Awaitable[str | None]]
    people: int


class Commands:
    """Takes the payloads of the command topic; `orders` by the command's name, `reply` publishes the result.

    `note` keeps the id of a command that is obeyed, and returns whether the disk has it.
    """

    def __init__(
        self,
        clock: Clock,
        reply: Callable[[bytes], object],
        orders: Mapping[str, Order | SignedOrder],
        note: Callable[[str], Awaitable[bool]],
        signatures: Signatures,
    ) -> None:
        self._clock = clock
        self._reply = reply
        self._orders = orders
        self._note = note
        self._signatures = signatures
        self._done: deque[str] = deque(maxlen=REMEMBERED)

    def remember(self, executed: Iterable[str]) -> None:
        """Commands of earlier boots: they are not obeyed again."""
        self._done.extend(executed)

    async def take(self, payload: bytes) -> None:
        """Handle one order and reply to it; only what bears no id cannot be replied to and is logged alone."""
        try:
            order = msgspec.json.decode(payload, type=_Bearer)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            log.warning("an order that bears no id was ignored: %s", error)
            return
        refusal = await self._judge_and_obey(payload)
        if refusal is not None:
            log.warning("the order %s was refused: %s", order.id, refusal)
        reply = Reply(
            id=order.id,
            command=str(order.command)[:ID_LIMIT_CHARACTERS],
            done=refusal is None,
            at=to_text(self._clock.now()),
            reason=refusal,
        )
        obeyed = self._orders.get(reply.command) if refusal is None else None
        if isinstance(obeyed, Order) and obeyed.nonce is not None:
            reply.nonce = obeyed.nonce()
        self._reply(msgspec.json.encode(reply))

    async def _judge_and_obey(self, payload: bytes) -> str | None:
        try:
            command = msgspec.json.decode(payload, type=Command)
        except msgspec.ValidationError:
            return "unreadable"
        order = self._orders.get(command.command)
        refusal = self._refusal(command, order)
        if refusal is not None or order is None:
            return refusal
        if isinstance(order, SignedOrder):
            return await self._obey_once(command, order)
        refusal = await order.obey(command)
        if refusal is None:
            self._done.append(command.id)
            await self._note(command.id)
        return refusal

    async def _obey_once(self, command: Command, order: SignedOrder) -> str | None:
        """Obey what can harm: if the power goes now, it is rather never obeyed than twice."""
        signed = self._signatures.read(command, order.people)
        if isinstance(signed, str):
            return signed
        self._done.append(command.id)
        if not await self._note(command.id):
            return "store_ill"
        return await order.obey(signed)

    def _refusal(self, command: Command, order: Order | SignedOrder | None) -> str | None:
        if command.id in self._done:
            return "repeated"
        try:
            issued, expires = from_text(command.issued_at), from_text(command.expires_at)
        except ValueError:
            return "bad_time"
        if expires < issued:
            return "bad_time"
        if expires - issued > LONGEST_LIFE:
            return "lives_too_long"
        now, is_trusted = self._clock.now(), self._clock.quality() is ClockQuality.SYNCHRONISED
        # A clock that nobody has set lags behind: what is over by it is over. A nonce says more than such a clock.
        by_nonce = isinstance(order, SignedOrder) or (order is not None and order.nonce is not None)
        if (expires < now and (is_trusted or not by_nonce)) or (is_trusted and issued > now + LONGEST_LIFE):
            return "expired"
        if order is None:
            return "not_supported"
        # Without a trusted clock nobody can tell whether what seems to be in time has expired.
        return None if is_trusted or isinstance(order, SignedOrder) or order.harmless_late else "clock_untrusted"
