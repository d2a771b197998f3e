"""One house, put together: read `run` from top to bottom and you have the way of a pull cord.

Lines give bytes, drivers give signals, intake gives events, the store keeps them, the uplink sends them, answers come
back, the resident hears. The store and the uplink outlive the task group, so that a stop loses nothing.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from drivers.event import TroubleType
from drivers.link.mqtt import Endpoint
from drivers.output import Via
from drivers.registry import DRIVERS, LISTENER_DRIVERS, POLLED_DRIVERS, SERIAL_DRIVERS, mqtt_listeners
from gateway import guard, orders
from gateway.announce.announcer import Announcer
from gateway.announce.on_command import OnCommand
from gateway.answers import Answers
from gateway.away import Away
from gateway.clock import Clock, age_seconds
from gateway.commands import Commands
from gateway.config import Config
from gateway.config_box import Box
from gateway.config_devices import SerialPort
from gateway.config_outputs import BROKER
from gateway.contract.envelope import Sender
from gateway.contract.messages import AnswerState
from gateway.control import Control, learnable, path_of
from gateway.digest import DigestBook
from gateway.digest_sender import send_digests
from gateway.ears import Ears
from gateway.http import Response, serve
from gateway.intake.intake import BABBLING, Intake
from gateway.interference import Interference
from gateway.links import LocalBroker, SerialLine
from gateway.listener import ListenerLine
from gateway.metrics import Metrics
from gateway.notice import Notices
from gateway.outputs import outlets_of, outputs_of, voice_of
from gateway.problems import Problems
from gateway.reception import Reception
from gateway.rollback import Rollback
from gateway.routes.further import Parts, further_routes
from gateway.rules.rulebook import Rulebook
from gateway.signatures import Signatures
from gateway.status import StatusBook, version
from gateway.store import devices, jobs, watching
from gateway.store.database import StoreError, new_id
from gateway.store.rows import Stored
from gateway.store.store import Store
from gateway.supervise import keep
from gateway.uplink.centre import CentrePresence
from gateway.uplink.hops import Hops
from gateway.uplink.ledger import LEDGER_LIMIT, Ledger
from gateway.uplink.uplink import Handlers, Uplink
from gateway.watch import Lines, Watch
from gateway.watchdog import feed, notify
from gateway.worn import Worn

log = logging.getLogger(__name__)

REBOOT_STATUS = 82
"""What the systemd unit takes as the wish to restart the machine."""
LEAVE_SECONDS = 1.0
NEWEST_EVENTS = 256


class House:
    """Everything one gateway is made of, wired once."""

    def __init__(self, config: Config, store: Store, clock: Clock, stop: asyncio.Event | None = None) -> None:
        self.config = config
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
        self.digest = DigestBook(clock.now(), config.vital_signs.sent)
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
        self.intake = Intake(devices, self.drivers, config.presses_per_minute, new_id)
        self.worn = Worn(self.drivers, self.intake.lookup, self.metrics, self.digest, clock.monotonic)
        self.status = StatusBook(store, self.intake, self.ledger, self.problems, clock, config.uplink.heartbeat_minutes)
        self.status.enrol(config.devices, self.drivers)
        self.status.away_since = lambda: self.away.since
        self.answers = Answers(
            store, self.ledger, self.notices, self.hops, self.intake.conditions, self.metrics, self.problems, clock,
            self._answered,
        )  # fmt: skip
        self.rollback = Rollback(store, self.status, self.intake, self.problems)
        self.presence = CentrePresence(self.problems)
        self.uplink = Uplink(
            config.uplink.endpoint(),
            self.sender,
            Handlers(
                status=self.status.status,
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
        )
        self.rules = Rulebook(config, self.intake, store)
        self.reception = Reception(
            self.intake, self.rules, store, self.uplink, self.notices, self.digest, self.hops, self.metrics, clock
        )
        self.exit_status = 0
        self._stop = stop or asyncio.Event()
        self.signatures = Signatures(
            config.command_keys, config.gateway, lambda: store.identity.store, self.notices.is_open, clock
        )
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
            | orders.signed_table(new_nonce=self.signatures.new_nonce, reboot=self._reboot),
            store.note_executed,
            self.signatures,
        )
        self.further = further_routes(
            Parts(
                config=config, sender=self.sender, store=store, notices=self.notices, lines=self.lines,
                metrics=self.metrics, problems=self.problems, clock=clock, uplink=self.uplink, ledger=self.ledger,
                presence=self.presence, status=self.status.status, next_session=self.status.next_session,
                answer=self.answers.take,
            )
        )  # fmt: skip
        self.status.routes = self.further.states
        store.when_renewed(self.renewed)

    async def remember(self) -> None:
        """Take up from the last boot: what waits for an answer, what is on or wrong, which press was under way."""
        now, wall = self.clock.monotonic(), self.clock.now()
        alarms, waiting = await self._resume()
        conditions = await self.store.ask(jobs.conditions)
        for condition in conditions:
            self._take_up(condition, now)
        self.further.resume_lost()
        for device, occurred_at in (await self.store.ask(jobs.last_device_times)).items():
            self.intake.handled_before(device, occurred_at)
        self.rules.resume(await self.store.ask(watching.all_rows), self.reception.moment())
        await self._remember_devices()
        newest = await self.store.ask(jobs.newest, NEWEST_EVENTS)
        for stored in newest:
            self.intake.book.remember(stored.event)
            self.intake.remember(stored.event, now, (wall - stored.event.received_at).total_seconds())
        self._announce_again(dict(alarms), [*waiting, *newest], {condition.event for condition in conditions})
        self.commands.remember(await self.store.ask(jobs.executed))
        for alarm in await self.store.ask(jobs.silenced):
            self.announcer.silence(alarm)
        await self.away.resume()
        if len(self.ledger):
            log.info("%d messages of an earlier run wait for the centre", len(self.ledger))

    async def renewed(self) -> None:
        """Another database was opened: its open alarms and conditions are this house's too."""
        self.sender.store = self.store.identity.store
        self.away.keep()
        try:
            await self._resume()
            conditions = await self.store.ask(jobs.conditions)
        except StoreError as error:
            self.problems.report("remember", f"what the new database holds cannot be read: {error}")
            return
        for condition in conditions:
            if self.intake.conditions.adopt(condition.device, condition.name, condition.event, condition.resolved):
                if condition.name == TroubleType.LINK_LOST:
                    self.lines.believe_lost(condition.device)
                elif condition.name == TroubleType.RF_INTERFERENCE:
                    self.interference.resume(condition.device, self.clock.monotonic())
                elif condition.name == BABBLING:
                    self.intake.babbled_before(condition.device, self.clock.monotonic())
        self.intake.book.tell_again()
        self.uplink.pump()
        self.uplink.announce()

    async def _resume(self) -> tuple[list[tuple[str, str]], list[Stored]]:
        """Follow the open alarms of the store, and send what waits in it; returns both."""
        now, wall = self.clock.monotonic(), self.clock.now()
        waiting = await self.store.ask(jobs.waiting, LEDGER_LIMIT)
        for stored in waiting:
            self.ledger.offer(stored, now, age_seconds(stored.event, wall))
        self.ledger.overflowed = len(self.ledger) >= LEDGER_LIMIT
        received = await self.further.resume(waiting)
        found, _ = await self.store.ask(jobs.open_alarms, LEDGER_LIMIT)
        alarms = [(alarm, "received" if alarm in received and state == "calling" else state) for alarm, state in found]
        for alarm, state in alarms:
            if not self.notices.knows(alarm):
                self.notices.resume(alarm, state)
        return alarms, waiting

    def _take_up(self, condition: jobs.Condition, now: float) -> None:
        device, name = condition.device, condition.name
        self.intake.conditions.restore(device, name, condition.event, resolved=condition.resolved)
        if name == TroubleType.LINK_LOST:
            self.lines.resume(device, now)
        elif name == TroubleType.RF_INTERFERENCE:
            self.interference.resume(device, now)
        elif name == BABBLING:
            self.intake.babbled_before(device, now)

    async def _remember_devices(self) -> None:
        enrolled = {device.id for device in self.config.devices}
        await self.store.ask(devices.forget_others, enrolled)
        for device, state in (await self.store.ask(devices.states)).items():
            self.intake.book.restore(device, state)

    def keep_devices(self) -> None:
        """Hand over what is known of the devices, before the store is closed."""
        self.store.keep_devices(self.intake.book.take_changed())

    def _announce_again(self, states: dict[str, str], found: list[Stored], active: set[str]) -> None:
        """Give the announcer the open alarms in the order in which they were raised; older ones only the log knows."""
        wall = self.clock.now()
        events = {stored.event.id: stored.event for stored in sorted(found, key=lambda stored: stored.sequence)}
        for alarm, event in events.items():
            if alarm in states:
                age = max(0.0, age_seconds(event, wall))
                self.announcer.resume(event, states[alarm], age, active=alarm in active)

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

    async def _command(self, payload: bytes) -> None:
        await self.commands.take(payload)

    def _reply(self, payload: bytes) -> None:
        self.uplink.reply(payload)

    def _set_heartbeat(self, minutes: int) -> None:
        self.status.set_heartbeat(minutes)
        self.announce()

    def _reboot(self) -> None:
        """Leave with REBOOT_STATUS, once the reply is out: whoever started us restarts the machine."""
        log.warning("the district restarts this machine")
        self.exit_status = REBOOT_STATUS
        asyncio.get_running_loop().call_later(LEAVE_SECONDS, self._stop.set)

    def _centre(self, payload: bytes) -> None:
        self.presence.take(payload, self.uplink)

    def _own_status(self, payload: bytes) -> None:
        self.rollback.look(payload, self.reception)

    def _offered(self, stored: Stored) -> None:
        self.further.offer(stored)

    def _answered(self, about: str, state: AnswerState) -> None:
        self.further.answered(about, state)

    def announce(self) -> None:
        """Publish the status, on every broker there is."""
        self.uplink.announce()
        self.further.announce()


