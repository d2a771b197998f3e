"""The voice through a player that does as it should, and through one that does not."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.announce.output import Announcement
from gateway.announce.sound import NOTHING, SOUNDS, Sound
from gateway.problems import Problems
from tests.announce.players import FakePlayer
from tests.support.wait import until

needs_aplay = pytest.mark.skipif(shutil.which("aplay") is None, reason="aplay is missing (apt-get install alsa-utils)")


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePlayer:
    player = FakePlayer(tmp_path / "player")
    monkeypatch.setenv("PATH", player.path)
    return player


@pytest.fixture
def problems() -> Problems:
    return Problems()


@asynccontextmanager
async def speaking(sound: Sound) -> AsyncIterator[Sound]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(sound.run())
        yield sound
        task.cancel()


def say(*words: str, cuts_in: bool = True) -> Announcement:
    return Announcement(state="calling", words=words, cuts_in=cuts_in)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


async def test_the_sentences_are_played_in_order_in_the_houses_language(player: FakePlayer, problems: Problems) -> None:
    async with speaking(Sound("zh-CN", True, problems)) as sound:
        sound.show(say("smoke", "calling"))
        await player.heard("smoke", "calling")
    assert player.commands == [f"-q {SOUNDS}/zh-CN/smoke.wav", f"-q {SOUNDS}/zh-CN/calling.wav"]
    assert problems.list() == []


async def test_newer_words_cut_in(player: FakePlayer, problems: Problems) -> None:
    player.behave("hang")
    async with speaking(Sound("en", None, problems, cards=Path(__file__))) as sound:
        sound.show(say("calling"))
        await player.heard("calling")
        player.behave("play")
        sound.show(say("received"))
        await player.heard("calling", "received")
        assert not alive(player.pids[0])
    assert problems.list() == [], "who is interrupted has not failed"


async def test_what_to_do_is_not_cut_off_by_the_centres_answer(player: FakePlayer, problems: Problems) -> None:
    player.behave("hold")
    async with speaking(Sound("zh-CN", None, problems, cards=Path(__file__))) as sound:
        sound.show(say("smoke", "calling"))
        await player.heard("smoke")
        sound.show(say("smoke", "received"))
        player.behave("play")
        await player.release()
        await player.heard("smoke", "received")


async def test_less_urgent_words_wait_until_the_voice_has_finished(player: FakePlayer, problems: Problems) -> None:
    player.behave("hold")
    async with speaking(Sound("zh-CN", None, problems, cards=Path(__file__))) as sound:
        sound.show(say("smoke", "accepted"))
        await player.heard("smoke")
        sound.show(say("calling", cuts_in=False))
        player.behave("play")
        await player.release()
        await player.heard("smoke", "accepted", "calling")


async def test_a_repeat_that_comes_while_the_sentence_is_spoken_adds_nothing(
    player: FakePlayer, problems: Problems
) -> None:
    player.behave("hold")
    async with speaking(Sound("en", None, problems, cards=Path(__file__))) as sound:
        sound.show(say("calling"))
        await player.heard("calling")
        sound.show(say("calling"))
        player.behave("play")
        await player.release()
        sound.show(say("received"))
        await player.heard("calling", "received")


async def test_a_failing_player_is_reported_once_and_tried_again(
    player: FakePlayer, problems: Problems, caplog: pytest.LogCaptureFixture
) -> None:
    player.behave("fail")
    async with speaking(Sound("en", True, problems)) as sound:
        await until(problems.list, what="the silence noticed before the first alarm")
        sound.show(say("smoke", "calling"))
        await player.heard("smoke", "calling")
        sound.show(say("received"))
        await player.heard("smoke", "calling", "received")
        assert caplog.text.count("notices cannot be heard") == 1
        player.behave("play")
        sound.show(say("accepted"))
        await until(lambda: not problems.list(), what="the problem over")


async def test_a_missing_player_is_reported_with_the_remedy(
    tmp_path: Path, problems: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with speaking(Sound("en", True, problems)) as sound:
        sound.show(say("calling"))
        (said,) = await until(problems.list)
        assert "No such file or directory" in said
        assert "install alsa-utils" in said


async def test_a_hanging_player_is_ended_and_reported_and_the_next_sentence_is_tried(
    player: FakePlayer, problems: Problems
) -> None:
    player.behave("hang")
    sound = Sound("en", None, problems, cards=Path(__file__), longest_seconds=0.1)
    async with speaking(sound):
        sound.show(say("smoke", "calling"))
        (said,) = await until(problems.list)
        assert "hangs" in said
        await until(lambda: not alive(player.pids[0]))
        player.behave("hold")
        sound.show(say("received"))
        await player.heard("smoke", "received")


async def test_a_stop_silences_the_voice(player: FakePlayer, problems: Problems) -> None:
    player.behave("hang")
    async with speaking(Sound("en", None, problems, cards=Path(__file__))) as sound:
        sound.show(say("calling"))
        await player.heard("calling")
    assert not alive(player.pids[0])


@pytest.mark.parametrize("cards", ["--- no soundcards ---\n", None])
async def test_a_house_without_a_sound_card_is_silent_and_sound(
    tmp_path: Path, player: FakePlayer, problems: Problems, cards: str | None
) -> None:
    file = tmp_path / "cards"
    if cards is not None:
        file.write_text(cards)
    async with speaking(Sound("en", None, problems, cards=file)) as sound:
        sound.show(say("calling"))
        await until(lambda: not sound._asked.is_set(), what="the words taken up")
        file.write_text(" 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n")
        sound.show(say("received"))
        await player.heard("received")
    assert problems.list() == []


def device_works() -> bool:
    return subprocess.run(["aplay", *NOTHING], check=False, capture_output=True).returncode == 0


@needs_aplay
async def test_the_real_player_tells_at_once_whether_there_is_a_device(
    problems: Problems, caplog: pytest.LogCaptureFixture
) -> None:
    works = await asyncio.to_thread(device_works)
    async with speaking(Sound("en", True, problems)) as sound:
        sound.show(say("this sentence has no file"))
        await until(lambda: "no file" in "".join(problems.list()))
    assert ("/dev/null" in caplog.messages[0]) is not works
