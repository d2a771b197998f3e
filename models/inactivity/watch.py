"""The inactivity watch of one home: told what the sensors see, it says when silence has become unusual."""

import math
from collections.abc import Iterable

from models.inactivity import faults, floor, kinds
from models.inactivity.hazard import BIN_SECONDS
from models.inactivity.local_time import DAY_SECONDS, SLOT_SECONDS, LocalTime
from models.inactivity.memory import Memory, from_bytes, to_bytes
from models.inactivity.promise import Promise, promise_of
from models.inactivity.sensors import Place, Sensor, checked, place_of
from models.inactivity.stays import Ladder
from models.inactivity.verdict import Fault, Stage, Verdict, VerdictKind

LATE_SECONDS = 900.0
AHEAD_SECONDS = 7200.0
"""More between two calls than this is a time in which nobody listened."""

PROMPT_LEAD_SECONDS = 600.0
_PROMPTS_PER_ALARM = 2.5
_HELD_MOST = 512
_RECENT = 12
"""So many reports are kept to know one that comes again."""
_THURSDAY = 3
"""The weekday of 1 January 1970, with Monday 0."""
_PROMPTED, _ALARMED = 1, 2
_ENTRY = int(Place.ENTRY)


class InactivityWatch:
    """Learns a home's rhythm and finds silences that do not fit it.

    `sensors`: what is in the home, none for a kit that cannot see activity. `false_alarms_per_30_days`: what the
    limits are learned for. `timezone`: the home's, as in the time zone database. Raises ValueError with the remedy.
    Times are UTC seconds. Nothing here reads a clock: `observe` and `check` are called in time order.
    """

    def __init__(
        self, sensors: Iterable[Sensor], false_alarms_per_30_days: float = 1.0, timezone: str = "Asia/Shanghai"
    ) -> None:
        if not 0.05 <= false_alarms_per_30_days <= 30.0:
            raise ValueError(f"{false_alarms_per_30_days} false alarms per 30 days: write a number from 0.05 to 30")
        known = checked(tuple(sensors))
        rows: list[tuple[str, str, str]] = [(sensor.id, sensor.room, sensor.kind) for sensor in known]
        self._take_up(Memory(sensors=rows, timezone=timezone, per_30_days=float(false_alarms_per_30_days)))

    @classmethod
    def restore(cls, blob: bytes) -> "InactivityWatch":
        """The watch whose `state` this was. Raises ValueError with the remedy where the bytes are of no use."""
        watch = cls.__new__(cls)
        watch._take_up(from_bytes(blob))
        return watch

    def state(self) -> bytes:
        """All that a restart must not lose."""
        return to_bytes(self._memory)

    def _take_up(self, memory: Memory) -> None:
        self._memory = memory
        self._time = LocalTime(memory.timezone)
        self._sensors = tuple(Sensor(name, room, kind) for name, room, kind in memory.sensors)  # type: ignore[arg-type]
        self._index = {sensor.id: number for number, sensor in enumerate(self._sensors)}
        self._places = tuple(int(place_of(sensor)) for sensor in self._sensors)
        self._buttons = tuple(sensor.kind == "button" for sensor in self._sensors)
        self._slot, self._slot_end = 0, 0.0
        self._set_limits()

    def observe(self, at: float, sensor: str, count: float = 1) -> None:
        """The sensor reported `count` events that it had merged into one report."""
        memory = self._memory
        if sensor not in self._index:
            return self._fault("unknown_sensor", at)
        now = memory.now
        if now is None:
            now = at
            self._skip_to(at)
        elif at < now - LATE_SECONDS:
            return self._fault("out_of_order", at)
        event = (float(at), sensor, float(count))
        if (at <= memory.newest and event in memory.recent) or (memory.held and event in memory.held):
            return self._fault("duplicate", at)
        if at > now + LATE_SECONDS and len(memory.held) < _HELD_MOST:
            # Only the next check tells whether time went on or the event's clock is wrong.
            memory.held.append(event)
        else:
            if memory.held:
                self._release(at)
            self._hear(event)
        return None

    def check(self, at: float) -> Verdict | None:
        """What is to be said now: once per silence and stage, else None."""
        memory = self._memory
        if memory.now is not None and at < memory.now - LATE_SECONDS:
            self._fault("clock_back", at)
            memory.shift(at - memory.now)
            self._slot_end = 0.0
        if memory.held:
            self._release(at)
        self._advance(at)
        if memory.suspended:
            self._resume_when_due(at)
            return None
        if memory.silence.risk < self._prompt_risk and not memory.stays.open and memory.note is None:
            return None
        return self._conclude(at)

    def answered(self, at: float) -> None:
        """The resident said that all is right: as good as life seen."""
        self._advance(at)
        self._memory.silence.end(at, self._memory.limits)
        self._memory.stays.end()

    def gone_out(self, at: float) -> None:
        """Somebody who knows says that nobody is at home: the locator, a keypad, the resident."""
        self._advance(at)
        self._memory.silence.leave(at)

    def suspend(self, at: float, until: float | None = None) -> None:
        """Nobody is to be watched: a holiday, the hospital. `until`: when the watch takes up again by itself."""
        self._advance(at)
        self._memory.suspended, self._memory.suspended_until = True, until
        self._memory.silence.run_until = 0.0
        self._memory.stays.end()

    def resume(self, at: float) -> None:
        """Watch again, from a fresh start: what was silent before says nothing any more."""
        self._memory.suspended, self._memory.suspended_until = False, None
        self._skip_to(at)
        self._memory.silence.restart(at)
        self._memory.stays.end()

    @property
    def suspended(self) -> bool:
        """Whether nobody is watched."""
        return self._memory.suspended

    def sensor_lost(self, at: float, sensor: str) -> None:
        """The sensor is dead: its silence says nothing. What the others would have heard without it is not learned."""
        self._advance(at)
        self._memory.lost.add(sensor)

    def sensor_back(self, at: float, sensor: str) -> None:
        """The sensor reports again."""
        self._advance(at)
        self._memory.lost.discard(sensor)

    def gateway_was_off(self, since: float, until: float) -> None:
        """Nobody listened between the two: that time says nothing about the person."""
        self._advance(since)
        self._skip_to(until)
        self._memory.stays.end()

    def take_faults(self) -> list[Fault]:
        """The bad input since the last call, one entry per kind."""
        taken = faults.taken(self._memory.faults)
        self._memory.faults = {}
        return taken

    def promise(self) -> Promise:
        """What can be promised with the sensors that are there and alive."""
        return promise_of([sensor for sensor in self._sensors if sensor.id not in self._memory.lost])

    def _hear(self, event: tuple[float, str, float]) -> None:
        at, sensor, count = event
        memory = self._memory
        recent = memory.recent
        recent.append(event)
        if len(recent) > _RECENT:
            del recent[0]
        if at > memory.newest:
            memory.newest = at
        if memory.now is None or at > memory.now:
            self._advance(at)
        if memory.suspended:
            return
        number = self._index[sensor]
        reports, cluster, silence = memory.reports, memory.cluster, memory.silence
        if at != reports.last:
            reports.add(at)
        place = self._places[number]
        cluster.add(at, number, count, place == _ENTRY)
        life = (cluster.life and (not silence.away or cluster.back)) or self._buttons[number]
        memory.stays.hear(at, self._time, place, life)
        if life:
            silence.end(at, memory.limits)
        silence.hear(at, number, place, count, life, reports.hourly)

    def _release(self, at: float) -> None:
        """Time has come to `at`: held events up to it were right, later ones are from the future."""
        held, self._memory.held = self._memory.held, []
        for event in sorted(held):
            if event[0] <= at + LATE_SECONDS:
                self._hear(event)
            else:
                self._fault("future", event[0])

    def _advance(self, at: float) -> None:
        memory = self._memory
        if memory.now is None or at - memory.now > AHEAD_SECONDS:
            self._skip_to(at)
        if memory.now is None or at > memory.now:
            memory.now = float(at)
        end = memory.bin_end
        if end > at:
            return
        silence = memory.silence
        while end <= at:
            if not silence.still(end):
                self._close_bin(end)
            end += BIN_SECONDS
        memory.bin_end = end
        if memory.stays.open:
            memory.stays.go_on(end - BIN_SECONDS, memory.limits.days)

    def _skip_to(self, at: float) -> None:
        memory = self._memory
        memory.now = float(at)
        memory.bin_end = (memory.now // BIN_SECONDS + 1) * BIN_SECONDS

    def _close_bin(self, end: float) -> None:
        memory = self._memory
        if end > self._slot_end:
            day, self._slot, self._slot_end = self._time.slot(end - BIN_SECONDS)
            if day != memory.day:
                self._new_day(day)
        if not memory.suspended:
            memory.silence.close_bin(self._slot, self._slot_end, memory.reports, end, memory.habits)

    def _new_day(self, day: int) -> None:
        memory = self._memory
        if memory.day and not memory.suspended:
            memory.silence.end_run(memory.habits)
            memory.habits.new_day(memory.reports.hourly)
            memory.limits.new_day(_ENTRY not in self._places and not memory.reports.hourly)
            memory.note = memory.habits.routine.new_day((day + _THURSDAY) % 7) or memory.note
            self._set_limits()
        memory.day = day

    def _set_limits(self) -> None:
        memory = self._memory
        self._alarm_risk = math.exp(memory.limits.limit(memory.per_30_days))
        self._prompt_risk = math.exp(memory.limits.limit(memory.per_30_days * _PROMPTS_PER_ALARM))

    def _conclude(self, at: float) -> Verdict | None:
        memory = self._memory
        if memory.silence.risk >= self._prompt_risk and (said := self._silent(at)):
            return said
        stays = memory.stays
        if (stays.bathroom.since or stays.night_out.since) and (said := self._staying(at)):
            return said
        return None if memory.note is None else self._noted(at)

    def _silent(self, at: float) -> Verdict | None:
        memory = self._memory
        silence = memory.silence
        if silence.stage == _ALARMED or not silence.life_at:
            return None
        since_local = self._time.seconds(silence.life_at)
        if not floor.passed(at, since_local, silence, memory.limits.days):
            return None
        kind = kinds.kind_of(self._time.seconds(silence.life_at), self._time.seconds(at), silence.place)
        if silence.stage == 0:
            silence.stage, silence.prompted_at = _PROMPTED, at
            return self._verdict(kind, "prompt", silence.life_at, at)
        if silence.risk < self._alarm_risk or at - silence.prompted_at < PROMPT_LEAD_SECONDS:
            return None
        silence.stage = _ALARMED
        return self._verdict(kind, "alarm", silence.life_at, at)

    def _staying(self, at: float) -> Verdict | None:
        stays = self._memory.stays
        if stays.bathroom.reached and (stage := self._long(stays.bathroom, at)):
            return self._verdict("bathroom_long", stage, stays.bathroom.since or at, at)
        if stays.night_out.reached and (stage := self._long(stays.night_out, at)):
            return self._verdict("night_wandering", stage, stays.night_out.since or at, at)
        return None

    def _long(self, stay: Ladder, at: float) -> Stage | None:
        """The stage that a stay has newly come to; none where the silence itself was told already."""
        memory = self._memory
        if stay.since is None or stay.stage == _ALARMED or memory.silence.stage == _ALARMED:
            return None
        limit = stay.limit(memory.limits.days, floor.FLOOR_DAYS, memory.per_30_days)
        if limit is None or at - stay.since < limit:
            return None
        if stay.stage == 0:
            stay.stage, stay.prompted_at = _PROMPTED, at
            return "prompt"
        if at - stay.prompted_at < PROMPT_LEAD_SECONDS:
            return None
        stay.stage = memory.silence.stage = _ALARMED
        return "alarm"

    def _noted(self, at: float) -> Verdict | None:
        change, self._memory.note = self._memory.note, None
        return self._verdict("routine_change", "note", at - 7 * DAY_SECONDS, at, change)

    def _verdict(
        self, kind: VerdictKind, stage: Stage, since: float, at: float, change: tuple[str, str] | None = None
    ) -> Verdict:
        sensor = self._memory.silence.sensor
        return Verdict(
            kind=kind,
            stage=stage,
            since=since,
            at=at,
            clock=self._time.clock(since),
            room=self._sensors[sensor].room if sensor >= 0 else "",
            silent_hours=(at - since) / 3600.0,
            usual_hours=self._memory.habits.usual.hours(int(self._time.seconds(at) % DAY_SECONDS // SLOT_SECONDS)),
            change=change,
        )

    def _resume_when_due(self, at: float) -> None:
        until = self._memory.suspended_until
        if until is not None and at >= until:
            self.resume(at)

    def _fault(self, kind: faults.FaultKind, at: float) -> None:
        faults.note(self._memory.faults, kind, at)
