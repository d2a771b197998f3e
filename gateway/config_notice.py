"""The section of a gateway's file that says how the resident is told what becomes of an alarm."""

from dataclasses import dataclass
from pathlib import Path

from gateway.announce.words import LANGUAGES
from gateway.config_rules import Table, quoted

_LAMP_REMEDY = 'write the lamp\'s folder, such as "/sys/class/leds/ACT"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The voice's language; `sound` None speaks where there is a sound card; `lamp` is a folder of the LED class."""

    language: str = LANGUAGES[0]
    sound: bool | None = None
    lamp: Path | None = None


def read_notice(table: Table | None) -> Notice:
    """The `[notice]` section. A lamp that is not there is a warning: nobody's cord may wait for a lamp."""
    if table is None:
        return Notice()
    languages = " or ".join(f'"{language}"' for language in LANGUAGES)
    language = table.text("language", LANGUAGES[0], remedy=f"write {languages}")
    if language.strip() and language not in LANGUAGES:
        table.problem("language", f"language is {quoted(language)}; write {languages}")
    notice = Notice(language=language, sound=table.optional_flag("sound"), lamp=_lamp(table))
    table.report_unknown()
    return notice


def _lamp(table: Table) -> Path | None:
    written = table.optional_text("lamp", remedy=_LAMP_REMEDY)
    if written is None or not written.strip():
        return None
    lamp = Path(written)
    if not lamp.is_absolute():
        table.problem("lamp", f"lamp is {quoted(written)}; {_LAMP_REMEDY}")
    elif not (lamp / "brightness").exists():
        table.warning("lamp", f"there is no lamp {quoted(written)}; the lamps of this machine: ls /sys/class/leds")
    return lamp
