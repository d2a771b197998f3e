"""What can be made to sound or shine: a siren, a plug, a buzzer. Encoders only; nothing in here sends.

Every message that switches something on also says for how long, wherever its device can be told that: a siren must end
by itself when the gateway behind it has lost its power.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

SECONDS_LIMIT = 600
"""The longest that common Zigbee sirens can be told to sound."""


class Via(StrEnum):
    """Which of the house's lines leads to an output."""

    BROKER = "broker"
    SERIAL = "serial"
    LISTENER = "listener"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An output as its driver knows it: a normalised address, and where it has any, radio codes of six hex digits.

    `code_off` is None for what cannot be ended by radio.
    """

    address: str
    code: str | None = None
    code_off: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """That something is to sound: for how many more seconds, whether it is a fire, and how it stands, in a sentence."""

    seconds: int
    fire: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out on a line; `topic` is empty where the line has none."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that an output can do.

    `encode` gives the message; with None for the sounding it is the one that ends it, or None where nothing does.
    `again_seconds`: what lasts only a moment is said again so often while it is to sound. `says`: it shows the text,
    so that each notice is told anew.
    """

    encode: Callable[[Target, Sounding | None], Message | None]
    again_seconds: float | None = None
    has_code: bool = False
    says: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDriver:
    """A family of outputs. `normalise_address` raises ValueError with the remedy."""

    name: str
    via: Via
    actions: Mapping[str, Action]
    normalise_address: Callable[[str], str]
