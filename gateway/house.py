"""Everything one gateway is made of, wired once. What runs is started in `gateway.app`."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from msgspec.structs import replace

from drivers.device import Device
from drivers.event import AlarmType, Event
from drivers.registry import DRIVERS, SERIAL_DRIVERS
from gateway import guard, orders, settings
from gateway.announce.announcer import Announcer
from gateway.announce.on_command import OnCommand
from gateway.answers import Answers
from gateway.away import Away
from gateway.away_orders import AwayOrders
from gateway.clock import Clock
from gateway.commands import Commands
from gateway.config import Config
from gateway.config_routes import MqttRoute
from gateway.contract.envelope import Sender
from gateway.contract.messages import AnswerState, FallsWatched, Status
from gateway.digest import DigestBook
from gateway.ears import Ears
from gateway.falls.rule import LEFT, can_say_all_right, fall_rule, windows
from gateway.falls.scene import Scene
from gateway.http import Response
from gateway.intake.intake import Intake
from gateway.interference import Interference
from gateway.metrics import Metrics
from gateway.notice import Notices
from gateway.outputs import outlets_of, outputs_of, voice_of
from gateway.pending.pending import PendingAlarms
from gateway.problems import Problems
from gateway.reached import Reached
from gateway.reception import Reception
from gateway.rhythm.protection import OFF, Protection
from gateway.rhythm.wiring import rhythm_of
from gateway.rollback import Rollback
from gateway.routes.further import Parts, further_routes
from gateway.rules.rulebook import Rulebook
from gateway.settings_trial import Trial
from gateway.signatures import Signatures
from gateway.status import StatusBook, version
from gateway.store.rows import Stored
from gateway.store.store import Store
from gateway.store.watching import Watching
from gateway.surroundings import REAL, Surroundings
from gateway.uplink.centre import CentrePresence
from gateway.uplink.hops import Hops
from gateway.uplink.ledger import Ledger
from gateway.uplink.uplink import Handlers, Uplink
from gateway.watch import Lines
from gateway.worn import WEARABLE, Worn

if TYPE_CHECKING:
    from gateway.falls.over_restarts import OverRestarts

log = logging.getLogger(__name__)

REBOOT_STATUS = 82
"""What the systemd unit takes as the wish to restart the machine."""
AGAIN_STATUS, WIPE_STATUS = 83, 84
"""What `anju run` itself takes as the wish to begin anew, and to delete the house's data before."""
LEAVE_SECONDS = 1.0


