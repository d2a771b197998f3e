"""What the house makes of what was found in the samples: alarms, evidence for those that are held, faults."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from drivers.device import Device
from drivers.event import AlarmType, Event, Kind, TroubleType
from gateway.contract.messages import FallsWatched
from gateway.falls.ailments import FAULTS, LASTING, LATE, NOT_WORN, Ailments
from gateway.falls.following import FOLLOWED_SECONDS, Following, weight_of
from gateway.falls.reports import Ailing, Excerpt, Fallen, Report, Standing
from gateway.falls.rule import JUDGED, SAME_FALL_SECONDS
from gateway.falls.scene import Scene
from gateway.intake.intake import Intake, Moment, Outcome
from gateway.metrics import Metrics
from gateway.pending.pending import PendingAlarms
from gateway.pending.rule import Weight
from gateway.store import excerpts
from gateway.store.database import StoreError
from gateway.store.store import Store

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""Between two looks at the faults of the samples."""
FORGET_SECONDS = 10.0
"""A fall that nobody has open for so long is followed no more; its commit may take a moment."""
EXCERPT_TIMEOUT_SECONDS = 2.0
OVERLOAD = "fall_watch"


WATCHED: tuple[FallsWatched, ...] = ("watching", "not_worn", "faulty", "silent")
"""How well a worn device is watched, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What it stands on. `is_open`: an alarm is raised and not resolved."""

    intake: Intake
    pending: PendingAlarms
    scene: Scene
    store: Store
    metrics: Metrics
    moment: Callable[[], Moment]
    tell: Callable[[list[Outcome]], object]
    is_open: Callable[[str], bool]


