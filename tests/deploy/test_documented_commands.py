"""Every command in the handbooks is one that the program has, with the options it has."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
COMMAND = re.compile(r"(?:^|\| |# )anju ([a-z][a-z-]+)((?: --[a-z-]+(?: [^\s`-]+)?)*)", re.MULTILINE)


def documented() -> dict[str, set[str]]:
    """Command to the options that the handbooks give it."""
    found: dict[str, set[str]] = {}
    for name in ("installers.md", "maintainers.md"):
        text = (DOCS / name).read_text("utf-8")
        written = re.findall(r"```sh\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
        typed = "\n".join(written).replace("sudo -u anju ", "")
        for command, options in COMMAND.findall(typed):
            found.setdefault(command, set()).update(re.findall(r"--[a-z-]+", options))
    return found


def test_the_handbooks_name_commands() -> None:
    assert {"check-config", "status", "events", "devices", "decode"} <= documented().keys()


@pytest.mark.parametrize("command", sorted(documented()))
def test_a_documented_command_exists_with_its_options(command: str) -> None:
    program = str(Path(sys.executable).parent / "anju")
    shown = subprocess.run([program, command, "--help"], capture_output=True, text=True, check=True).stdout
    assert [option for option in documented()[command] if option not in shown] == []
