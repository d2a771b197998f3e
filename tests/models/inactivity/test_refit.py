"""A home that changes: what was learned stays, and the open silence too."""

import pytest

from models.inactivity import InactivityWatch, Sensor
from models.inactivity.refit import refitted

BATH, KITCHEN = Sensor(id="bath", room="bathroom"), Sensor(id="kitchen", room="kitchen")
MORNING = 1_772_323_200.0
"""Eight o'clock in Shanghai."""


def lived() -> InactivityWatch:
    watch = InactivityWatch([BATH, KITCHEN])
    for minute in range(0, 120, 5):
        at = MORNING + minute * 60
        watch.observe(at, "bath")
        watch.observe(at + 60, "kitchen")
        watch.check(at + 61)
    return watch


def silent_until_alarm(watch: InactivityWatch) -> float:
    """Hours of silence until the alarm."""
    start = MORNING + 120 * 60
    for step in range(12 * 60):
        verdict = watch.check(start + step * 60)
        if verdict is not None and verdict.stage == "alarm":
            return step / 60
    raise AssertionError("no alarm")


def test_the_same_home_is_the_same_watch() -> None:
    blob = lived().state()
    assert refitted(blob, [BATH, KITCHEN], 1.0, "Asia/Shanghai").state() == InactivityWatch.restore(blob).state()


def test_a_new_sensor_is_heard_and_the_silence_goes_on() -> None:
    watch = lived()
    watch.sensor_lost(MORNING + 7_200, "bath")
    sofa = Sensor(id="sofa", room="living_room", kind="presence")
    changed = refitted(watch.state(), [KITCHEN, sofa], 1.0, "Asia/Shanghai")
    changed.observe(MORNING + 7_201, "bath")
    assert [fault.kind for fault in changed.take_faults()] == ["unknown_sensor"]
    assert changed.promise().protected
    assert silent_until_alarm(changed) == pytest.approx(silent_until_alarm(lived()), abs=0.5)
    changed.observe(MORNING + 90_000, "sofa")
    assert changed.take_faults() == []


def test_what_is_no_state_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="delete it"):
        refitted(b"rubbish", [BATH], 1.0, "Asia/Shanghai")
