"""The disk as it may be after the power went: what was synced is there, of the rest anything may be, in any order.

For each file: every write up to the last sync that returned; of the later ones, drawn by a seed, some whole, some not
at all, some torn at the sectors of 512 bytes, in the order they were made or in another. A file that was never synced
may not be there at all; one that was taken away stays away once anything was synced after it, as on any file system
with a journal. All else is harsher than ext4 with its default of ordered data, and than most cards.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.recorder import OPENED, SAID, SYNCED, TRUNCATED, UNLINKED, WRITTEN, Record

SECTOR_BYTES = 512
_EVENT = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_RECEIVED = re.compile(rb"notice state=received alarm=([0-9a-f-]{36})")
_PUBACK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the gateway had said before the cut.

    `events` are the ids that the district or the resident had heard; `received` those of which the resident had heard
    that the centre has them; `taken` is how many messages of the house's own broker were acknowledged.
    """

    events: frozenset[str]
    received: frozenset[str]
    taken: int


def told(records: Sequence[Record], local_port: int, uplink_port: int) -> Told:
    """Everything said in these records."""
    said: dict[int, bytearray] = {0: bytearray(), local_port: bytearray(), uplink_port: bytearray()}
    for record in records:
        if record.kind == SAID and record.where in said:
            said[record.where] += record.data
    heard = _EVENT.findall(bytes(said[0])) + _EVENT.findall(bytes(said[uplink_port]))
    return Told(
        events=frozenset(event.decode() for event in heard),
        received=frozenset(event.decode() for event in _RECEIVED.findall(bytes(said[0]))),
        taken=_acknowledgements(said[local_port]),
    )


def disk(records: Sequence[Record], draw: random.Random) -> dict[Path, bytes]:
    """The files after a cut behind these records."""
    names = {record.where: Path(record.data.decode()) for record in records if record.kind == OPENED}
    steps: dict[int, list[Record]] = {number: [] for number in names}
    synced = dict.fromkeys(names, 0)
    for record in records:
        if record.kind in (WRITTEN, TRUNCATED, UNLINKED):
            steps[record.where].append(record)
        elif record.kind == SYNCED:
            synced[record.where] = len(steps[record.where])
            synced |= {other: len(done) for other, done in steps.items() if done and done[-1].kind == UNLINKED}
    found = {}
    for number, name in names.items():
        if not synced[number] and draw.random() < 0.5:
            continue
        content = _after(steps[number][: synced[number]], _uncertain(steps[number][synced[number] :], draw))
        if content is not None:
            found[name] = content
    return found


def put(files: dict[Path, bytes], of: Path, at: Path) -> None:
    """Lay the files whose names begin as `of` down under `at`, in place of whatever is there."""
    for name in at.parent.glob(at.name + "*"):
        name.unlink()
    for name, content in files.items():
        (at.parent / (at.name + name.name.removeprefix(of.name))).write_bytes(content)


def _uncertain(steps: Sequence[Record], draw: random.Random) -> list[Record]:
    """What of the unsynced steps reached the disk."""
    kept: list[Record] = []
    for step in steps:
        fate = draw.choice(("whole", "torn", "gone"))
        if fate == "whole" or (fate == "torn" and step.kind != WRITTEN):
            kept.append(step)
        elif fate == "torn":
            kept += [
                Record(WRITTEN, step.where, step.offset + at, step.data[at : at + SECTOR_BYTES])
                for at in range(0, len(step.data), SECTOR_BYTES)
                if draw.random() < 0.5
            ]
    if draw.random() < 0.5:
        draw.shuffle(kept)
    return kept


def _after(certain: Sequence[Record], uncertain: Sequence[Record]) -> bytes | None:
    """The content after these steps; None where the last of them took the file away."""
    content: bytearray | None = bytearray()
    for step in (*certain, *uncertain):
        if step.kind == UNLINKED:
            content = None
            continue
        content = bytearray() if content is None else content
        end = step.offset + len(step.data)
        if step.kind == TRUNCATED:
            del content[step.offset :]
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        content[step.offset : end] = step.data
    return None if content is None else bytes(content)


def _acknowledgements(said: bytes | bytearray) -> int:
    """How many PUBACKs stand in what a client said."""
    at, count = 0, 0
    while at < len(said):
        kind, length, shift = said[at] >> 4, 0, 0
        at += 1
        while at < len(said):
            byte = said[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        at += length
        count += kind == _PUBACK
    return count
