"""The `[box]` section: what it reads as, and every mistake with its line and remedy."""

import re
from pathlib import Path

import pytest

from gateway.config import Config, ConfigError, check, load
from tests.gateway.test_config import SMALLEST

WHOLE = """
[box]
id = "panel"
room = "hall"
chip = "/dev/null"
buttons = { sos = 17, well = 27, away = 22, visit = 23, test = 24 }
pressed = "high"
lamp = 5
buzzer = 6
on = "low"
"""
LINE = SMALLEST.count("\n") + 2
"""Of `[box]` itself."""
CORD = '[[device]]\nid = "box"\ndriver = "ev1527"\naddress = "9EAD9"\nroom = "hall"\ncode_map = { "F" = "sos" }\n'


def written(folder: Path, box: str) -> Path:
    path = folder / "gateway.toml"
    path.write_text(SMALLEST + box, encoding="utf-8")
    return path


def read(folder: Path, box: str) -> Config:
    return load(written(folder, box))


def problems(folder: Path, box: str) -> list[str]:
    """Each as `LINE: text`, the line counted from `[box]`."""
    found, _ = check(written(folder, box))
    places = [one.removeprefix(f"{folder}/gateway.toml:").split(": ", 1) for one in found]
    return [f"{int(line) - LINE}: {text}" for line, text in places]


def test_without_the_section_there_is_no_box(tmp_path: Path) -> None:
    config = read(tmp_path, "")
    assert config.box is None
    assert config.devices == ()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    config = read(tmp_path, WHOLE)
    assert config.warnings == ()
    box = config.box
    assert box is not None
    assert box.buttons == {"sos": 17, "well": 27, "away": 22, "visit": 23, "test": 24}
    assert (box.chip, box.lamp, box.buzzer, box.pressed_low, box.on_low) == ("/dev/null", 5, 6, False, True)
    assert config.devices == (box.device,)
    device = box.device
    assert (device.id, device.driver, device.model, device.room) == ("panel", "box", "box", "hall")


def test_the_usual_wiring_needs_no_words(tmp_path: Path) -> None:
    box = read(tmp_path, '[box]\nroom = "hall"\nbuttons = { sos = 17 }\n').box
    assert box is not None
    assert (box.device.id, box.chip, box.lamp, box.buzzer) == ("box", "/dev/gpiochip0", None, None)
    assert box.pressed_low is True
    assert box.on_low is False


def test_a_box_may_be_a_lamp_alone(tmp_path: Path) -> None:
    box = read(tmp_path, "[box]\nlamp = 5\n").box
    assert box is not None
    assert box.buttons == {}


@pytest.mark.parametrize(
    ("box", "problem"),
    [
        ("[box]\n", "0: buttons is missing; write buttons = { sos = 17 }; known here: away, sos, test, visit, well"),
        ("[box]\nbuttons = 17\n", "1: buttons is 17, not a table; write a section [box.buttons]"),
        ("[box]\nbuttons = { sos = -1 }\n", "1: sos is -1; write a whole number from 0 to 511"),
        ('[box]\nbuttons = { sos = "17" }\n', '1: sos is the text "17", not a whole number'),
        ("[box]\nbuttons = { help = 17 }\n", '1: unknown key "help"; known here: '),
        ("[box]\nbuttons = { welll = 17 }\n", '1: unknown key "welll"; did you mean "well"?'),
        ("[box]\nlamp = 5\nbuttons = { sos = 5 }\n", "1: lamp is on line 5, where sos is already; give each its own"),
        ("[box]\nlamp = 5\nbuzzer = 5\n", "2: buzzer is on line 5, where lamp is already; give each its own"),
        ('[box]\nlamp = 5\nchip = "gpiochip0"\n', '2: chip is "gpiochip0"; write the chip\'s path'),
        ('[box]\nlamp = 5\npressed = "down"\n', '2: pressed is "down"; write "low" or "high"'),
        ('[box]\nlamp = 5\non = "Low"\n', '2: on is "Low"; write "low" or "high"'),
        ('[box]\nlamp = 5\nid = "the box"\n', '2: id is "the box"; write a name such as "cord-bath"'),
        ("[box]\nlamp = 5\nlight = 6\n", '2: unknown key "light"'),
        ("[box]\nlamp = 5\n" + CORD, '0: a [[device]] has the id "box" already; give the box another with id'),
    ],
)
def test_each_mistake_is_told_with_its_line_and_remedy(tmp_path: Path, box: str, problem: str) -> None:
    (found,) = problems(tmp_path, "\n" + box)
    assert found.startswith(problem)


def test_the_boxes_of_the_installers_guide_are_sound(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "installers.md").read_text("utf-8")
    boxes = re.findall(r"```toml\n(\[box\]\n.*?)```", guide, re.DOTALL)
    assert len(boxes) == 2
    for text in boxes:
        box = read(tmp_path, text).box
        assert box is not None
        numbers = {**box.buttons, "lamp": box.lamp, "buzzer": box.buzzer}
        for name, number in numbers.items():
            assert len(re.findall(rf"\|.*`{name}` \| {number} \|", guide)) == 2, "the wiring table says the same"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    box = '\n[box]\nbuttons = { sos = 17, well = 17, call = 1 }\nlamp = 900\non = "up"\n'
    assert len(problems(tmp_path, box)) == 4


def test_the_box_is_no_device_of_the_list(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the box is no \[\[device\]\]; write a section \[box\]"):
        read(tmp_path, '[[device]]\nid = "b"\ndriver = "box"\naddress = "box"\nroom = "hall"\n')


@pytest.mark.parametrize(
    ("box", "warning"),
    [
        (
            "buzzer = 8\n",
            "line 8 is pulled up at power-on: the buzzer is on until the gateway starts; use one from 9",
        ),
        (
            'lamp = 9\non = "low"\n',
            "line 9 is pulled down at power-on: the lamp is on until",
        ),
        ("lamp = 9\n", None),
        ('buzzer = 8\non = "low"\n', None),
        ('lamp = 8\nchip = "/dev/null"\n', None),
    ],
)
def test_an_output_that_is_on_before_the_gateway_starts_is_warned_of(
    tmp_path: Path, box: str, warning: str | None
) -> None:
    _, warnings = check(written(tmp_path, '\n[box]\nroom = "hall"\n' + box))
    lit = [one for one in warnings if "power-on" in one]
    assert len(lit) == (warning is not None)
    assert (warning or "") in "".join(lit)


def test_what_is_hardly_meant_is_warned_of(tmp_path: Path) -> None:
    _, (no_chip, no_room) = check(written(tmp_path, '\n[box]\nlamp = 5\nchip = "/dev/gpiochip99"\n'))
    assert 'there is no GPIO chip "/dev/gpiochip99"; those of this machine: ls /dev/gpiochip*' in f"{no_chip}{no_room}"
    assert "room is missing" in f"{no_chip}{no_room}"
