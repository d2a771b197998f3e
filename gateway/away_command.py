"""`anju away`: tells the running gateway until when nobody is at home, that somebody is back, or asks how it is."""

import asyncio
import json
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

from gateway.config import Config
from gateway.contract.times import to_text
from gateway.control import Asked, AwayRequest, Told, path_of, reachable
from gateway.store.absence import Absence

ANSWER_SECONDS = 5.0


class AwayError(Exception):
    """It cannot be said or asked; the text says why, and the remedy."""


def end_of(written: str, zone: tzinfo | None) -> datetime:
    """When an absence `until` that ends: a date is the end of that day, a time is that time, by the house's clock.

    Raises AwayError.
    """
    try:
        if len(written) <= len("2026-11-29"):
            end = datetime.combine(date.fromisoformat(written) + timedelta(days=1), time())
        else:
            end = datetime.fromisoformat(written)
    except (ValueError, OverflowError):
        raise AwayError(f"--until {written!r} is no date; write one such as 2026-11-29, or 2026-11-29T18:00") from None
    if end.tzinfo is None:
        end = end.replace(tzinfo=zone) if zone is not None else end.astimezone()
    return end.astimezone(UTC)


def ask(config: Config, request: AwayRequest) -> Absence | None:
    """Who is away, after the gateway has obeyed. Raises AwayError."""
    return asyncio.run(_ask(config, request))


async def _ask(config: Config, request: AwayRequest) -> Absence | None:
    path = path_of(config.store_path)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            with reachable(path) as name:
                reader, writer = await asyncio.open_unix_connection(name)
            writer.write(msgspec.json.encode(Asked(away=request)) + b"\n")
            line = await reader.readline()
            writer.close()
    except TimeoutError:
        raise AwayError(f"the gateway of {path} does not answer; restart it") from None
    except OSError as error:
        said = f"no gateway of this file can be asked ({path}: {error.strerror}); start it, and be its user or root"
        raise AwayError(said) from error
    try:
        told = msgspec.json.decode(line, type=Told)
    except msgspec.MsgspecError as error:
        raise AwayError("the gateway broke off; try again") from error
    if told.refused is not None:
        raise AwayError(told.refused)
    return told.away


def as_json(absence: Absence | None) -> str:
    """One JSON object: `away`, and where it is true `since`, `until` (null: only out), `by`."""
    if absence is None:
        return json.dumps({"away": False})
    until = to_text(absence.until) if absence.until else None
    return json.dumps({"away": True, "since": to_text(absence.since), "until": until, "by": absence.by})


def text(absence: Absence | None, zone: tzinfo | None) -> str:
    """The same for a person, by the house's clock."""
    if absence is None:
        return "somebody is at home, as far as anybody said"
    since, until = (_clock(moment, zone) for moment in (absence.since, absence.until))
    if until is None:
        return f"out since {since}, as was pressed at the box"
    return (
        f"away since {since}, until {until}, as the {absence.by} said\n"
        "inactivity and the circle around the home are not watched until then; fire and calls for help are, as ever"
    )


def _clock(moment: datetime | None, zone: tzinfo | None) -> str | None:
    return None if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
