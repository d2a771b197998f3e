"""Ids for events and stores, also while the kernel has no entropy yet.

Until a freshly started machine has gathered some, whoever asks the kernel for random bytes waits (random(7)): a cord
that is pulled in the first seconds after a power cut must not. What stands in is a hash over the machine's id and every
clock and count there is: unique enough for an id, and never used for a secret.
"""

import hashlib
import os
import time
import uuid
from itertools import count
from pathlib import Path

import uuid_utils

_MACHINE_ID = Path("/etc/machine-id")
_numbers = count()
_seeded = False


def new_id() -> str:
    """A UUIDv7 (RFC 9562): unique, and roughly in the order of time."""
    if has_entropy():
        return str(uuid_utils.uuid7())
    random = int.from_bytes(_unlike_bytes(), "big")
    milliseconds = time.time_ns() // 1_000_000 & (1 << 48) - 1
    version, variant = 0x7, 0b10
    number = milliseconds << 80 | version << 76 | (random & 0xFFF) << 64 | variant << 62 | random >> 12 & (1 << 62) - 1
    return str(uuid.UUID(int=number))


def new_store_id() -> str:
    """32 hexadecimal digits for a new store."""
    return uuid.uuid4().hex if has_entropy() else _unlike_bytes().hex()


def has_entropy() -> bool:
    """Whether the kernel gives random bytes without waiting; once it does, it always will."""
    global _seeded  # noqa: PLW0603 - it is one machine's, and asked for every event
    if not _seeded:
        try:
            os.getrandom(1, os.GRND_NONBLOCK)
            _seeded = True
        except BlockingIOError:
            return False
    return _seeded


def _unlike_bytes() -> bytes:
    """16 bytes that nobody else has: another machine's, another start's or another call's differ."""
    try:
        machine = _MACHINE_ID.read_text().strip()
    except OSError:
        machine = ""
    parts = (machine, os.getpid(), time.time_ns(), time.monotonic_ns(), time.perf_counter_ns(), next(_numbers))
    return hashlib.sha256(repr(parts).encode()).digest()[:16]
