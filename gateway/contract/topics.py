"""Topic names of contract version 1: the only place where they are spelled.

Identity comes from the topic, never from a payload: the broker's access list proves a topic, nothing proves a payload.
"""

import re
from typing import NamedTuple

PREFIX = "anju/v1"
NAME_PATTERN = r"[a-z0-9-]{1,32}"
_NAME = re.compile(NAME_PATTERN)

ALARM = "alarm"
EVENT = "event"
TELEMETRY = "telemetry"
STATUS = "status"
ANSWER = "answer"
COMMAND = "command"
REPLY = "reply"
CENTRE = "centre"
"""Reserved: no gateway may bear this name."""

UP = (ALARM, EVENT, TELEMETRY, STATUS, REPLY)
DOWN = (ANSWER, COMMAND)


class HouseTopic(NamedTuple):
    """One of a gateway's own topics, taken apart."""

    district: str
    gateway: str
    branch: str


def is_name(text: str) -> bool:
    """Whether `text` may name a district or a gateway."""
    return _NAME.fullmatch(text) is not None


def house(district: str, gateway: str, branch: str) -> str:
    """The topic of one branch of one gateway."""
    return f"{PREFIX}/{district}/{gateway}/{branch}"


def centre_status(district: str) -> str:
    """Where the call centre says whether anybody listens."""
    return f"{PREFIX}/{district}/{CENTRE}/{STATUS}"


def all_houses(district: str, branch: str) -> str:
    """The subscription that covers one branch of every gateway of a district.

    That of `status` also brings the centre's own, which `parse` does not take for a gateway's.
    """
    return f"{PREFIX}/{district}/+/{branch}"


def parse(topic: str) -> HouseTopic | None:
    """Take a topic apart; None where it is not one of a gateway's (the centre's own included)."""
    parts = topic.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != PREFIX:
        return None
    _, _, district, gateway, branch = parts
    if gateway == CENTRE or not is_name(district) or not is_name(gateway) or branch not in UP + DOWN:
        return None
    return HouseTopic(district, gateway, branch)
