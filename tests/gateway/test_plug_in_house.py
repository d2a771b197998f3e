"""A package of others in a running house whose decoders raise: on a serial line, a polled one, a port, the broker."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from drivers.link.pty import PtyPair
from simulator.ports import LOOPBACK, free_port
from tests.gateway.faults import say
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import BUTTON, House
from tests.support.packages import environment, install
from tests.support.wait import until

CODE = """
from drivers.event import Kind, Signal
from drivers.modbus_frame import Request, encode_request
from drivers.registry import Driver, ListenerDriver, Model, MqttDriver, PolledDriver, SerialDriver

class Lines:
    held_bytes = 0
    def feed(self, chunk):
        return chunk.splitlines()
    def flush(self):
        return []

def decode(frame, lookup):
    kind, address = frame.decode().split()
    return (Signal(driver="brook", address=address, kind=Kind(kind), type="sos", code=kind),)

def heard(topic, payload, retained, lookup):
    return decode(payload, lookup)

def asked(line, question, answer, lookup):
    return decode(answer, lookup)

def nothing(*arguments):
    return None

def driver(name):
    return Driver(name, (), {"panel": Model("panel", False, None, False)}, "panel", str.strip, None, None)

BROOK, CREEK = driver("brook"), driver("creek")
SERIAL = SerialDriver("brook", 9600, Lines, decode, nothing)
LISTENER = ListenerDriver("brook", Lines, decode, nothing, 60.0, nothing)
MQTT = MqttDriver("brook", ("brook/+",), heard)
QUESTIONS = (encode_request(Request(1, 3, 0, 1)),)
POLLED = PolledDriver("creek", 9600, lambda address: "bus", lambda device: QUESTIONS, lambda device: 0.1, asked)
"""
ENTRIES = {
    "anju.drivers": {"brook": "brook_panel:BROOK", "creek": "brook_panel:CREEK"},
    "anju.serial_drivers": {"brook": "brook_panel:SERIAL"},
    "anju.listener_drivers": {"brook": "brook_panel:LISTENER"},
    "anju.mqtt_drivers": {"brook": "brook_panel:MQTT"},
    "anju.polled_drivers": {"creek": "brook_panel:POLLED"},
}


@dataclass(kw_only=True)
class HouseOfPlugIns(House):
    panel_path: str
    bus_path: str

    def text(self) -> str:
        lines = (("panel", self.panel_path, "brook"), ("bus", self.bus_path, "creek"))
        return super().text() + "".join(
            f'\n[[serial]]\nname = "{name}"\npath = "{path}"\ndriver = "{driver}"\n' for name, path, driver in lines
        )

    def failed(self, driver: str) -> float:
        return self.metric(f'anju_rejects_total{{driver="{driver}",reason="driver_failed"}}') or 0.0


async def test_a_decoder_that_raises_takes_no_line_down(
    tmp_path: Path, district_broker: Broker, local_broker: Broker
) -> None:
    install(tmp_path / "site", "brook-panel", CODE, ENTRIES)
    with PtyPair() as panel, PtyPair() as bus:
        house = HouseOfPlugIns(
            folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port,
            panel_path=panel.path, bus_path=bus.path,
        )  # fmt: skip
        port = free_port()
        house.listeners = [{"name": "panels", "host": LOOPBACK, "port": port, "driver": "brook"}]
        ids = ("serial", "dialled", "broker")
        house.devices = [{"id": id_, "driver": "brook", "address": id_, "room": "hall"} for id_ in ids]
        house.devices += [{"id": "head", "driver": "creek", "address": "1", "room": "hall"}, BUTTON]
        async with (
            call_centre(district_broker) as centre,
            house.gateway_running(**environment(tmp_path / "site")) as gateway,
        ):
            for line in ("serial panel", "serial bus", "listener panels", "the local broker"):
                await gateway.wait_line(f"listening on {line}")
            await panel.write(b"nonsense\nalarm serial\n")
            _, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(b"nonsense\nalarm dialled\n")
            await say(local_broker.port, "brook/1", b"nonsense")
            await say(local_broker.port, "brook/1", b"alarm broker")
            for id_ in ids:
                await centre.wait_on("alarm", kind="alarm", type="sos", device=id_)
            await say(local_broker.port, "zigbee2mqtt/button-1", b'{"action":"single"}')
            await centre.wait_on("alarm", kind="alarm", device="button-bed")
            await until(lambda: house.failed("creek") >= 2)
            assert house.failed("brook") == 3
            writer.close()
            await writer.wait_closed()
            assert await gateway.terminate() == 0
        assert gateway.text.count("of brook-panel 1.0 fails (ValueError in brook_panel.py") == 2, "once a driver"
        assert "failed and is started again" not in gateway.text
