"""The voice: sound files of the house's language, played one after the other by ALSA's own player, `aplay`.

A child process plays, so nothing that a sound card does can hold up the loop; each file has a time limit.
"""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from gateway.announce.output import Announcement
from gateway.problems import Problems

log = logging.getLogger(__name__)

SOUNDS = Path(__file__).with_name("sounds")
CARDS = Path("/proc/asound/cards")
PLAYER = "aplay"
LONGEST_SECONDS = 30.0
"""No file is this long; a player that still runs hangs in its device."""
FAREWELL_SECONDS = 1.0
NOTHING = ("-q", "-t", "raw", "/dev/null")
"""Opens the device and plays no sound; `aplay --list-devices` calls it a success to find none."""


class Sound:
    """Says the words of announcements.

    `wanted` True: there must be a voice, and its absence is a problem. None: it speaks where there is a sound card.
    """

    name = "sound"

    def __init__(
        self,
        language: str,
        wanted: bool | None,
        problems: Problems,
        *,
        cards: Path = CARDS,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._folder = SOUNDS / language
        self._wanted = wanted
        self._problems = problems
        self._cards = cards
        self._longest_seconds = longest_seconds
        self._words: tuple[str, ...] = ()
        self._later: tuple[str, ...] = ()
        self._said: tuple[str, ...] = ()
        self._asked = asyncio.Event()
        self._player: asyncio.subprocess.Process | None = None

    def show(self, announcement: Announcement) -> None:
        """Say the newest words.

        Where they begin as those that are being said, the sentence is finished and the rest follows: what to do in a
        fire is not cut off because the centre has answered. Else words that cut in silence the voice and start anew,
        and others wait until it has finished.
        """
        if not announcement.words:
            return
        self._asked.set()
        if self._said and not announcement.cuts_in:
            self._later = announcement.words
            return
        self._words, self._later = announcement.words, ()
        if not self._goes_on() and self._player is not None:
            _kill(self._player)

    @property
    def can_speak(self) -> bool:
        """Whether there is anything to speak with, as far as can be known without trying."""
        return self._wanted is True or self._has_card()

    async def run(self) -> None:
        """Speak for ever; falls silent when it is cancelled."""
        await self._look_for_a_device()
        while True:
            await self._asked.wait()
            if self.can_speak:
                await self._speak()
            self._asked.clear()

    async def _look_for_a_device(self) -> None:
        if self._wanted:
            await self._play(*NOTHING)
        elif not self._has_card():
            log.info("no sound card: notices are not spoken")

    def _has_card(self) -> bool:
        try:
            return "[" in self._cards.read_text()  # " 0 [Headphones     ]: …"; without a card "--- no soundcards ---"
        except OSError:
            return False  # a kernel without sound

    async def _speak(self) -> None:
        self._said = ()
        while rest := self._rest():
            self._said = (*self._said, rest[0])
            await self._play("-q", str(self._folder / f"{rest[0]}.wav"))
        self._said = ()

    def _rest(self) -> tuple[str, ...]:
        if not self._goes_on():
            self._said = ()
        elif len(self._said) == len(self._words):
            self._said, self._words, self._later = (), self._later, ()
        return self._words[len(self._said) :]

    def _goes_on(self) -> bool:
        return self._words[: len(self._said)] == self._said

    async def _play(self, *arguments: str) -> None:
        try:
            player = await asyncio.create_subprocess_exec(
                PLAYER, *arguments,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            self._report(f"{PLAYER} cannot be started ({error.strerror}); install alsa-utils")
            return
        self._player = player
        try:
            if not self._goes_on():
                _kill(player)
            await self._listen_to(player, arguments)
        finally:
            self._player = None
            _kill(player)

    async def _listen_to(self, player: asyncio.subprocess.Process, arguments: tuple[str, ...]) -> None:
        try:
            async with asyncio.timeout(self._longest_seconds):
                self._judge(await player.wait(), arguments)
        except TimeoutError:
            self._report(f"{PLAYER} hangs; is the sound card in order?")
            self._words, self._later = (), ()
            _kill(player)
            # A player that cannot even be killed hangs in its driver: better mute than one more of them every minute.
            await player.wait()
        except asyncio.CancelledError:
            _kill(player)
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await player.wait()
            raise

    def _judge(self, status: int, arguments: tuple[str, ...]) -> None:
        if status == 0:
            self._problems.over(self.name)
        elif self._goes_on():  # else it was ended on purpose
            self._report(f"status {status} of: {PLAYER} {' '.join(arguments)}")

    def _report(self, cause: str) -> None:
        self._problems.report(self.name, f"notices cannot be heard: {cause}; or write sound = false under [notice]")


def _kill(player: asyncio.subprocess.Process) -> None:
    if player.returncode is None:
        with suppress(ProcessLookupError):  # it has just ended by itself
            player.kill()
