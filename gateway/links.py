"""The house's inner lines: serial ports and the local broker. Bytes in, decoded messages to reception, answers back."""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from msgspec import structs

from drivers.device import Decoded, Lookup
from drivers.event import Reject
from drivers.link.group import Group
from drivers.link.in_order import Arrival, Arrivals
from drivers.link.mqtt import Endpoint, Inbound, MqttError, Session, SessionOptions
from drivers.link.serial import Port, PortError
from drivers.registry import MqttDriver, SerialDriver
from gateway.config_devices import SerialPort
from gateway.ears import Ears
from gateway.intake.minted import TELEMETRY
from gateway.intake.outcomes import Moment
from gateway.interference import Interference, is_foreign
from gateway.look_ahead import WAITING_LIMIT as LOOK_AHEAD_LIMIT
from gateway.look_ahead import LookAhead, is_plain
from gateway.metrics import Metrics
from gateway.outlet import WAITING_LIMIT, Outlet
from gateway.problems import Problems
from gateway.reception import Reception
from gateway.surroundings import REAL, Surroundings
from gateway.watch import Lines

log = logging.getLogger(__name__)

REOPEN_SECONDS = 1.0
ANSWERS_LIMIT = 64
HOUSE_SESSION_SECONDS = 7 * 24 * 3_600
"""The local broker keeps what came while the gateway was away for a week: a press in a restart is not lost."""
STREAM_SESSION_SECONDS = 60
"""Samples of a band that are older are of no use to anybody."""
UNACKNOWLEDGED_LIMIT = 128
"""Messages that are dealt with before telemetry that came earlier: fewer than `Minted` knows again after a crash."""


class SerialLine:
    """One receiver on a serial port, reopened whenever it comes back.

    `samples` take, by the driver's name, the port's name and a frame whose samples somebody watches: after what it says
    was heard.
    """

    def __init__(
        self,
        port: SerialPort,
        driver: SerialDriver,
        lookup: Lookup,
        reception: Reception,
        lines: Lines,
        interference: Interference,
        problems: Problems,
        metrics: Metrics,
        monotonic: Callable[[], float],
        outlet: Outlet,
        ears: Ears,
        samples: Mapping[str, Callable[[str, bytes], None]],
        around: Surroundings = REAL,
    ) -> None:
        self._open_port = around.open_port
        self._samples = samples.get(driver.name)
        self._outlet = outlet
        self._ears = ears
        self._port = port
        self._driver = driver
        self._lookup = lookup
        self._reception = reception
        self._lines = lines
        self._interference = interference
        self._problems = problems
        self._metrics = metrics
        self._monotonic = monotonic
        self._name = f"serial {port.name}"
        self._line = f"serial.{port.name}"  # a word that may leave the house as evidence

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                await self._listen()
            except* PortError as group:
                self._problems.report(self._name, str(group.exceptions[0]))
            finally:
                self._outlet.close()
            self._metrics.serial_connected(self._port.name, connected=False)
            self._lines.down(self._line, self._monotonic())
            await asyncio.sleep(REOPEN_SECONDS)

    async def _listen(self) -> None:
        splitter = self._driver.new_splitter()
        answers: asyncio.Queue[bytes] = asyncio.Queue(ANSWERS_LIMIT)
        orders: asyncio.Queue[bytes] = asyncio.Queue(WAITING_LIMIT)
        baud_rate = self._port.baud_rate or self._driver.baud_rate
        async with self._open_port(self._port.path, baud_rate) as port, Group() as group:
            group.create_task(_write(port, answers), name=f"{self._name} answers")
            group.create_task(_write(port, orders), name=f"{self._name} orders")
            self._metrics.serial_connected(self._port.name, connected=True)
            self._lines.up(self._line)
            self._problems.over(self._name)
            log.info("listening on %s (%s)", self._name, self._port.path)
            self._outlet.open_serial(orders)
            async for chunk in port.chunks():
                heard = time.perf_counter()
                for frame in splitter.feed(chunk) if chunk else splitter.flush():
                    self._take(frame, answers, heard)

    def _decode(self, frame: bytes) -> Decoded:
        """Decode a frame; a device that is alone on its line and has no address of its own bears the port's name."""
        decoded = self._driver.decode(frame, lambda driver, address: self._lookup(driver, address or self._port.name))
        if isinstance(decoded, Reject):
            return decoded
        return tuple(said if said.address else structs.replace(said, address=self._port.name) for said in decoded)

    def _take(self, frame: bytes | Reject, answers: "asyncio.Queue[bytes]", heard: float) -> None:
        decoded = frame if isinstance(frame, Reject) else self._decode(frame)
        if is_foreign(decoded, self._lookup):
            self._interference.foreign(self._line, self._monotonic())
        kept = self._reception.hear(decoded, self._driver.name, heard)
        if isinstance(frame, Reject):
            return
        if self._samples is not None:
            self._samples(self._port.name, frame)
        answer = self._driver.acknowledgement(frame)
        if answer is not None:
            after_all(kept, partial(_put, answers, answer))
        if self._ears.wanted:
            self._ears.hear(frame, self._driver.decode(frame, _nobody))


