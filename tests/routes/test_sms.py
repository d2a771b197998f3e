"""Short messages: octets as TS 23.040 wants them, words that fit one message, dialogues that survive any modem."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.event import AlarmType, Kind
from gateway.announce.words import LANGUAGES
from gateway.routes.modem_dialogue import LINES_LIMIT, ModemError, check, prepare, send
from gateway.routes.modem_lines import LINE_LIMIT, ModemLines
from gateway.routes.sms_pdu import UNITS_LIMIT, Report, Submit, read_report, submit
from gateway.routes.sms_text import WORDS, can_say, line_test_text, text
from tests.gateway.houses import event


def test_a_message_octet_by_octet() -> None:
    # 00 service centre of the card; 31 submit with relative validity and report; 00 reference; 0D digits; 91 +;
    # 86 138 0000 0000 in swapped halves; 00 protocol; 08 UCS-2; 0B one hour; 04 octets; 你好.
    assert submit("+8613800000000", "你好") == Submit(19, "0031000D91683108000000F000080B044F60597D")
    assert submit("10086", "!").pdu == "0031000581" + "0180F6" + "00080B020021"


def test_what_does_not_fit_one_message_is_refused() -> None:
    assert submit("1", "安" * UNITS_LIMIT).length == 9 + 2 * UNITS_LIMIT
    for long in ("安" * (UNITS_LIMIT + 1), "\U0001f6a8" * (UNITS_LIMIT // 2 + 1)):
        with pytest.raises(ValueError, match="does not fit"):
            submit("1", long)


@pytest.mark.parametrize(
    ("status", "delivered"), [("00", True), ("02", True), ("20", None), ("3F", None), ("40", False), ("46", False)]
)
def test_a_delivery_report(status: str, delivered: bool | None) -> None:
    raw = f"0006070481{'2143'}62302100000023{'62302100000023'}{status}"
    assert read_report(raw) == Report(7, delivered)


@given(st.text(max_size=80) | st.binary(max_size=60).map(bytes.hex))
def test_any_line_is_a_report_or_none(line: str) -> None:
    report = read_report(line)
    assert report is None or 0 <= report.reference <= 255


@given(
    type_=st.sampled_from([*AlarmType, "unheard_of"]),
    kind=st.sampled_from([Kind.ALARM, Kind.TEST]),
    room=st.none() | st.text(max_size=80),
    gateway=st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True),
    language=st.sampled_from(LANGUAGES),
)
def test_every_alarm_fits_one_message_with_house_time_and_id(
    type_: str, kind: Kind, room: str | None, gateway: str, language: str
) -> None:
    said = event(kind, type_, room=room)
    words = text(said, gateway, language)
    submit("+8613800000000", words)
    assert f" {gateway} " in words
    assert words.endswith(f"{said.received_at.astimezone():%H:%M} #{said.id[-8:]}")
    assert room is None or len(gateway) > 20 or len(room) > 3 or room.strip() in words
    assert WORDS[language].get(type_, WORDS[language]["alarm"]) in words
    assert (WORDS[language]["test"] in words) is (kind is Kind.TEST)


def test_every_language_has_every_word() -> None:
    assert set(WORDS) == set(LANGUAGES)
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["en"])}
    assert set(AlarmType) <= set(WORDS["en"])


def test_only_what_a_person_should_hear_of_becomes_a_message() -> None:
    lost = event(Kind.TROUBLE, "link_lost", evidence={"where": "route.dc09"}, device=None)
    back = event(Kind.RESTORE, "link_lost", evidence={"where": "route.dc09", "began": lost.id}, device=None)
    assert can_say(event())
    assert can_say(lost)
    assert "报警线路中断 route.dc09" in text(lost, "gw-0001", "zh-CN")
    assert "报警线路恢复 route.dc09" in text(back, "gw-0001", "zh-CN")
    for other in (event(Kind.TROUBLE, "link_lost", evidence={"where": "serial.rf"}), event(Kind.LOW_BATTERY, None)):
        assert not can_say(other)
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert line_test_text("gw-0001", moment, "zh-CN") == f"【安居】线路测试 gw-0001 {moment.astimezone():%m-%d %H:%M}"


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_become_bounded_lines(pieces: list[bytes]) -> None:
    lines = ModemLines()
    for piece in [*pieces, b"A" * 3 * LINE_LIMIT, b"\r"]:
        for heard in lines.feed(piece):
            assert isinstance(heard, Report) or 0 < len(heard) <= LINE_LIMIT


@given(whole=st.just(b"AT+CMGS=20\r\r\n> \r\n+CMGS: 12\r\n\r\nOK\r\n+CDS: 25\r\n"), cut=st.integers(0, 40))
def test_lines_may_come_in_pieces(whole: bytes, cut: int) -> None:
    lines = ModemLines()
    report = b"0006070481214362302100000023623021000000230" + b"0\r\n"
    heard = [*lines.feed(whole[:cut]), *lines.feed(whole[cut:]), *lines.feed(report)]
    assert heard == ["AT+CMGS=20", ">", "+CMGS: 12", "OK", Report(7, delivered=True)]


words = st.none() | st.sampled_from(
    ["OK", "ERROR", ">", "RDY", "+CPIN: READY", "+CMGF: 0", "+CREG: 0,1", "+CSQ: 20,99", "+CMGS: 3", "+CSQ: 99,99",
     "+CMS ERROR: 38", "+CPIN: SIM PIN", "AT", "~~"]
)  # fmt: skip


@given(st.lists(words, max_size=60))
def test_every_dialogue_ends_whatever_is_said(said: list[str | None]) -> None:
    for dialogue in (prepare(), check(), send(submit("1", "x"))):
        with suppress(ModemError, StopIteration):
            next(dialogue)
            for heard in (*said, *([None] * LINES_LIMIT)):
                dialogue.send(heard)
            raise AssertionError("it goes on for ever")


def test_a_bare_ok_is_no_proof_of_sending() -> None:
    dialogue = send(submit("1", "x"))
    next(dialogue)
    dialogue.send(">")
    for heard in ("OK", "OK", "> "):
        dialogue.send(heard)
    with pytest.raises(ModemError, match="no answer"):
        dialogue.send(None)


def test_the_time_of_an_alarm_is_the_homes_own() -> None:
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert f"{moment.astimezone():%m-%d %H:%M}" in text(event(received_at=moment), "gw-0001", "zh-CN")
