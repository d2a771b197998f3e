"""Short messages through an AT modem on a serial line: a carrier that keeps the port and prepares the modem anew
after whatever went wrong with it.

`+CMGS` means sent: the network has it. Where the network reports the delivery to the telephone, that is told too.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from drivers.event import Event
from drivers.link.group import Group
from drivers.link.serial import Port, PortError, open_port
from gateway.clock import Clock
from gateway.problems import Problems
from gateway.routes.carrier import CarryError, Outcome
from gateway.routes.modem_dialogue import Dialogue, ModemError, check, prepare, send
from gateway.routes.modem_lines import ModemLines
from gateway.routes.sms_pdu import Report, submit
from gateway.routes.sms_text import can_say, line_test_text, text
from gateway.store.rows import Stored

log = logging.getLogger(__name__)
T = TypeVar("T")

CHECK_SECONDS = 300.0
REOPEN_SECONDS = 2.0
READY_SECONDS = 20.0
"""How long a message waits for a modem that is being prepared."""
_UNREAD_LIMIT = 1_000
_GONE = ""
"""In place of a line: the port is gone. A modem's own lines are never empty."""
_REPORTS_AWAITED = 64


class Modem:
    """One modem and the number that its messages go to (which is never logged).

    `test_message_every`: how often a message of its own proves the whole way to the telephone; None never. The first
    start sends one, and `tested_at` is when the last one left.
    """

    test_seconds = CHECK_SECONDS

    def __init__(
        self,
        path: str,
        baud_rate: int,
        number: str,
        gateway: str,
        language: str,
        test_message_every: timedelta | None,
        problems: Problems,
        clock: Clock,
    ) -> None:
        self._path = path
        self._baud_rate = baud_rate
        self._number = number
        self._gateway = gateway
        self._language = language
        self._test_message_every = test_message_every
        self._problems = problems
        self._clock = clock
        self.tested_at: datetime | None = None
        self._port: Port | None = None
        self._lines: asyncio.Queue[str] = asyncio.Queue(_UNREAD_LIMIT)
        self._ready = asyncio.Event()
        self._failed = asyncio.Event()
        self._awaited: dict[int, str] = {}
        self._early: dict[int, Report] = {}
        self.delivered: Callable[[str], None] = lambda _event: None
        """Is told the id of each event whose message the telephone has."""
        self.tested: Callable[[datetime], None] = lambda _at: None
        """Is told when a message has proved the way."""

    # -- the port's life ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the port open and the modem prepared, for ever."""
        name = f"modem {self._path}"
        while True:
            try:
                async with open_port(self._path, self._baud_rate) as port:
                    await self._serve(port)
            except* (PortError, ModemError) as group:
                self._problems.report(name, f"modem {self._path}: {_first(group)}")
            finally:
                self._port = None
                self._ready.clear()
                self._hang_up()
            await asyncio.sleep(REOPEN_SECONDS)

    def _hang_up(self) -> None:
        """Whoever still waits for an answer must not take the next opening's for it."""
        gone, self._lines = self._lines, asyncio.Queue(_UNREAD_LIMIT)
        if gone.full():
            gone.get_nowait()
        gone.put_nowait(_GONE)

    async def _serve(self, port: Port) -> None:
        async with Group() as group:
            listening = group.create_task(self._listen(port), name="modem-listen")
            self._port = port
            while True:
                self._failed.clear()
                await self._talk(prepare())
                signal = await self._talk(check())
                self._problems.over(f"modem {self._path}")
                log.info("modem %s is ready, signal %s dBm", self._path, signal if signal is not None else "unknown")
                self._ready.set()
                failed = asyncio.ensure_future(self._failed.wait())
                try:
                    await asyncio.wait([failed, listening], return_when=asyncio.FIRST_COMPLETED)
                finally:
                    failed.cancel()
                self._ready.clear()

    async def _listen(self, port: Port) -> None:
        lines = ModemLines()
        async for chunk in port.chunks():
            for heard in lines.feed(chunk):
                if isinstance(heard, Report):
                    self._report(heard)
                elif not self._lines.full():
                    self._lines.put_nowait(heard)

    def _report(self, report: Report) -> None:
        event = self._awaited.get(report.reference)
        if event is None:
            self._early[report.reference] = report  # it may overtake the end of the dialogue; the numbers are one octet
        elif report.delivered is not None:
            del self._awaited[report.reference]
            if report.delivered:
                self.delivered(event)
            else:
                log.warning("the network could not deliver the message about %s", event)

    # -- what it carries ----------------------------------------------------------------------------------------------

    def can_carry(self, event: Event) -> bool:
        """Whether a person with a telephone should hear of it."""
        return can_say(event)

    async def carry(self, stored: Stored) -> Outcome:
        """Send the message about one event."""
        self._early.clear()
        reference = await self._send(text(stored.event, self._gateway, self._language))
        if len(self._awaited) >= _REPORTS_AWAITED:
            del self._awaited[next(iter(self._awaited))]
        self._awaited[reference] = stored.event.id
        if reference in self._early:
            self._report(self._early.pop(reference))
        return Outcome.SENT

    async def test(self) -> None:
        """Ask the modem for its network; at longer intervals send a message that proves the whole way."""
        now = self._clock.now()
        if self._is_test_due(now):
            await self._send(line_test_text(self._gateway, now, self._language))
            self.tested_at = now
            self.tested(now)
        else:
            await self._with_modem(check)

    def _is_test_due(self, now: datetime) -> bool:
        if self._test_message_every is None:
            return False
        return self.tested_at is None or now - self.tested_at >= self._test_message_every

    async def _send(self, words: str) -> int:
        message = submit(self._number, words)
        return await self._with_modem(lambda: send(message))

    async def _with_modem(self, dialogue: Callable[[], Dialogue[T]]) -> T:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._ready.wait()
        except TimeoutError:
            raise CarryError(f"modem {self._path} is not ready; the log says why") from None
        try:
            return await self._talk(dialogue())
        except (ModemError, PortError) as error:
            self._failed.set()  # it is prepared anew, from whatever state this has left it in
            self._ready.clear()
            raise CarryError(f"modem {self._path}: {error}") from error

    async def _talk(self, dialogue: Dialogue[T]) -> T:
        """Lead one dialogue over the open port. Raises ModemError, PortError."""
        lines = self._lines
        while not lines.empty():
            lines.get_nowait()  # chatter since the last dialogue
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        heard: str | None = None
        try:
            turn = next(dialogue)
            while True:
                if turn.write:
                    deadline = loop.time() + turn.seconds
                    await self._write(turn.write)
                try:
                    async with asyncio.timeout_at(deadline):
                        heard = await lines.get()
                except TimeoutError:
                    heard = None
                if heard == _GONE:
                    raise ModemError("it has been unplugged; plug it in again")
                turn = dialogue.send(heard)
        except StopIteration as finished:
            result: T = finished.value
            return result

    async def _write(self, words: str) -> None:
        if self._port is None:
            raise ModemError("it has been unplugged; plug it in again")
        await self._port.write(words.encode("ascii"))


def _first(group: BaseExceptionGroup[Exception]) -> Exception:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
