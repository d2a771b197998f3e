"""One press or two: radio repeats fold, presses never do, and too many raise the last alarm's count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from drivers.event import ClockQuality, Kind
from gateway.intake.conditions import SAID_ONCE_SECONDS
from gateway.intake.intake import Counted
from gateway.intake.presses import CODES_LIMIT, Presses, Verdict
from tests.gateway.houses import BUTTON, CORD, OTHER_CORD, Listener, happened, moment, raised, signal

gaps = st.lists(st.floats(0, 2.0), min_size=4, max_size=79)


@given(gaps=gaps)
def test_five_to_eighty_repeats_are_one_press_whatever_their_timing(gaps: list[float]) -> None:
    listener, at = Listener(), 10.0
    (first,) = raised(listener.hear(signal(CORD, code="F"), at))
    for heard, gap in enumerate(gaps, 2):
        at += gap
        assert listener.hear(signal(CORD, code="F"), at) == [Counted(event=first.id, count=heard)]


@given(first=gaps, pause=st.floats(2.001, 1_000), second=gaps)
def test_two_presses_more_than_two_seconds_apart_are_two_alarms(
    first: list[float], pause: float, second: list[float]
) -> None:
    listener, at, alarms = Listener(), 10.0, 0
    for gap in [0.0, *first, pause, *second]:
        at += gap
        alarms += len(raised(listener.hear(signal(CORD, code="F"), at)))
    assert alarms == 2


@given(codes=st.lists(st.sampled_from("0123456789ABCDEF"), unique=True, min_size=2, max_size=10))
def test_different_codes_never_fold(codes: list[str]) -> None:
    listener = Listener()
    alarms = [raised(listener.hear(signal(CORD, code=code), 10.0)) for code in codes]
    assert all(len(found) == 1 for found in alarms)


def test_the_same_code_of_two_devices_does_not_fold() -> None:
    listener = Listener()
    assert raised(listener.hear(signal(CORD, code="F"), 10.0))
    assert raised(listener.hear(signal(OTHER_CORD, code="F"), 10.1))


def test_every_message_of_a_button_is_a_press_of_its_own() -> None:
    listener = Listener()
    assert len([raised(listener.hear(signal(BUTTON, code="single"), 10.0)) for _ in range(2)]) == 2
    assert not [one for one in listener.hear(signal(BUTTON, code="single"), 10.0) if isinstance(one, Counted)]


def test_repeats_of_what_is_no_alarm_fold_too() -> None:
    listener = Listener()
    opened = signal(CORD, Kind.ACTIVITY, "contact_open", code="D")
    assert sum(len(happened(listener.hear(opened, 10.0 + number * 0.1))) for number in range(40)) == 1


@given(cap=st.integers(1, 12), extra=st.integers(1, 20))
def test_above_the_cap_the_last_alarms_count_grows_and_nothing_is_swallowed(cap: int, extra: int) -> None:
    listener, at = Listener(cap), 10.0
    alarms = []
    for _ in range(cap):
        alarms += raised(listener.hear(signal(BUTTON, code="single"), at))
        at += 0.5
    assert len(alarms) == cap
    counts, updates = [], []
    for _ in range(extra):
        *update, count = listener.hear(signal(BUTTON, code="single"), at)
        assert isinstance(count, Counted)
        assert count.event == alarms[-1].id
        counts.append(count.count)
        updates += happened(update)
        at += 0.5
    assert counts == list(range(2, extra + 2))
    assert all((one.kind, one.alarm) == (Kind.ALARM, alarms[-1].id) and one.id != one.alarm for one in updates)
    # A minute after the first of them there is room for a new alarm; a sibling always had it.
    assert raised(listener.hear(signal(CORD, code="F"), at))
    assert raised(listener.hear(signal(BUTTON, code="single"), 10.0 + 60.0))


def test_the_count_of_a_capped_alarm_grows_over_its_repeats_too() -> None:
    listener = Listener(1)
    (alarm,) = raised(listener.hear(signal(CORD, code="F"), 10.0))
    assert listener.hear(signal(CORD, code="F"), 10.1) == [Counted(event=alarm.id, count=2)]
    (update,) = happened(listener.hear(signal(CORD, code="F"), 15.0))
    assert (update.alarm, update.repeat_count) == (alarm.id, 3)
    assert listener.hear(signal(CORD, code="F"), 15.1) == [Counted(event=alarm.id, count=4)]
    (update,) = happened(listener.hear(signal(CORD, code="F"), 25.0))
    assert update.repeat_count == 5


def test_a_stuck_call_button_does_not_hide_the_first_smoke_of_the_same_sender() -> None:
    listener = Listener(1)
    for at in (10.0, 15.0, 20.0):
        listener.hear(signal(CORD, code="F"), at)
    (smoke,) = raised(listener.hear(signal(CORD, type_="smoke", code="A"), 21.0))
    assert smoke.type == "smoke"


@pytest.mark.parametrize(("kind", "type_"), [(Kind.ALARM, "smoke"), (Kind.ALARM, "water"), (Kind.TAMPER, None)])
def test_the_next_fire_of_a_sender_that_never_told_the_end_of_the_last_is_heard(kind: Kind, type_: str | None) -> None:
    listener = Listener()
    code = signal(CORD, kind, type_, code="A")
    (first,) = happened(listener.hear(code, 10.0))
    for at in (40.0, 70.0, 70.0 + SAID_ONCE_SECONDS):
        assert [one.event for one in listener.hear(code, at) if isinstance(one, Counted)] == [first.id], "one fire"
    (second,) = happened(listener.hear(code, 80.0 + 2 * SAID_ONCE_SECONDS))
    assert (second.kind, second.type) == (kind, type_)
    assert second.id != first.id


def test_no_cap_is_no_cap() -> None:
    listener = Listener(0)
    assert sum(len(raised(listener.hear(signal(BUTTON, code="single"), 10.0))) for _ in range(300)) == 300


def test_codes_that_a_stranger_makes_up_do_not_fill_the_memory() -> None:
    presses = Presses(10)
    for number in range(CODES_LIMIT * 3):
        assert presses.judge("d", str(number), 2.0, 1.0, alarm=False) is Verdict.NEW
        presses.began("d", str(number), "event", 1.0, alarm=False)
    assert presses.judge("d", "0", 2.0, 1.0, alarm=False) is Verdict.NEW, "the oldest made room"
    assert presses.judge("d", str(CODES_LIMIT * 3 - 1), 2.0, 1.0, alarm=False) is Verdict.REPEAT


def test_a_press_under_way_when_the_power_went_is_not_a_second_one() -> None:
    (alarm,) = raised(Listener().hear(signal(CORD, code="F"), 10.0))
    young, old = Listener(), Listener()
    young.intake.remember(alarm, 100.0, 1.5)
    assert young.hear(signal(CORD, code="F"), 100.2) == [Counted(event=alarm.id, count=2)]
    old.intake.remember(alarm, 100.0, 2.5)
    assert raised(old.hear(signal(CORD, code="F"), 100.2))


def test_a_clock_that_lost_its_time_makes_no_old_press_swallow_the_next() -> None:
    listener = Listener()
    earlier = Listener()
    for number in range(20):
        for alarm in raised(earlier.hear(signal(CORD, code="F"), number * 100.0)):
            listener.intake.remember(alarm, 5.0, -3_600.0)
    assert raised(listener.hear(signal(CORD, code="F"), 5.1)), "neither a repeat nor above the cap"


def test_presses_of_minutes_ago_do_not_swallow_the_next_where_nobody_had_set_the_clock() -> None:
    earlier, listener = Listener(), Listener()
    for number in range(20):
        for alarm in raised(earlier.hear(signal(CORD, code="F"), number * 10.0)):
            unset = replace(alarm, clock_quality=ClockQuality.UNTRUSTED)
            listener.intake.remember(unset, 500.0, 500.0 - number * 10.0)
    assert raised(listener.hear(signal(CORD, code="F"), 500.1)), "the last of them was 310 s ago"


def test_times_of_a_moment_are_what_the_event_bears() -> None:
    (alarm,) = raised(Listener().hear(signal(CORD, code="F"), 33.0))
    assert alarm.received_at == moment(33.0).wall
    assert (alarm.device, alarm.room, alarm.supervised, alarm.evidence) == (
        "cord-bath",
        "bathroom",
        False,
        {"code": "F"},
    )
