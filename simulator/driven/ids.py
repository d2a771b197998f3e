"""Ids that are drawn: the same seed and the same times give the same ones."""

import random
import uuid
from collections.abc import Callable
from datetime import datetime


class DrawnIds:
    """UUIDs of version 7 (RFC 9562): milliseconds of the house's own clock, then chance drawn from a seed."""

    def __init__(self, draw: random.Random, now: Callable[[], datetime]) -> None:
        self._draw = draw
        self._now = now

    def __call__(self) -> str:
        """The next one."""
        milliseconds = int(self._now().timestamp() * 1_000) & (1 << 48) - 1
        high, low = self._draw.getrandbits(12), self._draw.getrandbits(62)
        return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low))
