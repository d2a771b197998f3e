"""What the demo makes of the gateway's log lines and the desk's list."""

from typing import Any

from simulator.demo_journal import HOPS, Journal, summary, table

CORD = [
    "WARNING anju.notice: notice state=calling alarm=a-1 type=sos device=cord-bath test=False",
    "INFO anju.hop: hop alarm=a-1 type=sos decode_ms=0.2 commit_ms=4.0 publish_ms=0.5 puback_ms=0.7 received_ms=9.0",
    "WARNING anju.notice: notice state=received alarm=a-1 role=None minutes=None",
    "INFO anju.hop: hop alarm=a-1 accepted_ms=3.0",
    "WARNING anju.notice: notice state=accepted alarm=a-1 role=operator minutes=None",
]
SMOKE = [line.replace("a-1", "a-2").replace("sos", "smoke").replace("4.0", "6.0") for line in CORD]
DESK: list[dict[str, Any]] = [{"id": "a-1", "state": "accepted"}, {"id": "a-2", "state": "accepted"}]


def journal_of(*lines: str) -> Journal:
    journal = Journal()
    for line in lines:
        journal.take(line)
    return journal


def counts(journal: Journal, desk: list[dict[str, Any]]) -> list[int]:
    result = summary(journal, desk)
    return [result[key] for key in ("raised", "received", "accepted", "doubled")]


async def test_two_whole_alarms() -> None:
    result = summary(journal_of(*CORD, "INFO anju: something else", *SMOKE), DESK)
    assert result["latency_ms"] == dict(zip(HOPS, (0.2, 5.0, 0.5, 0.7, 9.0, 3.0), strict=True))
    assert result["alarms"] == [{"id": "a-1", "type": "sos"}, {"id": "a-2", "type": "smoke"}]
    assert counts(journal_of(*CORD, *SMOKE), DESK) == [2, 2, 2, 0]
    assert "  doubled  0\n" in table(result)


async def test_an_alarm_counts_only_where_gateway_and_desk_agree() -> None:
    journal = journal_of(*CORD, *SMOKE)
    assert counts(journal, DESK[:1]) == [2, 1, 1, 0]
    assert counts(journal, [DESK[0], {"id": "a-2", "state": "none"}]) == [2, 2, 1, 0]
    assert counts(journal_of(*CORD, SMOKE[0]), DESK) == [2, 1, 1, 0]


async def test_whatever_is_on_the_desk_beyond_the_raised_alarms_is_doubled() -> None:
    journal = journal_of(*CORD, *SMOKE)
    assert counts(journal, [*DESK, {"id": "a-3", "state": "none"}]) == [2, 2, 2, 1]
    assert counts(journal, [*DESK, {"id": "x", "alarm": "a-1", "state": "accepted"}]) == [2, 2, 2, 1]
    assert counts(journal, [DESK[0], {"id": "a-3", "state": "none"}]) == [2, 1, 1, 1]


async def test_a_hop_that_nobody_measured_is_null() -> None:
    assert summary(journal_of(CORD[0]), [])["latency_ms"] == dict.fromkeys(HOPS)
    assert journal_of(*CORD[:3], CORD[4]).complete() == []
    assert [alarm.id for alarm in journal_of(*CORD).complete()] == ["a-1"]
