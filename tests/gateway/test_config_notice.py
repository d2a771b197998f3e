"""The `[notice]` section: what it reads as, and every mistake with its line and remedy."""

from pathlib import Path

import pytest

from gateway.announce.words import LANGUAGES
from gateway.config import Config, ConfigError, load

HOUSE = """\
district = "d1"
gateway = "gw-0001"

[store]
path = "anju.db"

[uplink]
host = "127.0.0.1"
port = 8883
tls = false
"""


def read(folder: Path, notice: str) -> Config:
    path = folder / "gateway.toml"
    path.write_text(HOUSE + notice, encoding="utf-8")
    return load(path)


def test_without_the_section_the_house_speaks_chinese_where_it_has_a_sound_card(tmp_path: Path) -> None:
    for text in ("", "[notice]\n"):
        notice = read(tmp_path, text).notice
        assert (notice.language, notice.sound, notice.lamp) == ("zh-CN", None, None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sound", [True, False])
def test_what_is_written_is_read(tmp_path: Path, language: str, sound: bool) -> None:
    (tmp_path / "brightness").write_text("0")
    text = f'[notice]\nlanguage = "{language}"\nsound = {str(sound).lower()}\nlamp = "{tmp_path}"\n'
    config = read(tmp_path, text)
    assert (config.notice.language, config.notice.sound, config.notice.lamp) == (language, sound, tmp_path)
    assert config.warnings == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('language = "zh"', 'language is "zh"; write "zh-CN" or "en"'),
        ('language = ""', 'language is empty; write "zh-CN" or "en"'),
        ("language = 1", 'language is 1, not text; write "zh-CN" or "en"'),
        ('sound = "yes"', "write true or false without quotes"),
        ("lamp = true", "lamp is true, not text"),
        ('lamp = "ACT"', 'lamp is "ACT"; write the lamp\'s folder, such as "/sys/class/leds/ACT"'),
        ("speaker = true", 'unknown key "speaker"'),
    ],
)
def test_a_mistake_is_told_with_its_line_and_remedy(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, f"[notice]\n{line}\n")
    (problem,) = caught.value.problems
    number = HOUSE.count("\n") + 2
    assert problem.startswith(f"{tmp_path}/gateway.toml:{number}: ")
    assert said in problem


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, '[notice]\nlanguage = "de"\nsound = 1\nlamp = "ACT"\n')
    assert len(caught.value.problems) == 3


def test_a_lamp_that_is_not_there_is_a_warning(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, f'[notice]\nlamp = "{tmp_path}/none"\n').warnings
    assert warning.endswith(f'there is no lamp "{tmp_path}/none"; the lamps of this machine: ls /sys/class/leds')
