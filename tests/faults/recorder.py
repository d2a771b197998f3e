"""Building the recorder and reading what it wrote: each write, sync and word of one program, in order."""

import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SOURCE = Path(__file__).with_name("record.c")
_HEAD = struct.Struct("=cIqI")
COMPILER = shutil.which("gcc") or shutil.which("cc")

OPENED, WRITTEN, TRUNCATED, SYNCED, UNLINKED, SAID = "O", "W", "T", "S", "U", "M"


@dataclass(frozen=True, slots=True)
class Record:
    """One step. `where` numbers the file, or is the port that something was said to (0: standard error)."""

    kind: str
    where: int
    offset: int
    data: bytes


def build(folder: Path) -> Path:
    """Compile the recorder into `folder`."""
    assert COMPILER is not None
    library = folder / "record.so"
    subprocess.run(
        [COMPILER, "-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC", "-o", library, _SOURCE, "-ldl"], check=True
    )
    return library


def environment(library: Path, files: Path, log: Path) -> dict[str, str]:
    """With these variables a program is recorded: what it does to the files whose path begins with `files`."""
    return {"LD_PRELOAD": str(library), "ANJU_RECORD_FILES": str(files), "ANJU_RECORD_LOG": str(log)}


def read(log: Path) -> list[Record]:
    """Every whole record; a program that was killed may leave half of one."""
    return list(_records(log.read_bytes()))


def _records(data: bytes) -> Iterator[Record]:
    at = 0
    while at + _HEAD.size <= len(data):
        kind, where, offset, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if at + length > len(data):
            return
        yield Record(kind.decode(), where, offset, data[at : at + length])
        at += length
