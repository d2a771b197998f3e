"""What receivers of 433/868 MHz behind the local broker have in common: they hear for others and may die themselves.

A receiver may be enrolled as a device of its own; then its silence is noticed like any device's, and its last will at
once. One that is not enrolled is never offered: in a house of thirty Tasmota plugs the offers would bury the cords.
"""

from collections.abc import Callable

from msgspec.structs import replace

from drivers.device import Decoded, Lookup
from drivers.event import Kind, Reject, Signal
from drivers.registry import Driver, Model

MESSAGE_LIMIT_BYTES = 16 * 1024
SUPERVISION_SECONDS = 900
"""Three of Tasmota's reports (every 300 s), seven of OpenMQTTGateway's (every 120 s)."""
_STATE_SECONDS = 60.0
_NAME_LIMIT_CHARACTERS = 128
_ONLINE = {b"online": True, b"offline": False}


def receiver_driver(name: str, protocol: str) -> Driver:
    """The registry's entry for a receiver that can be enrolled under the name it bears in its topics."""
    return Driver(
        name=name,
        protocols=(protocol,),
        models={"receiver": Model("receiver", supervised=True, supervision_seconds=SUPERVISION_SECONDS, battery=False)},
        generic_model="receiver",
        normalise_address=_normalise_address,
        normalise_code=None,
        code_map_words=None,
        state_seconds=_STATE_SECONDS,
    )


def is_online(payload: bytes) -> bool | None:
    """What a last-will topic says; None where it is neither word."""
    return _ONLINE.get(payload[:16].strip().lower())


def sign_of_life(driver: str, receiver: str, lookup: Lookup, *, retained: bool, online: bool = True) -> Decoded:
    """A receiver is there, or its last will says that it is gone; nothing where nobody enrolled it."""
    if lookup(driver, receiver) is None:
        return ()
    kind = Kind.SUPERVISION if online else Kind.SUPERVISION_LOST
    return (Signal(driver=driver, address=receiver, kind=kind, retained=retained),)


def with_sign_of_life(heard: Decoded, sign: Callable[[], Decoded]) -> Decoded:
    """What a receiver heard, and that it is alive itself; a refusal stays one."""
    if isinstance(heard, Reject):
        return heard
    own = sign()
    return heard if isinstance(own, Reject) else heard + own


def as_retained(heard: Decoded, retained: bool) -> Decoded:
    """Signals of a decoder that knows nothing of brokers, marked where the broker kept their message."""
    return heard if isinstance(heard, Reject) else tuple(replace(signal, retained=retained) for signal in heard)


def _normalise_address(text: str) -> str:
    name = text.strip()
    levels = name.split("/")
    if not all(levels) or len(name) > _NAME_LIMIT_CHARACTERS or any(sign in name for sign in "+#\0"):
        raise ValueError(f"{text!r} is no receiver's name: write the name that it bears in its topics")
    return name
