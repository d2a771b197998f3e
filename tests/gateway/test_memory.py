"""A large message leaves nothing behind: what was given back is the system's again."""

import ctypes
import subprocess
import sys

import pytest

KEEP_SMALL_ABOVE_LARGE = """
import sys
from pathlib import Path
from gateway.memory import give_back_early

if sys.argv[1] == "early":
    give_back_early()
# One large piece that comes and goes teaches the C library to take the next ones from its heap.
del_me = bytes(8_000_000)
del del_me
large, small = [], []
for _ in range(32):
    large.append(bytes(b"x") * 1_000_000)
    small.append(bytes(1_000))
large.clear()
resident = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
print(int(resident.split()[1]))
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="this C library has no choice to make")
def test_what_is_large_goes_back_at_once() -> None:
    early, late = (
        int(subprocess.check_output([sys.executable, "-P", "-c", KEEP_SMALL_ABOVE_LARGE, how]))
        for how in ("early", "late")
    )
    assert early < late - 20_000, "of 32 MB (in KiB)"
