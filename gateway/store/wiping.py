"""The end of an enrolment: everything that a house knows of its resident is deleted, and it is ready for another.

What lies in files beside the store is deleted: events, samples, what was learnt, copies that were put aside, settings
of the district. Deleting is all that can be done on a memory card: it writes elsewhere what is written over. The
installer's own file, with the pseudonym and the devices, is the installer's to change.
"""

import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from gateway.store.database import StoreError, open_for_reading

log = logging.getLogger(__name__)


class Wiped(msgspec.Struct):
    """What the house tells of it at its next start: the proof. `events` is None where they could not be counted."""

    order: str
    files: int
    events: int | None


def wipe(store: Path, order: str) -> Wiped:
    """Delete all data of the house whose database is `store`; nobody may have it open. `order` is who asked for it.

    Raises OSError with what could not be deleted; what could be is gone, and a second call goes on.
    """
    events, deleted = _events(store), 0
    for path in sorted(_files(store), key=lambda path: path == store):  # the database last: it tells that more is left
        path.unlink()
        deleted += 1
    wiped = Wiped(order=order, files=deleted, events=events)
    note = _note(store)
    with note.open("wb") as file:
        file.write(msgspec.json.encode(wiped))
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(store.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    log.warning("everything about the resident was deleted: %s", json.dumps(msgspec.to_builtins(wiped)))
    return wiped


def take_note(store: Path) -> Wiped | None:
    """What the last wipe left to be told, until `forget_note`; None where there is nothing."""
    try:
        return msgspec.json.decode(_note(store).read_bytes(), type=Wiped)
    except (OSError, msgspec.MsgspecError):
        return None


def forget_note(store: Path) -> None:
    """It was told."""
    _note(store).unlink(missing_ok=True)


def _note(store: Path) -> Path:
    return store.with_name(f"{store.name}.wiped")


def _files(store: Path) -> Iterator[Path]:
    """Whatever lies beside the store and bears its name: each part of the gateway names its files so."""
    for entry in store.parent.iterdir():
        if (entry.name == store.name or entry.name.startswith((f"{store.name}-", f"{store.name}."))) and (
            entry.is_file() and entry != _note(store)
        ):
            yield entry


def _events(store: Path) -> int | None:
    try:
        with closing(open_for_reading(store)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM event").fetchone()
    except (sqlite3.Error, StoreError):
        return None
    return int(count)
