"""`anju run` as its own process on a chip of `gpio_kernel`: `python -P -m tests.support.box_gateway FILE [WISH]…`.

Each line on its standard input is one word of the chip's and its arguments (`press 17 0.05`, `vanish`, `stop`). Each
level that an output gets is one line on its standard output: `line 5 on`. A wish is `MODULE.CONSTANT=SECONDS`, or a
word of the chip's from the start, its arguments behind colons: `chip.refuse:13`.
"""

import importlib
import sys
import threading
from collections.abc import Callable

from gateway.cli import main
from tests.support.gpio_kernel import FakeChip, plugged_in


class SpokenChip(FakeChip):
    """A chip that obeys words and tells its outputs."""

    def obey(self, line: str) -> None:
        """One line of standard input."""
        word, *arguments = line.split()
        words: dict[str, Callable[..., None]] = {
            "set": lambda number, level: self.set(int(number), active=level == "on"),
            "press": lambda number, seconds: self.press(int(number), float(seconds)),
            "rattle": lambda number, times: self.rattle(int(number), int(times)),
            "refuse": lambda number: setattr(self, "refusal", int(number)),
            "vanish": self.vanish,
            "come_back": self.come_back,
            "stop": self.running.clear,
            "go_on": self.running.set,
        }
        words[word](*arguments)

    def tell(self, number: int, *, on: bool) -> None:
        """An output was given a level."""
        sys.stdout.write(f"line {number} {'on' if on else 'off'}\n")
        sys.stdout.flush()


def _listen(chip: SpokenChip) -> None:
    for line in sys.stdin:
        chip.obey(line)


def _set(assignment: str) -> None:
    name, seconds = assignment.split("=")
    module, _, constant = name.rpartition(".")
    found = importlib.import_module(module)
    assert hasattr(found, constant), name
    setattr(found, constant, float(seconds))


if __name__ == "__main__":
    file, *wishes = sys.argv[1:]
    chip = SpokenChip()
    with plugged_in(chip):
        for wish in wishes:
            if wish.startswith("chip."):
                chip.obey(wish.removeprefix("chip.").replace(":", " "))
            else:
                _set(wish)
        threading.Thread(target=_listen, args=(chip,), daemon=True).start()
        sys.argv = ["anju", "run", "--config", file]
        main()
