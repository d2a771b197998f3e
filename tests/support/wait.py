"""Bounded waiting for conditions that have no event of their own."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.01


async def until(predicate: Callable[[], T], timeout: float = 10.0, what: str = "") -> T:  # noqa: ASYNC109
    """Wait until `predicate()` is truthy and return its value. Raises AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (value := predicate()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what or predicate}")
        await asyncio.sleep(_POLL_SECONDS)
    return value


def until_now(predicate: Callable[[], T], timeout: float = 10.0, what: str = "") -> T:
    """The same for code that has no event loop."""
    deadline = time.monotonic() + timeout
    while not (value := predicate()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what or predicate}")
        time.sleep(_POLL_SECONDS)
    return value
