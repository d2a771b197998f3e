"""Which devices nobody watches but a hand: those that cannot report by themselves, and when each was last proven. Pure.

A device that is supervised tells of its own silence. Every other one is only known to work when somebody has used it:
it is due for a test by hand once its last alarm, test or sign of use is a month old, or where there has been none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drivers.device import Device
from drivers.registry import Driver
from gateway.store.devices import DeviceState

HAND_TEST_EVERY = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an enrolled device stands; `is_due` says that it wants a test by hand."""

    device: Device
    supervised: bool
    is_due: bool
    state: DeviceState = field(default_factory=DeviceState)


def is_supervised(device: Device, drivers: Mapping[str, Driver]) -> bool:
    """Whether the silence of this device would be noticed."""
    return device.supervision_seconds is not None or drivers[device.driver].model(device.model).supervised


def standings(
    devices: Iterable[Device], drivers: Mapping[str, Driver], states: Mapping[str, DeviceState], now: datetime
) -> list[Standing]:
    """Every enrolled device, in the order of the gateway's file."""
    found = []
    for device in devices:
        state = states.get(device.id, DeviceState())
        supervised = is_supervised(device, drivers)
        found.append(
            Standing(
                device=device, supervised=supervised, is_due=not supervised and _is_long_ago(state, now), state=state
            )
        )
    return found


def _is_long_ago(state: DeviceState, now: datetime) -> bool:
    return state.proven_at is None or now - state.proven_at > HAND_TEST_EVERY