class Findings:
    """One object per gateway that has a worn device enrolled; in the event loop."""

    def __init__(self, devices: Mapping[str, Device], around: Around) -> None:
        self._devices = devices
        self._around = around
        self._ailments = Ailments()
        self._following: dict[str, Following] = {}
        self._to_follow: list[str] = []
        self._last: dict[str, tuple[str, float]] = {}
        self._looked = float("-inf")

    def resume(self, falls: Iterable[Event], moment: Moment) -> None:
        """Falls that were open when the house was last up, the newest last: their wearers are followed on."""
        for fall in falls:
            age = (moment.wall - fall.received_at).total_seconds()
            if not 0 <= age <= FOLLOWED_SECONDS:
                continue
            opened = moment.monotonic - age
            if fall.device is not None and fall.device in self._devices:
                self._last[fall.device] = fall.id, opened
            for device in self._devices:
                self._following[device] = Following(alarm=fall.id, opened=opened, is_own=device == fall.device)
            self._to_follow = list(self._devices)

    def heard(self, event: Event) -> None:
        """An event of the house: of a fall that nobody held back the wearers are followed too."""
        if event.type == AlarmType.FALL and event.raises_alarm:
            self._to_follow += self._follow(event, self._around.moment().monotonic)

    def _follow(self, fall: Event, opened: float) -> list[str]:
        found = [device for device in self._devices if self._is_free(device, opened)]
        for device in found:
            self._following[device] = Following(alarm=fall.id, opened=opened, is_own=device == fall.device)
        return found

    def _is_free(self, device: str, now: float) -> bool:
        """Whether a fall of somebody else may be followed: an old one that nobody has closed holds up no other."""
        following = self._following.get(device)
        return following is None or now - following.opened > FOLLOWED_SECONDS

    def late(self, device: str, blocks: int) -> None:
        """So many blocks came twice, or too late."""
        self._ailments.began(device, [LATE] * blocks, self._around.moment().monotonic)

    def standing(self, device: str) -> FallsWatched:
        """Whether a device that sends samples guards somebody."""
        faults = self._ailments.now(device, self._around.moment().monotonic)
        if NOT_WORN in faults:
            return "not_worn"
        return "faulty" if faults & set(LASTING) else "watching"

    async def told(self, reports: list[Report]) -> None:
        """Deal with what the thread has found."""
        for report in reports:
            if isinstance(report, Fallen):
                await self._fallen(report)
            elif isinstance(report, Standing):
                self._stands(report)
            else:
                self._ails(report)

    async def _fallen(self, fall: Fallen) -> None:
        moment, device = self._around.moment(), self._devices[fall.device]
        known = self._known(fall.device, moment.monotonic)
        evidence = _evidence(fall)
        if known is not None and self._around.pending.weigh(known, Weight(evidence={"impacts": 2})):
            return
        occurred = moment.wall - timedelta(seconds=fall.before_newest)
        happened = self._around.intake.conclude(
            AlarmType.FALL, moment, device, alarm=known, evidence=evidence, confidence=round(fall.probability, 3),
            occurred_at=occurred,
        )  # fmt: skip
        alarm = known or happened.event.id
        log.warning("device %s tells of a fall: probability %.2f, %.1f g", device.id, fall.probability, fall.peak_g)
        self._around.metrics.fall_found()
        self._around.tell([happened])
        self._last[device.id] = alarm, moment.monotonic
        self._following[device.id] = Following(alarm=alarm, opened=moment.monotonic, is_own=True)
        await self._keep_excerpt(alarm, device, happened.event, fall.excerpt)

    def _known(self, device: str, now: float) -> str | None:
        """The alarm of the fall that this device told of a moment ago, while it is held or open."""
        alarm, at = self._last.get(device, ("", float("-inf")))
        return alarm if now - at <= SAME_FALL_SECONDS and self._is_under_way(alarm) else None

    def _is_under_way(self, alarm: str) -> bool:
        return self._around.pending.holds(alarm) or self._around.is_open(alarm)

    def _stands(self, standing: Standing) -> None:
        following = self._following.get(standing.device)
        if following is None or (not following.is_own and self._ailments.is_off_body(standing.device)):
            return  # a band on the table is not a person lying still
        stirred = self._around.scene.stirred_since(following.opened, but=standing.device)
        if self._around.pending.weigh(following.alarm, weight_of(standing, stirred)):
            return
        news = following.news(standing) if self._around.is_open(following.alarm) else None
        if news is not None:
            moment = self._around.moment()
            update = self._around.intake.conclude(
                AlarmType.FALL, moment, self._devices[standing.device], alarm=following.alarm, evidence=news
            )
            self._around.tell([update])

    def to_follow(self) -> list[str]:
        """The devices whose wearers are to be watched because another device, or the last run, tells of a fall."""
        found, self._to_follow = self._to_follow, []
        for held in self._around.pending.held(AlarmType.FALL):
            found += self._follow(held.event, held.opened)
        return found

    def done(self) -> list[str]:
        """The devices whose fall is over for the house."""
        now, done = self._around.moment().monotonic, []
        for device, following in list(self._following.items()):
            if self._is_under_way(following.alarm):
                following.ended = None
            elif following.ended is None:
                following.ended = now
            elif now - following.ended >= FORGET_SECONDS:
                del self._following[device]
                done.append(device)
        return done

    async def _keep_excerpt(self, alarm: str, device: Device, event: Event, excerpt: Excerpt) -> None:
        row = excerpts.StoredExcerpt(
            event=alarm, device=device.id, taken_at=event.received_at, position=device.position or "torso",
            rate_hz=excerpt.rate_hz, range_g=excerpt.range_g, impact_ms=excerpt.impact_ms, samples=excerpt.samples,
        )  # fmt: skip
        try:
            async with asyncio.timeout(EXCERPT_TIMEOUT_SECONDS):
                await self._around.store.ask(excerpts.keep, row)
        except (StoreError, TimeoutError) as error:
            log.warning("the excerpt of alarm %s could not be kept: %s", alarm, error)

    def _ails(self, report: Ailing) -> None:
        now = self._around.moment().monotonic
        self._ailments.began(report.device, report.began, now)
        self._ailments.stand(report.device, report.lasting, is_off_body=report.is_off_body, now=now)
        self._looked = float("-inf")

    def look(self, *, is_overloaded: bool) -> None:
        """Tell of the faults that there are, and of the ends of those that are no more."""
        moment = self._around.moment()
        if moment.monotonic - self._looked < LOOK_SECONDS:
            return
        self._looked = moment.monotonic
        trouble, intake = TroubleType.DEVICE_FAULT, self._around.intake
        outcomes: list[Outcome] = []
        for name in self._ailments.devices():
            device, on = self._devices[name], self._ailments.now(name, moment.monotonic)
            for fault in FAULTS:
                condition = f"samples.{fault}"
                if fault in on:
                    outcomes += intake.fault(
                        Kind.TROUBLE, trouble, moment, device=device, condition=condition, evidence={"fault": fault}
                    )
                else:
                    outcomes += intake.fault_over(
                        trouble, moment, device=device, condition=condition, evidence={"fault": fault}
                    )
        if is_overloaded:
            outcomes += intake.fault(Kind.TROUBLE, trouble, moment, where=OVERLOAD)
        else:
            outcomes += intake.fault_over(trouble, moment, where=OVERLOAD)
        self._around.tell(outcomes)


def _evidence(fall: Fallen) -> dict[str, Any]:
    return {
        JUDGED: round(fall.peak_g, 2),
        "still_seconds": round(fall.still_seconds, 1),
        "turned_degrees": round(fall.turned_degrees),
        "model": fall.model,
    }
