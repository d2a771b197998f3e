"""Zigbee sirens, plugs and lamps through zigbee2mqtt: `BASE/NAME/set` with a JSON object.

- `siren`: a warning device (IAS WD): `warning` with mode, level, strobe, duration in seconds; mode `stop` ends it.
- `alarm`: sirens of Tuya's own cluster, which know no `warning`: `alarm` true or false, and `duration`.
- `switch`: plugs and lamps: `state`; `on_time` has the device switch itself off, where its firmware knows "on with
  timed off" (zigbee2mqtt ignores it elsewhere).
Source: zigbee2mqtt's documentation of its devices. A device behind a wall of concrete answers nobody: whether it has
sounded is not known.
"""

import json

from drivers.output import Action, Message, OutputDriver, Sounding, Target, Via
from drivers.zigbee2mqtt import BASE_TOPIC, normalise_address

NAME = "zigbee2mqtt"


def encode_siren(target: Target, sounding: Sounding | None) -> Message:
    """The warning of a siren, as loud as it can."""
    if sounding is None:
        return _set(target, {"warning": {"mode": "stop", "level": "low", "strobe": False, "duration": 0}})
    mode = "fire" if sounding.fire else "emergency"
    return _set(target, {"warning": {"mode": mode, "level": "very_high", "strobe": True, "duration": sounding.seconds}})


def encode_alarm(target: Target, sounding: Sounding | None) -> Message:
    """The alarm of a Tuya siren; its melody and volume stay as they were set."""
    return _set(target, {"alarm": False} if sounding is None else {"alarm": True, "duration": sounding.seconds})


def encode_switch(target: Target, sounding: Sounding | None) -> Message:
    """A plug or lamp on, for a time; or off."""
    return _set(target, {"state": "OFF"} if sounding is None else {"state": "ON", "on_time": sounding.seconds})


def _set(target: Target, state: dict[str, object]) -> Message:
    return Message(f"{BASE_TOPIC}/{target.address}/set", json.dumps(state, separators=(",", ":")).encode())


OUTPUT_DRIVER = OutputDriver(
    name=NAME,
    via=Via.BROKER,
    actions={
        "siren": Action(encode=encode_siren),
        "alarm": Action(encode=encode_alarm),
        "switch": Action(encode=encode_switch),
    },
    normalise_address=normalise_address,
)
