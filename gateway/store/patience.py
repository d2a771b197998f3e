"""How long anybody waits for an ill disk: not long, and never in vain."""

import asyncio

PATIENCE_SECONDS = 2.0
"""How long an alarm waits for its commit before it goes out from memory."""


def in_time(done: "asyncio.Future[None]") -> "asyncio.Future[None]":
    """A future that never fails: a write is done, or has failed, or has taken too long."""
    kept: asyncio.Future[None] = done.get_loop().create_future()

    def settle(_done: "asyncio.Future[None] | None" = None) -> None:
        hanging.cancel()
        if not kept.done():
            kept.set_result(None)

    hanging = kept.get_loop().call_later(PATIENCE_SECONDS, settle)
    done.add_done_callback(settle)
    return kept
