"""Which message takes which further route, and when; lines that come and go; what survives a restart."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drivers.event import AlarmType, Event, Kind, State
from gateway.config_routes import CLASSES
from gateway.routes import dc09_event, sms_text
from gateway.routes.hold import Hold
from gateway.routes.plan import CASES_LIMIT, FIRST, TOO_OLD_SECONDS, UNACCEPTED_SECONDS, Plan, Step
from gateway.store.rows import Stored
from tests.gateway.houses import event, stored

MQTT = Step(
    name="mqtt", classes=frozenset(CLASSES["mqtt"]), after_seconds=None, can_carry=lambda _event: True, answers=True
)
DC09 = Step(name="dc09", classes=frozenset(CLASSES["dc09"]), after_seconds=None, can_carry=dc09_event.can_say)
SMS = Step(name="sms", classes=frozenset(CLASSES["sms"]), after_seconds=None, can_carry=sms_text.can_say)
LATE_SMS = Step(name="sms", classes=frozenset(CLASSES["sms"]), after_seconds=180.0, can_carry=sms_text.can_say)
FIRE = stored(event(type_=AlarmType.SMOKE))
PERSON = stored(event(), sequence=2)


def taken(plan: Plan, now: float, *away: str) -> list[str]:
    return [route for route, _ in plan.due(now, away)]


def test_fire_waits_30_seconds_and_a_person_60_for_each_next_route() -> None:
    plan = Plan((DC09, SMS))
    plan.offer(FIRE, 0.0)
    plan.offer(PERSON, 0.0)
    seen = {second: names for second in range(200) if (names := [(r, s.priority) for r, s in plan.due(second, ())])}
    assert seen == {
        30: [("dc09", "fire")],
        60: [("sms", "fire"), ("dc09", "person")],
        120: [("sms", "person")],
    }


def test_at_once_where_the_route_before_is_known_to_be_away() -> None:
    plan = Plan((MQTT, DC09, SMS))
    plan.offer(PERSON, 0.0)
    assert taken(plan, 0.0, FIRST, "mqtt") == ["mqtt", "dc09"]
    assert taken(plan, 59.0, FIRST, "mqtt") == []
    assert taken(plan, 59.0, FIRST, "mqtt", "dc09") == ["sms"]


def test_after_seconds_counts_from_the_message_itself() -> None:
    plan = Plan((DC09, LATE_SMS))
    plan.offer(FIRE, 0.0)
    assert taken(plan, 30.0) == ["dc09"]
    assert taken(plan, 179.0) == []
    assert taken(plan, 180.0) == ["sms"]


def test_nothing_joins_once_the_centre_has_it_but_where_nobody_accepts() -> None:
    plan = Plan((DC09, SMS))
    plan.offer(PERSON, 0.0)
    assert plan.received(PERSON.event.id, 20.0) == []
    assert taken(plan, 20.0 + UNACCEPTED_SECONDS - 1, FIRST) == []
    assert taken(plan, 20.0 + UNACCEPTED_SECONDS) == ["dc09", "sms"]
    test = stored(event(Kind.TEST, AlarmType.SMOKE), sequence=3)
    plan.offer(test, 0.0)
    plan.received(test.event.id, 1.0)
    assert taken(plan, 1_000.0, FIRST) == [], "a test that was received has proved the way"


def test_a_person_who_has_it_ends_every_route() -> None:
    plan = Plan((DC09, SMS))
    plan.offer(PERSON, 0.0)
    assert taken(plan, 60.0) == ["dc09"]
    assert plan.received(PERSON.event.id, 61.0) == ["dc09"]
    assert plan.accepted(PERSON.event.id) == []
    assert taken(plan, 10_000.0, FIRST) == []


def test_what_a_receiver_has_goes_on_to_the_next_route_only_where_nobody_accepts() -> None:
    plan = Plan((DC09, SMS))
    plan.offer(PERSON, 0.0)
    assert taken(plan, 0.0, FIRST) == ["dc09"]
    plan.carried(PERSON.event.id, "dc09", 1.0, received=True)
    assert taken(plan, UNACCEPTED_SECONDS, FIRST) == []
    assert taken(plan, UNACCEPTED_SECONDS + 1, FIRST) == ["sms"]
    # The centre's first word withdraws a route that joined for want of any; not one that has done its part.
    assert plan.received(PERSON.event.id, 300.0) == ["sms"]
    assert taken(plan, 300.0) == ["sms"]
    assert plan.received(PERSON.event.id, 301.0) == []


def test_a_second_broker_that_the_centre_answered_is_not_loaded_again() -> None:
    plan = Plan((MQTT,))
    plan.offer(PERSON, 0.0)
    plan.received(PERSON.event.id, 1.0)
    assert taken(plan, 1.0 + UNACCEPTED_SECONDS) == ["mqtt"]
    assert plan.received(PERSON.event.id, 182.0) == []
    assert taken(plan, 10_000.0, FIRST) == []


def test_the_end_of_what_went_by_a_route_goes_by_it_at_once() -> None:
    plan = Plan((DC09, SMS))
    end = stored(event(Kind.RESTORE, "smoke", alarm=FIRE.event.id, evidence={"began": FIRE.event.id}), sequence=3)
    plan.offer(FIRE, 0.0)
    assert taken(plan, 0.0, FIRST) == ["dc09"]
    plan.carried(FIRE.event.id, "dc09", 1.0, received=True)
    plan.offer(end, 2.0)
    assert taken(plan, 2.0) == ["dc09"]
    assert plan.received(end.event.id, 2.1) == [], "the receiver must not be left with an alarm that never ends"
    other = stored(event(Kind.RESTORE, "smoke", alarm=PERSON.event.id), sequence=4)
    plan.offer(other, 2.0)
    assert taken(plan, 100.0, FIRST) == [], "its alarm never went by any of them"


def test_the_loss_of_a_way_is_told_over_the_others_and_by_text_only_where_the_file_says_so() -> None:
    telling = replace(SMS, classes=SMS.classes | {"trouble"})
    for text, expected in ((SMS, ["dc09"]), (telling, ["dc09", "sms", "sms"])):
        plan = Plan((DC09, text))
        for number, route in enumerate(("uplink", "dc09"), 5):
            lost = event(Kind.TROUBLE, "link_lost", evidence={"where": f"route.{route}"}, device=None)
            plan.offer(stored(lost, sequence=number), 0.0)
        assert taken(plan, 0.0, FIRST, "dc09") == expected


def test_what_each_kind_of_route_is_for() -> None:
    def routes(said: Event) -> list[str]:
        plan = Plan((MQTT, DC09, SMS))
        plan.offer(stored(said), 0.0)
        return taken(plan, 0.0, FIRST, "mqtt", "dc09")

    assert routes(event(Kind.LOW_BATTERY, None)) == ["mqtt", "dc09"]
    assert routes(event(Kind.SERVICE_REQUEST, "meal")) == ["mqtt"]
    assert routes(event(Kind.TEST, AlarmType.SMOKE)) == ["mqtt", "dc09", "sms"]
    assert routes(event(alarm="another")) == ["mqtt"], "a repeat of an alarm is counted, not reported again"
    assert routes(event(state=State.CANCELLED)) == ["mqtt"], "what the resident took back was never raised"


def test_an_earlier_boot_is_taken_up() -> None:
    plan = Plan((DC09, SMS))
    plan.resume(PERSON.event.id, "dc09", received=True)
    plan.resume(FIRE.event.id, "dc09", received=False)
    plan.offer(PERSON, 0.0, age_seconds=50.0)
    plan.offer(FIRE, 0.0, age_seconds=25.0)
    assert taken(plan, 0.0) == []
    assert plan.due(10.0, ()) == [("sms", FIRE)]
    assert plan.due(UNACCEPTED_SECONDS, ()) == [("sms", PERSON)]
    old = stored(event(), sequence=9)
    plan.offer(old, 0.0, age_seconds=TOO_OLD_SECONDS + 1)
    assert taken(plan, 10_000.0, FIRST) == []


moves = st.lists(
    st.tuples(st.sampled_from(["tick", "received", "accepted", "carried"]), st.integers(0, 3), st.booleans()),
    max_size=30,
)


@given(moves)
def test_no_route_is_handed_the_same_message_twice_unless_it_was_withdrawn(steps: list[tuple[str, int, bool]]) -> None:
    plan, now = Plan((MQTT, DC09, SMS)), 0.0
    all_: list[Stored] = [stored(event(), sequence=number) for number in range(4)]
    held: set[tuple[str, str]] = set()
    for one in all_:
        plan.offer(one, now)
    for what, which, away in steps:
        now += 40.0
        about = all_[which].event.id
        if what == "tick":
            for route, one in plan.due(now, (FIRST,) if away else ()):
                assert (route, one.event.id) not in held
                held.add((route, one.event.id))
        elif what == "received":
            held -= {(route, about) for route in plan.received(about, now)}
        elif what == "accepted":
            plan.accepted(about)
        elif ("dc09", about) in held:
            plan.carried(about, "dc09", now, received=True)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.1, 20.0)), min_size=1, max_size=40))
def test_a_state_is_believed_only_once_it_has_lasted(looks: list[tuple[bool, float]]) -> None:
    hold, now, since, looked = Hold(lost_after_seconds=10.0, back_after_seconds=30.0), 0.0, 0.0, True
    for good, seconds in looks:
        now += seconds
        if good is not looked:
            since, looked = now, good
        before = hold.lost
        after = hold.tell(good=good, now=now)
        if after is not before:
            assert good is before
            assert now - since >= (30.0 if before else 10.0)
        elif good is before:
            assert now - since < (30.0 if before else 10.0)


def test_what_the_centre_has_gives_way_to_what_nobody_has() -> None:
    plan = Plan((SMS,))
    first, *rest = [stored(event(), sequence=number) for number in range(CASES_LIMIT)]
    for number, one in enumerate((first, *rest)):
        plan.offer(one, float(number))
        if one is not first:
            plan.received(one.event.id, float(number))
    newest = stored(event(), sequence=CASES_LIMIT)
    plan.offer(newest, float(CASES_LIMIT))
    loaded = {one.event.id for _, one in plan.due(10_000.0, (FIRST,))}
    assert {first.event.id, newest.event.id} <= loaded
    assert len(loaded) == CASES_LIMIT
