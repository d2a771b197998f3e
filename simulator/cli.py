"""The command `anju-sim`: the outside of a house for an engineer without hardware."""

import argparse
import asyncio
import json
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.link.group import Group
from drivers.link.mqtt import Endpoint, MqttError, SessionOptions, open_session
from drivers.link.pty import PtyPair
from simulator import broker, days_command, run_command, years_command
from simulator.conformance import command as conformance_command
from simulator.fleet import command as fleet_command
from simulator.ports import LOOPBACK
from simulator.radio import FRAME_FORMATS, LEAST_REPEATS, MOST_REPEATS, RadioBridge
from simulator.standard_input import lines
from simulator.zigbee import Publication, ZigbeeDevice, publish

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_PRESS = re.compile(r"([0-9A-Fa-f]{6})(?:\s+(\d{1,4}))?")
_USUAL_REPEATS = 12
_EPILOG = """\
examples:
  anju-sim run simulator/scenarios            every scenario that ships, as a test report
  anju-sim days --plan one-bedroom --seed 7 --days 30 --out days.jsonl
  anju-sim broker 1883                        an MQTT 5 broker on loopback, in memory
  anju-sim bridge --link ./rf                 a 433 MHz bridge; then type 9EAD9F and Enter to pull a cord
  anju-sim zigbee --port 1883 press button-1  one press of a Zigbee button
  anju-sim zigbee --port 1883 smoke smoke-1 on
  anju-sim fleet --homes 100 --profile earthquake --seconds 30
  anju-sim platform-check --host 127.0.0.1 --port 1883 --district d1
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 where what it asks for cannot be done, 2 for wrong use."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (OSError, MqttError) as error:
        print(f"anju-sim: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anju-sim",
        description="The outside of a house, for an engineer without hardware.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run_command.add(commands)
    days_command.add(commands)
    years_command.add(commands)
    _add_bridge(commands)
    zigbee = commands.add_parser("zigbee", help="a device of zigbee2mqtt on the local broker")
    zigbee.add_argument("--port", type=int, required=True, help="the broker's port on loopback")
    zigbee.set_defaults(run=_zigbee)
    _add_devices(zigbee.add_subparsers(required=True, metavar="WHAT"))
    fleet_command.add(commands)
    conformance_command.add(commands)
    serve = commands.add_parser("broker", help="an MQTT 5 broker on loopback that keeps everything in memory")
    serve.add_argument("port", type=int)
    serve.set_defaults(run=_broker)
    return parser


def _add_bridge(commands: "Commands") -> None:
    bridge = commands.add_parser(
        "bridge",
        help="a 433 MHz bridge on a pseudo-terminal",
        description="Prints the port to open. Then each line on standard input is a pull: a 24-bit code as six "
        f"hexadecimal digits and, if wanted, its repeats ({LEAST_REPEATS} to {MOST_REPEATS}), e.g. '9EAD9F 12'.",
    )
    bridge.add_argument("--link", type=Path, metavar="PATH", help="where the port is to appear")
    bridge.add_argument("--format", choices=FRAME_FORMATS, default=FRAME_FORMATS[0], help="stock or Portisch frames")
    bridge.add_argument("--seed", type=int, default=1, help="draws loss, drift and noise (default 1)")
    bridge.set_defaults(run=_bridge)


def _add_devices(what: "Commands") -> None:
    press = what.add_parser("press", help="press a button")
    press.add_argument("name", help="friendly name")
    press.add_argument("--action", default="emergency", help="default: emergency")
    press.set_defaults(messages=lambda options: ZigbeeDevice(options.name).press(options.action))
    smoke = what.add_parser("smoke", help="a smoke detector sees smoke, or none any more")
    smoke.add_argument("name", help="friendly name")
    smoke.add_argument("state", choices=("on", "off"))
    smoke.set_defaults(messages=lambda options: [ZigbeeDevice(options.name).report(smoke=options.state == "on")])
    report = what.add_parser("report", help="any state of a device")
    report.add_argument("name", help="friendly name")
    report.add_argument("state", type=_state, metavar="JSON", help="for example '{\"contact\": false}'")
    report.add_argument("--retain", action="store_true", help="as a device with the retain option does")
    report.set_defaults(
        messages=lambda options: [ZigbeeDevice(options.name).report(retain=options.retain, **options.state)]
    )


def _state(text: str) -> dict[str, object]:
    try:
        state = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"no JSON: {error}") from error
    if not isinstance(state, dict):
        raise argparse.ArgumentTypeError("a device's state is a JSON object")
    return state


def _broker(options: argparse.Namespace) -> int:
    print(f"mqtt://{LOOPBACK}:{options.port}", flush=True)
    broker.serve(options.port)
    return 0


def _bridge(options: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the link goes too
    return asyncio.run(_serve_bridge(options.link, options.format, options.seed))


async def _serve_bridge(link_path: Path | None, frame_format: str, seed: int) -> int:
    with PtyPair(link_path) as pty:
        print(pty.path, flush=True)
        bridge = RadioBridge(pty, frame_format=frame_format, seed=seed)
        async with Group() as tasks:
            listening = tasks.create_task(bridge.listen())
            async for line in lines():
                await _pull(bridge, line.strip())
            listening.cancel()
    return 0


async def _pull(bridge: RadioBridge, line: str) -> None:
    match = _PRESS.fullmatch(line)
    repeats = int(match[2] or _USUAL_REPEATS) if match else 0
    if match is None or not LEAST_REPEATS <= repeats <= MOST_REPEATS:
        print(
            f"{line!r} is no pull: write six hexadecimal digits and {LEAST_REPEATS} to {MOST_REPEATS} repeats, "
            "for example '9EAD9F 12'",
            file=sys.stderr,
        )
        return
    await bridge.press(match[1], repeats)
    print(f"{match[1].upper()} sent with {repeats} repeats", flush=True)


def _zigbee(options: argparse.Namespace) -> int:
    messages: list[Publication] = options.messages(options)
    asyncio.run(_publish(options.port, messages))
    return 0


async def _publish(port: int, messages: list[Publication]) -> None:
    session_options = SessionOptions(client_id=f"anju-sim-{port}", session_expiry_seconds=0)
    async with open_session(
        Endpoint(host=LOOPBACK, port=port), session_options, lambda _session, _inbound: None
    ) as session:
        await publish(session, *messages)
