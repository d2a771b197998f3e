"""A DC-09 receiver that answers by hand: what a test wants, right or wrong. The sound ones are pysiaalarm's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pysiaalarm.account import SIAAccount
from pysiaalarm.aio.client import SIAClient
from pysiaalarm.event import SIAEvent

from gateway.routes.dc09_frame import Frame, crc, decode
from simulator.ports import LOOPBACK, free_port

Manner = Callable[[Frame], bytes | None]
"""What to answer to one message; None says nothing and leaves the line open."""


@dataclass(kw_only=True)
class AlarmReceiver:
    """`heard` is every message that came, in order."""

    port: int
    manner: Manner
    key: bytes | None
    heard: list[Frame] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            while True:
                frame = decode(await reader.readuntil(b"\r"), self.key)
                self.heard.append(frame)
                answer = self.manner(frame)
                if answer is not None:
                    writer.write(answer)
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()


def written(body: bytes) -> bytes:
    """A reply around any body, right in length and CRC."""
    return b"\n%04X%04X%b\r" % (crc(body), len(body), body)


@asynccontextmanager
async def alarm_receiver(manner: Manner, key: bytes | None = None) -> AsyncIterator[AlarmReceiver]:
    """One that behaves as told."""
    receiver = AlarmReceiver(port=free_port(), manner=manner, key=key)
    server = await asyncio.start_server(receiver.serve, LOOPBACK, receiver.port)
    async with server:
        yield receiver


@asynccontextmanager
async def pysiaalarm_receiver(
    account: str, key: str | None = None, **settings: Any
) -> AsyncIterator[tuple[int, list[SIAEvent]]]:
    """pysiaalarm's own server (the receiver inside Home Assistant): its port, and what it handed on."""
    heard: list[SIAEvent] = []

    async def take(event: SIAEvent) -> None:
        heard.append(event)

    port = free_port()
    client = SIAClient(LOOPBACK, port, [SIAAccount(account, key, **settings)], take)  # type: ignore[abstract]  # it chooses its own subclass
    await client.async_start(reuse_address=True)
    try:
        yield port, heard
    finally:
        await client.async_stop()
