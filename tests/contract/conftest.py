"""The contract's tests borrow validators and decoders written in Node."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

NODE_FOLDER = Path(__file__).parent / "node"


@pytest.fixture(scope="session")
def node_checks() -> Path:
    """The folder of the Node checkers, their locked packages installed."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt-get install {program})")
    # One process of a parallel run installs, the others wait for it.
    with (NODE_FOLDER / "package.json").open() as manifest:
        fcntl.flock(manifest, fcntl.LOCK_EX)
        _install()
    return NODE_FOLDER


def _install() -> None:
    lock, installed = NODE_FOLDER / "package-lock.json", NODE_FOLDER / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=NODE_FOLDER,
            check=True,
            timeout=500,
        )
