import functools

from models.inactivity import InactivityWatch, Sensor
from models.inactivity.routine import Routine
from models.inactivity.sensors import Place
from models.inactivity.stays import NIGHT_OUT_MINUTES, Ladder
from tests.models.inactivity.home import DAY, HOUR, alarms, run

SENSORS = (
    Sensor("bed", "bedroom", "bed"),
    Sensor("bath", "bathroom"),
    Sensor("living", "living"),
    Sensor("door", "entry", "door"),
)
DAYS = 190
MINUTE = 60.0
END = DAYS * DAY


@functools.cache
def half_a_year_without_nights_out() -> bytes:
    """A life of one pattern: rooms in turn by day, the bed at night, an hour out before noon; in UTC."""
    watch = InactivityWatch(SENSORS, 1.0, "UTC")
    events = []
    for day in range(DAYS):
        for quarter in range(4 * 24):
            at = day * DAY + quarter * 15 * MINUTE + 10.0
            hour = quarter / 4
            if 7 <= hour < 22 and not 10 <= hour < 11:
                room = ("living", "bath", "living")[quarter % 3]
                events += [(at, room, 1.0), (at + 90.0, "living", 1.0)]
            elif quarter % 4 == 1 and hour != 10.25:
                events += [(at, "bed", 3.0)]
        events += [(day * DAY + hours * HOUR, "door", 3.0) for hours in (10.0, 10.99)]
    run(watch, sorted(events), 0.0, END, step=HOUR)
    return watch.state()


def test_going_out_at_night_and_not_coming_back_is_wandering() -> None:
    watch = InactivityWatch.restore(half_a_year_without_nights_out())
    left = END + 2 * HOUR
    said = run(watch, [(left - 30.0, "bed", 3.0), (left, "door", 3.0)], left, left + 2 * HOUR)
    assert [verdict.stage for verdict in said if verdict.kind == "night_wandering"] == ["prompt", "alarm"]
    assert len(alarms(said)) == 1
    assert "went out at night at 02:00" in said[0].explanation
    assert "夜间02:00外出" in said[0].explanation_zh


def test_life_in_the_bathroom_alone_and_on_and_on_is_told() -> None:
    watch = InactivityWatch.restore(half_a_year_without_nights_out())
    fallen = END + 15 * HOUR
    signs = [(fallen + minute * MINUTE, "bath", 3.0) for minute in range(0, 240, 5)]
    said = run(watch, [(fallen - 20.0, "living", 3.0), *signs], fallen, fallen + 4 * HOUR)
    assert [verdict.kind for verdict in alarms(said)] == ["bathroom_long"]
    assert "in the bathroom since 15:00" in alarms(said)[0].explanation


def test_a_home_that_goes_out_at_night_is_not_told_each_time() -> None:
    ladder = Ladder(NIGHT_OUT_MINUTES)
    for day in range(0, 300, 10):
        ladder.begin(day * DAY)
        ladder.go_on(day * DAY + 3 * HOUR, float(day))
        ladder.end()
    assert ladder.limit(300.0, 0.0, 1.0) is None
    assert Ladder(NIGHT_OUT_MINUTES).limit(300.0, 0.0, 1.0) == NIGHT_OUT_MINUTES[0] * MINUTE
    assert Ladder(NIGHT_OUT_MINUTES).limit(20.0, 0.0, 1.0) is None


def test_a_week_unlike_the_month_before_is_a_note() -> None:
    routine = Routine()
    told = []
    for day in range(49):
        for slot in range(48):
            ups = 2 if day < 28 + 7 else 6
            for step in range(6):
                if (slot < 12 and step == 0 and slot // 2 < ups) or slot >= 16:
                    routine.learn_sign(slot, 4 if slot < 12 else 0, int(Place.BEDROOM))
                elif slot < 12:
                    routine.learn_silent(1)
        told.append(routine.new_day(day % 7))
    notes = [note for note in told if note is not None]
    assert told[:35] == [None] * 35
    assert any("times up at night" in en and "夜间起床" in zh for en, zh in notes)
