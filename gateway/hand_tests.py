"""Which devices nobody watches but a hand: those that cannot report by themselves, and when each was last proven. Pure.

A device that is supervised tells of its own silence. Every other one is only known to work when somebody has used it:
it is due for a test by hand once its last alarm, test or sign of use is a month old, or where there has been none.
"""

from collections.abc import Collection, Iterable, Mapping
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


def supervised_ones(devices: Iterable[Device], drivers: Mapping[str, Driver]) -> frozenset[str]:
    """The ids of the devices whose silence would be noticed."""
    return frozenset(device.id for device in devices if is_supervised(device, drivers))


def standings(
    devices: Iterable[Device], supervised: Collection[str], states: Mapping[str, DeviceState], now: datetime
) -> list[Standing]:
    """Every enrolled device, in the order of the gateway's file; `supervised` are ids."""
    found = []
    for device in devices:
        state, watched = states.get(device.id, DeviceState()), device.id in supervised
        is_due = not watched and _is_long_ago(state, now)
        found.append(Standing(device=device, supervised=watched, is_due=is_due, state=state))
    return found


def _is_long_ago(state: DeviceState, now: datetime) -> bool:
    return state.proven_at is None or now - state.proven_at > HAND_TEST_EVERY
