"""What a normal home costs on a mobile line, everything counted: TLS, acknowledgements, TCP and IP headers."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import normal_home
from benchmarks.counting_wire import CountingWire, counting_wire
from drivers.event import AlarmType, Event, Kind
from drivers.link.mqtt import Endpoint, Inbound, Session, SessionOptions, Tls, open_session
from gateway.clock import Clock
from gateway.config_uplink import HEARTBEAT_MINUTES
from gateway.contract import topics
from gateway.contract.envelope import Sender
from gateway.contract.messages import Status
from gateway.contract.times import to_text
from gateway.digest import DigestBook
from gateway.digest_sender import DIGEST_SECONDS
from gateway.metrics import Metrics
from gateway.policy import decide
from gateway.problems import Problems
from gateway.store.rows import Stored
from gateway.uplink.hops import Hops
from gateway.uplink.ledger import Ledger
from gateway.uplink.uplink import KEEPALIVE_SECONDS, Handlers, Uplink
from simulator.ports import LOOPBACK, free_port, listens

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 30
RECONNECTS_PER_DAY = 10
ALARMS_PER_MONTH = 20
EVENTS_PER_MONTH = 60
PING_SECONDS = 8.0
QUIET_SECONDS = 0.3
_MAKE = Path(__file__).parent.parent / "deploy" / "district-broker" / "make-certificates.sh"
_DISTRICT = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Bytes on the wire, both directions."""

    reconnect: float
    alarm: float
    event: float
    heartbeat: float
    ping: float
    digests: int
    digest_bytes: int


