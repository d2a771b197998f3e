"""What further routes have done stays known: over a restart, in whatever order it is told, on a disk that was ill."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from gateway.policy import decide
from gateway.store import deliveries
from gateway.store.database import open_for_reading
from gateway.store.deliveries import Delivery
from gateway.store.reading import Filter, events
from gateway.store.store import Store
from tests.gateway.houses import NOON, answer, event

SENT, LATER = "2026-03-01T12:00:01.000Z", "2026-03-01T12:00:09.000Z"


async def test_a_restart_knows_what_was_sent_and_received(tmp_path: Path) -> None:
    alarm = event()
    by_text = Delivery(event=alarm.id, route="sms", attempts=3, sent=SENT)
    with Store(tmp_path / "anju.db") as store:
        await store.append(alarm, decide(alarm))
        store.delivered(Delivery(event=alarm.id, route="dc09", attempts=1, sent=SENT, received=SENT))
        store.delivered(by_text)
        store.delivered(replace(by_text, received=LATER))
        store.delivered(by_text)  # told again, late: what was received stays received
    with Store(tmp_path / "anju.db") as store:
        assert await store.ask(deliveries.newest, 10) == [
            Delivery(event=alarm.id, route="dc09", attempts=1, sent=SENT, received=SENT),
            replace(by_text, received=LATER),
        ]
    with closing(open_for_reading(tmp_path / "anju.db")) as connection:
        (shown,) = events(connection, Filter())
    assert shown["routes"] == {
        "dc09": {"attempts": 1, "sent": SENT, "received": SENT},
        "sms": {"attempts": 3, "sent": SENT, "received": LATER},
    }


async def test_a_restart_knows_when_a_route_was_tested(tmp_path: Path) -> None:
    with Store(tmp_path / "anju.db") as store:
        assert await store.ask(deliveries.tests) == {}
        for at in (NOON, NOON + timedelta(days=7)):
            store.tested("sms", at)
    with Store(tmp_path / "anju.db") as store:
        assert await store.ask(deliveries.tests) == {"sms": NOON + timedelta(days=7)}


async def test_only_alarms_that_wait_for_a_person_are_unaccepted(tmp_path: Path) -> None:
    waiting, taken, unheard = event(), event(), event()
    with Store(tmp_path / "anju.db") as store:
        for one in (waiting, taken, unheard):
            await store.append(one, decide(one))
        await store.mark(answer(waiting.id))
        await store.mark(answer(taken.id, "accepted"))
        assert [stored.event.id for stored in await store.ask(deliveries.unaccepted, 10)] == [waiting.id]
