"""What the centre may order the house to say, and to stop saying."""

import logging

from gateway.announce.announcer import Announcer
from gateway.announce.sound import Sound
from gateway.notice import Notices
from gateway.store.store import Store

log = logging.getLogger("anju.notice")


class OnCommand:
    """Speaks and falls silent. `sound` is None where the file says that the house has no voice."""

    def __init__(self, announcer: Announcer, sound: Sound | None, notices: Notices, store: Store) -> None:
        self._announcer = announcer
        self._sound = sound
        self._notices = notices
        self._store = store

    def speak(self, sentence: str) -> bool:
        """Say a sentence by its name. False where there is nothing to speak with."""
        if self._sound is None or not self._sound.can_speak:
            return False
        log.info("the centre has it said: %s", sentence)
        self._announcer.speak(sentence)
        return True

    def silence(self, alarm: str) -> bool:
        """Sound and say nothing more about an alarm, in this run and the next. False where none is under way."""
        if not self._notices.knows(alarm):
            return False
        log.warning("the centre silences the notices of alarm=%s", alarm)
        self._store.silence(alarm)
        self._announcer.silence(alarm)
        return True
