"""Sending telemetry: a digest every quarter of an hour, and never in an alarm's way."""

import asyncio

from gateway.clock import Clock
from gateway.contract import topics
from gateway.contract.envelope import Sender
from gateway.digest import DigestBook
from gateway.uplink.ledger import Ledger
from gateway.uplink.uplink import Uplink

DIGEST_SECONDS = 900.0


async def send_digests(book: DigestBook, uplink: Uplink, ledger: Ledger, sender: Sender, clock: Clock) -> None:
    """Send for ever, while the line is up and no alarm waits; else it keeps adding up."""
    while True:
        await asyncio.sleep(DIGEST_SECONDS)
        if not uplink.connected or ledger.alarms():
            continue
        for payload in book.take(clock.now(), sender):
            answered = uplink.publish(topics.TELEMETRY, payload)
            if answered is not None:
                await asyncio.wait([answered])  # at most one in flight