class House:
    """Everything one gateway is made of, wired once."""

    def __init__(
        self,
        config: Config,
        store: Store,
        clock: Clock,
        stop: asyncio.Event | None = None,
        around: Surroundings = REAL,
    ) -> None:
        self.config = config
        self.around = around
        self.store = store
        self.clock = clock
        self.metrics = Metrics(version())
        self.problems = Problems()
        self.lines = Lines()
        self.interference = Interference()
        self.ledger = Ledger()
        self.sound = voice_of(config.notice, self.problems)
        self.outlets = outlets_of(config, self.metrics, self.problems)
        self.ears = {port.name: Ears() for port in config.serial_ports}
        self.outputs = outputs_of(config, self.sound, self.outlets, self.problems, clock.monotonic)
        self.announcer = Announcer(self.outputs, clock.monotonic)
        self.away = Away(store, self.announcer.show_away)
        self.notices = Notices(self.announcer)
        self.hops = Hops(self.metrics)
        self.digest = DigestBook(clock.now(), config.vital_signs.sent, around.new_id)
        self.sender = Sender(
            gateway=config.gateway, district=config.district, resident=config.resident, store=store.identity.store
        )
        devices = {(device.driver, device.address): device for device in config.devices}
        self.drivers = {name: DRIVERS[name] for name in {device.driver for device in config.devices}}
        self.receivers = {
            port.driver: guard.serial(SERIAL_DRIVERS[port.driver], self.problems)
            for port in config.serial_ports
            if port.driver in SERIAL_DRIVERS
        }
        self.intake = Intake(devices, self.drivers, config.presses_per_minute, around.new_id)
        self.worn = Worn(self.drivers, self.intake.lookup, self.metrics, self.digest, clock.monotonic, around.pause)
        self.status = StatusBook(store, self.intake, self.ledger, self.problems, clock, config.uplink.heartbeat_minutes)
        self.status.enrol(config.devices, self.drivers)
        self.status.absence = lambda: self.away.absence
        self.answers = Answers(
            store, self.ledger, self.notices, self.hops, self.intake.conditions, self.metrics, self.problems, clock,
            self._answered,
        )  # fmt: skip
        brokers = [config.uplink, *(route.uplink for route in config.routes if isinstance(route, MqttRoute))]
        self.reached = Reached(store, [(broker.host, broker.port) for broker in brokers])
        self.rollback = Rollback(store, self.status, self.intake, self.problems)
        self.presence = CentrePresence(self.problems)
        self.uplink = Uplink(
            config.uplink.endpoint(),
            self.sender,
            Handlers(
                status=self._birth,
                answer=self.answers.take,
                command=self._command,
                centre=self._centre,
                offered=self._offered,
                own_status=self._own_status,
            ),
            self.ledger,
            self.hops,
            self.metrics,
            self.problems,
            clock,
            around=around,
        )
        self.rhythm = rhythm_of(config, self.intake, store, self.away, self.announcer, self._can_speak)
        self.status.protection = self._protection
        self.rules = Rulebook(config, self.intake, store, self.away, self.rhythm)
        seconds = windows(config.devices)
        worn = {device.id: device for device in config.devices if device.driver == WEARABLE}
        self.scene = Scene(seconds, frozenset(worn), clock.monotonic)
        self.pending = PendingAlarms(
            {AlarmType.FALL.value: fall_rule(seconds, self.scene, has_button=can_say_all_right(config))},
            self.intake.conditions, store, self.announcer, self.metrics, self.notices.knows, clock.monotonic,
            around.new_id,
        )  # fmt: skip
        self.reception = Reception(
            self.intake,
            self.rules,
            self.pending,
            store,
            self.uplink,
            self.notices,
            self.digest,
            self.hops,
            self.metrics,
            clock,
        )
        self.reception.follow(self.pending.heard)
        self.reception.follow(self.scene.heard)
        self._falls_watched: Callable[[], FallsWatched | None] = lambda: None
        self._falls: OverRestarts | None = None
        if worn:
            self._watch_falls(worn)
        self.exit_status = 0
        self.wiped_by = ""
        self._stop = stop or asyncio.Event()
        self.signatures = Signatures(
            config.command_keys, config.gateway, lambda: store.identity.store, self._is_busy, clock
        )
        self.away_orders = AwayOrders(self.away, clock.now, self.announce)
        self.commands = Commands(
            clock,
            self._reply,
            orders.table(
                rebirth=self.announce,
                set_heartbeat=self._set_heartbeat,
                voice=OnCommand(self.announcer, self.sound, self.notices, store),
                tester=self.reception,
                devices={device.id: device for device in config.devices},
            )
            | orders.away_table(self.away_orders)
            | orders.signed_table(
                new_nonce=self.signatures.new_nonce, reboot=self._reboot, set_config=self._set_config, wipe=self._wipe
            ),
            store.note_executed,
            self.signatures,
        )
        self.further = further_routes(
            Parts(
                config=config, sender=self.sender, store=store, notices=self.notices, lines=self.lines,
                metrics=self.metrics, problems=self.problems, clock=clock, uplink=self.uplink, ledger=self.ledger,
                presence=self.presence, status=self.status.status, next_session=self.status.next_session,
                answer=self.answers.take, around=around,
            )
        )  # fmt: skip
        self.status.routes = self.further.states
        self.status.settings = config.origin
        self.trial = Trial(config, lambda: self.reception.test(None, None), lambda: self.leave(AGAIN_STATUS))

    def _watch_falls(self, worn: dict[str, Device]) -> None:
        # Here and not above: a house where nothing is worn never loads what watches for falls.
        from gateway.falls.findings import Around, Findings
        from gateway.falls.over_restarts import OverRestarts
        from gateway.falls.watcher import FallWatcher

        around = Around(
            intake=self.intake, pending=self.pending, scene=self.scene, store=self.store, metrics=self.metrics,
            moment=self.reception.moment, tell=self.reception.tell, is_open=self.notices.knows,
        )  # fmt: skip
        findings = Findings(worn, around)
        watcher = FallWatcher(worn, findings, self.metrics, self._is_calm, self.clock.monotonic)
        self.worn.watch_falls(watcher)
        self.reception.follow(findings.heard)
        self._falls_watched = watcher.protection
        self._falls = OverRestarts(watcher, findings, self.store, self.reception.moment)

    def resume_falls(self, rows: Iterable[Watching], newest: Iterable[Event]) -> None:
        """Take up what the last run has left of the watch over falls, and which of the newest events are open falls."""
        known = list(rows)
        for row in known:
            if row.rule == LEFT:
                self.store.forget_watching(row.device, LEFT)  # once only: after a kill it would be of another time
        if self._falls is not None:
            falls = [one for one in newest if one.type == AlarmType.FALL and self.notices.knows(one.id)]
            self._falls.resume(known, falls)

    async def stop_falls(self) -> None:
        """Watch over falls no more: judge what has come, raise what is held of it, leave the rest to the next start."""
        if self._falls is not None:
            self.worn.finish()
            await self._falls.stop()
            self.reception.tell([*self.pending.last_words()])

    def _protection(self) -> Protection:
        """What the house may promise of noticing that somebody has collapsed or fallen."""
        silence = self.rhythm.protection() if self.rhythm is not None else OFF
        return replace(silence, falls=self._falls_watched())

    def _is_calm(self) -> bool:
        return self.uplink.connected and not self.ledger.alarms()

    def _is_busy(self) -> bool:
        """Whether an alarm is open, or held back: nothing that stops the house is obeyed then."""
        return self.notices.is_open() or self.pending.is_open()

    def _can_speak(self) -> bool:
        return self.sound is not None and self.sound.can_speak

    def keep_devices(self) -> None:
        """Hand over what is known of the devices and of the home's rhythm, before the store is closed."""
        self.rules.keep(self.reception.moment())
        self.store.keep_devices(self.intake.book.take_changed())

    def routes(self) -> dict[str, Callable[[], Response]]:
        """What the local HTTP server answers."""
        return {
            "/healthz": self.status.healthz,
            "/metrics": self._render_metrics,
            "/offers": self.status.offers,
        }

    def _render_metrics(self) -> Response:
        self.metrics.hand_tests_due(sum(one.is_due for one in self.status.standings()))
        self.metrics.unanswered(self.ledger.unanswered(), self.ledger.oldest_alarm_age(self.clock.monotonic()))
        return Response(HTTPStatus.OK, "text/plain; version=0.0.4", self.metrics.render())

    async def _birth(self, state: str) -> Status:
        """The line is made: what the house says of itself."""
        self.reached.keep()
        if state == "online":
            await self.rollback.heard()
        return await self.status.status(state)

    async def _command(self, payload: bytes) -> None:
        await self.commands.take(payload)

    def _reply(self, payload: bytes) -> None:
        self.uplink.reply(payload)

    def _set_heartbeat(self, minutes: int) -> None:
        self.status.set_heartbeat(minutes)
        self.announce()

    def _reboot(self) -> None:
        log.warning("the district restarts this machine")
        self.leave(REBOOT_STATUS)

    async def _set_config(self, text: str) -> None:
        await asyncio.to_thread(settings.offer, text, self.config)
        log.warning("the district has sent new settings: the gateway begins anew, with these on trial")
        self.leave(AGAIN_STATUS)

    def _wipe(self, order: str) -> None:
        log.warning("the district ends this enrolment: everything about the resident is deleted (order %s)", order)
        self.wiped_by = order
        self.leave(WIPE_STATUS)

    def leave(self, status: int) -> None:
        """End with this status, once what was said last is out: whoever started us does what it says."""
        self.exit_status = status
        asyncio.get_running_loop().call_later(LEAVE_SECONDS, self._stop.set)

    def _centre(self, payload: bytes) -> None:
        self.presence.take(payload, self.uplink)

    def _own_status(self, payload: bytes) -> None:
        self.rollback.look(payload, self.reception)

    def _offered(self, stored: Stored) -> None:
        self.further.offer(stored)

    def _answered(self, about: str, state: AnswerState) -> None:
        self.further.answered(about, state)
        self.trial.answered(about, state)

    def announce(self) -> None:
        """Publish the status, on every broker there is."""
        self.uplink.announce()
        self.further.announce()
