"""The question before the alarm: how often, and what becomes of it where nobody may be woken."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest

from gateway.announce.words import ARE_YOU_ALL_RIGHT
from gateway.rhythm.asking import TIMES, Asking
from gateway.rules.night import Night
from tests.gateway.houses import moment

AT_NIGHT = Night(begins=time(19), ends=time(21), zone=ZoneInfo("Asia/Shanghai"))
"""What `moment` gives is eight in the evening in Shanghai."""


class Voice:
    def __init__(self) -> None:
        self.said: list[str] = []

    def speak(self, sentence: str) -> None:
        self.said.append(sentence)

    def withdraw(self, sentence: str) -> None:
        self.said.append(f"not {sentence}")


def asked(*, can_speak: bool = True, quiet: Night | None = None) -> tuple[Asking, Voice]:
    voice = Voice()
    asking = Asking(voice, lambda: can_speak, quiet)
    asking.begin(moment(0))
    for second in range(1, 3_600):
        asking.look(moment(second))
    return asking, voice


def test_it_is_asked_a_few_times_and_then_waited_for() -> None:
    asking, voice = asked()
    assert voice.said == [ARE_YOU_ALL_RIGHT] * TIMES
    assert (asking.asked, asking.is_open) == (True, True)


@pytest.mark.parametrize(("can_speak", "quiet"), [(False, None), (True, AT_NIGHT)], ids=["no voice", "quiet hours"])
def test_who_cannot_be_asked_aloud_has_the_time_all_the_same(can_speak: bool, quiet: Night | None) -> None:
    asking, voice = asked(can_speak=can_speak, quiet=quiet)
    assert (voice.said, asking.asked, asking.is_open) == ([], False, True)


def test_an_answer_ends_it_and_the_next_question_begins_anew() -> None:
    asking, voice = asked()
    asking.end()
    asking.end()
    assert voice.said[TIMES:] == [f"not {ARE_YOU_ALL_RIGHT}"]
    asking.look(moment(9_000))
    assert not asking.is_open
    asking.begin(moment(10_000))
    assert voice.said[TIMES + 1 :] == [ARE_YOU_ALL_RIGHT]
