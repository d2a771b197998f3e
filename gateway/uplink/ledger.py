"""Which messages are waiting for the centre, and which of them may go now: pure decisions, no clock, no I/O.

A message stays until the centre itself says `received`. The broker's PUBACK only frees its slot.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from gateway.contract.envelope import LATE_AFTER
from gateway.policy import ALARM_RANK_LIMIT, RANKS
from gateway.store.rows import Stored
from gateway.uplink.retry import ANSWER_SECONDS, HOLD_SECONDS, resend_after_seconds

LEDGER_LIMIT = 1_000
"""How many messages are held in memory; the store has the rest."""
MEMORY_LIMIT = 5_000
"""How many are held where no disk has them: some five megabytes."""
SLOT_LIMIT = 20
OTHERS_LIMIT = 1
"""How many messages that are nobody's alarm are under way at once, however quick the line is: what lies in it when it
slows down cannot be overtaken."""
LATE_SECONDS = LATE_AFTER.total_seconds()


@dataclass(slots=True, kw_only=True)
class Entry:
    """One waiting message. Times are monotonic seconds.

    `due` is when it may be sent (again). `fresh` is when its quick retries began: at its offer, and anew with every
    connection, because a message that was lost with the last one deserves them again. `sends` counts from there too.
    `waited` is true of what was there before this connection: it stands behind what happens now.
    """

    stored: Stored
    rank: int
    offered: float
    fresh: float
    due: float
    order: tuple[int, int]
    """Fire first, then people, then faults, then the rest; within a class as it happened."""
    waited: bool
    turn: tuple[bool, bool, int, int, int] = (False, False, 0, 0, 0)
    attempts: int = 0
    sends: int = 0
    in_flight: bool = False

    @property
    def is_alarm(self) -> bool:
        """Whether this is somebody's alarm (a test of one included): it has the fast retries and its own slots."""
        return self.rank <= ALARM_RANK_LIMIT

    def take_place(self, now: float) -> None:
        """Set `turn`: alarms before the rest, what the broker never had before what it had, then by class.

        Within a class what happened just now goes first, then what waited, and last what people will find filed as
        late: on a slow line the cord that is pulled now must not stand behind yesterday's.
        """
        when = 0 if not self.waited else 1 if now - self.offered < LATE_SECONDS else 2
        self.turn = not self.is_alarm, self.sends > 0, self.rank, when, self.stored.sequence


class Ledger:
    """The waiting messages by id."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._flying: dict[str, Entry] = {}
        self.overflowed = False
        """True while the store holds waiting messages that are not here."""

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, event: str) -> bool:
        return event in self._entries

    def offer(self, stored: Stored, now: float, age_seconds: float | None = None) -> None:
        """Take a message in; it may go at once. When full, the least urgent that is not in flight makes room.

        `age_seconds` is how long it has waited already where the store gave it back; None for what happened now.
        """
        if stored.event.id in self._entries:
            return
        rank = RANKS[stored.priority]
        self._entries[stored.event.id] = Entry(
            stored=stored, rank=rank, offered=now - max(0.0, age_seconds or 0.0), fresh=now, due=now,
            order=(rank, stored.sequence), waited=age_seconds is not None,
        )  # fmt: skip
        self._entries[stored.event.id].take_place(now)
        if len(self._entries) > LEDGER_LIMIT:
            self._make_room()

    def _make_room(self) -> None:
        """Only what the disk has may leave memory; where no disk takes anything, in the end what is nobody's alarm."""
        idle = [entry for entry in self._entries.values() if not entry.in_flight]
        spare = [entry for entry in idle if entry.stored.durable]
        if not spare and len(self._entries) > MEMORY_LIMIT:
            spare = [entry for entry in idle if not entry.is_alarm] or idle
        if spare:
            last = max(spare, key=attrgetter("order"))
            del self._entries[last.stored.event.id]
            self.overflowed = self.overflowed or last.stored.durable

    def due(
        self,
        now: float,
        slots: int,
        may_leave: Callable[["Entry"], bool] | None = None,
        window: int = SLOT_LIMIT,
        beside: int = 0,
    ) -> list[Entry]:
        """What to send now, in order, within the broker's `slots` (its Receive Maximum).

        `window` is how many the line bears at once; the first alarm goes however full it is. `beside` is how many
        messages are under way that are not in here (a digest, the status): the room of what is nobody's alarm is
        theirs too.
        """
        total = min(slots, SLOT_LIMIT)
        flying = self._flying.values()
        alarms = sum(entry.is_alarm for entry in flying)
        free = min(total - len(flying), max(window - len(flying), 1 - alarms))
        if free <= 0:
            return []
        free_for_others = OTHERS_LIMIT - (len(flying) - alarms) - beside
        chosen: list[Entry] = []
        ready = [entry for entry in self._entries.values() if not entry.in_flight and entry.due <= now]
        if may_leave is not None:
            ready = [entry for entry in ready if may_leave(entry)]
        for entry in heapq.nsmallest(free, ready, key=attrgetter("turn")):
            if not entry.is_alarm:
                if free_for_others <= 0:
                    break
                free_for_others -= 1
            chosen.append(entry)
        return chosen

    def sent(self, event: str, now: float) -> Entry:
        """Note that a message is on its way; returns it with its attempt counted."""
        entry = self._entries[event]
        entry.attempts += 1
        entry.sends += 1
        entry.take_place(now)
        entry.in_flight = True
        self._flying[event] = entry
        entry.due = now + resend_after_seconds(entry.rank, now - entry.fresh)
        return entry

    def acknowledged(self, event: str, now: float = float("-inf")) -> None:
        """The broker has it (or refused it): its slot is free, the message stays.

        On a slow line that may be long after it was sent: the centre still gets its time to answer.
        """
        entry = self._flying.pop(event, None)
        if entry is not None:
            entry.in_flight = False
            entry.due = max(entry.due, now + ANSWER_SECONDS)

    def received(self, event: str) -> bool:
        """The centre has it: the message is done. False where it was not waiting."""
        self._flying.pop(event, None)
        return self._entries.pop(event, None) is not None

    def hold(self, event: str, now: float) -> bool:
        """The centre asks for it again in a while. False where it is not waiting here."""
        entry = self._entries.get(event)
        if entry is None:
            return False
        entry.due = now + HOLD_SECONDS
        return True

    def line_lost(self) -> None:
        """Whatever was on its way went down with the connection."""
        for entry in self._flying.values():
            entry.in_flight = False
        self._flying.clear()

    def make_due(self, now: float) -> None:
        """A new connection, or a centre that is back: everything unanswered goes again, from the top.

        What is on its way still holds its slot and goes after its PUBACK.
        """
        for entry in self._entries.values():
            entry.fresh = entry.due = now
            entry.sends, entry.waited = 0, True
            entry.take_place(now)

    def in_flight(self) -> int:
        """How many messages are sent and have no PUBACK yet."""
        return len(self._flying)

    def unanswered(self) -> int:
        """How many messages wait for the centre's `received`."""
        return len(self._entries)

    def oldest_alarm_age(self, now: float) -> float:
        """Seconds since the oldest unanswered alarm was offered; 0 where there is none."""
        return max((now - entry.offered for entry in self._entries.values() if entry.is_alarm), default=0.0)

    def alarms(self) -> list[Entry]:
        """Every waiting alarm, most urgent first."""
        return sorted((entry for entry in self._entries.values() if entry.is_alarm), key=lambda entry: entry.order)
