"""The residents' side of the bench: cords on the receiver, buttons on the local broker, and what of it is owed.

A press is **owed** (the district must hear of it exactly once) when the house had the chance to take it:

- a button: the local broker acknowledged the message (QoS 1), whether or not the gateway was alive;
- a cord: its frame was written while a gateway had the port open, and that gateway was not killed afterwards; or it was
  killed, but had said `calling` of that cord before.

Any other press is **open**: it may be heard of once or not at all, never twice.
"""

import asyncio
import random
import re
import time
from collections import Counter
from itertools import count
from typing import Any

import aiomqtt

from drivers.link.pty import PtyPair
from simulator.ports import LOOPBACK
from tests.gateway.faults import SOS, cord, frame
from tests.support.house import BUTTON
from tests.support.processes import Child

BUTTONS = 8
PRESS_BYTES = b'{"action":"single","battery":80,"linkquality":90}'
_CALLING = re.compile(r"notice state=calling alarm=\S+ type=sos device=(\S+)")
_SLOWEST_BROKER_SECONDS = 120.0


def devices(cords: int) -> list[dict[str, Any]]:
    """Every cord and button of the bench's house."""
    buttons = [{**BUTTON, "id": f"button-{number}", "address": f"button-{number}"} for number in range(BUTTONS)]
    return [*(cord(number) for number in range(cords)), *buttons]


class Presses:
    """Pulls cords and presses buttons, drawn by the seed, and knows of each device how many presses are owed and open.

    Each cord is pulled once, so that nothing folds; a button is pressed again and again with the very same message.
    """

    def __init__(self, radio: PtyPair, broker_port: int, draw: random.Random, tasks: asyncio.TaskGroup) -> None:
        self.owed: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        self._radio = radio
        self._broker_port = broker_port
        self._draw = draw
        self._tasks = tasks
        self._under_way: set[asyncio.Task[None]] = set()
        self._cords = count()
        self._in_hand: dict[int, list[str]] = {}
        self.newest = 0.0
        """When the house last took a press, by the monotonic clock."""
        self.broker_sure = True
        """Whether what the local broker acknowledges is kept by it; false while it is about to lose its memory."""

    async def one(self, gateway: Child | None) -> None:
        """Press something; `gateway` is the one that has the port open, None where none has."""
        if self._draw.random() < 0.5:
            await self.cord(gateway)
        else:
            self.button()

    async def cord(self, gateway: Child | None) -> None:
        """Pull the next cord."""
        device = cord(next(self._cords))
        await self._radio.write(frame(SOS, device["address"]))
        if gateway is None:
            self.open[device["id"]] += 1
        else:
            self.owed[device["id"]] += 1
            self._in_hand.setdefault(gateway.pid, []).append(device["id"])

    def button(self) -> None:
        """Press a button; the message is on its way when this returns."""
        task = self._tasks.create_task(self._press(f"button-{self._draw.randrange(BUTTONS)}"))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def killed(self, gateway: Child) -> None:
        """The gateway has died: the frames that it had not spoken of may have died with it."""
        calling = {match.group(1) for line in gateway.lines if (match := _CALLING.search(line))}
        for device in self._in_hand.pop(gateway.pid, []):
            if device not in calling:
                self.owed[device] -= 1
                self.open[device] += 1

    async def all_told(self) -> None:
        """Wait until the local broker has taken or refused every button's message."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    @property
    def under_way(self) -> bool:
        """Whether a button's message is neither taken nor refused yet."""
        return bool(self._under_way)

    @property
    def total(self) -> int:
        """How many presses are owed."""
        return self.owed.total()

    async def _press(self, device: str) -> None:
        sure = self.broker_sure
        try:
            async with aiomqtt.Client(
                LOOPBACK, self._broker_port, protocol=aiomqtt.ProtocolVersion.V5, timeout=_SLOWEST_BROKER_SECONDS
            ) as client:
                await client.publish(f"zigbee2mqtt/{device}", PRESS_BYTES, qos=1)
                (self.owed if sure and self.broker_sure else self.open)[device] += 1
                self.newest = time.monotonic()
        except aiomqtt.MqttError:
            self.open[device] += 1
