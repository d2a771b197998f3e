"""New settings on trial: they stay where the centre is reached with them, and go where it is not.

The proof is the centre's own `received` for a test of the house that goes out at once: it takes the alarm's way.
"""

import asyncio
import logging
from collections.abc import Callable

from gateway import settings
from gateway.config import Config
from gateway.contract.messages import AnswerState
from gateway.store.rows import Stored

log = logging.getLogger(__name__)

TRIAL_SECONDS = 120.0


class Trial:
    """The trial of one run. `test` raises a test of the house; `restart` begins anew, with the settings before."""

    def __init__(
        self,
        config: Config,
        test: Callable[[], "list[asyncio.Future[Stored]]"],
        restart: Callable[[], None],
        seconds: float = TRIAL_SECONDS,
    ) -> None:
        self._config = config
        self._test = test
        self._restart = restart
        self._seconds = seconds
        self._tested: set[str] = set()
        self._reached = asyncio.Event()

    def answered(self, about: str, state: AnswerState) -> None:
        """The centre has answered something: of an earlier run, too, which proves nothing."""
        if about in self._tested and state != "hold":
            self._reached.set()

    async def run(self) -> None:
        """Prove the settings, or go back to those before."""
        try:
            async with asyncio.timeout(self._seconds):
                for stored in await asyncio.gather(*self._test()):
                    self._tested.add(stored.event.id)
                await self._reached.wait()
        except TimeoutError:
            log.error("the centre was not reached within %.0f s: the new settings are dropped", self._seconds)
            settings.revert(self._config)
            self._restart()
        else:
            settings.accept(self._config)
            log.info("the centre was reached: the new settings stay")
        await asyncio.Event().wait()  # done; its keeper would begin it again
