"""The word to systemd: ready, alive, stopping. Alive means that the loop turns and the writer answers.

`sd_notify(3)` is one datagram to the socket that systemd names in the environment; without systemd nothing is sent, and
the store is probed all the same, so that the health page knows of a sick disk before the next alarm does.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable

from gateway.clock import Clock
from gateway.problems import Problems
from gateway.store.store import Store

log = logging.getLogger(__name__)

PROBE_SECONDS = 10.0
DURABLE_PROBE_SECONDS = 900.0
"""How often the disk itself is tried: more would only wear an SD card."""


def notify(state: str) -> None:
    """Tell systemd `READY=1`, `WATCHDOG=1` or `STOPPING=1`; nothing where it did not start us."""
    name = os.environ.get("NOTIFY_SOCKET")
    if not name:
        return
    # A leading @ stands for the abstract namespace, whose names begin with a zero byte.
    address = "\0" + name[1:] if name.startswith("@") else name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.sendto(state.encode(), address)
    except OSError as error:
        log.warning("systemd could not be told %s: %s", state, error)


async def feed(
    store: Store,
    clock: Clock,
    problems: Problems,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    durable_seconds: float = DURABLE_PROBE_SECONDS,
) -> None:
    """Probe the store and feed the watchdog, for ever.

    A disk that refuses is a problem, not a reason to be restarted: memory holds alarms that a restart would lose. A
    writer that does not come back at all is one, and the watchdog then goes unfed.
    """
    proven = clock.monotonic()
    while True:
        durable = clock.monotonic() - proven >= durable_seconds
        try:
            await store.probe(clock.now(), durable=durable)
        except TimeoutError:
            problems.report("writer", "the store's writer does not answer")
        else:
            problems.over("writer")
            notify("WATCHDOG=1")
        _say(store, problems)
        if durable:
            proven = clock.monotonic()
        await pause(PROBE_SECONDS)


def _say(store: Store, problems: Problems) -> None:
    if store.problem is not None:
        problems.report("store", f"the store cannot be written: {store.problem}")
    else:
        problems.over("store")
    if store.put_aside:
        problems.report("damaged store", f"the database was damaged: {store.put_aside[-1]} lies aside; change the card")
    else:
        problems.over("damaged store")
