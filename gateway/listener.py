"""A port that devices dial: frames of all on the line to reception, answers back once what was heard is kept."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from drivers.device import Lookup
from drivers.event import Reject
from drivers.link.tcp import Connection, Limits, ListenError, listen
from drivers.output import Message
from drivers.registry import ListenerDriver
from gateway.config_devices import Listener
from gateway.links import after_all
from gateway.outlet import Outlet
from gateway.problems import Problems
from gateway.reception import Reception
from gateway.watch import Lines

log = logging.getLogger(__name__)

REOPEN_SECONDS = 1.0


class ListenerLine:
    """One listening port, opened again for as long as it cannot be."""

    def __init__(
        self,
        listener: Listener,
        driver: ListenerDriver,
        lookup: Lookup,
        reception: Reception,
        lines: Lines,
        problems: Problems,
        monotonic: Callable[[], float],
        outlets: Mapping[str, Outlet],
    ) -> None:
        self._outlets = outlets  # by the address of the device that they lead to
        self._reached: dict[str, Connection] = {}
        self._listener = listener
        self._driver = driver
        self._lookup = lookup
        self._reception = reception
        self._lines = lines
        self._problems = problems
        self._monotonic = monotonic
        self._name = f"listener {listener.name}"
        self._line = f"listener.{listener.name}"  # a word that may leave the house as evidence
        self._unkept: set[asyncio.Future[Any]] = set()

    async def run(self) -> None:
        """Listen for ever."""
        limits = Limits(silence_seconds=self._driver.silence_seconds)
        while True:
            try:
                await listen(self._listener.host, self._listener.port, limits, self._serve, self._ready)
            except ListenError as error:
                self._problems.report(self._name, str(error))
            self._lines.down(self._line, self._monotonic())
            await asyncio.sleep(REOPEN_SECONDS)

    def _ready(self, port: int) -> None:
        self._lines.up(self._line)
        self._problems.over(self._name)
        log.info("listening on %s (port %d)", self._name, port)

    async def _serve(self, connection: Connection) -> None:
        splitter = self._driver.new_splitter()
        try:
            async for chunk in connection.chunks():
                heard = time.perf_counter()
                for frame in splitter.feed(chunk) if chunk else splitter.flush():
                    self._take(frame, connection, heard)
        finally:
            for address in [known for known, through in self._reached.items() if through is connection]:
                del self._reached[address]
                self._outlets[address].close()

    def _open_outlets(self, addresses: set[str], connection: Connection, frame: bytes) -> None:
        """A device that outputs lead to is dialled in: orders go the way that its frame came."""

        def send(message: Message) -> bool:
            ordered = self._driver.order(frame, message.payload)
            if ordered is not None:
                connection.send(ordered)
            return ordered is not None

        for address in addresses & self._outlets.keys():
            if self._reached.get(address) is not connection:
                self._reached[address] = connection
                self._outlets[address].open_listener(send)

    def _take(self, frame: bytes | Reject, connection: Connection, heard: float) -> None:
        decoded = frame if isinstance(frame, Reject) else self._driver.decode(frame, self._lookup)
        kept = self._reception.hear(decoded, self._driver.name, heard)
        if isinstance(frame, Reject) or isinstance(decoded, Reject):
            return
        if not any(self._lookup(said.driver, said.address) for said in decoded):
            return  # nobody here would act on it: a stranger gets no answer, and an alarm is not taken off its hands
        connection.vouch()
        self._open_outlets({said.address for said in decoded}, connection, frame)
        for future in kept:
            self._unkept.add(future)
            future.add_done_callback(self._unkept.discard)
        answer = self._driver.acknowledgement(frame)
        if answer is not None:
            # Also what came before it: a repeated alarm must not be answered while the first one is not yet kept.
            after_all(list(self._unkept), partial(connection.send, answer))
