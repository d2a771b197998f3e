"""A GSM modem on a pseudo-terminal, which can be told to misbehave in the ways that real ones do."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from drivers.link.pty import PtyPair
from tests.support.wait import until

_SUBMIT = re.compile(r"AT\+CMGS=(\d+)")


@dataclass(kw_only=True)
class GsmModem:
    """Speaks to whoever opens `path`. Its fields may be changed at any time; `messages` are the texts it has sent.

    `manners`, used up one by one, say what happens at the next submit instead of sending: `error`, `busy` (CMS 38),
    `hang` (no answer after the prompt), `no_prompt`, `late` (answers only to what is said next), `restart`, `garbage`.
    """

    path: Path
    echo: bool = True
    pin: str = "READY"
    registered: str = "0,1"
    chatter: str = '\r\n+CSQN: 17\r\n\r\n+CREG: 1,"23A1"\r\n'
    reports: bool = True
    delivers: bool = True
    manners: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    _reference: int = 0
    _owed: str = ""
    _submitting: bool = False
    _pty: PtyPair | None = None
    _task: "asyncio.Task[None] | None" = None

    def plug(self, tasks: asyncio.TaskGroup) -> None:
        """Make the port appear, with a modem that has just been switched on."""
        self._pty = PtyPair(self.path).__enter__()
        self.echo, self._submitting = True, False
        self._task = tasks.create_task(self._live(self._pty))

    async def unplug(self) -> None:
        """Pull it out."""
        assert self._pty is not None
        assert self._task is not None
        self._pty.unplug()
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _live(self, pty: PtyPair) -> None:
        rest = ""
        with suppress(OSError):
            while True:
                rest += (await pty.read()).decode("ascii")
                rest = await self._hear(pty, rest)

    async def _hear(self, pty: PtyPair, said: str) -> str:
        while True:
            if "\x1b" in said and self._submitting:
                self._submitting = False
                said = said.partition("\x1b")[2]
            end = re.search("\x1a" if self._submitting else "\r", said)
            if end is None:
                return said
            line, said = said[: end.start()].strip("\r\n\x1b"), said[end.end() :]
            if self.echo and line:
                await self._say(pty, f"{line}\r")
            if self._submitting:
                await self._submitted(pty, line)
            elif line:
                self.commands.append(line)
                await self._command(pty, line)

    async def _command(self, pty: PtyPair, line: str) -> None:
        owed, self._owed = self._owed, ""
        await self._say(pty, owed + self.chatter)
        submit = _SUBMIT.fullmatch(line)
        if submit:
            await self._prompt(pty)
            return
        if line == "ATE0":
            self.echo = False
        answers = {
            "AT+CPIN?": f"+CPIN: {self.pin}",
            "AT+CMGF?": "+CMGF: 0",
            "AT+CREG?": f"+CREG: {self.registered}",
            "AT+CEREG?": f"+CEREG: {self.registered}",
            "AT+CSQ": "+CSQ: 21,99",
        }
        if line.startswith("AT+CNMI") and not self.reports:
            await self._say(pty, "\r\nERROR\r\n")
            return
        if line in answers:
            await self._say(pty, f"\r\n{answers[line]}\r\n")
        await self._say(pty, "\r\nOK\r\n")

    async def _prompt(self, pty: PtyPair) -> None:
        manner = self.manners[0] if self.manners else ""
        if manner in ("error", "no_prompt", "restart"):
            self.manners.pop(0)
            self.echo = self.echo or manner == "restart"
            await self._say(pty, {"error": "\r\nERROR\r\n", "no_prompt": "", "restart": "\r\nRDY\r\n"}[manner])
            return
        self._submitting = True
        await self._say(pty, "\r\n> ")

    async def _submitted(self, pty: PtyPair, pdu: str) -> None:
        self._submitting = False
        manner = self.manners.pop(0) if self.manners else ""
        if manner == "busy":
            await self._say(pty, "\r\n+CMS ERROR: 38\r\n")
        elif manner == "garbage":
            await self._say(pty, "\x00\x7f~~}}\r\n\r\nOK\r\n\x05+CM")
        elif manner == "hang":
            return
        else:
            self._reference = (self._reference + 1) % 256
            self.messages.append(_text(pdu))
            answer = f"\r\n+CMGS: {self._reference}\r\n\r\nOK\r\n"
            if manner == "late":
                self._owed = answer
                return
            await self._say(pty, answer)
            if self.delivers:
                await self._say(pty, f"\r\n+CDS: 25\r\n{_report(self._reference)}\r\n")

    async def _say(self, pty: PtyPair, words: str) -> None:
        raw = words.encode("latin-1")
        half = len(raw) // 2
        for part in (raw[:half], raw[half:]):  # a line may come in pieces
            await pty.write(part)
            await asyncio.sleep(0)


def _text(pdu: str) -> str:
    octets = bytes.fromhex(pdu)
    digits = octets[3]
    start = 5 + (digits + 1) // 2
    assert octets[start + 1] == 0x08
    length = octets[start + 3]
    return octets[start + 4 : start + 4 + length].decode("utf-16-be")


def _report(reference: int) -> str:
    time = bytes.fromhex("62302100000023")
    return (b"\x00" + bytes((0x06, reference, 4, 0x81, 0x21, 0x43)) + time + time + b"\x00").hex().upper()


@asynccontextmanager
async def gsm_modem(folder: Path, **fields: object) -> AsyncIterator[tuple[GsmModem, asyncio.TaskGroup]]:
    """A modem that is plugged in for the block, unless the test pulls it out."""
    modem = GsmModem(path=folder / "modem", **fields)  # type: ignore[arg-type]
    async with asyncio.TaskGroup() as tasks:
        modem.plug(tasks)
        try:
            yield modem, tasks
        finally:
            await modem.unplug()


async def sent(modem: GsmModem, count: int) -> list[str]:
    """Wait for so many messages."""
    await until(lambda: len(modem.messages) >= count, what=f"{count} short messages")
    return modem.messages
