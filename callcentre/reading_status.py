"""A house's status, read as far as it is understood: whatever else is odd in it, its open alarms must be answered."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from gateway.contract.messages import Protection, Status

_MINUTES = range(1, 1_441)


class _Loose(Struct, kw_only=True):
    """What the desk goes by. Keys of other shapes, of other makers, cost nothing but themselves."""

    state: Literal["online", "offline", "stopping"]
    session: int = 0
    at: Any = None
    version: Any = None
    heartbeat_minutes: Any = None
    open: Any = None
    problems: Any = None
    protection: Any = None


def read_status(payload: bytes) -> Status | None:
    """The status in `payload`, without the devices, which the desk does not keep; None where it says no known state."""
    try:
        loose = msgspec.json.decode(payload, type=_Loose)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not 0 <= loose.session < 2**63:
        return None
    return Status(
        state=loose.state,
        session=loose.session,
        at=loose.at if isinstance(loose.at, str) else "",
        version=loose.version if isinstance(loose.version, str) else None,
        heartbeat_minutes=_minutes(loose.heartbeat_minutes),
        open=_texts(loose.open),
        problems=_texts(loose.problems),
        protection=_protection(loose.protection),
    )


def _protection(value: Any) -> Protection | None:
    """Whether silence is watched there; None for a word that this version does not know."""
    try:
        return msgspec.convert(value, Protection)
    except msgspec.ValidationError:
        return None


def _minutes(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value in _MINUTES else None


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
