"""Any event the house could make, for the property tests of the contract."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st
from uuid_utils import uuid7

from drivers.event import (
    ActivityType,
    AlarmType,
    ClockQuality,
    Datum,
    Event,
    Kind,
    Location,
    LocationSource,
    ServiceType,
    State,
    TroubleType,
)
from gateway.contract.envelope import Attempt, Sender
from gateway.contract.messages import Priority

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
SENDER = Sender(gateway="gw-0001", district="d1", resident="r-0001", store="5b8f6a0c2d4e4f17")


def attempt(number: int = 1, sent_at: datetime = NOON) -> Attempt:
    return Attempt(boot=1, sequence=7, number=number, route="mqtt", sent_at=sent_at)


def new_id() -> str:
    return str(uuid7())


def event(kind: Kind, type_: str | None = None, **fields: Any) -> Event:
    return Event(id=new_id(), kind=kind, type=type_, received_at=NOON, **fields)


priorities = st.sampled_from(get_args(Priority))
moments = st.integers(0, 2**35 * 1000).map(lambda milliseconds: EPOCH + timedelta(milliseconds=milliseconds))
ids = st.integers(0, 2**128 - 1).map(
    lambda n: str(uuid.UUID(int=(n & ~(0xF << 76) & ~(0x3 << 62)) | (0x7 << 76) | (0x2 << 62)))
)
words = st.text(max_size=400)
known_types = st.sampled_from([*AlarmType, *TroubleType, *ActivityType, *ServiceType, *Kind]).map(str)
whole_numbers = st.integers(-(2**31), 2**31)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
locations = st.builds(
    Location,
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    accuracy_m=st.none() | st.floats(0, 1e7),
    fixed_at=st.none() | moments,
    source=st.none() | st.sampled_from(LocationSource),
    datum=st.sampled_from(Datum),
    age_seconds=st.none() | st.floats(0, 1e9),
)
evidence = st.dictionaries(
    st.sampled_from(["repeat_count", "score", "verdict", "name", "home_address", "explanation"]) | st.text(max_size=40),
    anything | st.text(max_size=20_000),
    max_size=6,
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


events = st.builds(
    Event,
    id=ids,
    kind=st.sampled_from(Kind),
    received_at=moments,
    type=maybe(known_types | words),
    alarm=maybe(ids),
    device=maybe(words),
    model=maybe(words),
    room=maybe(words),
    address=maybe(words),
    occurred_at=maybe(moments),
    clock_quality=st.sampled_from(ClockQuality),
    state=maybe(st.sampled_from(State)),
    repeat_count=st.integers(1, 2**31),
    rssi_dbm=maybe(whole_numbers),
    link_quality=maybe(whole_numbers),
    battery_percent=maybe(st.floats()),
    battery_mv=maybe(whole_numbers),
    battery_low=maybe(st.booleans()),
    supervised=maybe(st.booleans()),
    silenced=maybe(st.booleans()),
    confidence=maybe(st.floats()),
    evidence=evidence,
    raw=st.text(max_size=512),
    location=maybe(locations),
)

senders = st.builds(
    Sender,
    gateway=st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True),
    district=st.just("d1"),
    resident=maybe(words),
    store=words,
)

attempts = st.builds(
    Attempt,
    boot=st.integers(0, 2**31),
    sequence=st.integers(0, 2**53),
    number=st.integers(1, 2**31),
    route=words,
    sent_at=moments.map(lambda moment: moment + timedelta(seconds=1)),
)
