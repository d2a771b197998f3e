"""A look at the file that is written to: is it still there, is there room, what lies aside. For the writer's thread."""

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.store.damage import copies, damage_in
from gateway.store.database import Identity
from gateway.store.jobs import probe
from gateway.store.opening import renew

SCARCE_BYTES = 2 * 1_024 * 1_024
CHECK_AGAIN_SECONDS = 0.5
"""How long a check in the run may keep the writer from an alarm."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look told: why the file is not the house's any more, or what is broken in it, and which damaged ones lie
    beside it."""

    lost: str | None
    is_gone: bool
    damage: str | None
    put_aside: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """Another file in the place of one that was damaged, gone or never there."""

    identity: Identity
    inode: int
    put_aside: tuple[str, ...]


def look(connection: sqlite3.Connection, *, path: Path, inode: int, moment: datetime, durable: bool) -> Seen:
    """Try the file with a write, and where `durable` keep that and read the file anew. Raises sqlite3.Error."""
    lost, is_gone = _lost(path, inode)
    damage = None
    if lost is None:
        # A rolled-back write never reaches the disk: where it is nearly full, only a real one tells.
        probe(connection, moment, durable=durable or _is_scarce(path.parent))
        damage = damage_in(path, CHECK_AGAIN_SECONDS) if durable else None
    return Seen(lost=lost, is_gone=is_gone, damage=damage, put_aside=names_aside(path))


def exchange(
    old: sqlite3.Connection, *, path: Path, moment: datetime, damaged: bool, in_memory: bool, knows_file: bool
) -> tuple[sqlite3.Connection, Renewed]:
    """Renew the file and tell what it is now. Raises StoreError."""
    connection, identity = renew(
        old, path, moment, damaged=damaged, in_memory=in_memory, knows_file=knows_file
    )  # fmt: skip
    return connection, Renewed(identity=identity, inode=inode_of(path), put_aside=names_aside(path))


def names_aside(path: Path) -> tuple[str, ...]:
    """The damaged files beside this one."""
    return tuple(copy.name for copy in copies(path))


def inode_of(path: Path) -> int:
    """Which file lies there; 0 where none does."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _lost(path: Path, inode: int) -> tuple[str | None, bool]:
    """Whether the file that is written to is still the one at its path; nobody would find it again otherwise."""
    try:
        there = path.stat().st_ino
    except FileNotFoundError as error:
        return f"the file is gone: {error}", True
    except OSError as error:
        return f"the file cannot be reached: {error}", False
    return (None if there == inode else "another file lies in the store's place"), False


def _is_scarce(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < SCARCE_BYTES
    except OSError:
        return True
