"""Sending telemetry: a digest every half hour, one at a time, and never in an alarm's way."""

import asyncio
from collections import deque

from drivers.link.mqtt import RefusedError
from gateway.clock import Clock
from gateway.contract import topics
from gateway.contract.envelope import Sender
from gateway.digest import LIMIT_BYTES, DigestBook
from gateway.uplink.ledger import Ledger
from gateway.uplink.uplink import Uplink

DIGEST_SECONDS = 1_800.0
LOOK_AGAIN_SECONDS = 1.0
SLOW_LIMIT_BYTES = 640
"""How long a digest is on a slow line: at 1 kB/s an alarm right behind it is still out within two seconds."""


async def send_digests(book: DigestBook, uplink: Uplink, ledger: Ledger, sender: Sender, clock: Clock) -> None:
    """Send for ever, while the line is up and no alarm waits; else it keeps adding up.

    What the broker did not acknowledge goes again. At most the parts of one digest wait: nothing new is taken from the
    book before they are out, so a week without a line is one digest more, not a thousand.
    """
    parts: deque[bytes] = deque()
    while True:
        await asyncio.sleep(LOOK_AGAIN_SECONDS if parts else DIGEST_SECONDS)
        if not may_send(uplink, ledger):
            continue
        if not parts:
            parts.extend(book.take(clock.now(), sender, SLOW_LIMIT_BYTES if uplink.pace.is_slow else LIMIT_BYTES))
        while parts and may_send(uplink, ledger) and await _send(uplink, parts[0]):
            parts.popleft()


def may_send(uplink: Uplink, ledger: Ledger) -> bool:
    """Whether a digest is in nobody's way now; a slow line is not shared with faults either."""
    in_the_way = uplink.pace.is_slow and ledger.in_flight()
    return uplink.connected and not in_the_way and not ledger.alarms()


async def _send(uplink: Uplink, payload: bytes) -> bool:
    """Whether this payload is done with: the broker has it, or wants none of it."""
    answered = uplink.publish(topics.TELEMETRY, payload)
    if answered is None:
        return False
    await asyncio.wait([answered])  # at most one in flight
    return answered.exception() is None or isinstance(answered.exception(), RefusedError)
