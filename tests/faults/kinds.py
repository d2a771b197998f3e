"""The table of faults: what is done to which process, when. Everything random is drawn from the scene's seed."""

import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.kinds_line import packets_cut, packets_half_cut, packets_lost, slow
from tests.faults.kinds_power import killed_at_sync, power_cut
from tests.faults.scene import Scene, Setting
from tests.support.fake_server import PUBLISH, SUBSCRIBE, Connection, fake_server, packet, puback, suback
from tests.support.wait import until

REFUSALS = (0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99)
"""Every reason code from 0x80 that MQTT 5 allows in a PUBACK."""
CONNECT_REFUSALS = (*range(0x80, 0x8B), 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F)
"""Every reason code from 0x80 that MQTT 5 allows in a CONNACK."""
_PUBACK = 4


Seen = Callable[[bytes, bool], bool]
"""Told the bytes on the wire and whether they go up to the broker, whether this is the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A row of the table; `compiled` where it takes a C compiler."""

    name: str
    what: str
    run: Callable[[Scene], Awaitable[None]]
    setting: Setting = field(default_factory=Setting)
    compiled: bool = False


async def broker_gone(scene: Scene) -> None:
    await scene.press(3)
    scene.district.kill()
    await scene.press_for(scene.pace.outage_seconds)
    scene.district.start()


async def broker_frozen(scene: Scene) -> None:
    await scene.press(3)
    scene.district.freeze()
    await scene.press_for(scene.pace.outage_seconds)
    scene.district.thaw()


async def publishes_refused(scene: Scene) -> None:
    async def refuse(connection: Connection) -> None:
        await connection.accept()
        while True:
            said = await connection.packet()
            if said.type == SUBSCRIBE:
                await connection.send(suback(said))
            elif said.type == PUBLISH:
                await connection.send(puback(said, scene.draw.choice(REFUSALS)))

    await scene.press(3)
    async with fake_server(refuse) as server:
        await _instead(scene, server.port)


async def connections_refused(scene: Scene) -> None:
    async def refuse(connection: Connection) -> None:
        await connection.packet()
        await connection.send(packet(2, bytes((0, scene.draw.choice(CONNECT_REFUSALS), 0))))
        await connection.gone()

    await scene.press(3)
    async with fake_server(refuse) as server:
        await _instead(scene, server.port)


async def _instead(scene: Scene, port: int) -> None:
    """For the outage, the gateway meets another server where the district's broker was."""
    right, scene.wire.target = scene.wire.target, port
    scene.wire.tear()
    await scene.press_for(scene.pace.outage_seconds)
    scene.wire.target = right
    scene.wire.tear()


async def line_cut(scene: Scene) -> None:
    await scene.press(3)
    scene.wire.cut()
    await scene.press_for(scene.pace.outage_seconds)
    await scene.wire.mend()


async def line_half_cut(scene: Scene) -> None:
    """One direction is lost; nobody is told, until the line is torn and made anew."""
    await scene.press(3)
    direction = "deaf" if scene.draw.random() < 0.5 else "dumb"
    setattr(scene.wire, direction, True)
    await scene.press_for(scene.pace.outage_seconds)
    setattr(scene.wire, direction, False)
    scene.wire.tear()


async def line_stalls(scene: Scene) -> None:
    """What TCP makes of lost packets: silence, then everything at once, again and again."""
    for _ in range(scene.pace.kills):
        scene.wire.stall()
        await scene.press_for(scene.pace.outage_seconds / scene.pace.kills)
        scene.wire.resume()
        await scene.press_for(scene.draw.uniform(0.0, 0.2))


async def gateway_killed(scene: Scene) -> None:
    """Without looking: whatever it was doing."""
    for _ in range(scene.pace.kills):
        await scene.press_for(scene.draw.uniform(0.05, 0.4))
        await scene.press(scene.draw.randint(1, 6))
        await scene.kill_gateway()
        await scene.press(2)
        await scene.start_gateway()


