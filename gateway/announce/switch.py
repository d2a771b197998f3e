"""Something that can only be on or off, by whatever means it is switched."""

from pathlib import Path
from typing import Protocol


class SwitchError(Exception):
    """It cannot be switched; the text says what and why."""


class Switch(Protocol):
    """One lamp or buzzer."""

    async def set(self, *, on: bool) -> None:
        """Switch it. Raises SwitchError; it may work again the next time."""


class Led:
    """A lamp of Linux's LED class: one folder with `brightness` and `max_brightness`, such as /sys/class/leds/ACT.

    The kernel only notes the wanted brightness and returns, whatever the lamp is made of: a write holds nothing up.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def set(self, *, on: bool) -> None:
        """Light it as bright as it can, or put it out. Raises SwitchError."""
        try:
            brightness = (self._folder / "max_brightness").read_text() if on else "0"
            (self._folder / "brightness").write_text(brightness)
        except OSError as error:
            raise SwitchError(
                f"the lamp {self._folder} cannot be switched: {error.strerror}; see [notice] lamp"
            ) from error
