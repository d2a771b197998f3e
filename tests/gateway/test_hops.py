"""What is said of an alarm's hops, and how much of it is remembered."""

import re

import pytest

from gateway.metrics import Metrics
from gateway.uplink import hops as hops_module
from gateway.uplink.hops import Hops


def test_one_line_with_every_hop_when_it_is_received_and_one_when_it_is_accepted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", logger="anju.hop")
    hops, metrics = _hops()
    hops.heard("one", "sos", 1.0, 2.0)
    hops.committed("one")
    hops.published("one", 3.0)
    hops.acknowledged("one")
    for _ in range(2):
        hops.received("one")
    for _ in range(2):
        hops.accepted("one")
    received, accepted = caplog.messages
    words = ("decode", "commit", "publish", "puback", "received")
    assert re.fullmatch("hop alarm=one type=sos " + " ".join(rf"{word}_ms=-?[\d.]+" for word in words), received)
    assert re.fullmatch(r"hop alarm=one accepted_ms=[\d.]+", accepted)
    text = metrics.render().decode()
    assert all(f'anju_alarm_hop_seconds_count{{hop="{word}"}} 1.0' in text for word in (*words, "accepted"))


def test_an_answer_that_overtakes_the_puback_ends_that_hop(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="anju.hop")
    hops, _ = _hops()
    hops.heard("one", "sos", 1.0, 2.0)
    hops.committed("one")
    hops.published("one", 3.0)
    hops.received("one")
    (line,) = caplog.messages
    puback, received = re.findall(r"(?:puback|received)_ms=([\d.]+)", line)
    assert puback == received


def test_what_was_never_heard_sent_or_received_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="anju.hop")
    hops, _ = _hops()
    for step in (hops.committed, hops.acknowledged, hops.received, hops.accepted):
        step("stranger")
    hops.published("stranger", 1.0)
    hops.heard("unsent", "sos", 1.0, 2.0)
    hops.received("unsent")
    hops.accepted("unsent")
    assert not caplog.messages


def test_no_more_than_a_few_hundred_are_remembered(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hops_module, "_LIMIT", 2)
    caplog.set_level("INFO", logger="anju.hop")
    hops, _ = _hops()
    for name in ("one", "two", "three"):
        hops.heard(name, "sos", 1.0, 2.0)
        hops.committed(name)
        hops.published(name, 3.0)
    for name in ("one", "two", "three"):
        hops.received(name)
    assert [line.split()[1] for line in caplog.messages] == ["alarm=two", "alarm=three"]


def _hops() -> tuple[Hops, Metrics]:
    metrics = Metrics("1.2.3")
    return Hops(metrics), metrics
