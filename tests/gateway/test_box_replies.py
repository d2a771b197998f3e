"""What follows from each press of the box, at home and away: the whole table."""

from datetime import datetime
from itertools import product
from typing import Any

import pytest
from msgspec import structs

from drivers import box
from drivers.event import Event, Kind
from gateway.announce.words import HOME, NOTED_AWAY, NOTED_VISIT, NOTED_WELL, SPOKEN_AT_A_PRESS
from gateway.away import Away
from gateway.box.replies import TABLE, Replies
from gateway.ids import new_id
from gateway.store.absence import Absence
from tests.gateway.houses import NOON, event

KINDS = {box.SOS: Kind.ALARM, box.TEST: Kind.TEST, box.VISIT: Kind.SERVICE_REQUEST}


class Home(Away):
    """Who is at home, kept nowhere, and what was said."""

    def __init__(self, *, away: bool) -> None:
        self.absence = Absence(since=NOON, asked_at=NOON) if away else None
        self.said: list[str] = []
        self._replies = Replies(self, self.said.append)

    def change(self, since: datetime | None) -> None:
        self.absence = None if since is None else Absence(since=since, asked_at=since)

    def press(self, button: str, **fields: Any) -> None:
        self._replies.take(structs.replace(press(button), **fields))


def press(button: str) -> Event:
    kind = KINDS.get(button, Kind.ACTIVITY)
    own = new_id()
    alarm = own if kind is Kind.ALARM else None
    return event(kind, None, id=own, alarm=alarm, driver=box.NAME, device="box", evidence={"code": button})


def test_every_button_has_its_reply_at_home_and_away() -> None:
    assert set(TABLE) == set(product(box.BUTTONS, (False, True)))
    assert {sentence for _, sentence in TABLE.values() if sentence} == set(SPOKEN_AT_A_PRESS)


@pytest.mark.parametrize(
    ("button", "away", "away_after", "said"),
    [
        (box.AWAY, False, True, [NOTED_AWAY]),
        (box.AWAY, True, False, [HOME]),
        (box.WELL, False, False, [NOTED_WELL]),
        (box.WELL, True, False, [HOME]),
        (box.SOS, True, False, []),
        (box.TEST, True, False, []),
        (box.VISIT, False, False, [NOTED_VISIT]),
        (box.VISIT, True, True, [NOTED_VISIT]),
    ],
)
def test_a_press_is_answered(button: str, away: bool, away_after: bool, said: list[str]) -> None:
    home = Home(away=away)
    home.press(button)
    assert (home.since is not None, home.said) == (away_after, said)


@pytest.mark.parametrize("other", [{"driver": "zigbee2mqtt"}, {"kind": Kind.RESTORE}, {"alarm": "another"}])
def test_what_is_no_press_of_the_box_is_left_alone(other: dict[str, Any]) -> None:
    home = Home(away=True)
    for button in box.BUTTONS:
        home.press(button, **other)
    assert (home.since, home.said) == (NOON, [])
