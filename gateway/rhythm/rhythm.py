"""The home's rhythm: signs of life go to the watch of `models.inactivity`, its verdicts become questions and alarms.

The watch learns and decides; here it is told what it cannot know (which sensors are dead, when nobody listened, that
the home stands empty), and what it says is done: a question first, an alarm only after silence. The model is loaded
with the first sensor that sees everyday activity, and only in a house whose time is known.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from drivers.device import Device
from drivers.event import AlarmType, Event, Kind, Location, TroubleType
from gateway.away import Away
from gateway.clock import EARLIEST
from gateway.config_inactivity import Inactivity
from gateway.intake.intake import Happened, Intake, Moment, Outcome
from gateway.rhythm.asking import Asking
from gateway.rhythm.blind import Blind
from gateway.rhythm.evidence import alarm_evidence, note_evidence, type_of
from gateway.rhythm.kept import HOUSE, RULE, Kept, from_row, to_row
from gateway.rhythm.protection import Protection, protection_of
from gateway.rhythm.senses import heard_as, sense_of
from gateway.rules.life import Life
from gateway.rules.signs import Sign
from gateway.store.absence import Absence
from gateway.store.store import Store
from gateway.store.watching import Watching

if TYPE_CHECKING:
    from models.inactivity import InactivityWatch, Promise, Verdict

log = logging.getLogger(__name__)

CHECK_SECONDS = 30.0
KEEP_SECONDS = 900.0
ALARMS = (AlarmType.INACTIVITY, AlarmType.WANDERING)
OUTSIDE = ("out_too_long", "night_wandering")
"""Verdicts about somebody who is not at home: the alarm says where their locator was last."""
_FAULT_PLACE = "inactivity"
_FAULT_SECONDS = 3_600.0


class Rhythm:
    """One object per gateway. `at_home` are the devices that stay in the home, `locators` the ids of those that tell
    where they are.
    """

    def __init__(
        self,
        config: Inactivity,
        at_home: Iterable[Device],
        locators: Iterable[str],
        blind: Blind,
        intake: Intake,
        store: Store,
        away: Away,
        asking: Asking,
    ) -> None:
        self._config = config
        self._devices = {device.id: device for device in at_home}
        self._senses = {device.id: sense for device in at_home if (sense := sense_of(device)) is not None}
        self._locators = tuple(locators)
        self._blind = blind
        self._intake = intake
        self._store = store
        self._away = away
        self._asking = asking
        self._life = Life()
        self._watch: InactivityWatch | None = None
        self._resumed: Kept | None = None
        self._absence: Absence | None = None
        self._prompted_at: datetime | None = None
        self._next_check = self._next_keep = self._faults_until = float("-inf")
        self._raised: set[AlarmType] = set()
        self._observed = "", float("-inf")

    @property
    def asks(self) -> bool:
        """Whether the resident's answer is awaited."""
        return self._asking.is_open

    def resume(self, rows: Iterable[Watching]) -> None:
        """Take up what a restart left; the watch itself begins with the first look at a clock that can be believed."""
        found = next((row for row in rows if row.rule == RULE), None)
        self._resumed = from_row(found) if found else None
        if self._resumed is not None:
            known = {name: kind for name, _, kind in self._resumed.sensors if name in self._devices}
            self._senses = known | self._senses
        self._blind.resume(self._intake.conditions.is_on)
        self._raised = {type_ for type_ in ALARMS if self._intake.conditions.is_on(HOUSE, type_)}

    def heard(self, event: Event, sign: Sign | None, moment: Moment) -> list[Outcome]:
        """Something happened in the house; `sign` where it is a sign of life."""
        if event.kind in (Kind.SUPERVISION_LOST, Kind.TROUBLE, Kind.RESTORE):
            self._blind.heard(event)
        if sign is None or sign.device not in self._devices or moment.wall < EARLIEST:
            return []
        self._learn_of(sign)
        watch, at = self._watching(moment), moment.wall.timestamp()
        if watch is None:
            return []
        if sign.by_hand:
            watch.answered(at)
        elif sign.device in self._senses and (sign.device, at) != self._observed:
            self._observed = sign.device, at  # two changes in one moment are one sign, and no fault of the clock
            watch.observe(at, sign.device)
        if not self._life.seen(sign, moment.monotonic):
            return []
        self._asking.end()
        return self._over(moment)

    def look(self, moment: Moment) -> list[Outcome]:
        """What has become due."""
        self._asking.look(moment)
        if moment.monotonic < self._next_check or moment.wall < EARLIEST:
            return []
        self._next_check = moment.monotonic + CHECK_SECONDS
        watch, at = self._watching(moment), moment.wall.timestamp()
        if watch is None:
            return []
        self._follow_absence(watch, moment)
        if not self._blind.sees(watch, at):
            return []
        verdict = watch.check(at)
        outcomes = self._act(verdict, moment) if verdict is not None else []
        outcomes += self._faults(watch, moment)
        if verdict is not None or moment.monotonic >= self._next_keep:
            self.keep(moment)
        return outcomes

    def keep(self, moment: Moment) -> None:
        """Have the store keep what was learned and where the present silence stands."""
        if self._watch is None:
            return
        self._next_keep = moment.monotonic + KEEP_SECONDS
        kept = Kept(
            at=moment.wall, state=self._watch.state(), sensors=tuple(self._sensors()), asks=self._asking.is_open
        )
        self._store.keep_watching(to_row(kept))

    def protection(self) -> Protection:
        """What the house may promise now."""
        absence = self._away.absence if self._away.is_declared else None
        return protection_of(self._promise(), absence, self._config.quiet)

    # -- parts --------------------------------------------------------------------------------------------------------

    def _promise(self) -> "Promise | None":
        """What the sensors allow, also before the first look at the clock; None where there are none."""
        if self._watch is not None:
            return self._watch.promise()
        if not self._senses:
            return None
        from models.inactivity import Sensor
        from models.inactivity.promise import promise_of

        return promise_of([Sensor(*row) for row in self._sensors()])  # type: ignore[arg-type]

    def _sensors(self) -> list[tuple[str, str, str]]:
        return [(name, self._devices[name].room, kind) for name, kind in self._senses.items()]

    def _learn_of(self, sign: Sign) -> None:
        """A device whose model does not say what it senses has said it itself."""
        if sign.device in self._senses:
            return
        sense = heard_as(self._devices[sign.device], sign.sense)
        if sense is not None:
            log.info("%s senses %s: it is part of the watch from now on", sign.device, sense)
            self._senses[sign.device] = sense
            self._refit()

    def _refit(self) -> None:
        if self._watch is None:
            return
        from models.inactivity import Sensor
        from models.inactivity.refit import refitted

        sensors = [Sensor(*row) for row in self._sensors()]  # type: ignore[arg-type]
        budget = self._config.false_alarms_per_30_days
        self._watch = refitted(self._watch.state(), sensors, budget, self._config.timezone)

    def _watching(self, moment: Moment) -> "InactivityWatch | None":
        """The watch; None while no sensor sees everyday activity."""
        if self._watch is None and self._senses:
            self._watch = self._begin(moment)
            self._next_keep = moment.monotonic + KEEP_SECONDS
        return self._watch

    def _begin(self, moment: Moment) -> "InactivityWatch":
        # Here and not above: a house without such sensors never loads the model.
        from models.inactivity import InactivityWatch, Sensor
        from models.inactivity.refit import refitted

        sensors = [Sensor(*row) for row in self._sensors()]  # type: ignore[arg-type]
        settings = sensors, self._config.false_alarms_per_30_days, self._config.timezone
        kept, self._resumed = self._resumed, None
        if kept is None:
            return InactivityWatch(*settings)
        try:
            watch = refitted(kept.state, *settings)
        except ValueError as error:
            log.warning("the home's rhythm is learned anew: %s", error)
            return InactivityWatch(*settings)
        watch.gateway_was_off(kept.at.timestamp(), max(kept.at, moment.wall).timestamp())
        if watch.suspended:
            self._absence = self._away.absence if self._away.is_declared else Absence(since=kept.at, asked_at=kept.at)
            if not self._away.is_declared:
                self._come_back(watch, moment, is_known=False)
                self._absence = None
        if kept.asks:
            self._asking.begin(moment)
        return watch

    def _follow_absence(self, watch: "InactivityWatch", moment: Moment) -> None:
        """Nobody is at home, or somebody is again, as far as anybody has said."""
        before, now, at = self._absence, self._away.absence, moment.wall.timestamp()
        if now == before:
            return
        self._absence = now
        if now is not None and now.until is not None:
            self._asking.end()
            if not watch.suspended:
                watch.suspend(at)
        elif now is not None and before is None:
            watch.gone_out(at)
        elif watch.suspended:
            ended = before.until if before else None
            self._come_back(watch, moment, is_known=ended is None or ended > moment.wall)
        self.keep(moment)

    def _come_back(self, watch: "InactivityWatch", moment: Moment, *, is_known: bool) -> None:
        """The absence is over: somebody has said so or was seen; or only its day has come, and nobody may be there."""
        watch.resume(moment.wall.timestamp())
        if not is_known:
            watch.gone_out(moment.wall.timestamp())

    def _act(self, verdict: "Verdict", moment: Moment) -> list[Outcome]:
        log.info("the rhythm of the home: %s, %s (%s)", verdict.stage, verdict.kind, verdict.explanation)
        if verdict.stage == "note":
            return self._intake.note(verdict.kind, moment, note_evidence(verdict, self._changes()))
        if verdict.stage == "prompt":
            self._prompted_at = moment.wall
            self._asking.begin(moment)
            return []
        asked, prompted_at, self._prompted_at = self._asking.asked, self._prompted_at, None
        self._asking.end()
        type_ = type_of(verdict)
        evidence = alarm_evidence(verdict, asked=asked, prompted_at=prompted_at)
        # An alarm that still stands must not swallow the next one.
        outcomes = self._intake.fault_over(type_, moment)
        raised = self._intake.fault(Kind.ALARM, type_, moment, evidence=evidence)
        self._raised.add(type_)
        self._life.forget()
        place = self._whereabouts(moment) if verdict.kind in OUTSIDE else None
        return outcomes + [_located(one, verdict.room, place) for one in raised]

    def _changes(self) -> dict[str, tuple[float, float]]:
        from models.inactivity.weekly import changes_of

        return changes_of(self._watch.state()) if self._watch is not None else {}

    def _whereabouts(self, moment: Moment) -> Location | None:
        """Who has gone out may carry a locator: the newest of the last fixes."""
        fixes = [self._intake.book.last_fix(device, moment) for device in self._locators]
        aged = [fix for fix in fixes if fix is not None and fix.age_seconds is not None]
        return min(aged, key=lambda fix: fix.age_seconds or 0.0, default=None)

    def _over(self, moment: Moment) -> list[Outcome]:
        """Life again: what was raised is over. The district still has to close it."""
        if not self._raised:
            return []
        raised, self._raised = self._raised, set()
        return [outcome for type_ in ALARMS if type_ in raised for outcome in self._intake.fault_over(type_, moment)]

    def _faults(self, watch: "InactivityWatch", moment: Moment) -> list[Outcome]:
        """Bad input is a trouble of the clock: times that go back, come twice, or lie ahead."""
        found = watch.take_faults()
        if found:
            self._faults_until = moment.monotonic + _FAULT_SECONDS
            counts: dict[str, int] = {fault.kind: fault.count for fault in found}
            for fault in found:
                log.warning("the rhythm of the home: %s", fault.remedy)
            return self._intake.fault(
                Kind.TROUBLE, TroubleType.CLOCK, moment, where=_FAULT_PLACE, evidence={"where": _FAULT_PLACE, **counts}
            )
        if moment.monotonic >= self._faults_until:
            return self._intake.fault_over(TroubleType.CLOCK, moment, where=_FAULT_PLACE)
        return []


def _located(outcome: Outcome, room: str, place: Location | None) -> Outcome:
    """The alarm in the room where life was last seen (no sensor has raised it), or where the locator was last."""
    if not isinstance(outcome, Happened):
        return outcome
    return replace(outcome, event=replace(outcome.event, room=room or None, location=place))