def _nobody(_driver: str, _address: str) -> None:
    """No device is enrolled: a decoder says of every sound code whose it is."""


async def _write(port: Port, answers: "asyncio.Queue[bytes]") -> None:
    while True:
        await port.write(await answers.get())


def _put(answers: "asyncio.Queue[bytes]", answer: bytes) -> None:
    # A receiver that takes no answers is not worth the memory: it will send its frame again.
    if not answers.full():
        answers.put_nowait(answer)


class LocalBroker:
    """A session to the local broker: whatever these MQTT drivers subscribe to.

    `outlet` speaks over it; the session of the streams has none, keeps little, and its loss is no news of its own.
    `samples` takes, by the driver's name, messages whose samples somebody watches: after what they say was heard.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        client_id: str,
        drivers: list[MqttDriver],
        lookup: Lookup,
        reception: Reception,
        lines: Lines,
        problems: Problems,
        monotonic: Callable[[], float],
        outlet: Outlet | None,
        samples: Mapping[str, Callable[[str, bytes], None]],
        interference: Interference,
        around: Surroundings = REAL,
    ) -> None:
        self._open_session = around.open_session
        self._samples = samples
        self._interference = interference
        self._outlet = outlet
        self._endpoint = endpoint
        self._name = "local broker" if outlet is not None else "streams of the local broker"
        expiry = HOUSE_SESSION_SECONDS if outlet is not None else STREAM_SESSION_SECONDS
        self._options = SessionOptions(client_id=client_id, session_expiry_seconds=expiry)
        if outlet is not None:
            self._options = replace(self._options, receive_maximum=LOOK_AHEAD_LIMIT)
        self._drivers = drivers
        # Most topics are for another driver, and most drivers are told so by one look at how the topic begins.
        self._by_beginning = [(tuple(_beginning(one)[0] for one in driver.subscriptions), driver) for driver in drivers]
        self._lookup = lookup
        self._reception = reception
        self._lines = lines
        self._problems = problems
        self._monotonic = monotonic

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                await self._listen()
            except MqttError as error:
                self._problems.report(self._name, f"no line to the {self._name} {self._endpoint}: {error}")
            finally:
                if self._outlet is not None:
                    self._outlet.close()
            if self._outlet is not None:
                self._lines.down("local_broker", self._monotonic())
            await asyncio.sleep(REOPEN_SECONDS)

    async def _listen(self) -> None:
        arrivals = Arrivals()
        # A stream has no alarm that could overtake.
        ahead = LookAhead(self._reception.is_behind) if self._outlet is not None else None
        arrive = partial(self._arrive, arrivals, ahead)
        try:
            async with self._open_session(self._endpoint, self._options, arrive) as session:
                for driver in self._drivers:
                    await session.subscribe(*driver.subscriptions)
                self._problems.over(self._name)
                log.info("listening on the %s %s", self._name, self._endpoint)
                if self._outlet is not None:
                    self._lines.up("local_broker")
                    self._outlet.open_broker(session)
                await session.lost()
        finally:
            if ahead is not None:
                ahead.finish()

    def _arrive(self, arrivals: Arrivals, ahead: LookAhead | None, session: Session, inbound: Inbound) -> None:
        arrival, heard = arrivals.add(session, inbound), time.perf_counter()
        said: list[tuple[MqttDriver, Decoded]] = []
        try:
            said = self._decode(inbound)
        finally:
            # A message that a driver stumbles over must not hold up all that follow.
            if not said:
                arrivals.finish(arrival)
        if not said:
            return
        deal = partial(self._deal, arrivals, arrival, said, heard, self._reception.moment())
        if ahead is None:
            deal()
            return
        sources = [
            (one.driver, one.address) for _, decoded in said if not isinstance(decoded, Reject) for one in decoded
        ]
        if all(is_plain(decoded) for _, decoded in said):
            ahead.wait(sources, len(inbound.payload), deal)
            return
        ahead.catch_up(sources)
        deal()
        if arrivals.done_ahead >= UNACKNOWLEDGED_LIMIT:
            ahead.finish()

    def _decode(self, inbound: Inbound) -> list[tuple[MqttDriver, Decoded]]:
        """What each driver whose topic this is makes of it."""
        return [
            (driver, _numbered(driver.decode(inbound.topic, inbound.payload, inbound.retain, self._lookup), inbound))
            for beginnings, driver in self._by_beginning
            if inbound.topic.startswith(beginnings) and _is_for(driver, inbound.topic)
        ]

    def _deal(
        self,
        arrivals: Arrivals,
        arrival: Arrival,
        said: list[tuple[MqttDriver, Decoded]],
        heard: float,
        moment: Moment,
    ) -> None:
        kept: list[asyncio.Future[Any]] = []
        try:
            for driver, decoded in said:
                kept += self._hear(driver, decoded, arrival.inbound, heard, moment)
        finally:
            # Telemetry is done on receipt, what must not be lost after its commit. Acknowledgements keep the order of
            # arrival, as MQTT demands and some brokers enforce: telemetry waits at most for the alarm before it.
            if kept:
                after_all(kept, partial(arrivals.finish, arrival))
            else:
                arrivals.finish(arrival)

    def _hear(
        self, driver: MqttDriver, decoded: Decoded, inbound: Inbound, heard: float, moment: Moment
    ) -> "list[asyncio.Future[Any]]":
        if not inbound.retain and is_foreign(decoded, self._lookup):
            self._interference.foreign(driver.name, moment.monotonic)
        kept = self._reception.hear(decoded, driver.name, heard, redelivered=inbound.redelivered, moment=moment)
        if driver.name in self._samples and not inbound.retain:
            self._samples[driver.name](inbound.topic, inbound.payload)
        return kept


def _is_for(driver: MqttDriver, topic: str) -> bool:
    for subscription in driver.subscriptions:  # noqa: SIM110 - a generator for each message costs more than the answer
        if covers(subscription, topic):
            return True
    return False


def _numbered(decoded: Decoded, inbound: Inbound) -> Decoded:
    """What a message says, with the broker's number of it; one of QoS 0 has none and never comes again."""
    if isinstance(decoded, Reject) or not inbound.qos or (len(decoded) == 1 and decoded[0].kind in TELEMETRY):
        return decoded
    return tuple(said if said.kind in TELEMETRY else structs.replace(said, delivery=inbound.mid) for said in decoded)


def after_all(kept: "list[asyncio.Future[Any]]", action: Callable[[], object]) -> None:
    """Do it once everything is kept: on the disk, or in memory while the disk is ill."""
    left = len(kept)
    if not left:
        action()

    def settle(_done: "asyncio.Future[Any]") -> None:
        nonlocal left
        left -= 1
        if not left:
            action()

    for future in kept:
        future.add_done_callback(settle)


@lru_cache(maxsize=256)
def _beginning(subscription: str) -> tuple[str, bool]:
    """The levels before the first wildcard, and whether that is a `#`, which takes in all that begins so."""
    beginning = re.split(r"/?(?:\+|#)", subscription, maxsplit=1)[0]
    return beginning, subscription == f"{beginning}/#"


def covers(subscription: str, topic: str) -> bool:
    """Whether a subscription with `+` (one level) and `#` (all that follow) takes in a topic."""
    beginning, takes_all = _beginning(subscription)
    if not topic.startswith(beginning):
        return False
    if takes_all:
        return len(topic) == len(beginning) or topic[len(beginning)] == "/"
    wanted, levels = subscription.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted.pop()
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(want in ("+", level) for want, level in zip(wanted, levels, strict=True))
