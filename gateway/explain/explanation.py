"""What `anju decode` says about one input."""

from dataclasses import dataclass, field
from typing import Any

from drivers.device import Device
from drivers.event import Signal

Vector = dict[str, Any]
"""One line of input: `protocol`, `kind`, `input`, and where given `topic`, `ctx`, `fport`."""


class RejectedError(Exception):
    """The input is a reject; the message is the reason."""


@dataclass(slots=True, kw_only=True)
class Explanation:
    """The decoded fields (units in the names) and the events that the gateway would make of them.

    `ignored` is the reason why a sound frame says nothing to a gateway; `suggested` marks events that need a code map
    to be true: they show what the code means on known makes.
    """

    fields: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    ignored: str | None = None
    suggested: bool = False


def scalars(values: dict[str, Any]) -> dict[str, Any]:
    """The plain values among `values`: nested ones are a bridge's business and may be of any depth."""
    return {key: value for key, value in values.items() if value is None or isinstance(value, (bool, int, float, str))}


def event_of(signal: Signal) -> dict[str, Any]:
    """A signal as the output shows it: always `kind` and `type`, more where it says more."""
    event: dict[str, Any] = {"kind": signal.kind.value, "type": None if signal.type is None else str(signal.type)}
    if signal.code is not None:
        event["code"] = signal.code
    if signal.state is not None:
        event["state"] = signal.state.value
    if signal.value is not None:
        event |= {"value": signal.value, "unit": signal.unit}
    if signal.not_active:
        event["not_active"] = list(signal.not_active)
    return event


def anybody(driver: str, address: str) -> Device:
    """A lookup that knows every address as a device of the driver's generic model."""
    return Device(id=address, driver=driver, address=address, model="generic", room="")


def nobody(driver: str, address: str) -> Device | None:  # noqa: ARG001 - the shape of a lookup
    """A lookup that knows no device at all."""
    return None
