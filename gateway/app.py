"""One house, put together: read `run` from top to bottom and you have the way of a pull cord.

Lines give bytes, drivers give signals, intake gives events, the store keeps them, the uplink sends them, answers come
back, the resident hears. The store and the uplink outlive the task group, so that a stop loses nothing.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial

from drivers.link.group import Group
from drivers.link.mqtt import Endpoint
from drivers.output import Via
from drivers.registry import LISTENER_DRIVERS, POLLED_DRIVERS, mqtt_listeners
from gateway import collector, guard
from gateway.clock import Clock
from gateway.config import Config
from gateway.config_box import Box
from gateway.config_devices import SerialPort
from gateway.config_outputs import BROKER
from gateway.control import Control, learnable, path_of
from gateway.digest_sender import send_digests
from gateway.house import AGAIN_STATUS, WIPE_STATUS, House
from gateway.http import serve
from gateway.links import LocalBroker, SerialLine
from gateway.listener import ListenerLine
from gateway.remembering import remember
from gateway.status import version
from gateway.store.database import StoreError
from gateway.store.store import Store
from gateway.store.wiping import wipe
from gateway.supervise import keep
from gateway.surroundings import REAL, Surroundings
from gateway.watch import Watch
from gateway.watchdog import feed, notify

log = logging.getLogger(__name__)

STREAMS = "streams of the local broker"
STREAMS_SECONDS = 1.0


async def run(
    config: Config, around: Surroundings = REAL, clock: Clock | None = None, stop: asyncio.Event | None = None
) -> int:
    """Run one house until SIGTERM or SIGINT, or until `stop`; then stop in order: nothing that was heard is lost.

    Returns the exit status: 0, or what is to be done next (REBOOT_STATUS, AGAIN_STATUS).
    """
    stop = stop or asyncio.Event()
    if around.is_own_process:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    for warning in config.warnings:
        log.warning("%s", warning)
    with Store(config.store_path, config.store_limit_bytes, around.begin_writing) as store:
        house = House(config, store, clock or Clock(), stop, around)
        for fault in config.faults:
            house.problems.report(fault, fault)
        try:
            await remember(house)
        except StoreError as error:
            # A damaged file must not keep a cord from being heard.
            house.problems.report("remember", f"what the last run left cannot be read: {error}")
        async with Group() as group:
            tasks = _start(house, group)
            notify("READY=1")
            log.info("anju %s: gateway %s in district %s is running", version(), config.gateway, config.district)
            if around.is_own_process:
                collector.settle()
            await stop.wait()
            log.info("stopping")
            notify("STOPPING=1")
            house.reception.tell([*house.pending.last_words(), *house.intake.last_words()])
            await _stop_streams(tasks)
            await house.stop_falls()
            await house.uplink.say_goodbye()
            await house.further.say_goodbye()
            for task in tasks:
                task.cancel()
        house.keep_devices()
    if house.exit_status == WIPE_STATUS:
        wipe(config.store_path, house.wiped_by)
        return AGAIN_STATUS
    return house.exit_status


async def _stop_streams(tasks: list["asyncio.Task[None]"]) -> None:
    """Take no more samples from the broker: it keeps them for the next start, and no fall in them is lost."""
    streams = [task for task in tasks if task.get_name() == STREAMS]
    for task in streams:
        task.cancel()
    if streams:
        await asyncio.wait(streams, timeout=STREAMS_SECONDS)


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
            house.ears[port.name], house.worn.on_lines, house.around,
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
        for name, streams in (("local broker", False), (STREAMS, True)):
            drivers = [guard.mqtt(one, problems) for one in mqtt_listeners(house.drivers) if one.is_stream is streams]
            if drivers or not streams:
                parts[name] = LocalBroker(
                    Endpoint(host=config.broker.host, port=config.broker.port),
                    f"anju-{config.gateway}{'-streams' if streams else ''}", drivers, house.intake.lookup,
                    house.reception, house.lines, problems, house.clock.monotonic,
                    None if streams else house.outlets[BROKER], house.worn.hearers, house.interference,
                    house.around,
                ).run  # fmt: skip
    parts["pending alarms"] = partial(house.pending.run, house.reception.tell)
    parts |= house.worn.parts
    if config.box is not None and config.box.buttons:
        parts["box buttons"] = _box(house, config.box)
    watch = Watch(
        config.devices, house.drivers, house.intake, house.reception, house.store, house.ledger, house.uplink,
        house.notices, house.lines, house.interference, house.around.pause,
    )  # fmt: skip
    parts["watch"] = watch.run
    parts |= house.further.tasks
    parts["watchdog"] = partial(feed, house.store, house.clock, problems, house.around.pause, house.around.disk_seconds)
    if config.origin == "trial":
        parts["trial of the settings"] = house.trial.run
    parts["heartbeat"] = partial(house.status.beat, house.announce)
    parts["digest"] = partial(send_digests, house.digest, house.uplink, house.ledger, house.sender, house.clock)
    parts["announcer"] = house.announcer.run
    parts |= {output.name: output.run for output in house.outputs}
    if house.around.is_own_process:
        parts["control"] = Control(
            path_of(config.store_path),
            learnable(house.receivers, config.serial_ports, house.ears, house.outlets),
            house.away_orders.asked,
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
