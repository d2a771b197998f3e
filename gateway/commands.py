"""The centre's orders. This version obeys `rebirth` and `set_heartbeat`; everything else is refused, by name.

An order acts at most once, only before it expires, and no order lives longer than five minutes.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

import msgspec

from drivers.event import ClockQuality
from gateway.clock import Clock
from gateway.contract.messages import Command, Reply
from gateway.contract.times import from_text, to_text

log = logging.getLogger(__name__)

LONGEST_LIFE = timedelta(minutes=5)
ID_LIMIT_CHARACTERS = 64
REMEMBERED = 1_024
"""How many executed ids are kept: more than any centre sends in the five minutes an order may live."""


class _Bearer(msgspec.Struct):
    """The least of an order that can be replied to."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=ID_LIMIT_CHARACTERS)]
    command: Any = None


class Commands:
    """Takes the payloads of the command topic; `reply` publishes the result."""

    def __init__(
        self, clock: Clock, reply: Callable[[bytes], object], rebirth: Callable[[], None], beat: Callable[[int], None]
    ) -> None:
        self._clock = clock
        self._reply = reply
        self._rebirth = rebirth
        self._set_heartbeat = beat
        self._done: deque[str] = deque(maxlen=REMEMBERED)

    async def take(self, payload: bytes) -> None:
        """Handle one order and reply to it; only what bears no id cannot be replied to and is logged alone."""
        try:
            order = msgspec.json.decode(payload, type=_Bearer)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            log.warning("an order that bears no id was ignored: %s", error)
            return
        refusal = self._judge_and_obey(payload)
        if refusal is None:
            self._done.append(order.id)
        else:
            log.warning("the order %s was refused: %s", order.id, refusal)
        reply = Reply(
            id=order.id,
            command=str(order.command)[:ID_LIMIT_CHARACTERS],
            done=refusal is None,
            at=to_text(self._clock.now()),
            reason=refusal,
        )
        self._reply(msgspec.json.encode(reply))

    def _judge_and_obey(self, payload: bytes) -> str | None:
        try:
            command = msgspec.json.decode(payload, type=Command)
        except msgspec.ValidationError:
            return "unreadable"
        return self._refusal(command) or self._obey(command)

    def _refusal(self, command: Command) -> str | None:
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
        now = self._clock.now()
        # Without a trusted clock nobody can tell whether it has expired; these two orders do no harm when late.
        if self._clock.quality() is ClockQuality.SYNCHRONISED and (expires < now or issued > now + LONGEST_LIFE):
            return "expired"
        return None

    def _obey(self, command: Command) -> str | None:
        if command.command == "rebirth":
            self._rebirth()
            return None
        if command.command == "set_heartbeat":
            minutes = command.heartbeat_minutes
            if minutes is None or not 1 <= minutes <= 1_440:
                return "heartbeat_minutes must be 1 to 1440"
            self._set_heartbeat(minutes)
            return None
        return "not_supported"
