"""The sentences and their sound files: complete, in step with each other, and not silent."""

import json
import math
import shutil
import subprocess
import wave
from pathlib import Path

import pytest

from gateway.announce.board import LAMP_ORDER
from gateway.announce.lamp import PATTERNS
from gateway.announce.output import AWAY
from gateway.announce.recording import SOUNDS, SPOKEN, record
from gateway.announce.sound import LONGEST_SECONDS
from gateway.announce.words import (
    HAZARDS,
    LANGUAGES,
    SENTENCES,
    SPOKEN_AT_A_PRESS,
    SPOKEN_BEFORE_AN_ALARM,
    SPOKEN_ON_COMMAND,
    TEST,
)
from gateway.notice import RANKS

SPOKEN_UNASKED = (*SPOKEN_AT_A_PRESS, *SPOKEN_BEFORE_AN_ALARM)
NAMES = {*RANKS, *HAZARDS, TEST, *SPOKEN_ON_COMMAND, *SPOKEN_UNASKED}
FILES = [(language, name) for language in LANGUAGES for name in sorted(NAMES)]
LARGEST_BYTES = 3_000_000
SOFTEST = 0.05
"""Of full scale, root mean square; the files lie near 0.1, silence at 0."""


def samples(path: Path) -> tuple[list[float], float]:
    """The samples between -1 and 1, and the duration in seconds."""
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 1)
        assert sound.getframerate() <= 22_050
        data = sound.readframes(sound.getnframes())
        return [(byte - 128) / 128 for byte in data], sound.getnframes() / sound.getframerate()


def test_every_language_can_say_everything() -> None:
    assert set(SENTENCES) == set(LANGUAGES)
    for sentences in SENTENCES.values():
        assert set(sentences) == NAMES
        assert all(sentence.strip() for sentence in sentences.values())


def test_the_lamp_knows_every_state() -> None:
    assert set(LAMP_ORDER) == set(RANKS)
    assert set(PATTERNS) == {None, AWAY, *RANKS}


@pytest.mark.parametrize(("language", "name"), FILES)
def test_every_sentence_is_a_sound_that_can_be_heard(language: str, name: str) -> None:
    values, seconds = samples(SOUNDS / language / f"{name}.wav")
    assert math.sqrt(sum(value * value for value in values) / len(values)) > SOFTEST
    assert 0.1 * len(SENTENCES[language][name]) / 5 < seconds < LONGEST_SECONDS


def test_the_sound_files_say_what_the_sentences_say() -> None:
    spoken = json.loads((SOUNDS / SPOKEN).read_text("utf-8"))
    assert spoken == SENTENCES, "make the sound files anew: make sounds"


def test_the_sound_files_are_small() -> None:
    assert sum(path.stat().st_size for path in SOUNDS.rglob("*.wav")) < LARGEST_BYTES


def test_nobody_is_promised_before_somebody_was_sent() -> None:
    """What is only known to be received or accepted must not sound like help on its way."""
    for name in ("calling", "not_reached", "received", "accepted", *SPOKEN_ON_COMMAND, *SPOKEN_UNASKED):
        assert not any(word in SENTENCES["zh-CN"][name] for word in ("派人", "前来", "赶来", "马上到", "路上"))
        assert not any(word in SENTENCES["en"][name] for word in ("way", "coming", "sent", "arriv"))


@pytest.mark.skipif(shutil.which("aplay") is None, reason="aplay is not installed (apt-get install alsa-utils)")
def test_the_real_player_plays_every_file() -> None:
    files = [str(path) for path in sorted(SOUNDS.rglob("*.wav"))]
    subprocess.run(["aplay", "-q", "-D", "null", *files], check=True, capture_output=True, timeout=60)


@pytest.mark.skipif(not (shutil.which("espeak-ng") and shutil.which("sox")), reason="espeak-ng or sox is not installed")
def test_a_sound_file_is_made_from_its_sentence(tmp_path: Path) -> None:
    _, short = samples(record("zh-CN", "test", tmp_path))
    _, long = samples(record("zh-CN", "smoke", tmp_path))
    assert 3 * short < long
