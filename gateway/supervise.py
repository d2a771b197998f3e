"""Keeping a part of the house alive: the only place that catches every error, says it, and starts the part again."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeVar

from gateway.problems import Problems

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
WELL_AFTER_SECONDS = 60.0
"""A part that has failed and then runs so long is well again."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Failure:
    """What code of another package raised. As text only the kind and the place: the rest may name persons."""

    error: BaseException

    def __str__(self) -> str:
        frames = traceback.extract_tb(self.error.__traceback__)
        place = f" in {PurePath(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
        return f"{type(self.error).__name__}{place}"


def attempt(action: Callable[[], Result]) -> Result | Failure:
    """What `action` gives, or how it failed. For code of other packages only: ours is mended, not endured."""
    try:
        return action()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's module raises, the house stands
        return Failure(error)


async def keep(name: str, part: Callable[[], Awaitable[None]], problems: Problems) -> None:
    """Run `part` for ever; when it fails, report it once and run it again a second later.

    One part's failure must not end the others: the cord must work while the health page does not.
    """
    failure = f"failure of {name}"  # apart from the problems that the part itself reports under its name
    while True:
        well = asyncio.get_running_loop().call_later(WELL_AFTER_SECONDS, problems.over, failure)
        try:
            await part()
        except* Exception as group:  # whatever it is, the alarm path must come back
            log.debug("%s failed", name, exc_info=group)
            problems.report(failure, f"{name} failed and is started again: {group.exceptions[0]!r}")
        else:
            problems.over(failure)
        finally:
            well.cancel()
        await asyncio.sleep(RESTART_SECONDS)