async def measure(folder: Path) -> str:
    """Each kind of traffic over a real TLS connection, and the month that follows from it."""
    if shutil.which("mosquitto", path="/usr/sbin:/usr/bin") is None or shutil.which("openssl") is None:
        return "not measured: mosquitto and openssl are needed"
    with secured_broker(folder) as port:
        async with counting_wire(port) as wire, secured_centre(folder, port):
            costs = await _costs(folder, wire)
    beats = 24 * 60 / HEARTBEAT_MINUTES
    pings = beats * (HEARTBEAT_MINUTES * 60 // KEEPALIVE_SECONDS)  # each message puts the next ping off
    daily = {
        f"{beats:.0f} heartbeats of {costs.heartbeat:,.0f} B": beats * costs.heartbeat,
        f"at most {pings:.0f} pings of {costs.ping:,.0f} B": pings * costs.ping,
        f"{costs.digests} digests of one day, together": costs.digest_bytes,
        f"{RECONNECTS_PER_DAY} reconnects of {costs.reconnect:,.0f} B": RECONNECTS_PER_DAY * costs.reconnect,
    }
    monthly = {
        f"{ALARMS_PER_MONTH} alarms and tests of {costs.alarm:,.0f} B": ALARMS_PER_MONTH * costs.alarm,
        f"{EVENTS_PER_MONTH} faults, ends, requests of {costs.event:,.0f} B": EVENTS_PER_MONTH * costs.event,
    }
    rows = {f"a day: {name}": DAYS * cost for name, cost in daily.items()}
    rows |= {f"a month: {name}": cost for name, cost in monthly.items()}
    lines = [f"{name:<60}{cost / 1e6:>8.2f} MB a month" for name, cost in rows.items()]
    return (
        f"{len(normal_home.DEVICES)} devices; TLS with client certificates, packets of 1,400 B, headers counted\n"
        f"an alarm, sent, received, accepted and resolved: {costs.alarm:,.0f} B; a reconnect with its birth:"
        f" {costs.reconnect:,.0f} B\n" + "\n".join(lines) + f"\n{'together':<60}{sum(rows.values()) / 1e6:>8.2f}"
        " MB a month (a month of 30 days)"
    )


async def _costs(folder: Path, wire: CountingWire) -> Costs:
    house = House(folder, wire)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(house.uplink.run(house.next_session))
        await house.settled()
        before = wire.spent
        wire.tear()
        await house.settled()
        reconnect = wire.spent - before
        sos = normal_home.alarm(house.clock.now(), AlarmType.SOS, "cord-bath")
        lost = normal_home.fault(house.clock.now(), Kind.SUPERVISION_LOST, "smoke-kitchen")
        alarm, event = await house.cost_of(sos), await house.cost_of(lost)
        before = wire.spent
        house.uplink.announce()
        await house.settled()
        heartbeat = wire.spent - before
        digests, digest_bytes = await house.digests_of_a_day()
        running.cancel()
    ping = await _ping(folder, wire)
    return Costs(
        reconnect=reconnect, alarm=alarm, event=event, heartbeat=heartbeat, ping=ping, digests=digests,
        digest_bytes=digest_bytes,
    )  # fmt: skip


class House:
    """The gateway's own way to the district, fed with a normal home's messages."""

    def __init__(self, folder: Path, wire: CountingWire) -> None:
        self.clock, self.ledger, self._wire, self._session = Clock(), Ledger(), wire, 0
        self.sender = Sender(gateway="gw-bench", district=_DISTRICT, resident="r-0001", store="f" * 32)
        metrics = Metrics("bench")
        handlers = Handlers(
            status=self._status, answer=self._answered, command=self._answered, centre=lambda _payload: None
        )
        self.uplink = Uplink(
            _endpoint(folder, "gw-bench", wire.port), self.sender, handlers, self.ledger, Hops(metrics), metrics,
            Problems(), self.clock,
        )  # fmt: skip

    def next_session(self) -> int:
        """The number of the next connection."""
        self._session += 1
        return self._session

    async def settled(self) -> None:
        """Wait until the line is up and quiet."""
        spent = -1
        while not self.uplink.connected or self._wire.spent != spent:
            spent = self._wire.spent
            await asyncio.sleep(QUIET_SECONDS)

    async def cost_of(self, event: Event) -> int:
        """The bytes on the wire until the event is done with."""
        before = self._wire.spent
        self.uplink.offer(Stored(event=event, boot=12, sequence=4_711, priority=decide(event).priority))
        await self.settled()
        if len(self.ledger):
            raise RuntimeError("the centre did not answer")
        return self._wire.spent - before

    async def digests_of_a_day(self) -> tuple[int, int]:
        """How many digests a day has, and their bytes on the wire."""
        book, until, before, count = DigestBook(MIDNIGHT), MIDNIGHT, self._wire.spent, 0
        events = normal_home.day(MIDNIGHT, seed=1)
        while until < MIDNIGHT + timedelta(days=1):
            until += timedelta(seconds=DIGEST_SECONDS)
            while events and events[0].received_at < until:
                book.note(events.pop(0))
            for payload in book.take(until, self.sender):
                answered = self.uplink.publish(topics.TELEMETRY, payload)
                if answered is None:
                    raise RuntimeError("the line is gone")
                await answered
                await asyncio.sleep(0.05)  # as far apart as they are in a house: no packet is shared
                count += 1
        await self.settled()
        return count, self._wire.spent - before

    async def _status(self, state: str) -> Status:
        now = to_text(self.clock.now())
        return Status(
            state="stopping" if state == "stopping" else "online", session=1, at=now, version="0.1.0",
            heartbeat_minutes=HEARTBEAT_MINUTES, store=self.sender.store, boot=12,
            devices=dict.fromkeys(normal_home.DEVICES, now), unsupervised=["cord-bath", "cord-bed"],
        )  # fmt: skip

    async def _answered(self, payload: bytes) -> None:
        self.ledger.received(json.loads(payload)["about"])


async def _ping(folder: Path, wire: CountingWire) -> float:
    """What one ping costs, on a session that has nothing else to say."""
    options = SessionOptions(client_id="gw-bench", keepalive_seconds=1)
    async with open_session(_endpoint(folder, "gw-bench", wire.port), options, lambda _session, _inbound: None):
        await asyncio.sleep(1.5)
        before, said = wire.spent, wire.says
        await asyncio.sleep(PING_SECONDS)
        return (wire.spent - before) / (wire.says - said)


@asynccontextmanager
async def secured_centre(folder: Path, port: int) -> AsyncIterator[None]:
    """Answers each message `received`, and each alarm `accepted` and `resolved` as well."""

    def take(session: Session, inbound: Inbound) -> None:
        session.acknowledge(inbound)
        house, _, branch = inbound.topic.rpartition("/")
        about = json.loads(inbound.payload)["id"]
        for state in ("received", "accepted", "resolved") if branch == "alarm" else ("received",):
            answer = {"id": about[:-1] + "f", "about": about, "state": state, "at": to_text(datetime.now(UTC))}
            answer |= {"role": "operator" if state != "received" else None, "minutes": None}
            answer |= {"result": "helped" if state == "resolved" else None}
            session.publish(f"{house}/answer", json.dumps(answer).encode())

    endpoint = _endpoint(folder, f"anju-desk-{_DISTRICT}", port)
    async with open_session(endpoint, SessionOptions(client_id=f"anju-desk-{_DISTRICT}"), take) as session:
        await session.subscribe(f"anju/v1/{_DISTRICT}/+/alarm", f"anju/v1/{_DISTRICT}/+/event")
        yield


def _endpoint(folder: Path, name: str, port: int) -> Endpoint:
    tls = Tls(ca_file=f"{folder}/ca.pem", cert_file=f"{folder}/{name}.pem", key_file=f"{folder}/{name}.key")
    return Endpoint(host=LOOPBACK, port=port, tls=tls)


@contextmanager
def secured_broker(folder: Path) -> Iterator[int]:
    """A district's broker as `deploy` has it, with certificates made by its own script."""
    for arguments in (["ca"], ["server", LOOPBACK], ["gateway", "gw-bench"], ["desk", _DISTRICT]):
        subprocess.run(["/bin/sh", str(_MAKE), *arguments], cwd=folder, check=True, capture_output=True)
    port, settings = free_port(), folder / "mosquitto.conf"
    settings.write_text(
        f"listener {port} {LOOPBACK}\ncafile {folder}/ca.pem\ncertfile {folder}/server.pem\nkeyfile"
        f" {folder}/server.key\nrequire_certificate true\nuse_identity_as_username true\nuser root\n"
        "set_tcp_nodelay true\n",
        encoding="utf-8",
    )
    with subprocess.Popen(["/usr/sbin/mosquitto", "-c", str(settings)], stderr=subprocess.DEVNULL) as child:
        try:
            while not listens(port):
                if child.poll() is not None:
                    raise RuntimeError("mosquitto did not start")
            yield port
        finally:
            child.kill()
