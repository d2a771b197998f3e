"""The uplink's own rules of coming back: no event may put off a connection, no resend may crowd the broker."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from drivers.event import Kind
from drivers.link.mqtt import Endpoint
from gateway.clock import Clock
from gateway.contract.messages import Status
from gateway.contract.times import to_text
from gateway.metrics import Metrics
from gateway.problems import Problems
from gateway.uplink.hops import Hops
from gateway.uplink.ledger import Ledger
from gateway.uplink.uplink import Handlers, Uplink
from simulator.ports import LOOPBACK, free_port
from tests.contract.events import SENDER
from tests.gateway.houses import event, stored
from tests.support.fake_server import PUBLISH, SUBSCRIBE, Connection, fake_server, packet_id, suback
from tests.support.wait import until

RECEIVE_MAXIMUM = 5


@asynccontextmanager
async def uplink_to(port: int, attempts: list[int]) -> AsyncIterator[Uplink]:
    """A running uplink; `attempts` takes the number of each attempt to connect."""

    def next_session() -> int:
        attempts.append(len(attempts))
        return len(attempts)

    clock, metrics = Clock(), Metrics("test")

    async def status(_state: str) -> Status:
        return Status(state="online", session=1, at=to_text(clock.now()))

    async def forget(_payload: bytes) -> None:
        """Nobody answers here."""

    handlers = Handlers(status=status, answer=forget, command=forget, centre=lambda _payload: None)
    uplink = Uplink(
        Endpoint(host=LOOPBACK, port=port), SENDER, handlers, Ledger(), Hops(metrics), metrics, Problems(), clock
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(uplink.run(next_session))
        try:
            yield uplink
        finally:
            running.cancel()


async def test_events_that_keep_coming_do_not_put_off_the_next_attempt() -> None:
    attempts: list[int] = []

    async def keep_offering(uplink: Uplink) -> None:
        for sequence in count(1):
            uplink.offer(stored(event() if sequence == 1 else event(Kind.TAMPER, None), sequence=sequence))
            await asyncio.sleep(0.05)  # the pace of the events, not a wait for anything

    async with uplink_to(free_port(), attempts) as uplink, asyncio.TaskGroup() as tasks:
        offering = tasks.create_task(keep_offering(uplink))
        await until(lambda: len(attempts) >= 3, timeout=20)
        offering.cancel()


async def test_a_quiet_line_is_pinged_seldom_enough_for_mobile_data_and_often_enough_for_its_network() -> None:
    said: list[bytes] = []

    async def listen(connection: Connection) -> None:
        said.append((await connection.accept()).body)
        await connection.gone()

    async with fake_server(listen) as server, uplink_to(server.port, []):
        await until(lambda: said)
    (keepalive_seconds,) = struct.unpack_from("!H", said[0], len(b"\x00\x04MQTT") + 2)
    assert keepalive_seconds == 240


async def test_a_centre_that_comes_and_goes_does_not_make_us_exceed_what_the_broker_allows() -> None:
    in_flight: list[int] = []

    async def never_acknowledge(connection: Connection) -> None:
        await connection.accept(b"\x21" + struct.pack("!H", RECEIVE_MAXIMUM))
        while True:
            said = await connection.packet()
            if said.type == SUBSCRIBE:
                await connection.send(suback(said))
                asked.set()
            elif said.type == PUBLISH:
                in_flight.append(packet_id(said))

    asked = asyncio.Event()
    async with fake_server(never_acknowledge) as server, uplink_to(server.port, []) as uplink:
        await asked.wait()
        uplink.pace.window = 20  # as on a line that has proven quick
        for sequence in range(1, 21):
            uplink.offer(stored(sequence=sequence))
            uplink.resend_all()
        await until(lambda: len(in_flight) >= RECEIVE_MAXIMUM - 1)
        for _ in range(3):
            uplink.resend_all()
            uplink.announce()
        assert uplink.publish("reply", b"{}") is not None, "one slot is kept for what is no alarm"
        assert uplink.publish("reply", b"{}") is None
        await until(lambda: len(in_flight) >= RECEIVE_MAXIMUM)
        assert len(in_flight) == RECEIVE_MAXIMUM
