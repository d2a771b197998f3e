"""What the page shows beside the floor plan: what the gateway thinks and says, and what the desk sees."""

import asyncio
import json
import re
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from simulator.play.live import Live
from simulator.play.world import PlayWorld
from simulator.web import WebError

LOOK_SECONDS = 1.0
_SAID_LIMIT = 40
_NOTICE = re.compile(r"notice state=(\w+) alarm=(\S+)(?: type=(\S+) device=(\S+) test=(\w+))?")
_HELD = re.compile(r"alarm (\S+) is held for ([0-9.]+) s: type=(\S+) device=(\S+)")
_HELD_NO_MORE = re.compile(r"alarm (\S+) is held no more: (\w+)")


class View:
    """`take` reads the gateway's log, `run` asks gateway and desk; `state` is what the page draws."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self._said: deque[dict[str, Any]] = deque(maxlen=_SAID_LIMIT)
        self._types: dict[str, tuple[str, str]] = {}
        self._gateway: dict[str, Any] = {"status": "starting", "problems": [], "notes": []}
        self._desk: dict[str, Any] = {"reachable": False, "alarms": []}

    def take(self, line: str) -> None:
        """One line of the gateway's log: what the resident hears of an alarm, and what is held back."""
        if (notice := _NOTICE.search(line)) is not None:
            state, alarm, type_, device, _ = notice.groups()
            self._say(state, alarm, type_, device)
        elif (held := _HELD.search(line)) is not None:
            alarm, seconds, type_, device = held.groups()
            self._say("held", alarm, type_, device, seconds=float(seconds))
        elif (held := _HELD_NO_MORE.search(line)) is not None:
            self._say(f"held_{held[2]}", held[1], None, None)

    async def run(self, world: PlayWorld) -> NoReturn:
        """Look for ever."""
        while True:
            gateway, desk = await _gateway(world), await _desk(world)
            if (gateway, desk) != (self._gateway, self._desk):
                self._gateway, self._desk = gateway, desk
                self.tell()
            await asyncio.sleep(LOOK_SECONDS)

    def state(self, live: Live, works: Mapping[str, bool]) -> dict[str, Any]:
        """Everything that can change."""
        return {
            "works": dict(works),
            "devices": live.device_states,
            "said": list(self._said),
            "gateway": self._gateway,
            "desk": self._desk,
        }

    def tell(self) -> None:
        """Something has changed."""
        self.changed.set()
        self.changed = asyncio.Event()

    def _say(self, state: str, alarm: str, type_: str | None, device: str | None, **more: Any) -> None:
        known = self._types.setdefault(alarm, (type_ or "", device or ""))
        at = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
        self._said.appendleft({"at": at, "state": state, "alarm": alarm, "type": known[0], "device": known[1], **more})
        while len(self._types) > 4 * _SAID_LIMIT:
            del self._types[next(iter(self._types))]
        self.tell()


async def _gateway(world: PlayWorld) -> dict[str, Any]:
    try:
        _, text = await world.gateway.get("/healthz")
        report = json.loads(text)
    except (WebError, ValueError):
        return {"status": "off", "problems": [], "notes": []}
    return {key: report.get(key, []) for key in ("status", "problems", "notes")}


async def _desk(world: PlayWorld) -> dict[str, Any]:
    try:
        status, text = await world.desk.get("/api/alarms?state=open&limit=20")
        rows = json.loads(text)["alarms"] if status == 200 else None
    except (WebError, ValueError, KeyError):
        rows = None
    if rows is None:
        return {"reachable": False, "alarms": []}
    shown = ("id", "type", "priority", "state", "room", "test", "raised_at", "received_at")
    return {"reachable": True, "alarms": [{key: row[key] for key in shown if key in row} for row in rows]}
