"""The gateway's own box: its push buttons, each with one meaning. Pure; the lines are read in `link/gpio`.

One button, one meaning, one press: nothing has to be held or pressed twice, and a press that is held or doubled by a
trembling hand is still one. Every press counts from the moment the button goes down.
Unsupervised: nobody can tell a button that is not pressed from a cable that is cut. Test by hand every month.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from drivers.box_presses import Button, Said, Standing
from drivers.event import ActivityType, AlarmType, Event, Kind, ServiceType, Signal, State, TroubleType
from drivers.registry import Driver, Model

NAME = "box"
ADDRESS = "box"
SOS: Final = "sos"
WELL: Final = "well"
AWAY: Final = "away"
VISIT: Final = "visit"
TEST: Final = "test"
ONE_PRESS_SECONDS = 1.0
"""Presses of one button so close together are one."""
CHECK_IN_SECONDS = 60.0
"""A chip that comes and goes is noted once a minute."""

_MEANINGS: dict[str, Signal] = {
    SOS: Signal(driver=NAME, address=ADDRESS, kind=Kind.ALARM, type=AlarmType.SOS, state=State.ACTIVE, code=SOS),
    # Without a code, as a detector's test: who presses it over and over runs one test a minute.
    TEST: Signal(driver=NAME, address=ADDRESS, kind=Kind.TEST, type=AlarmType.SOS),
    VISIT: Signal(driver=NAME, address=ADDRESS, kind=Kind.SERVICE_REQUEST, type=ServiceType.VISIT_DONE, code=VISIT),
    WELL: Signal(driver=NAME, address=ADDRESS, kind=Kind.ACTIVITY, type=ActivityType.BUTTON, code=WELL),
    AWAY: Signal(driver=NAME, address=ADDRESS, kind=Kind.ACTIVITY, type=ActivityType.BUTTON, code=AWAY),
}
BUTTONS: tuple[str, ...] = tuple(_MEANINGS)
"""Every button a box can have, most urgent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A button was seen up or down from `at` (monotonic seconds) on."""

    button: str
    down: bool
    at: float


class Panel:
    """All buttons of a box. It outlives a chip that goes and comes back: what is held meanwhile is not pressed anew."""

    def __init__(self) -> None:
        self._buttons: dict[str, Button] = {}

    def look(self, levels: Iterable[Level]) -> tuple[Signal, ...]:
        """What these levels, in the order of their times, say: most urgent first."""
        was_sound = self._is_sound()
        said: list[tuple[str, Said]] = []
        for level in levels:
            button = self._buttons.get(level.button)
            if button is None:
                self._buttons[level.button] = Button(down=level.down, now=level.at)
            else:
                said += [(level.button, one) for one in button.look(down=level.down, now=level.at)]
        said.sort(key=lambda one: BUTTONS.index(one[0]))
        signals = [_signal(name, one) for name, one in said if one is not Said.FREED]
        if not was_sound and self._is_sound():
            signals.append(self.check_in())
        return tuple(signals)

    def check_in(self) -> Signal:
        """The box is there; where no button is stuck, a fault of an earlier run is over."""
        over = (TroubleType.DEVICE_FAULT,) if self._is_sound() else ()
        return Signal(driver=NAME, address=ADDRESS, kind=Kind.SUPERVISION, not_active=over)

    def next_look(self) -> float | None:
        """When something happens by itself; None where all buttons are at rest."""
        times = (button.next_look() for button in self._buttons.values())
        return min((time for time in times if time is not None), default=None)

    def _is_sound(self) -> bool:
        return all(button.standing in (Standing.UP, Standing.DOWN) for button in self._buttons.values())


def _signal(name: str, said: Said) -> Signal:
    if said is Said.PRESSED:
        return _MEANINGS[name]
    return Signal(
        driver=NAME, address=ADDRESS, kind=Kind.TROUBLE, type=TroubleType.DEVICE_FAULT, marks=(f"stuck_{name}",)
    )


def pressed(event: Event) -> str | None:
    """Which button of the box this event is the press of: one of BUTTONS. None for every other event."""
    if event.driver != NAME or event.alarm not in (None, event.id):
        return None
    name = TEST if event.kind is Kind.TEST else str(event.evidence.get("code"))
    return name if name in _MEANINGS and event.kind is _MEANINGS[name].kind else None


def normalise_address(text: str) -> str:
    """There is one box and it has no address. Raises ValueError with the remedy for whoever enrols it as a device."""
    raise ValueError(f"{text!r} cannot be: the box is no [[device]]; write a section [box]")


DRIVER = Driver(
    name=NAME,
    protocols=(),
    models={"box": Model("box", supervised=False, supervision_seconds=None, battery=False)},
    generic_model="box",
    normalise_address=normalise_address,
    normalise_code=None,
    code_map_words=None,
    repeat_seconds=ONE_PRESS_SECONDS,
    state_seconds=CHECK_IN_SECONDS,
)
