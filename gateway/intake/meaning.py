"""What a signal means of the device as it was enrolled: a press that asks for a meal, a contact that lies under a bed.

Pure. It comes after the driver, who knows only the make, and before everything that judges news.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from drivers import presses
from drivers.device import BED, CHAIR, Device
from drivers.event import ActivityType, Kind, Signal, State

_OCCUPIED = frozenset({ActivityType.CONTACT_CLOSED, ActivityType.PRESENCE, ActivityType.BED_IN, ActivityType.CHAIR_IN})
_EMPTY = frozenset({ActivityType.CONTACT_OPEN, ActivityType.ABSENCE, ActivityType.BED_OUT, ActivityType.CHAIR_OUT})
"""What a mat may say by whatever means it was built: a switch that closes under weight, a radar, a strip."""

_OF_ROLE: Mapping[str, tuple[ActivityType, ActivityType]] = {
    BED: (ActivityType.BED_IN, ActivityType.BED_OUT),
    CHAIR: (ActivityType.CHAIR_IN, ActivityType.CHAIR_OUT),
}
"""By role: somebody is on it, nobody is."""


def meant(device: Device, signal: Signal) -> Signal:
    """The signal in the meaning that the device was enrolled with."""
    if signal.press is not None and device.presses:
        signal = _pressed(device, signal, signal.press)
    if device.role is not None and signal.kind is Kind.ACTIVITY:
        signal = replace(signal, type=_of_role(device.role, str(signal.type), inverted=device.is_inverted))
    return signal


def _pressed(device: Device, signal: Signal, press: str) -> Signal:
    word = presses.meaning(device.presses, press)
    if word is None:
        return signal
    kind, type_ = presses.WORDS[word]
    marks = (*signal.marks, word) if word == presses.ALL_RIGHT else signal.marks
    return replace(signal, kind=kind, type=type_, state=State.ACTIVE if kind is Kind.ALARM else None, marks=marks)


def _of_role(role: str, said: str, *, inverted: bool) -> str:
    occupied, empty = _OF_ROLE[role]
    if said in _OCCUPIED:
        return empty if inverted else occupied
    if said in _EMPTY:
        return occupied if inverted else empty
    return said
