"""`anju excerpts`: the seconds around each fall that a worn device told of, with what people said of it.

They are kept for review and leave the house only when somebody writes them to a folder here. The files have the form
of the recordings that `anju-models` trains and measures on, so that a district can build a validation set of its own.
"""

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import msgspec

from drivers.event import Kind, State
from gateway.store.database import StoreError, open_for_reading, reading
from gateway.store.excerpts import rows

REAL, FALSE, TEST = "real", "false", "test"
DISPOSITIONS = {
    "helped": REAL,
    "hospital": REAL,
    "no_help_needed": REAL,
    "accidental": FALSE,
    "device_fault": FALSE,
    "cooking_smoke": FALSE,
    "test": TEST,
}
"""What the centre's result says of the fall itself; of any other nobody knows."""
FULL_SCALE = 32_767
_BYTES = 6
_HEADINGS = ("TAKEN (UTC)", "DEVICE", "POSITION", "SECONDS", "STATE", "RESULT", "EXPLANATION", "ALARM")
_WIDTHS = (19, 14, 8, 7, 9, 14, 22, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One excerpt as it is listed. `disposition` is REAL, FALSE, TEST or None; `impact_ms` counts from its start."""

    id: str
    device: str
    position: str
    taken_at: str
    state: str
    result: str | None
    disposition: str | None
    rate_hz: float
    range_g: float
    seconds: float
    impact_ms: int
    explanation: str | None
    probability: float | None


def write(path: Path, form: str, out: TextIO) -> None:
    """List the excerpts of the store at `path`, as one JSON value or as a table. Raises StoreError."""
    found = [shown(row) for row in read(path)]
    if form == "json":
        out.write(json.dumps([asdict(one) for one in found], ensure_ascii=False) + "\n")
        return
    out.write(_line(_HEADINGS))
    for one in found:
        when, state = one.taken_at[:19].replace("T", " "), one.state
        cells = (when, one.device, one.position, f"{one.seconds:.1f}", state, one.result, one.explanation, one.id)
        out.write(_line(cells))


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of the store at `path`, samples included. Raises StoreError."""
    with closing(open_for_reading(path)) as connection, reading(path):
        known = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'excerpt'").fetchone()[0]
        return rows(connection) if known else []


def shown(row: dict[str, Any]) -> Shown:
    """One row without its samples."""
    details = msgspec.json.decode(row["details"]) if row["details"] else {}
    evidence = details.get("evidence") or {}
    cancelled = details.get("state") == State.CANCELLED.value
    return Shown(
        id=row["event"],
        device=row["device"],
        position=row["position"],
        taken_at=row["taken_at"],
        state="cancelled" if cancelled else "raised" if row["kind"] == Kind.ALARM.value else "held",
        result=row["result"],
        disposition=FALSE if cancelled else DISPOSITIONS.get(row["result"] or ""),
        rate_hz=row["rate_hz"],
        range_g=row["range_g"],
        seconds=round(len(row["samples"]) / _BYTES / row["rate_hz"], 2),
        impact_ms=row["impact_ms"],
        explanation=evidence.get("explanation"),
        probability=details.get("confidence"),
    )


def export(path: Path, folder: Path) -> list[Path]:
    """Write one `.npz` per position, rate and range into `folder`; returns their paths.

    `acc` (int16, times `acc_scale` in g) holds all excerpts end to end; `length`, `code` (real, false, test or
    unknown), `subject` (the device) and `trial` (the alarm) are of each, `rate` in Hz of all; `t_start` and `t_end`
    are when the impact was. Raises StoreError, and OSError where the folder cannot be written.
    """
    import numpy as np  # here and not above: a list needs none

    groups: dict[tuple[str, float, float], list[dict[str, Any]]] = {}
    for row in read(path):
        if row["samples"]:
            groups.setdefault((row["position"], row["rate_hz"], row["range_g"]), []).append(row)
    if not groups:
        raise StoreError(f"{path}: there are no excerpts yet; each fall that a worn device tells of leaves one")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for (position, rate_hz, range_g), found in sorted(groups.items()):
        file = folder / f"excerpts-{position}-{rate_hz:g}hz-{range_g:g}g.npz"
        impacts = np.array([row["impact_ms"] / 1_000 for row in found])
        np.savez_compressed(
            file,
            acc=np.frombuffer(b"".join(row["samples"] for row in found), dtype="<i2").reshape(-1, 3),
            acc_scale=np.array(range_g / FULL_SCALE),
            rate=np.array(rate_hz),
            length=np.array([len(row["samples"]) // _BYTES for row in found]),
            code=np.array([shown(row).disposition or "unknown" for row in found]),
            subject=np.array([row["device"] for row in found]),
            trial=np.array([row["event"] for row in found]),
            t_start=impacts,
            t_end=impacts,
        )
        written.append(file)
    return written


def _line(cells: Iterable[str | None]) -> str:
    parts = ((cell or "").ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return " ".join(parts).rstrip() + "\n"
