"""Every event as an alarm receiver gets it, held against golden frames and against a second decoder."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pysiaalarm.data.sia_codes import SIA_CODES
from siadc09 import message as peer
from siadc09.dc03 import EVENT as DC03

from drivers.event import AlarmType, Event, Kind, TroubleType
from gateway.contract.codes import codes_of
from gateway.routes.dc09_event import Format, Sender, can_say, link_test, message
from gateway.routes.dc09_frame import FRAME_LIMIT_BYTES, decode, encode
from gateway.routes.dc09_letters import ALARM_LETTERS, KIND_LETTERS, ROUTE_LOST, TROUBLE_LETTERS
from tests.gateway.houses import event

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
GOLDEN = Path(__file__).with_name("golden_dc09.json")
FAULTS = (Kind.TAMPER, Kind.LOW_BATTERY, Kind.SUPERVISION_LOST, Kind.SERVICE_REQUEST)
FORMATS: tuple[Format, ...] = ("contact_id", "sia_dcs")
ID = "01953f2a-5b00-7000-8000-000000000001"


def sender(format_: Format) -> Sender:
    return Sender(account="1234", receiver="1", line="0", format=format_, zones=("smoke-kitchen", "cord-bath"))


def happened(kind: Kind, type_: str | None, **fields: Any) -> Event:
    return replace(event(kind, type_), id=ID, alarm=ID if kind is Kind.ALARM else None, room="bathroom", **fields)


ALARMS = [happened(Kind.ALARM, type_) for type_ in AlarmType]
TROUBLES = [happened(Kind.TROUBLE, type_) for type_ in TroubleType]
OTHERS = [happened(kind, None) for kind in FAULTS] + [happened(Kind.TEST, "smoke")]
ENDS = [
    happened(Kind.RESTORE, name, evidence={"began": ID})
    for name in (*AlarmType, *TroubleType, *(kind.value for kind in FAULTS[:3]))
]
ROUTE = [
    happened(Kind.TROUBLE, "link_lost", evidence={"where": "route.sms"}),
    happened(Kind.RESTORE, "link_lost", evidence={"where": "route.sms", "began": ID}),
]
EVENTS = [*ALARMS, *TROUBLES, *OTHERS, *ENDS, *ROUTE]


def test_every_word_has_its_letters() -> None:
    assert set(ALARM_LETTERS) == set(AlarmType)
    assert set(TROUBLE_LETTERS) == set(TroubleType)
    assert set(KIND_LETTERS) >= {*FAULTS, Kind.TEST}
    pairs = [*ALARM_LETTERS.values(), *TROUBLE_LETTERS.values(), *KIND_LETTERS.values(), ROUTE_LOST]
    letters = {word for pair in pairs for word in pair}
    assert letters <= set(DC03)
    assert letters <= set(SIA_CODES)


@pytest.mark.parametrize(("one", "format_"), list(product(EVENTS, FORMATS)))
def test_a_second_decoder_reads_what_was_meant(one: Event, format_: Format) -> None:
    frame = encode(message(one, sender(format_), sequence=5, now=NOON + timedelta(minutes=3)))
    assert len(frame) < FRAME_LIMIT_BYTES
    read = peer.parse_frame(frame)
    assert [block.prefix for block in read.xdata] == ["H", "I"]
    assert read.xdata[0].value == NOON
    assert read.xdata[1].value.split()[0] == ID
    assert read.timestamp == NOON + timedelta(minutes=3)
    if format_ == "contact_id":
        assert read.data.event.qualifier == ("3" if one.kind is Kind.RESTORE else "1")
        assert read.data.event.code == ("350" if one in ROUTE else codes_of(one)[0])
        assert read.data.event.addr == 2
    else:
        assert not read.data.label or "Error" not in read.data.label


def test_the_golden_frames() -> None:
    """Each was read back by siadc09 when it was put into the file; another frame is a change for every receiver."""
    frames = [
        encode(message(one, sender(format_), sequence=1, now=NOON + delay)).decode()
        for one, format_, delay in product(
            (ALARMS[0], TROUBLES[0], ENDS[0], ROUTE[0]), FORMATS, (timedelta(0), timedelta(minutes=3))
        )
    ]
    assert frames == json.loads(GOLDEN.read_text())


def test_fewer_blocks_for_receivers_that_take_no_more() -> None:
    late = NOON + timedelta(minutes=5)
    both, one, none = (message(ALARMS[0], sender("contact_id"), sequence=1, now=late, blocks=n) for n in (2, 1, 0))
    assert [block[0] for block in both.extended] == ["H", "I"]
    assert [block[0] for block in one.extended] == ["H"]
    assert none.extended == ()


def test_a_room_of_any_name_keeps_the_frame_readable() -> None:
    odd = replace(ALARMS[0], room="浴室[|]\\\r\n")
    assert decode(encode(message(odd, sender("sia_dcs"), sequence=1, now=NOON))).extended[0].endswith("????????")


def test_what_no_receiver_has_a_word_for_is_not_said() -> None:
    assert not can_say(happened(Kind.ACTIVITY, "motion"))
    assert all(map(can_say, EVENTS))


def test_a_stranger_and_the_gateway_itself_are_zone_zero() -> None:
    for device in (None, "never-enrolled"):
        assert message(replace(ALARMS[0], device=device), sender("contact_id"), sequence=1, now=NOON).data.endswith(
            "000"
        )


def test_the_link_test_is_the_null_message() -> None:
    read = peer.parse_frame(encode(link_test(sender("contact_id"), now=NOON)))
    assert (read.idtoken, read.seq, read.timestamp) == ("NULL", 0, NOON)
