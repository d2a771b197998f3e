"""What the demo knows of its alarms: read from the gateway's log lines, measured in that very run."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

HOPS = ("decode", "commit", "publish", "puback", "received", "accepted")
_NOTICE = re.compile(r"notice state=(\w+) alarm=(\S+)(?: type=(\S+))?")
_HOP = re.compile(r"hop alarm=(\S+)((?: \w+=\S+)+)")
_LATENCY = re.compile(r"(\w+)_ms=([0-9.]+)")


@dataclass(slots=True)
class Alarm:
    """One raised alarm: the states its notice went through, and its hops in milliseconds."""

    id: str
    type: str | None
    states: list[str] = field(default_factory=list)
    latency_ms: dict[str, float] = field(default_factory=dict)


class Journal:
    """Every alarm that the gateway has raised, in order."""

    def __init__(self) -> None:
        self.alarms: dict[str, Alarm] = {}
        self._changed = asyncio.Event()

    def take(self, line: str) -> None:
        """Read one line of the gateway's log."""
        if (notice := _NOTICE.search(line)) is not None:
            state, id_, type_ = notice.groups()
            self.alarms.setdefault(id_, Alarm(id_, type_)).states.append(state)
        elif (hop := _HOP.search(line)) is not None and (alarm := self.alarms.get(hop[1])) is not None:
            alarm.latency_ms |= {name: float(value) for name, value in _LATENCY.findall(hop[2])}
        else:
            return
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until `predicate()` holds; it is looked at after each line."""
        while not predicate():
            await self._changed.wait()

    def raised(self, type_: str) -> list[Alarm]:
        """The alarms of one type."""
        return [alarm for alarm in self.alarms.values() if alarm.type == type_]

    def complete(self) -> list[Alarm]:
        """The alarms that were accepted and whose hops are all measured."""
        return [
            alarm
            for alarm in self.alarms.values()
            if "accepted" in alarm.states and all(hop in alarm.latency_ms for hop in HOPS)
        ]


def summary(journal: Journal, desk: list[dict[str, Any]]) -> dict[str, Any]:
    """What `anju demo --once --json` prints. `desk`: every alarm on the desk, as its API shows them.

    An alarm counts as received or accepted only where gateway and desk agree.
    """
    on_desk = {row.get("alarm") or row["id"]: row["state"] for row in desk}
    alarms = list(journal.alarms.values())
    received = [alarm for alarm in alarms if "received" in alarm.states and alarm.id in on_desk]
    accepted = [alarm for alarm in received if "accepted" in alarm.states and on_desk[alarm.id] == "accepted"]
    measured = {hop: [alarm.latency_ms[hop] for alarm in alarms if hop in alarm.latency_ms] for hop in HOPS}
    return {
        "raised": len(alarms),
        "received": len(received),
        "accepted": len(accepted),
        "doubled": len(desk) - len(on_desk.keys() & journal.alarms.keys()),
        "latency_ms": {hop: round(median(values), 3) if values else None for hop, values in measured.items()},
        "alarms": [{"id": alarm.id, "type": alarm.type} for alarm in alarms],
    }


def table(result: dict[str, Any]) -> str:
    """The same for a person."""
    lines = [f"{key:>9}  {result[key]}" for key in ("raised", "received", "accepted", "doubled")]
    lines += [f"{hop:>9}  {value} ms" for hop, value in result["latency_ms"].items()]
    lines += [f"{alarm['type']:>9}  {alarm['id']}" for alarm in result["alarms"]]
    return "\n".join(lines)