async def run(config: Config) -> int:
    """Run one house until SIGTERM or SIGINT, then stop in order: nothing that was heard is lost.

    Returns the exit status: 0, or REBOOT_STATUS where the machine is to be restarted.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    for warning in config.warnings:
        log.warning("%s", warning)
    with Store(config.store_path, config.store_limit_bytes) as store:
        house = House(config, store, Clock(), stop)
        for fault in config.faults:
            house.problems.report(fault, fault)
        try:
            await house.remember()
        except StoreError as error:
            # A damaged file must not keep a cord from being heard.
            house.problems.report("remember", f"what the last run left cannot be read: {error}")
        async with asyncio.TaskGroup() as group:
            tasks = _start(house, group)
            notify("READY=1")
            log.info("anju %s: gateway %s in district %s is running", version(), config.gateway, config.district)
            await stop.wait()
            log.info("stopping")
            notify("STOPPING=1")
            house.reception.tell(house.intake.last_words())
            await house.uplink.say_goodbye()
            await house.further.say_goodbye()
            for task in tasks:
                task.cancel()
        house.keep_devices()
    return house.exit_status


def _start(house: House, group: asyncio.TaskGroup) -> list["asyncio.Task[None]"]:
    """Start every part under its keeper: the alarm's way first."""
    config, problems = house.config, house.problems
    parts: dict[str, Callable[[], Awaitable[None]]] = {"uplink": partial(house.uplink.run, house.status.next_session)}
    for port in config.serial_ports:
        if port.driver in POLLED_DRIVERS:
            parts[f"serial {port.name}"] = _polled(house, port)
            continue
        line = SerialLine(
            port, house.receivers[port.driver], house.intake.lookup, house.reception, house.lines, house.interference,
            problems, house.metrics, house.clock.monotonic, house.outlets[Via.SERIAL, port.name],
            house.ears[port.name],
        )  # fmt: skip
        parts[f"serial {port.name}"] = line.run
    dialling = {address: outlet for (via, address), outlet in house.outlets.items() if via is Via.LISTENER}
    for listener in config.listeners:
        dialled = ListenerLine(
            listener, guard.listener(LISTENER_DRIVERS[listener.driver], problems), house.intake.lookup,
            house.reception, house.lines, problems,
            house.clock.monotonic, dialling,
        )  # fmt: skip
        parts[f"listener {listener.name}"] = dialled.run
    if config.broker is not None:
        local = LocalBroker(
            Endpoint(host=config.broker.host, port=config.broker.port), f"anju-{config.gateway}",
            [guard.mqtt(driver, problems) for driver in mqtt_listeners(house.drivers)],
            house.intake.lookup, house.reception, house.lines, problems, house.clock.monotonic,
            house.outlets[BROKER], house.worn.hearers, house.interference,
        )  # fmt: skip
        parts |= {"local broker": local.run, **house.worn.parts}
    if config.box is not None and config.box.buttons:
        parts["box buttons"] = _box(house, config.box)
    watch = Watch(
        config.devices, house.drivers, house.intake, house.reception, house.store, house.ledger, house.uplink,
        house.notices, house.lines, house.interference,
    )  # fmt: skip
    parts["watch"] = watch.run
    parts |= house.further.tasks
    parts["watchdog"] = partial(feed, house.store, house.clock, problems)
    parts["heartbeat"] = partial(house.status.beat, house.announce)
    parts["digest"] = partial(send_digests, house.digest, house.uplink, house.ledger, house.sender, house.clock)
    parts["announcer"] = house.announcer.run
    parts |= {output.name: output.run for output in house.outputs}
    parts["control"] = Control(
        path_of(config.store_path), learnable(house.receivers, config.serial_ports, house.ears, house.outlets)
    ).run
    parts["http"] = partial(serve, config.http.host, config.http.port, house.routes(), _say_port)
    return [group.create_task(keep(name, part, problems), name=name) for name, part in parts.items()]


def _polled(house: House, port: SerialPort) -> Callable[[], Awaitable[None]]:
    # Here and not above: a house without such a line never loads what asks on it.
    from gateway.modbus_line import ModbusLine

    line = ModbusLine(
        port, guard.polled(POLLED_DRIVERS[port.driver], house.problems), house.config.devices,
        house.intake.lookup, house.reception, house.lines,
        house.problems, house.metrics, house.clock.monotonic,
    )  # fmt: skip
    return line.run


def _box(house: House, box: Box) -> Callable[[], Awaitable[None]]:
    # Here and not above: a house without a box never loads what speaks to its lines.
    from gateway.box.line import BoxLine
    from gateway.box.replies import Replies

    house.reception.follow(Replies(house.away, house.announcer.speak).take)
    return BoxLine(box, house.reception.hear, house.lines, house.problems, house.clock.monotonic).run


def _say_port(port: int) -> None:
    log.info("health and metrics on port %d", port)
