"""A stand-in for `aplay` on PATH that writes down what it was asked to play and misbehaves on order."""

import os
from pathlib import Path

from tests.support.wait import until

_SCRIPT = """\
#!/bin/sh
manner=$(cat "{folder}/manner")  # first of all: whoever sees what was asked may order another manner
case "$*" in
*/dev/null) ;;  # only tries the device
*)
    echo "$*" >> "{folder}/asked"
    echo $$ >> "{folder}/pids"
    ;;
esac
case "$manner" in
fail) exit 1 ;;
hang) exec sleep 600 ;;
hold) exec cat "{folder}/gate" ;;
esac
"""


class FakePlayer:
    """Its folder goes in front of PATH. Manners: `play`, `fail`, `hang`, and `hold` until `release()`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        program = folder / "aplay"
        program.write_text(_SCRIPT.format(folder=folder))
        program.chmod(0o755)
        os.mkfifo(folder / "gate")
        (folder / "asked").touch()
        (folder / "pids").touch()
        self.behave("play")

    @property
    def path(self) -> str:
        """PATH with this player first."""
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"

    def behave(self, manner: str) -> None:
        """What players that start from now on do."""
        (self.folder / "next").write_text(manner)
        (self.folder / "next").replace(self.folder / "manner")

    @property
    def commands(self) -> list[str]:
        """The arguments of every file played so far, in order."""
        return (self.folder / "asked").read_text().splitlines()

    @property
    def said(self) -> list[str]:
        """`LANGUAGE/NAME` of every file played so far, in order."""
        return ["/".join(Path(command).with_suffix("").parts[-2:]) for command in self.commands]

    @property
    def pids(self) -> list[int]:
        """The process of every file played so far."""
        return [int(line) for line in (self.folder / "pids").read_text().split()]

    async def heard(self, *names: str, timeout: float = 15.0) -> None:  # noqa: ASYNC109
        """Wait until exactly these names were played, in this order, in whatever language."""

        def spoken() -> list[str]:
            return [said.split("/")[1] for said in self.said]

        await until(lambda: spoken() == list(names), timeout, f"{names} said")

    async def release(self) -> None:
        """Let the player that holds come to its end."""

        def opened() -> int | None:
            try:
                return os.open(self.folder / "gate", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                return None  # nobody holds yet

        gate = await until(opened, what="a player that holds")
        assert gate is not None
        os.close(gate)
