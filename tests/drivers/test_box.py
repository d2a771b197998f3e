"""What the buttons of a box mean, and which events are their presses."""

from datetime import UTC, datetime

import pytest

from drivers.box import ADDRESS, BUTTONS, DRIVER, NAME, Level, Panel, pressed
from drivers.box_presses import FULL_SECONDS, STUCK_SECONDS
from drivers.device import Device
from drivers.event import AlarmType, Event, Kind, Signal, TroubleType
from drivers.registry import DRIVERS
from gateway.intake.intake import Counted
from tests.gateway.houses import Listener, happened

BOX = Device(id="box", driver=NAME, address=ADDRESS, model="box", room="hall")
DOWN_SECONDS = 2 * FULL_SECONDS
UP_SECONDS = 4 * FULL_SECONDS


class Fingers:
    """A panel, pressed by name."""

    def __init__(self, **down: bool) -> None:
        self.panel = Panel()
        self.now = 100.0
        self.down = dict.fromkeys(BUTTONS, False) | down
        assert self.look() == ()

    def look(self, after_seconds: float = 0.0, **down: bool) -> tuple[Signal, ...]:
        self.now += after_seconds
        self.down |= down
        return self.panel.look([Level(button=name, down=is_down, at=self.now) for name, is_down in self.down.items()])

    def press(self, *names: str) -> tuple[Signal, ...]:
        self.look(**dict.fromkeys(names, True))
        said = self.look(DOWN_SECONDS)
        assert self.look(**dict.fromkeys(names, False)) == ()
        assert self.look(UP_SECONDS) == ()
        return said


def heard(listener: Listener, said: tuple[Signal, ...], at: float) -> list[Event]:
    return happened(outcome for signal in said for outcome in listener.hear(signal, at))


@pytest.fixture
def listener() -> Listener:
    return Listener(devices=[BOX], drivers=[NAME])


@pytest.mark.parametrize(
    ("button", "kind", "type_"),
    [
        ("sos", Kind.ALARM, "sos"),
        ("test", Kind.TEST, "sos"),
        ("visit", Kind.SERVICE_REQUEST, "visit_done"),
        ("well", Kind.ACTIVITY, "button"),
        ("away", Kind.ACTIVITY, "button"),
    ],
)
def test_each_button_has_one_meaning(listener: Listener, button: str, kind: Kind, type_: str) -> None:
    (event,) = heard(listener, Fingers().press(button), 0.0)
    assert (event.kind, event.type, event.device, event.supervised) == (kind, type_, "box", False)
    assert pressed(event) == button
    assert event.raises_alarm is (button == "sos")


def test_pressed_together_the_call_for_help_comes_first() -> None:
    assert [signal.kind for signal in Fingers().press("well", "test", "sos", "away")][:2] == [Kind.ALARM, Kind.TEST]


def test_a_trembling_hand_presses_once_and_a_second_call_is_a_second_alarm(listener: Listener) -> None:
    fingers = Fingers()
    assert len(heard(listener, fingers.press("sos"), 0.0)) == 1
    (outcome,) = listener.hear(fingers.press("sos")[0], 0.9)
    assert isinstance(outcome, Counted)
    assert len(heard(listener, fingers.press("sos"), 5.0)) == 1


def test_a_test_is_never_an_alarm_and_runs_once_a_minute(listener: Listener) -> None:
    fingers = Fingers()
    events = [event for at in (0.0, 2.0, 30.0) for event in heard(listener, fingers.press("test"), at)]
    assert [(event.kind, event.type) for event in events] == [(Kind.TEST, AlarmType.SOS)]
    assert len(heard(listener, fingers.press("test"), 200.0)) == 1


def test_a_stuck_button_is_a_fault_once_and_over_when_none_is_stuck(listener: Listener) -> None:
    fingers = Fingers()
    fingers.look(well=True, visit=True)
    fingers.look(DOWN_SECONDS)
    (fault,) = heard(listener, fingers.look(STUCK_SECONDS), 1.0)
    assert (fault.kind, fault.type, fault.device) == (Kind.TROUBLE, TroubleType.DEVICE_FAULT, "box")
    assert fault.evidence["marks"] == ["stuck_visit"]
    assert pressed(fault) is None
    fingers.look(visit=False)
    assert heard(listener, fingers.look(UP_SECONDS), 2.0) == []
    fingers.look(well=False)
    over = heard(listener, fingers.look(UP_SECONDS), 3.0)
    assert [(event.kind, event.type) for event in over] == [
        (Kind.RESTORE, TroubleType.DEVICE_FAULT),
        (Kind.SUPERVISION, None),
    ]
    assert [pressed(event) for event in over] == [None, None]


def test_one_stuck_button_leaves_the_others_working(listener: Listener) -> None:
    fingers = Fingers(well=True)
    assert [signal.kind for signal in fingers.look(STUCK_SECONDS)] == [Kind.TROUBLE]
    assert [event.kind for event in heard(listener, fingers.press("sos"), 1.0)] == [Kind.ALARM]


def test_a_fault_of_an_earlier_run_is_over_at_the_first_word_of_a_sound_box(listener: Listener) -> None:
    listener.intake.conditions.restore(BOX.id, TroubleType.DEVICE_FAULT, "event-of-before", resolved=False)
    fingers = Fingers(well=True)
    assert [event.kind for event in heard(listener, (fingers.panel.check_in(),), 0.0)] == [Kind.SUPERVISION]
    fingers.look(well=False)
    events = heard(listener, fingers.look(UP_SECONDS), 1.0)
    assert [(event.kind, pressed(event)) for event in events] == [(Kind.ACTIVITY, "well"), (Kind.RESTORE, None)]


def test_a_button_held_while_the_chip_was_away_is_not_pressed_anew() -> None:
    fingers = Fingers()
    fingers.look(sos=True)
    assert [signal.kind for signal in fingers.look(DOWN_SECONDS)] == [Kind.ALARM]
    assert fingers.look(30.0) == ()
    assert fingers.look(sos=False) == ()
    assert fingers.look(UP_SECONDS) == ()


def test_the_next_look_is_the_earliest_of_all_buttons() -> None:
    fingers = Fingers()
    assert fingers.panel.next_look() is None
    fingers.look(well=True)
    fingers.look(FULL_SECONDS / 2, sos=True)
    assert fingers.panel.next_look() == fingers.now + FULL_SECONDS / 2


def test_events_of_other_devices_are_no_presses_of_the_box() -> None:
    other = Event(
        id="e",
        kind=Kind.ACTIVITY,
        received_at=datetime(2026, 3, 1, tzinfo=UTC),
        driver="ev1527",
        evidence={"code": "well"},
    )
    assert pressed(other) is None


def test_the_box_is_no_device_that_could_be_enrolled_by_hand() -> None:
    assert DRIVERS[NAME] is DRIVER
    with pytest.raises(ValueError, match=r"write a section \[box\]"):
        DRIVER.normalise_address("box")
