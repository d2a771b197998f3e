"""One event as a SIA DC-09 message: Contact ID or SIA-DCS, with our id and the true time in extended blocks.

The id travels in the alarm text block `I`, so that whoever holds the receiver's log finds the alarm at the desk. The
time of occurrence block `H` comes with what is not quite new: the frame's own time is always that of the sending, or a
receiver would refuse it. Old receivers know no such blocks, and some take only one: `blocks` is how many to give.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from drivers.event import Event, Kind, State
from gateway.contract.codes import codes_of
from gateway.routes.dc09_frame import Frame
from gateway.routes.dc09_letters import letters_of
from gateway.routes.subject import is_about_route

Format = Literal["contact_id", "sia_dcs"]
IDS: dict[Format, str] = {"contact_id": "ADM-CID", "sia_dcs": "SIA-DCS"}
ALL_BLOCKS = 2
NEW_FOR = timedelta(seconds=10)
"""What happened so short a time ago needs no time of its own beside the frame's."""
ROUTE_LOST_CODE = "350"
"""Contact ID's communication trouble: `link_lost` of a way to the centre, not of a line inside the home (330)."""
_TEXT_LIMIT = 100
_ZONES = 999
_UNFIT = re.compile(r"[^\x20-\x5a\x5e-\x7b\x7d\x7e]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How a receiver knows the house. `zones` are the device ids in the order of the gateway's file, from zone 1."""

    account: str
    receiver: str | None
    line: str
    format: Format
    zones: tuple[str, ...]


def can_say(event: Event) -> bool:
    """Whether an alarm receiver has a word for it. A receiver counts no repeats and knows no alarm that never was."""
    if event.kind is Kind.ALARM and (not event.raises_alarm or event.state is State.CANCELLED):
        return False
    return codes_of(event)[0] is not None


def message(event: Event, sender: Sender, *, sequence: int, now: datetime, blocks: int = ALL_BLOCKS) -> Frame:
    """The frame of an event, stamped `now` (the receiver's time, as far as it is known). `can_say` must hold."""
    zone = _zone(event, sender.zones)
    contact_id, _ = codes_of(event)
    of_route = is_about_route(event)
    if sender.format == "contact_id":
        code = ROUTE_LOST_CODE if of_route else contact_id
        data = f"#{sender.account}|{'3' if event.kind is Kind.RESTORE else '1'}{code} 00 {zone:03}"
    else:
        data = f"#{sender.account}|Nri0/{letters_of(event, of_route=of_route)}{zone:03}"
    return Frame(
        id=IDS[sender.format],
        sequence=sequence,
        account=sender.account,
        receiver=sender.receiver,
        line=sender.line,
        data=data,
        extended=_extended(event, now)[:blocks],
        at=now,
    )


def link_test(sender: Sender, *, now: datetime) -> Frame:
    """The null message: it only asks whether the receiver is there."""
    return Frame(id="NULL", sequence=0, account=sender.account, receiver=sender.receiver, line=sender.line, at=now)


def _extended(event: Event, now: datetime) -> tuple[str, ...]:
    """The most important block first: of an old event its time, else its id."""
    happened = event.occurred_at or event.received_at
    text = " ".join(filter(None, (event.alarm or event.id, event.kind, event.type, event.room)))
    identity = f"I{_UNFIT.sub('?', text)[:_TEXT_LIMIT]}"
    if now - happened < NEW_FOR:
        return (identity,)
    return (f"H{happened.astimezone(UTC):%H:%M:%S,%m-%d-%Y}", identity)


def _zone(event: Event, zones: tuple[str, ...]) -> int:
    """Zone 0 is the gateway itself, and a device beyond the number of zones there are."""
    zone = zones.index(event.device) + 1 if event.device in zones else 0
    return zone if zone <= _ZONES else 0
