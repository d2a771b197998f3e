"""Which settings are in force: the installer's file, or what the district has set since and what has proven itself.

    set_config ──► offered ──start──► on trial ──centre answers──► the district's
                                         │
                                         └── 2 minutes without an answer, a crash, a power cut ──► as before

They lie beside the store, because the installer's file belongs to the installer: the house may not write there. Each
names the installer's file that it was made for (SHA-256, the last line): an installer who changes that file on the
spot has the last word.
"""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from gateway.config import Config, ConfigError, Origin, load

LIMIT_BYTES = 256 * 1_024
"""A thousand devices need 150 KB."""
_MADE_FOR = "# made for the installer's file with SHA-256 "


class SettingsError(Exception):
    """The settings cannot be taken. The text is the reason."""


class Files:
    """The files beside one house's store."""

    def __init__(self, store: Path) -> None:
        self.offered = store.with_name(f"{store.name}.settings-offered.toml")
        self.on_trial = store.with_name(f"{store.name}.settings-on-trial.toml")
        self.district = store.with_name(f"{store.name}.settings-of-district.toml")

    def all(self) -> tuple[Path, ...]:
        """Every one, whether it is there or not."""
        return self.offered, self.on_trial, self.district


def current(installers: Path) -> Config:
    """What is in force, without starting a trial; for whoever only looks. Raises ConfigError."""
    base = load(installers)
    files = Files(base.store_path)
    if files.on_trial.exists():
        return _load(files.on_trial, installers, "trial")
    if not files.district.exists():
        return base
    if not _is_made_for(files.district, installers):
        return _noted(base, f"{files.district.name} is not in force: the installer's file has changed since")
    try:
        return _load(files.district, installers, "district")
    except ConfigError as error:
        # A later version may read more strictly. The house must start all the same.
        return _noted(base, f"the district's settings are not in force: {error.problems[0]}")


def begin(installers: Path) -> Config:
    """What is in force for a run that starts now: what was offered is put on trial, a trial that was cut short is over.

    What became of them stands among the warnings. Raises ConfigError where the installer's own file has mistakes.
    """
    files, notes = Files(load(installers).store_path), []
    try:
        if files.on_trial.exists():
            files.on_trial.unlink()
            notes.append("the district's new settings did not reach the centre: those before are in force again")
        if files.offered.exists():
            _rename(files.offered, files.on_trial)
    except OSError as error:
        notes.append(f"the settings beside the store cannot be written: {error}")
    try:
        found = current(installers)
    except ConfigError as error:
        files.on_trial.unlink(missing_ok=True)
        notes.append(f"the district's new settings cannot be used: {error.problems[0]}")
        found = current(installers)
    return _noted(found, *notes)


def offer(text: str, running: Config) -> None:
    """Keep new settings for a trial at the next start.

    Raises SettingsError with the first mistake as `settings:LINE: text`, or where they are another house's.
    """
    files, installers = Files(running.store_path), running.installers_file
    if len(text.encode()) > LIMIT_BYTES:
        raise SettingsError(f"settings are over {LIMIT_BYTES // 1_024} KiB")
    try:
        made_for = hashlib.sha256(installers.read_bytes()).hexdigest()
        candidate = files.offered.with_suffix(".new")
        _write(candidate, f"{text.rstrip()}\n{_MADE_FOR}{made_for}\n")
        try:
            offered = _load(candidate, installers)
            for name in ("district", "gateway", "store_path"):
                if getattr(offered, name) != getattr(running, name):
                    raise SettingsError(f"{name} may not change")
            _rename(candidate, files.offered)
        except ConfigError as error:
            raise SettingsError(error.problems[0].replace(str(candidate), "settings")) from None
        finally:
            candidate.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"store_ill: {error.strerror}") from error


def accept(running: Config) -> None:
    """The trial has reached the centre: its settings stay. Raises OSError."""
    files = Files(running.store_path)
    _rename(files.on_trial, files.district)


def revert(running: Config) -> None:
    """The trial has not reached the centre: the next start is with what was in force before. Raises OSError."""
    Files(running.store_path).on_trial.unlink(missing_ok=True)


def _load(path: Path, installers: Path, origin: Origin = "district") -> Config:
    """Relative paths start where the installer's file lies, as they do in that file. Raises ConfigError."""
    return replace(load(path, installers.parent), installers_file=installers, origin=origin)


def _noted(config: Config, *notes: str) -> Config:
    return replace(config, warnings=(*notes, *config.warnings))


def _is_made_for(path: Path, installers: Path) -> bool:
    try:
        last = path.read_text(encoding="utf-8").rstrip().rpartition("\n")[2]
        return last == f"{_MADE_FOR}{hashlib.sha256(installers.read_bytes()).hexdigest()}"
    except (OSError, UnicodeDecodeError):
        return False


def _write(path: Path, text: str) -> None:
    # It may hold keys of receivers: for the gateway's user alone.
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _rename(old: Path, new: Path) -> None:
    old.replace(new)
    folder = os.open(new.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