async def gateway_terminated(scene: Scene) -> None:
    for _ in range(scene.pace.kills):
        await scene.press_for(scene.draw.uniform(0.05, 0.4))
        await scene.press(scene.draw.randint(1, 6))
        await scene.stop_gateway()
        await scene.press(2)
        await scene.start_gateway()


async def gateway_frozen(scene: Scene) -> None:
    assert scene.gateway is not None
    await scene.press(3)
    scene.gateway.signal(signal.SIGSTOP)
    await scene.press_for(scene.pace.outage_seconds)
    scene.gateway.signal(signal.SIGCONT)


def killed_when(begin: Callable[[], Seen]) -> Callable[[Scene], Awaitable[None]]:
    """SIGKILL at the very packet for which what `begin` gives is true, before the other side of the wire has it."""

    async def run(scene: Scene) -> None:
        for _ in range(scene.pace.kills):
            gateway, now = scene.gateway, begin()
            assert gateway is not None

            def kill(data: bytes, upward: bool, pid: int = gateway.pid, seen: Seen = now) -> None:
                if seen(data, upward):
                    scene.wire.tap = None
                    os.kill(pid, signal.SIGKILL)

            scene.wire.tap = kill
            await scene.press(scene.draw.randint(1, 4))
            await until(lambda child=gateway: child.status is not None, 30, "the gateway is killed")  # type: ignore[misc]
            await scene.gateway_died()
            await scene.press(1)
            await scene.start_gateway()

    return run


def at_publish(data: bytes, upward: bool) -> bool:
    """An alarm has left the gateway; the broker does not have it yet."""
    return upward and b"/alarm" in data


def at_puback(data: bytes, upward: bool) -> bool:
    """The broker has it; the gateway does not know yet."""
    return not upward and data[0] >> 4 == _PUBACK


def at_received(data: bytes, upward: bool) -> bool:
    """The gateway has the PUBACK; the centre's answer is on its way."""
    return not upward and b"/answer" in data


def at_noted() -> Seen:
    """The centre's answer is kept; the broker has not heard that it is."""
    answered = False

    def seen(data: bytes, upward: bool) -> bool:
        nonlocal answered
        answered = answered or at_received(data, upward)
        return answered and upward and data[0] >> 4 == _PUBACK

    return seen


async def local_broker_gone(scene: Scene) -> None:
    await scene.press(3)
    # Mosquitto writes what it acknowledged to its own disk up to a second later: that second is its own.
    scene.presses.broker_sure = False
    await scene.press_for(min(1.5, scene.pace.outage_seconds))
    await scene.presses.all_told()
    scene.local.kill()
    await scene.press_for(scene.pace.outage_seconds)
    scene.local.start()
    scene.presses.broker_sure = True


async def local_broker_frozen(scene: Scene) -> None:
    await scene.press(3)
    scene.local.freeze()
    await scene.press_for(scene.pace.outage_seconds)
    scene.local.thaw()


async def desk_killed(scene: Scene) -> None:
    for _ in range(scene.pace.kills):
        assert scene.desk_process is not None
        await scene.press_for(scene.pace.outage_seconds / scene.pace.kills)
        await scene.press(scene.draw.randint(1, 6))
        await scene.desk_process.kill()
        await scene.press_for(scene.pace.outage_seconds / scene.pace.kills)
        await scene.start_desk()


async def everything(scene: Scene) -> None:
    """Gateway, district's broker and line fail at once, in any order."""
    await scene.press(3)
    scene.wire.stall()
    await scene.press_for(scene.draw.uniform(0.05, 0.5))
    scene.district.kill()
    await scene.press(scene.draw.randint(1, 6))
    await scene.kill_gateway()
    scene.wire.resume()
    await scene.start_gateway()
    await scene.press_for(scene.pace.outage_seconds)
    scene.wire.cut()
    scene.district.start()
    await scene.press(3)
    await scene.wire.mend()
    await scene.press(3)
    await scene.kill_gateway()
    await scene.start_gateway()


