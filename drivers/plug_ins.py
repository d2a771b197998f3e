"""Drivers that other installed packages bring, by their entry points: found by metadata, imported only where used.

A broken package must not harm the house: what it declares wrongly is refused in words, and whatever it raises on import
reaches only the caller of `load`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

EXPLANATIONS = "anju.explanations"
"""The group of functions for `anju decode`; an entry's name is that of the protocol."""
GROUPS = frozenset(
    {
        "anju.drivers",
        "anju.serial_drivers",
        "anju.listener_drivers",
        "anju.mqtt_drivers",
        "anju.polled_drivers",
        "anju.output_drivers",
        EXPLANATIONS,
    }
)
"""The groups of entry points that are looked at, one for each kind in `drivers.registry`."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PLACE = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class PlugIn:
    """One entry point of another package. `place` is `module:ATTRIBUTE`, `package` the name with its version."""

    group: str
    name: str
    place: str
    package: str

    def __str__(self) -> str:
        return f'{self.package}, entry point {self.group}: {self.name} = "{self.place}"'

    def load(self) -> object:
        """Import it. Raises whatever the package raises."""
        module, _, attribute = self.place.partition(":")
        found: object = getattr(import_module(module), attribute)
        return found


@dataclass(frozen=True, slots=True)
class Refused:
    """What is not used, in words with the remedy; `name` None where nobody can read what it would have been."""

    name: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Declared:
    """What the installed packages declare: by (group, name), and what of it is not used."""

    plug_ins: Mapping[tuple[str, str], PlugIn]
    refused: tuple[Refused, ...]

    def of(self, group: str) -> dict[str, PlugIn]:
        """The usable ones of one group by name, in alphabetical order."""
        return {name: found for (its, name), found in sorted(self.plug_ins.items()) if its == group}


@cache
def scan() -> tuple[tuple[PlugIn, ...], tuple[Refused, ...]]:
    """What is written in the metadata of all installed packages, once per process; and which cannot be read.

    Takes tens of milliseconds: a house without plug-ins never gets here.
    """
    from importlib import metadata

    found: dict[str, list[PlugIn]] = {}
    unreadable = []
    for distribution in metadata.distributions():
        written = distribution.read_text("entry_points.txt") or ""
        if "[anju." not in written:
            continue
        name = "a package without a name"
        try:
            name = distribution.metadata["Name"] or name
            package = f"{name} {distribution.version or '?'}"
            entries = [entry for entry in distribution.entry_points if entry.group in GROUPS]
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
            text = f"{name}: its metadata cannot be read ({type(error).__name__}); install it again"
            unreadable.append(Refused(None, text))
            continue
        # The first one on the path is what Python imports.
        found.setdefault(name, [PlugIn(entry.group, entry.name, entry.value, package) for entry in entries])
    return tuple(plug_in for entries in found.values() for plug_in in entries), tuple(unreadable)


def sort_out(found: Collection[PlugIn], ours: Collection[str]) -> Declared:
    """What may be used of it. A name of ours is ours, and a name that two packages want is nobody's."""
    usable: dict[tuple[str, str], PlugIn] = {}
    wanted: set[tuple[str, str]] = set()
    refused = []
    for plug_in in found:
        key = plug_in.group, plug_in.name
        wrong = _wrong(plug_in, ours)
        if wrong is None and key in wanted:
            usable.pop(key, None)
            wrong = "another package has the same name; remove one of the two"
        elif wrong is None:
            wanted.add(key)
            usable[key] = plug_in
        if wrong is not None:
            refused.append(Refused(plug_in.name, f"{plug_in}: not used: {wrong}"))
    return Declared(usable, tuple(refused))


def _wrong(plug_in: PlugIn, ours: Collection[str]) -> str | None:
    if plug_in.name in ours:
        return "the name is one of our own; its maker has to choose another"
    if not _NAME.fullmatch(plug_in.name):
        return "a name is 1 to 40 of a-z, 0-9 and _, a letter first; its maker has to choose another"
    if not _PLACE.fullmatch(plug_in.place):
        return "it has to be module:ATTRIBUTE; its maker has to correct it"
    return None


def declared(ours: Collection[str]) -> Declared:
    """What the installed packages declare and may be used beside our own names."""
    found, unreadable = scan()
    sorted_out = sort_out(found, ours)
    return Declared(sorted_out.plug_ins, unreadable + sorted_out.refused)
