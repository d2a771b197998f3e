"""An alarm receiver that speaks SIA DC-09: one message at a time, and only its own sound ACK counts as received."""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto

from drivers.event import Event
from drivers.link.dial import DialError, ask
from gateway.clock import Clock
from gateway.routes.carrier import CarryError, Outcome
from gateway.routes.dc09_event import ALL_BLOCKS, Sender, can_say, link_test, message
from gateway.routes.dc09_frame import Frame, UnreadableFrameError, decode, encode
from gateway.store.rows import Stored

log = logging.getLogger(__name__)

TEST_SECONDS = 3_600.0
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 10.0
CLOCKS_AGREE = timedelta(seconds=15)
"""Receivers refuse a frame from 40 s behind to 20 s ahead of their clock; within this a refusal has another cause."""
ACK_FRESH = timedelta(seconds=120)
"""A sealed ACK bears its time: an older one is somebody's recording."""
_SEQUENCES = 9_999
_REMEMBERED = 1_000


class Verdict(Enum):
    """What a reply means for the message it answers."""

    TAKEN = auto()
    REFUSED = auto()
    NOT_UNDERSTOOD = auto()
    NONE = auto()


def judge(sent: Frame, reply: Frame, *, sealed: bool) -> Verdict:
    """What a reply says of what was sent. A message under a key is taken only by a fresh reply under that key."""
    if reply.id == "NAK":
        return Verdict.REFUSED
    same = reply.sequence == sent.sequence and (reply.account or "").lstrip("0") == (sent.account or "").lstrip("0")
    if reply.id == "DUH" and same:
        return Verdict.NOT_UNDERSTOOD
    if reply.id not in ("ACK", "RSP") or not same or reply.encrypted is not sealed:
        return Verdict.NONE
    if sealed and (reply.at is None or sent.at is None or abs(reply.at - sent.at) > ACK_FRESH):
        return Verdict.NONE
    return Verdict.TAKEN


class Receiver:
    """The house's end of the line to one receiver. `key` seals what is sent (16, 24 or 32 bytes); it is never shown."""

    test_seconds = TEST_SECONDS

    def __init__(self, host: str, port: int, sender: Sender, key: bytes | None, clock: Clock) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._key = key
        self._clock = clock
        self._ahead = timedelta(0)
        self._blocks = ALL_BLOCKS
        self._sequence = random.randrange(_SEQUENCES)
        self._sequences: dict[str, int] = {}

    def can_carry(self, event: Event) -> bool:
        """Whether Contact ID has a word for it."""
        return can_say(event)

    async def carry(self, stored: Stored) -> Outcome:
        """Report one event. The same event bears the same sequence number in its retries."""
        sequence = self._sequence_of(stored.event.id)

        def build(now: datetime, blocks: int) -> Frame:
            return message(stored.event, self._sender, sequence=sequence, now=now, blocks=blocks)

        await self._report(build)
        return Outcome.RECEIVED

    async def test(self) -> None:
        """Send the null message."""
        await self._report(lambda now, _blocks: link_test(self._sender, now=now))

    async def _report(self, build: Callable[[datetime, int], Frame]) -> None:
        """Send a message; where it is refused, with the receiver's own time, then with ever fewer extended blocks."""
        blocks, corrected = self._blocks, False
        while True:
            frame = build(self._clock.now() + self._ahead, blocks)
            reply = await self._exchange(frame)
            verdict = judge(frame, reply, sealed=self._key is not None)
            if verdict is Verdict.TAKEN:
                self._blocks = blocks
                return
            if verdict is Verdict.NONE:
                raise CarryError(f"{self._place}: its {reply.id} does not belong to what was sent")
            if verdict is Verdict.REFUSED and not corrected and self._correct(frame, reply):
                corrected = True
            elif frame.extended:
                blocks = len(frame.extended) - 1
            else:
                raise CarryError(
                    f"{self._place} refuses the message ({reply.id}); compare account, line, receiver, key and format"
                )

    def _correct(self, sent: Frame, refusal: Frame) -> bool:
        """Take over the receiver's clock for the stamps where it differs; the house's own clock is left alone."""
        if refusal.at is None or sent.at is None or abs(refusal.at - sent.at) <= CLOCKS_AGREE:
            return False
        self._ahead = refusal.at - self._clock.now()
        log.warning("%s: its clock is %+.0f s from ours; messages to it bear its time", self._place,
                    self._ahead.total_seconds())  # fmt: skip
        return True

    async def _exchange(self, frame: Frame) -> Frame:
        try:
            raw = await ask(
                self._host,
                self._port,
                encode(frame, self._key),
                end=b"\r",
                connect_seconds=CONNECT_SECONDS,
                answer_seconds=ANSWER_SECONDS,
            )
            return decode(raw, self._key)
        except DialError as error:
            raise CarryError(f"DC-09 receiver {error}") from error
        except UnreadableFrameError as error:
            raise CarryError(f"{self._place}: its answer cannot be read ({error}); compare the keys") from error

    def _sequence_of(self, event: str) -> int:
        if event not in self._sequences:
            if len(self._sequences) >= _REMEMBERED:
                del self._sequences[next(iter(self._sequences))]
            self._sequence = self._sequence % _SEQUENCES + 1
            self._sequences[event] = self._sequence
        return self._sequences[event]

    @property
    def _place(self) -> str:
        return f"DC-09 receiver {self._host}:{self._port}"
