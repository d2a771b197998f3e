"""Recordings to train and measure on: compact `.npz` files, each with many recordings of one device.

A file holds `acc` (int16, times `acc_scale` in g) of all recordings end to end, `length`, `code`, `subject` and
`trial` of each, and `rate` in Hz; some hold `t_start` and `t_end` of each fall in seconds.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from models.fall.model import Position

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording of one person: either one fall, or everyday life without any."""

    group: str
    """Which device and study."""
    samples: Floats
    """(n, 3) in g."""
    rate_hz: float
    subject: str
    code: str
    fall: bool
    fall_at: float | None = None
    """Seconds, where the recording says when."""
    weak: bool = False
    """Whether the file's cuts are nominal: some recordings of falls hold none."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True, slots=True)
class Source:
    """One file and what it is."""

    file: str
    group: str
    position: Position
    fall_codes: tuple[str, ...]
    weak: bool = False


_SMARTFALLMM = tuple(f"A{number}" for number in range(10, 15))
SOURCES = (
    Source("sisfall_waist_50hz", "sisfall waist", "torso", ("F",)),
    Source("smartfallmm_metahip_50hz", "smartfallmm hip", "torso", _SMARTFALLMM),
    Source("smartfallmm_elder_sessions_phone_50hz", "elders phone", "torso", ()),
    Source("chestadl_50hz", "daily life chest", "torso", ()),
    Source("weda_wrist_50hz", "weda wrist", "wrist", ("F",)),
    Source("smartfallmm_watch_50hz", "smartfallmm watch", "wrist", _SMARTFALLMM, weak=True),
    Source("smartfallmm_metawrist_50hz", "smartfallmm wrist", "wrist", _SMARTFALLMM, weak=True),
    Source("smartfallmm_elder_sessions_watch_50hz", "elders watch", "wrist", ()),
)


class NoRecordingsError(Exception):
    """The folder does not hold what is needed; the message names the place and the remedy."""


def load(folder: Path, position: Position) -> list[Recording]:
    """All recordings of a position. Raises NoRecordingsError if a file is missing or is not what it should be."""
    if not folder.is_dir():
        raise NoRecordingsError(
            f"{folder}: no such folder; name the one that holds {SOURCES[0].file}.npz, or use --sample"
        )
    found: list[Recording] = []
    for source in SOURCES:
        if source.position == position:
            found += _read(folder / f"{source.file}.npz", source)
    return found


def subjects(recordings: Sequence[Recording]) -> list[str]:
    """Everybody in them, sorted."""
    return sorted({recording.subject for recording in recordings})


def _read(path: Path, source: Source) -> Iterator[Recording]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files if name != "gyr"}
        yield from _recordings(arrays, source)
    except FileNotFoundError:
        raise NoRecordingsError(f"{path}: missing; {source.group} is needed to train and to measure") from None
    except (OSError, EOFError, ValueError, KeyError, IndexError, BadZipFile, zlib.error) as error:
        raise NoRecordingsError(f"{path}: not a file of recordings ({error}); copy it anew") from error


def _recordings(arrays: dict[str, npt.NDArray[np.generic]], source: Source) -> Iterator[Recording]:
    rate, scale = float(arrays["rate"]), float(arrays["acc_scale"])
    ends = np.cumsum(arrays["length"].astype(np.int64))
    times = [arrays.get(name) for name in ("t_start", "t_end")]
    for index, (begin, end) in enumerate(zip(ends - arrays["length"].astype(np.int64), ends, strict=True)):
        code = str(arrays["code"][index])
        middle = np.nan if times[0] is None or times[1] is None else float(times[0][index] + times[1][index]) / 2
        yield Recording(
            group=source.group,
            samples=arrays["acc"][begin:end].astype(np.float64) * scale,
            rate_hz=rate,
            subject=str(arrays["subject"][index]),
            code=code,
            fall=code.startswith(source.fall_codes) if source.fall_codes else False,
            fall_at=None if np.isnan(middle) else middle,
            weak=source.weak,
        )
