"""What a house finds around it: how lines are opened, ids minted, chance drawn, pauses kept, commits made.

A real house has the defaults. The simulator gives its own: links in memory, drawn ids, time that jumps over idleness.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from drivers.link.mqtt import open_session
from drivers.link.serial import OpenPort, open_port
from drivers.link.session import OpenSession
from gateway.ids import new_id
from gateway.store.writer import BeginWriting, ThreadWriter
from gateway.watchdog import DURABLE_PROBE_SECONDS


def _jitter() -> float:
    return random.uniform(0.5, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`pause` waits so many seconds between two looks at what may have become due; `jitter` is drawn in [0.5, 1.5).

    `disk_seconds` is how often the disk itself is tried; memory never fails.
    `is_own_process` is false where several houses share a process: then nobody but its owner stops a house (no signal
    does), and it serves neither its pages nor `anju learn`.
    """

    open_session: OpenSession = open_session
    open_port: OpenPort = open_port
    new_id: Callable[[], str] = new_id
    jitter: Callable[[], float] = _jitter
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    begin_writing: BeginWriting = ThreadWriter
    disk_seconds: float = DURABLE_PROBE_SECONDS
    is_own_process: bool = True


REAL = Surroundings()
