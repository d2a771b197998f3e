from models.inactivity import InactivityWatch
from tests.models.inactivity.home import DAY, HOUR, alarms, run
from tests.models.inactivity.test_watch import EVENTS, NOW, learned


def kinds(watch: InactivityWatch) -> dict[str, int]:
    return {fault.kind: fault.count for fault in watch.take_faults()}


def test_events_out_of_order_are_left_out_and_told() -> None:
    watch = InactivityWatch.restore(learned())
    watch.take_faults()
    before = watch.state()
    watch.observe(NOW - 2 * DAY, "pir-living")
    assert kinds(watch) == {"out_of_order": 1}
    assert watch.state() == before
    assert watch.take_faults() == []


def test_an_event_from_the_future_is_no_life_and_no_end_of_time() -> None:
    watch = InactivityWatch.restore(learned())
    watch.take_faults()
    watch.observe(NOW + 30 * DAY, "pir-living")
    said = run(watch, EVENTS, NOW + 300.0, NOW + 2 * DAY)
    assert alarms(said) == []
    assert kinds(watch) == {"future": 1}


def test_after_a_pause_the_first_event_shows_the_time() -> None:
    watch = InactivityWatch.restore(learned())
    watch.take_faults()
    for event in [event for event in EVENTS if NOW + DAY < event[0] < NOW + DAY + HOUR]:
        watch.observe(*event)
    assert watch.check(NOW + DAY + HOUR) is None
    assert kinds(watch) == {}


def test_a_report_that_comes_twice_counts_once() -> None:
    watch = InactivityWatch.restore(learned())
    watch.take_faults()
    watch.observe(NOW + 10.0, "pir-living")
    watch.observe(NOW + 10.0, "pir-living")
    assert kinds(watch) == {"duplicate": 1}


def test_a_bridge_that_sends_everything_twice_makes_no_life_of_a_stray() -> None:
    once, twice = InactivityWatch.restore(learned()), InactivityWatch.restore(learned())
    twice.take_faults()
    signs = [(NOW + 2 * HOUR, "pir-living", 1.0), (NOW + 2.5 * HOUR, "pir-kitchen", 1.0)]
    doubled = [event for event in signs for _ in range(3)]
    assert run(twice, doubled, NOW + 300.0, NOW + 12 * HOUR) == run(once, signs, NOW + 300.0, NOW + 12 * HOUR)
    assert kinds(twice) == {"duplicate": 4}


def test_a_clock_set_back_a_day_raises_nothing_and_loses_nothing() -> None:
    watch = InactivityWatch.restore(learned())
    watch.take_faults()
    shifted = [(at - DAY, sensor, count) for at, sensor, count in EVENTS]
    assert alarms(run(watch, shifted, NOW - DAY + 300.0, NOW + DAY)) == []
    assert kinds(watch)["clock_back"] == 1
    assert alarms(run(watch, [], NOW + DAY, NOW + 2 * DAY))


def test_a_stranger_among_the_sensors_is_told() -> None:
    watch = InactivityWatch.restore(learned())
    watch.take_faults()
    watch.observe(NOW + 10.0, "neighbour")
    assert kinds(watch) == {"unknown_sensor": 1}
