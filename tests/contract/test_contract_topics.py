"""Topics come apart exactly as they were put together, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.contract import topics

names = st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True)
branches = st.sampled_from(topics.UP + topics.DOWN)


@given(names, names.filter(lambda name: name != topics.CENTRE), branches)
def test_a_house_topic_comes_apart_as_it_was_built(district: str, gateway: str, branch: str) -> None:
    assert topics.parse(topics.house(district, gateway, branch)) == (district, gateway, branch)


@given(st.text() | st.lists(st.text(max_size=8), min_size=4, max_size=6).map("/".join))
def test_any_other_text_is_no_house_topic(topic: str) -> None:
    parsed = topics.parse(topic)
    assert parsed is None or topics.house(*parsed) == topic


@pytest.mark.parametrize(
    "topic",
    [
        topics.centre_status("d1"),
        "anju/v1/d1/gw-1/other",
        "anju/v2/d1/gw-1/alarm",
        "anju/v1/d1/GW-1/alarm",
        "anju/v1/d1//alarm",
        "anju/v1/d1/+/alarm",
        "anju/v1/d1/gw-1/alarm\n",
        "anju/v1/d1/gw-1/alarm/",
        "/anju/v1/d1/gw-1/alarm",
        "anju/v1/d1/" + "a" * 33 + "/alarm",
    ],
)
def test_near_misses_are_refused(topic: str) -> None:
    assert topics.parse(topic) is None


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("gw-0001", True),
        ("a" * 32, True),
        ("a" * 33, False),
        ("", False),
        ("Gw", False),
        ("gw/1", False),
        ("居", False),
    ],
)
def test_names_of_districts_and_gateways(name: str, allowed: bool) -> None:
    assert topics.is_name(name) is allowed


def test_the_district_subscription_covers_each_house() -> None:
    pattern = topics.all_houses("d1", topics.ALARM).split("/")
    topic = topics.house("d1", "gw-1", topics.ALARM).split("/")
    assert [part for part, wanted in zip(topic, pattern, strict=True) if wanted not in ("+", part)] == []
