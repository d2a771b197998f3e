"""The contract's tests assert no time, and borrow validators and decoders written in Node."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

NODE_FOLDER = Path(__file__).parent / "node"


@pytest.fixture(scope="session")
def node_checks() -> Path:
    """The folder of the Node checkers, their locked packages installed."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt-get install {program})")
    lock, installed = NODE_FOLDER / "package-lock.json", NODE_FOLDER / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=NODE_FOLDER,
            check=True,
            timeout=500,
        )
    return NODE_FOLDER
