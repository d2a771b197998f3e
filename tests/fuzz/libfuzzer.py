"""Running targets under Atheris where it is installed: one process a target, its seeds in a folder that goes away."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.targets import Target

_DONE = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)/")
_TOLD_LINES = 40


class FuzzError(Exception):
    """An input broke a target; the message is what libFuzzer says of it."""


def is_installed() -> bool:
    """Whether Atheris is there: it has wheels for Linux on x86-64 alone."""
    return find_spec("atheris") is not None


def fuzz(target: Target, inputs: int, seed: int) -> str:
    """Try so many inputs. Returns a line of what was reached, or raises FuzzError with the input in it."""
    with TemporaryDirectory() as folder:
        for number, start in enumerate(dict.fromkeys(target.seeds())):
            Path(folder, f"seed-{number}").write_bytes(start)
        command = [sys.executable, "-P", "-m", "tests.fuzz.guided", target.name, str(inputs), str(seed), folder]
        shown = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        text = shown.stdout + shown.stderr
        done = _DONE.search(text)
        if shown.returncode != 0 or done is None:
            crash = next((path.read_bytes().hex() for path in Path(folder).glob("crash-*")), "none kept")
            told = "\n".join(text.splitlines()[-_TOLD_LINES:])
            raise FuzzError(f"{target.name}, status {shown.returncode}: bytes.fromhex({crash!r})\n{told}")
    spent, coverage, features, corpus = done.groups()
    return f"{target.name}: {int(spent):,} inputs, {coverage} branches, {features} features, corpus {corpus}"
