"""What is said and shown when: the board on a clock that only the test moves."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.announce.board import ASKED_LIMIT, LAMP_SECONDS, LIMIT, Board
from gateway.announce.lamp import PATTERNS
from gateway.announce.schedule import SILENT_AFTER_SECONDS
from gateway.announce.words import HAZARDS, SENTENCES
from gateway.notice import RANKS
from tests.announce.events import raised

Said = list[tuple[float, tuple[str, ...]]]


def listen(board: Board, start: float, end: float) -> Said:
    """What is said from `start` to `end`, at which second; the clock jumps from due time to due time."""
    said: Said = []
    now, looks = start, 0
    while now <= end:
        words = board.look(now).words
        if words:
            said.append((now, words))
        due = board.next_look()
        if due is None:
            break
        looks = looks + 1 if due <= now else 0
        assert looks <= LIMIT, "the board makes its task spin"
        now = max(now, due)
    return said


def test_a_call_is_said_at_once_and_every_quarter_of_a_minute() -> None:
    board = Board()
    board.begin(raised("a"), now=100.0)
    assert listen(board, 100.0, 131.0) == [(100.0, ("calling",)), (115.0, ("calling",)), (130.0, ("calling",))]


@pytest.mark.parametrize(("state", "seconds"), [("not_reached", 60.0), ("received", 30.0)])
def test_until_a_person_has_it_the_state_is_repeated(state: str, seconds: float) -> None:
    board = Board()
    board.begin(raised("a"), now=0.0)
    board.look(0.0)
    board.rise("a", state, now=7.0)
    assert listen(board, 7.0, 7.0 + seconds) == [(7.0, (state,)), (7.0 + seconds, (state,))]


@pytest.mark.parametrize("state", ["accepted", "dispatched", "arrived", "resolved"])
def test_what_a_person_does_is_said_once(state: str) -> None:
    board = Board()
    board.begin(raised("a"), now=0.0)
    board.look(0.0)
    board.rise("a", state, now=9.0)
    assert listen(board, 9.0, SILENT_AFTER_SECONDS) == [(9.0, (state,))]


@pytest.mark.parametrize(("state", "patience"), [("received", 600.0), ("not_reached", 3_600.0)])
def test_the_night_is_not_talked_through(state: str, patience: float) -> None:
    board = Board()
    board.begin(raised("a"), now=0.0)
    board.rise("a", state, now=0.0)
    said = listen(board, 0.0, 2 * SILENT_AFTER_SECONDS)
    late = [at for at, _ in said if at > patience + 60.0]
    assert {after - before for before, after in itertools.pairwise(late)} == {600.0}
    assert SILENT_AFTER_SECONDS - 600.0 <= late[-1] < SILENT_AFTER_SECONDS
    assert board.look(3 * SILENT_AFTER_SECONDS).state == state, "the lamp goes on"


@pytest.mark.parametrize("hazard", HAZARDS)
def test_in_danger_the_house_first_says_what_to_do(hazard: str) -> None:
    board = Board()
    board.begin(raised("a", hazard), now=0.0)
    assert board.look(0.0).words == (hazard, "calling")
    board.rise("a", "not_reached", now=180.0)
    assert board.look(180.0).words == (hazard, "not_reached")
    board.clear("a")
    assert board.look(240.0).words == ("not_reached",), "what the sensor no longer says is not said"


def test_a_test_says_so_and_frightens_nobody() -> None:
    board = Board()
    board.begin(raised("t", "smoke", test=True), now=0.0)
    assert board.look(0.0).words == ("test", "calling")
    board.rise("t", "accepted", now=1.0)
    assert board.look(1.0).words == ("test", "accepted")


def test_fire_speaks_before_people_and_a_test_last() -> None:
    board = Board()
    board.begin(raised("t", "smoke", test=True), now=0.0)
    board.begin(raised("a"), now=0.0)
    board.begin(raised("f", "smoke"), now=0.0)
    assert board.look(0.0).words == ("smoke", "calling")
    assert board.look(5.0).words == (), "one voice at a time"
    board.rise("f", "accepted", now=6.0)
    assert board.look(6.0).words == ("smoke", "accepted")
    next_voice = board.look(6.0)
    assert next_voice.words == ("calling",), "the fire has nothing more to say"
    assert not next_voice.cuts_in, "but it is heard out"
    board.rise("a", "accepted", now=7.0)
    assert board.look(7.0).words == ("accepted",)
    assert board.look(7.0).words == ("test", "calling")


def test_a_second_pull_is_heard_at_once() -> None:
    board = Board()
    board.begin(raised("a"), now=0.0)
    board.look(0.0)
    board.begin(raised("b"), now=3.0)
    second = board.look(3.0)
    assert (second.words, second.cuts_in) == (("calling",), True)


def test_nobody_is_told_that_a_person_has_it_while_another_alarm_still_calls() -> None:
    board = Board()
    for alarm in "ab":
        board.begin(raised(alarm), now=0.0)
        board.look(0.0)
    board.rise("a", "accepted", now=1.0)
    said = listen(board, 1.0, 40.0)
    assert {words for _, words in said} == {("calling",)}
    board.rise("b", "received", now=40.0)
    board.rise("b", "accepted", now=41.0)
    assert [words for _, words in listen(board, 41.0, 300.0)] == [("accepted",)]


def test_the_lamp_shows_the_alarm_that_is_worst_off() -> None:
    board = Board()
    assert board.look(0.0).state is None
    board.begin(raised("f", "smoke"), now=0.0)
    board.rise("f", "accepted", now=1.0)
    assert board.look(1.0).state == "accepted"
    board.begin(raised("a"), now=2.0)
    assert board.look(2.0).state == "calling"
    board.rise("a", "not_reached", now=182.0)
    board.begin(raised("b"), now=183.0)
    assert board.look(183.0).state == "not_reached"


def test_the_lamp_stays_on_five_minutes_after_the_centre_had_the_alarm() -> None:
    board = Board()
    board.begin(raised("a"), now=0.0)
    board.rise("a", "received", now=10.0)
    board.look(10.0)
    board.rise("a", "resolved", now=20.0)
    assert board.look(20.0).state == "resolved"
    assert board.next_look() == 10.0 + LAMP_SECONDS
    assert board.look(10.0 + LAMP_SECONDS).state is None
    assert board.next_look() is None


@pytest.mark.parametrize(
    ("state", "words"),
    [("calling", ("smoke", "calling")), ("received", ("smoke", "received")), ("accepted", ()), ("arrived", ())],
)
def test_after_a_restart_only_what_is_still_open_is_said(state: str, words: tuple[str, ...]) -> None:
    board = Board()
    board.resume(raised("a", "smoke"), state, age_seconds=50.0, now=5.0, active=True)
    announcement = board.look(5.0)
    assert (announcement.state, announcement.words) == (state, words)


def test_after_a_restart_a_cleared_smoke_alarm_sends_nobody_out() -> None:
    board = Board()
    board.resume(raised("a", "smoke"), "calling", age_seconds=50.0, now=5.0, active=False)
    assert board.look(5.0).words == ("calling",)


def test_after_days_of_darkness_an_old_alarm_lights_the_lamp_only() -> None:
    board = Board()
    board.resume(raised("a"), "received", age_seconds=SILENT_AFTER_SECONDS + 1, now=5.0, active=False)
    assert board.look(5.0).words == ()
    assert board.look(5.0).state == "received"


def test_a_flood_of_alarms_is_bounded_and_never_pushes_out_the_fire() -> None:
    board = Board()
    board.begin(raised("f", "gas"), now=0.0)
    for number in range(10 * LIMIT):
        board.begin(raised(f"a{number}"), now=1.0)
    assert board.look(2.0).words == ("gas", "calling")
    board.rise("a0", "accepted", now=3.0)  # fallen out: nothing to say of it
    assert board.look(3.0).words == ()


ALARMS = st.sampled_from(["sos", "smoke", "co", "water", "unheard_of"])
STEPS = st.lists(
    st.tuples(
        st.floats(0.0, 4_000.0),
        st.one_of(
            st.tuples(st.just("begin"), ALARMS, st.booleans()),
            st.tuples(st.just("rise"), st.integers(0, 9), st.sampled_from(sorted(RANKS))),
            st.tuples(st.just("clear"), st.integers(0, 9), st.none()),
        ),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_whatever_happens_only_known_sentences_are_said_and_the_house_falls_silent(
    steps: list[tuple[float, tuple[str, object, object]]],
) -> None:
    board, now, count = Board(), 0.0, 0
    for pause, (what, which, more) in steps:
        for _, words in listen(board, now, now + pause):
            assert all(set(words) <= sentences.keys() for sentences in SENTENCES.values())
        now += pause
        assert board.look(now).state in PATTERNS
        if what == "begin":
            board.begin(raised(f"a{count}", str(which), test=bool(more)), now)
            count += 1
        elif what == "rise":
            board.rise(f"a{which}", str(more), now)
        else:
            board.clear(f"a{which}")
    listen(board, now, now + 3 * SILENT_AFTER_SECONDS)
    assert board.look(now + 4 * SILENT_AFTER_SECONDS).words == ()


def test_a_silenced_alarm_is_said_no_more_and_still_shown() -> None:
    board = Board()
    board.begin(raised("a", "smoke"), now=0.0)
    board.look(0.0)
    board.silence("a")
    board.rise("a", "accepted", now=4.0)
    assert listen(board, 4.0, SILENT_AFTER_SECONDS) == []
    assert board.look(SILENT_AFTER_SECONDS).state == "accepted"
    board.rise("a", "resolved", now=SILENT_AFTER_SECONDS)
    listen(board, SILENT_AFTER_SECONDS, 2 * SILENT_AFTER_SECONDS)
    assert board.look(2 * SILENT_AFTER_SECONDS).state is None, "it is over like any other"


def test_silence_is_of_one_alarm_and_ends_where_nobody_is_reached() -> None:
    board = Board()
    board.begin(raised("a"), now=0.0)
    board.silence("a")
    board.silence("unknown")
    board.begin(raised("b"), now=1.0)
    assert board.look(1.0).words == ("calling",)
    board.rise("b", "accepted", now=2.0)
    assert listen(board, 2.0, 30.0) == [(2.0, ("accepted",))]
    board.rise("a", "not_reached", now=180.0)
    assert board.look(180.0).words == ("not_reached",)


def test_a_sentence_on_command_is_said_once_when_no_alarm_has_anything_to_say() -> None:
    board = Board()
    board.ask("open_door")
    assert listen(board, 0.0, 60.0) == [(0.0, ("open_door",))]
    board.begin(raised("a"), now=100.0)
    board.ask("answer_phone")
    assert listen(board, 100.0, 116.0) == [(100.0, ("calling",)), (100.0, ("answer_phone",)), (115.0, ("calling",))]


def test_not_more_sentences_wait_than_anybody_can_follow() -> None:
    board = Board()
    for number in range(100):
        board.ask(f"sentence-{number}")
    assert listen(board, 0.0, 60.0) == [(0.0, (f"sentence-{number}",)) for number in range(100 - ASKED_LIMIT, 100)]
