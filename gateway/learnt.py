"""What was heard while learning, as an installer reads it and as sections to paste. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers import registry
from gateway import plug_ins
from gateway.control import Heard

SOURCES_LIMIT = 64
"""A town has more senders than anybody wants to enrol; those heard first are kept."""
CODES_LIMIT = 16


@dataclass(slots=True, kw_only=True)
class Source:
    """One sender: how often each of its codes was heard (None: it has no codes), and how well."""

    driver: str
    address: str
    codes: dict[str | None, int] = field(default_factory=dict)
    rssi_dbm: int | None = None

    @property
    def times(self) -> int:
        """How often it was heard."""
        return sum(self.codes.values())


class Learnt:
    """The senders that were heard; `enrolled` gives the device's id for (driver, address)."""

    def __init__(self, enrolled: Mapping[tuple[str, str], str]) -> None:
        self._enrolled = enrolled
        self._sources: dict[tuple[str, str], Source] = {}

    def add(self, heard: Heard) -> str | None:
        """Note one code; a line for the installer where it is new."""
        key = (heard.driver, heard.address)
        if key not in self._sources and len(self._sources) >= SOURCES_LIMIT:
            return None
        source = self._sources.setdefault(key, Source(driver=heard.driver, address=heard.address))
        source.rssi_dbm = heard.rssi_dbm if heard.rssi_dbm is not None else source.rssi_dbm
        is_new = heard.code not in source.codes
        if is_new and len(source.codes) >= CODES_LIMIT:
            return None
        source.codes[heard.code] = source.codes.get(heard.code, 0) + 1
        return self._line(source, heard.code) if is_new else None

    def sources(self) -> list[Source]:
        """The senders, the most often heard first."""
        return sorted(self._sources.values(), key=lambda source: -source.times)

    def rows(self) -> list[dict[str, object]]:
        """The senders for `--json`."""
        return [
            {
                "driver": source.driver,
                "address": source.address,
                "device": self._device(source),
                "codes": {code: times for code, times in source.codes.items() if code is not None},
                "times": source.times,
                "rssi_dbm": source.rssi_dbm,
            }
            for source in self.sources()
        ]

    def sections(self) -> str:
        """A `[[device]]` section for each sender that is not enrolled; `anju check-config` asks for what is left."""
        strangers = [source for source in self.sources() if self._device(source) is None]
        return "\n".join(_section(source) for source in strangers if _can_be_enrolled(source.driver))

    def _device(self, source: Source) -> str | None:
        return self._enrolled.get((source.driver, source.address))

    def _line(self, source: Source, code: str | None) -> str:
        parts = [source.driver, source.address]
        if code is not None:
            parts.append(f"code {code}")
        if source.rssi_dbm is not None:
            parts.append(f"{source.rssi_dbm} dBm")
        device = self._device(source)
        return _shown(" ".join(parts)) + (f" (enrolled as {device})" if device else "")


def _can_be_enrolled(driver: str) -> bool:
    """A receiver of another package may hear devices that no driver here knows."""
    return driver in registry.DRIVERS and plug_ins.fault_of(registry.DRIVERS, driver) is None


def _section(source: Source) -> str:
    driver = registry.DRIVERS[source.driver]
    times = _shown(", ".join(f"{code or 'heard'} {times} times" for code, times in source.codes.items()))
    lines = [
        "[[device]]",
        f'id = "new-{_word(source.address)}"',
        f"driver = {_toml(source.driver)}",
        f"address = {_toml(source.address)}  # {times}",
        'room = ""  # where it is',
    ]
    if driver.code_map_words is not None:
        codes = ", ".join(f'{_toml(code)} = "?"' for code in source.codes if code is not None)
        lines.append(f"code_map = {{ {codes} }}  # what each means: sos, tamper, low_battery, ...")
    return "\n".join(lines) + "\n"


def _word(address: str) -> str:
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in address)
    return kept[:32]


def _toml(text: str) -> str:
    """A text as TOML writes it; what a sender puts into its name must not become a line of the file."""
    sound = text.encode("utf-8", "replace").decode()
    escaped = (
        f"\\{sign}" if sign in '"\\' else sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in sound
    )
    return f'"{"".join(escaped)}"'


def _shown(text: str) -> str:
    """A text as a terminal may show it, on one line."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
