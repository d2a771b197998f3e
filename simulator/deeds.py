"""What a scenario's step can do, in one table: of which devices, with which further keys, and in which of the speeds.

A deed of devices becomes bytes and messages of these devices; a deed of the house changes the world around them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DAY_SECONDS = 86_400.0
FAULTS: Mapping[str, str] = {
    "half_frame": "every message ends in its middle",
    "wrong_checksum": "every message is spoilt in its frame: no receiver may believe it",
    "stuck": "it says the same thing without end, a cord as if somebody held it",
    "babbling": "it calls again and again though nobody touches it",
    "replaying": "it says once more what it said last",
    "unplugged": "it says nothing",
}
"""The ways in which a device can be broken on order."""
STATEFUL = ("smoke", "co", "gas", "water", "motion", "door")


@dataclass(frozen=True, slots=True)
class Number:
    """A further key of a step: a number within bounds, both included."""

    low: float
    high: float
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """`families` may do it; empty for a deed of the house. `numbers` and `words` are its further keys.

    `any_device`: it may stand without a device, and then means the first of its families in the plan.
    `driven_only`: real time cannot do it, since a computer has but one clock.
    """

    about: str
    families: tuple[str, ...] = ()
    numbers: Mapping[str, Number] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any_device: bool = False
    driven_only: bool = False


_EVERY = ("cord", "button", "band", *STATEFUL)
_SECONDS = Number(1.0, 30 * DAY_SECONDS, 60.0)

DEEDS: Mapping[str, Deed] = {
    # Of devices.
    "press": Deed(
        about="pull the cord or press the button, `times` times, one press every `every_seconds`; `action` is how a "
        "Zigbee button is pressed",
        families=("cord", "button"),
        numbers={
            "repeats": Number(5, 80, 12),
            "times": Number(1, 1_000, 1),
            "every_seconds": Number(0.1, DAY_SECONDS, 5.0),
        },
        words={"action": ("emergency", "single", "double", "hold")},
    ),
    "smoke_on": Deed(about="the detector smells smoke", families=("smoke",)),
    "smoke_off": Deed(about="the detector smells none any more", families=("smoke",)),
    "co_on": Deed(about="the detector finds carbon monoxide", families=("co",)),
    "co_off": Deed(about="the detector finds none any more", families=("co",)),
    "gas_on": Deed(about="the detector finds gas", families=("gas",)),
    "gas_off": Deed(about="the detector finds none any more", families=("gas",)),
    "water_on": Deed(about="the detector is wet", families=("water",)),
    "water_off": Deed(about="the detector is dry again", families=("water",)),
    "motion": Deed(
        about="somebody moves before the detector, or a draught does: `times` times, every `every_seconds`",
        families=("motion",),
        numbers={"times": Number(1, 1_000, 1), "every_seconds": Number(1.0, DAY_SECONDS, 600.0)},
    ),
    "open": Deed(about="the door is opened", families=("door",)),
    "close": Deed(about="the door is closed", families=("door",)),
    "fall": Deed(
        about="the wearer falls: in real time the band streams the fall, in driven time it sends its own flag",
        families=("band",),
        words={"kind": ("forward", "backward", "sideways", "slump")},
        any_device=True,
    ),
    "take_off": Deed(about="the band is taken off and put on the table", families=("band",), any_device=True),
    "put_on": Deed(about="the band is worn again", families=("band",), any_device=True),
    "test": Deed(about="the detector's test button is pressed", families=("smoke", "co", "gas", "water")),
    "tamper": Deed(about="the sensor's cover is opened", families=("cord", *STATEFUL)),
    "low_battery": Deed(about="the sensor says that its battery is low", families=_EVERY),
    "new_battery": Deed(about="the sensor has got a new battery", families=("button", "band", *STATEFUL)),
    "remove": Deed(about="the sensor is taken away or dies: not a word from now on", families=_EVERY),
    "put_back": Deed(about="the sensor is there again", families=_EVERY),
    "retained": Deed(
        about="what the device would say in its alarm, with a nearly empty battery, is kept by the local broker: a "
        "stale message that the gateway meets when it comes back",
        families=("button", *STATEFUL),
    ),
    "misbehave": Deed(
        about="the device is broken in a way of its own for `seconds`",
        families=_EVERY,
        numbers={"seconds": _SECONDS},
        words={"how": tuple(FAULTS)},
    ),
    # Of the people.
    "leave": Deed(about="everybody goes out by the door", families=("door",), any_device=True),
    "return": Deed(about="everybody comes home", families=("door",), any_device=True),
    "collapse": Deed(about="everybody lies still where they are"),
    "get_up": Deed(about="everybody is up again"),
    # Of the house and its lines.
    "wait": Deed(about="nothing; the scenario lasts at least until then"),
    "jam": Deed(
        about="somebody else's radio fills the air for `seconds` with `per_second` foreign frames",
        numbers={"seconds": _SECONDS, "per_second": Number(1, 40, 25)},
    ),
    "unplug": Deed(about="the 433 MHz receivers' cables are pulled"),
    "plug": Deed(about="they are plugged in again"),
    "local_broker_down": Deed(about="the broker in the house ends"),
    "local_broker_up": Deed(about="it runs again"),
    "broker_down": Deed(about="the district's broker ends"),
    "broker_up": Deed(about="it runs again"),
    "line_down": Deed(about="the line to the district is cut: the broker runs, nothing gets through"),
    "line_up": Deed(about="the line is whole again"),
    "centre_down": Deed(about="the call centre is not there"),
    "centre_up": Deed(about="the call centre is there again"),
    "power_cut": Deed(
        about="the gateway's power is gone for `seconds`", numbers={"seconds": Number(1.0, 30 * DAY_SECONDS, 10.0)}
    ),
    "clock": Deed(
        about="the gateway's clock jumps by `seconds`",
        numbers={"seconds": Number(-100 * 365 * DAY_SECONDS, 100 * 365 * DAY_SECONDS, -3_600.0)},
        driven_only=True,
    ),
    "command": Deed(
        about="the gateway gets the centre's order to test a device: issued `late_seconds` ago, good for 5 minutes",
        numbers={"late_seconds": Number(0.0, 365 * DAY_SECONDS, 0.0)},
        families=_EVERY,
    ),
}
