"""What a connected MQTT session offers its owner, whoever carries it: a broker over TCP, or one in memory."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NoReturn, Protocol

from drivers.link.endpoint import Endpoint, Inbound, SessionOptions


class Session(Protocol):
    """A connected session. All methods are for the event loop's thread."""

    session_present: bool
    """Whether the broker had kept our subscriptions and what came for us."""
    receive_maximum: int
    """How many of our publishes the broker takes before it has acknowledged one."""

    async def subscribe(self, *topics: str, retained: bool = True) -> None:
        """Subscribe with QoS 1. Raises RefusedError naming the first topic refused, LinkLostError."""

    def unsubscribe(self, topic: str) -> None:
        """Hear no more of a topic; nobody waits for the broker's answer."""

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        content_type: str | None = None,
        correlation: bytes | None = None,
    ) -> "asyncio.Future[int]":
        """Publish with QoS 1.

        The future gives the PUBACK's reason code (0, or 0x10 for "no subscriber"); it raises RefusedError from 0x80 on
        and LinkLostError where the connection goes first. A PUBACK means that the broker has it, nothing more.
        """

    @property
    def unacknowledged(self) -> int:
        """How many publishes have no PUBACK yet."""

    def acknowledge(self, inbound: Inbound) -> None:
        """Tell the broker that a message is ours now; call it after the durable commit."""

    async def lost(self) -> NoReturn:
        """Wait until the connection is gone. Raises LinkLostError, or RefusedError where the broker gave a code."""


OnMessage = Callable[[Session, Inbound], None]
OpenSession = Callable[[Endpoint, SessionOptions, OnMessage], AbstractAsyncContextManager[Session]]
"""Opens a session for a block, as `drivers.link.mqtt.open_session` does, and with its errors."""
