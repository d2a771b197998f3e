"""Who goes when: order, slots, retries, overflow; on a clock that is a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.event import AlarmType, Kind
from gateway.store.rows import Stored
from gateway.uplink.ledger import LEDGER_LIMIT, MEMORY_LIMIT, SLOT_LIMIT, Ledger
from gateway.uplink.retry import (
    RECONNECT_LIMIT_SECONDS,
    RECONNECT_WITH_ALARM_SECONDS,
    reconnect_after_seconds,
    resend_after_seconds,
)
from tests.gateway.houses import event, stored

KINDS = {
    "fire": (Kind.ALARM, AlarmType.SMOKE),
    "person": (Kind.ALARM, AlarmType.SOS),
    "property": (Kind.ALARM, AlarmType.WATER),
    "trouble": (Kind.TAMPER, None),
    "record": (Kind.SERVICE_REQUEST, "meal"),
}


def message(priority: str, sequence: int = 1, *, durable: bool = True) -> Stored:
    kind, type_ = KINDS[priority]
    return stored(event(kind, type_), sequence=sequence, durable=durable)


def send(ledger: Ledger, now: float, slots: int = 20) -> list[Stored]:
    """Send what is due, and let the broker acknowledge it at once."""
    went = []
    for entry in ledger.due(now, slots):
        ledger.sent(entry.stored.event.id, now)
        ledger.acknowledged(entry.stored.event.id)
        went.append(entry.stored)
    return went


def times_sent(ledger: Ledger, until: int, start: int = 0) -> list[int]:
    return [second for second in range(start, until) if send(ledger, float(second))]


def test_an_alarm_goes_every_ten_seconds_for_three_minutes_then_every_minute_for_ever() -> None:
    ledger = Ledger()
    ledger.offer(message("person"), 0.0)
    assert times_sent(ledger, 500) == [*range(0, 181, 10), 240, 300, 360, 420, 480]


def test_what_is_nobodys_alarm_goes_after_a_minute_and_ever_more_seldom() -> None:
    ledger = Ledger()
    ledger.offer(message("trouble"), 0.0)
    assert times_sent(ledger, 2_600) == [0, 60, 120, 240, 480, 960, 1_560, 2_160]
    ledger.make_due(2_600.0)
    assert times_sent(ledger, 2_700, 2_600) == [2_600, 2_660], "a new connection begins anew"


def test_a_thousand_without_an_answer_are_no_storm() -> None:
    ledger = Ledger()
    for number in range(LEDGER_LIMIT):
        ledger.offer(message("trouble", number), 0.0)
    sent = 0
    for second in range(86_400):
        while second % 10 == 0 and (went := send(ledger, float(second))):
            sent += len(went)
    assert sent <= LEDGER_LIMIT * (86_400 / 600 + 5)


def test_what_happens_now_goes_before_what_waited_and_before_what_was_sent() -> None:
    ledger = Ledger()
    for number in range(1, 5):
        ledger.offer(message("person", number), 0.0)
    ledger.offer(message("person", 0), 0.0, age_seconds=25 * 3_600.0)
    ledger.make_due(10.0)  # the line is back
    assert [one.sequence for one in send(ledger, 10.0, slots=2)] == [1, 2]
    ledger.offer(message("person", 9), 11.0)
    assert [one.sequence for one in send(ledger, 11.0, slots=1)] == [9], "it does not stand behind the backlog"
    assert [one.sequence for one in send(ledger, 30.0)] == [3, 4, 0, 9, 1, 2], "late ones last, then the retries"


def test_a_new_alarm_goes_before_the_retries_of_a_more_urgent_class() -> None:
    ledger = Ledger()
    ledger.offer(message("fire", 1), 0.0)
    send(ledger, 0.0)
    ledger.offer(message("person", 2), 10.0)
    ledger.offer(message("trouble", 3), 10.0)
    assert [one.priority for one in send(ledger, 10.0)] == ["person", "fire", "trouble"]


def test_only_the_centres_word_ends_it_never_the_brokers() -> None:
    ledger = Ledger()
    one = message("person")
    ledger.offer(one, 0.0)
    assert times_sent(ledger, 25) == [0, 10, 20]
    assert ledger.received(one.event.id)
    assert not ledger.received(one.event.id)
    assert times_sent(ledger, 1_000, 25) == []
    assert (len(ledger), ledger.unanswered(), ledger.oldest_alarm_age(99.0)) == (0, 0, 0.0)


def test_what_is_on_its_way_is_not_sent_again_before_the_broker_spoke() -> None:
    ledger = Ledger()
    one = message("person")
    ledger.offer(one, 0.0)
    (entry,) = ledger.due(0.0, 20)
    ledger.sent(one.event.id, 0.0)
    assert ledger.in_flight() == 1
    assert not ledger.due(100.0, 20)
    ledger.acknowledged(one.event.id)
    assert ledger.due(100.0, 20) == [entry]
    assert entry.attempts == 1


def test_a_new_connection_sends_everything_anew_and_quickly() -> None:
    ledger = Ledger()
    ledger.offer(message("person"), 0.0)
    assert times_sent(ledger, 190)[-1] == 180
    (entry,) = ledger.alarms()
    ledger.sent(entry.stored.event.id, 190.0)
    ledger.line_lost()
    ledger.make_due(195.0)
    assert times_sent(ledger, 220, 195) == [195, 205, 215]
    assert ledger.oldest_alarm_age(220.0) == 220.0, "its age is that of the alarm, not of the connection"


def test_hold_brings_it_again_in_ten_seconds() -> None:
    ledger = Ledger()
    one = message("trouble")
    ledger.offer(one, 0.0)
    send(ledger, 0.0)
    assert ledger.hold(one.event.id, 5.0)
    assert times_sent(ledger, 80, 5) == [15, 75]
    assert not ledger.hold("unknown", 5.0)


def test_an_alarm_of_an_earlier_boot_keeps_its_age() -> None:
    ledger = Ledger()
    ledger.offer(message("person"), 100.0, age_seconds=500.0)
    assert ledger.oldest_alarm_age(100.0) == 500.0
    ledger.offer(message("fire", 2), 100.0, age_seconds=-3_600.0)
    assert times_sent(ledger, 121, 100) == [100, 110, 120]


@given(st.permutations([(priority, number) for priority in KINDS for number in (1, 2)]))
def test_fire_before_persons_before_faults_before_records_each_as_it_happened(order: list[tuple[str, int]]) -> None:
    ledger = Ledger()
    for priority, number in order:
        ledger.offer(message(priority, number), 0.0)
    went: list[Stored] = []
    while found := send(ledger, 0.0, slots=1):
        went += found
    assert [(one.priority, one.sequence) for one in went] == [(name, number) for name in KINDS for number in (1, 2)]


@given(
    slots=st.integers(1, 65_535),
    given=st.lists(st.sampled_from(sorted(KINDS)), max_size=60),
    acknowledged=st.lists(st.integers(0, 59), max_size=30),
)
def test_never_more_than_the_broker_takes_and_an_alarm_always_finds_a_slot(
    slots: int, given: list[str], acknowledged: list[int]
) -> None:
    ledger = Ledger()
    messages = [message(priority, number) for number, priority in enumerate(given)]
    for one in messages:
        ledger.offer(one, 0.0)
        for entry in ledger.due(0.0, slots):
            ledger.sent(entry.stored.event.id, 0.0)
        assert ledger.in_flight() <= min(slots, SLOT_LIMIT)
    for index in acknowledged:
        if index < len(messages):
            ledger.acknowledged(messages[index].event.id)
    if slots > 1:
        others = sum(entry.in_flight and not entry.is_alarm for entry in ledger._entries.values())
        assert others <= 1, "what lies in a line that slows down cannot be overtaken"


@given(
    window=st.integers(2, 100),
    others=st.integers(0, 30),
    alarms=st.integers(1, 30),
)
def test_a_slow_line_holds_little_and_the_first_alarm_goes_however_full_it_is(
    window: int, others: int, alarms: int
) -> None:
    ledger = Ledger()
    for number in range(others):
        ledger.offer(message("trouble", number), 0.0)
    for entry in ledger.due(0.0, SLOT_LIMIT):
        ledger.sent(entry.stored.event.id, 0.0)  # the line was quick until now
    before = ledger.in_flight()
    for number in range(alarms):
        ledger.offer(message("person", 100 + number), 0.0)
    went = ledger.due(0.0, SLOT_LIMIT, window=window)
    assert 1 <= len(went) <= max(1, window - before)
    assert went[0].is_alarm


def test_a_fault_waits_for_the_digest_that_is_under_way_and_an_alarm_does_not() -> None:
    ledger = Ledger()
    ledger.offer(message("trouble"), 0.0)
    assert not ledger.due(0.0, SLOT_LIMIT, window=2, beside=1)
    ledger.offer(message("person", 2), 0.0)
    assert [entry.stored.priority for entry in ledger.due(0.0, SLOT_LIMIT, window=2, beside=1)] == ["person"]
    assert len(ledger.due(0.0, SLOT_LIMIT, window=2)) == 2


def test_with_one_slot_an_alarm_goes_next() -> None:
    ledger = Ledger()
    trouble, alarm = message("trouble", 1), message("person", 2)
    ledger.offer(trouble, 0.0)
    ledger.sent(trouble.event.id, 0.0)
    ledger.offer(alarm, 0.0)
    ledger.offer(message("trouble", 3), 0.0)
    assert not ledger.due(0.0, 1)
    ledger.acknowledged(trouble.event.id)
    assert [entry.stored for entry in ledger.due(0.0, 1)] == [alarm]


def test_a_full_ledger_gives_up_the_least_urgent_that_the_disk_has() -> None:
    ledger = Ledger()
    records = [message("record", number) for number in range(LEDGER_LIMIT)]
    for one in records:
        ledger.offer(one, 0.0)
    assert not ledger.overflowed
    alarm = message("fire", LEDGER_LIMIT)
    ledger.offer(alarm, 0.0)
    assert ledger.overflowed
    assert len(ledger) == LEDGER_LIMIT
    assert alarm.event.id in ledger
    assert records[-1].event.id not in ledger
    ledger.offer(records[-1], 0.0)
    assert records[-1].event.id not in ledger, "the newcomer itself may be the least urgent"


def test_what_only_memory_has_stays_however_full_it_is() -> None:
    limit = LEDGER_LIMIT
    ledger = Ledger()
    only_here = [message("record", number, durable=False) for number in range(limit)]
    for one in only_here:
        ledger.offer(one, 0.0)
    on_disk = message("record", limit + 1)
    ledger.offer(on_disk, 0.0)
    assert on_disk.event.id not in ledger, "it can come back from the disk, the others cannot"
    ledger.offer(message("record", limit + 2, durable=False), 0.0)
    assert len(ledger) == limit + 1
    assert all(one.event.id in ledger for one in only_here)


def test_the_same_message_is_taken_once() -> None:
    ledger = Ledger()
    one = message("person")
    ledger.offer(one, 0.0)
    send(ledger, 0.0)
    ledger.offer(one, 5.0)
    assert len(ledger) == 1
    assert not ledger.due(5.0, 20)


@given(rank=st.integers(0, 4), age=st.floats(0, 1e6))
def test_retries_stay_within_the_contracts_bounds(rank: int, age: float) -> None:
    seconds = resend_after_seconds(rank, age)
    if rank <= 2:
        assert seconds == (10.0 if age < 180 else 60.0)
    else:
        assert 60.0 <= seconds <= 600.0


@given(failures=st.integers(0, 10**6), jitter=st.floats(0.5, 1.5), ago=st.floats(0.0, 1e6))
def test_reconnecting_backs_off_unless_an_alarm_waits(failures: int, jitter: float, ago: float) -> None:
    urgent = reconnect_after_seconds(failures, alarm_waits=True, jitter=jitter, tried_seconds_ago=ago)
    assert urgent + ago == pytest.approx(max(ago, RECONNECT_WITH_ALARM_SECONDS)), "a second after the last attempt"
    calm = reconnect_after_seconds(failures, alarm_waits=False, jitter=jitter, tried_seconds_ago=ago)
    assert 0.5 <= calm <= RECONNECT_LIMIT_SECONDS * 1.5
    later = reconnect_after_seconds(failures + 1, alarm_waits=False, jitter=jitter, tried_seconds_ago=ago)
    assert calm <= later


def test_without_a_disk_memory_is_bounded_and_alarms_stay_the_longest() -> None:
    ledger = Ledger()
    alarms = [message("person", number, durable=False) for number in range(10)]
    for one in alarms:
        ledger.offer(one, 0.0)
    for number in range(10, MEMORY_LIMIT + 20):
        ledger.offer(message("record", number, durable=False), 0.0)
    assert len(ledger) == MEMORY_LIMIT
    assert [entry.stored for entry in ledger.alarms()] == alarms
    assert not ledger.overflowed, "no disk has what was given up"
