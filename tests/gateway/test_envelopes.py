"""A message that is written ahead: the very bytes that would be written when it leaves, or not used at all."""

from datetime import datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from gateway.contract.envelope import Attempt, encode
from gateway.store.rows import Stored
from gateway.uplink.envelopes import STALE_AFTER, Envelopes
from tests.contract.events import SENDER
from tests.gateway.houses import NOON, stored

SOON = NOON + STALE_AFTER / 2
ALARM = stored()


def plain(message: Stored, attempt: int, sent_at: datetime) -> bytes:
    sent = Attempt(boot=message.boot, sequence=message.sequence, number=attempt, route="uplink", sent_at=sent_at)
    return encode(message.event, message.priority, SENDER, sent)


def test_what_was_written_ahead_leaves_once() -> None:
    envelopes = Envelopes(SENDER, "uplink")
    envelopes.write_ahead(ALARM, NOON)
    assert envelopes.written(ALARM, 1, SOON) == plain(ALARM, 1, NOON)
    assert envelopes.written(ALARM, 1, SOON) == plain(ALARM, 1, SOON)


@pytest.mark.parametrize(
    ("message", "attempt", "now"),
    [
        (ALARM, 2, SOON),
        (ALARM, 1, NOON + 2 * STALE_AFTER),
        (ALARM, 1, NOON - timedelta(seconds=1)),
        (replace(ALARM, sequence=ALARM.sequence + 1), 1, SOON),
        (stored(), 1, SOON),
    ],
    ids=["a second attempt", "long ago", "a clock set back", "another place in the store", "another event"],
)
def test_what_does_not_fit_is_written_anew(message: Stored, attempt: int, now: datetime) -> None:
    envelopes = Envelopes(SENDER, "uplink")
    envelopes.write_ahead(ALARM, NOON)
    payload = envelopes.written(message, attempt, now)
    assert payload == plain(message, attempt, now)
    assert msgspec.json.decode(payload)["data"]["attempt"] == attempt