_KEPT_LOCAL = Setting(local="mosquitto, kept sessions")
_MOSQUITTO = Setting(district="mosquitto")
_KEPT = Setting(district="mosquitto, kept sessions")
_FAR = Setting(far=True)
_SLOW = Setting(far=True, cords=20)
_DESK = Setting(desk=True)

FAULTS = (
    Fault(name="broker gone", what="the district's broker killed, back without sessions", run=broker_gone),
    Fault(name="broker gone (Mosquitto)", what="the same", run=broker_gone, setting=_MOSQUITTO),
    Fault(name="broker gone, sessions kept", what="the same, its sessions come back", run=broker_gone, setting=_KEPT),
    Fault(name="broker gone (desk)", what="the same, counted in the desk's database", run=broker_gone, setting=_DESK),
    Fault(name="broker frozen", what="SIGSTOP of the district's broker", run=broker_frozen),
    Fault(name="broker frozen (Mosquitto)", what="the same", run=broker_frozen, setting=_MOSQUITTO),
    Fault(name="publishes refused", what="every publish refused, codes 0x80–0x99", run=publishes_refused),
    Fault(name="connections refused", what="every connection refused, codes 0x80–0x9F", run=connections_refused),
    Fault(name="line cut", what="connections torn and refused", run=line_cut),
    Fault(name="line half cut", what="one direction thrown away, connections left open", run=line_half_cut),
    Fault(name="line stalls", what="nothing delivered, then all at once", run=line_stalls),
    Fault(name="packets cut", what="no IP packet passes, and nobody is told", run=packets_cut, setting=_FAR),
    Fault(name="packets half cut", what="no IP packet passes in one direction", run=packets_half_cut, setting=_FAR),
    Fault(
        name="packets lost", what="one IP packet in five is lost, in both directions", run=packets_lost, setting=_FAR
    ),
    Fault(
        name="slow line",
        what="1 kB/s with TLS and telemetry: each alarm within 2 s",
        run=slow,
        setting=_SLOW,
    ),
    Fault(name="gateway killed", what="SIGKILL at any moment", run=gateway_killed),
    Fault(
        name="gateway killed (desk)", what="the same, counted in the desk's database", run=gateway_killed, setting=_DESK
    ),
    Fault(
        name="killed before the commit",
        what="SIGKILL as the disk is asked to keep an alarm",
        run=killed_at_sync("BEFORE"),
        compiled=True,
    ),
    Fault(
        name="killed after the commit",
        what="SIGKILL when the disk has it and nobody was told",
        run=killed_at_sync("AFTER"),
        compiled=True,
    ),
    Fault(name="killed at publish", what="SIGKILL as an alarm leaves", run=killed_when(lambda: at_publish)),
    Fault(name="killed at PUBACK", what="SIGKILL before the PUBACK arrives", run=killed_when(lambda: at_puback)),
    Fault(
        name="killed at received", what="SIGKILL between PUBACK and `received`", run=killed_when(lambda: at_received)
    ),
    Fault(name="killed at the answer's end", what="SIGKILL as the answer is acknowledged", run=killed_when(at_noted)),
    Fault(name="gateway terminated", what="SIGTERM", run=gateway_terminated),
    Fault(name="gateway frozen", what="SIGSTOP of the gateway", run=gateway_frozen),
    Fault(
        name="local broker gone",
        what="the house's own broker killed, its sessions come back",
        run=local_broker_gone,
        setting=_KEPT_LOCAL,
    ),
    Fault(name="local broker frozen", what="SIGSTOP of the house's own broker", run=local_broker_frozen),
    Fault(name="desk killed", what="SIGKILL of the desk", run=desk_killed, setting=_DESK),
    Fault(
        name="power cut",
        what="gateway and both brokers killed at once, what was never synced is gone",
        run=power_cut,
        compiled=True,
        setting=_KEPT_LOCAL,
    ),
    Fault(name="everything", what="line, broker and gateway at once", run=everything),
)
