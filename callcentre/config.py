"""The desk's TOML file: read once, every mistake reported at once with its line and the remedy."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.link.mqtt import Endpoint, Tls
from gateway.contract import topics

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SECTIONS = {
    "broker": ("host", "port", "tls", "ca_file", "cert_file", "key_file"),
    "database": ("url",),
    "http": ("host", "port"),
}
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskConfig:
    """Everything a desk is told from outside."""

    district: str
    broker: Endpoint
    database: Path
    http_host: str
    http_port: int


class ConfigError(Exception):
    """The file cannot be used. `problems` holds lines of the form `FILE:LINE: text with the remedy`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(path: Path) -> DeskConfig:
    """Read and check the file. Raises ConfigError with every mistake in it."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError([f"{path}:1: cannot be read ({error.strerror}); give the path of a readable file"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}:1: is not UTF-8 text; save it as UTF-8"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax_problem(path, str(error))]) from error
    return _Check(path, text, table).config()


def _syntax_problem(path: Path, text: str) -> str:
    found = re.search(r"at line (\d+)", text)
    return f"{path}:{found.group(1) if found else 1}: is not TOML: {text}; correct this line"


def _line_of(text: str, section: str, key: str) -> int:
    """The line of `key` in `section` ("": a key or head at the top), else that of the section's head, else 1."""
    inside, best = section == "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        head = re.match(r"\s*\[\s*([\w.-]+)\s*\]", line)
        if head and not section and head.group(1) == key:
            return number
        if head:
            inside = head.group(1) == section
            best = number if inside else best
        elif inside and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
            return number
    return best


class _Check:
    """One pass over one file, gathering problems instead of stopping at the first."""

    def __init__(self, path: Path, text: str, table: dict[str, Any]) -> None:
        self._path, self._text, self._table = path, text, table
        self._problems: list[tuple[int, str]] = []

    def config(self) -> DeskConfig:
        self._unknown_keys()
        district = self._text_at("", "district", 'write: district = "d1"')
        if district and not topics.is_name(district):
            self._problem("", "district", f"{district!r} is no district id; use 1 to 32 of a-z, 0-9 and -")
        broker = self._broker()
        database = self._database()
        host = self._text_at("http", "host", 'write under [http]: host = "127.0.0.1"')
        port = self._port_at("http")
        if self._problems:
            raise ConfigError([f"{self._path}:{line}: {text}" for line, text in sorted(self._problems)])
        return DeskConfig(district=district, broker=broker, database=database, http_host=host, http_port=port)

    def _problem(self, section: str, key: str, text: str) -> None:
        name = f"{section}.{key}" if section else key
        self._problems.append((_line_of(self._text, section, key), f"{name}: {text}"))

    def _section(self, name: str) -> dict[str, Any]:
        section = self._table.get(name, {})
        return section if isinstance(section, dict) else {}

    def _unknown_keys(self) -> None:
        for key, value in self._table.items():
            if key == "district":
                continue
            if key not in _SECTIONS:
                self._problem("", key, "is no key of this file; remove it or correct its spelling")
            elif not isinstance(value, dict):
                self._problem("", key, f"is a section; write [{key}] on a line of its own")
        for section, keys in _SECTIONS.items():
            for key in self._section(section):
                if key not in keys:
                    self._problem(section, key, f"is unknown; the keys of [{section}] are {', '.join(keys)}")

    def _value(self, section: str, key: str) -> Any:
        return (self._section(section) if section else self._table).get(key)

    def _text_at(self, section: str, key: str, remedy: str) -> str:
        value = self._value(section, key)
        if isinstance(value, str) and value:
            return value
        self._problem(section, key, f"{'is missing' if value is None else 'must be a text in quotes'}; {remedy}")
        return ""

    def _port_at(self, section: str) -> int:
        value = self._value(section, "port")
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535:
            return value
        text = "is missing" if value is None else "must be a number from 1 to 65535"
        self._problem(section, "port", f"{text}; write for example: port = {8883 if section == 'broker' else 8081}")
        return 0

    def _broker(self) -> Endpoint:
        host = self._text_at("broker", "host", 'write under [broker]: host = "127.0.0.1"')
        port = self._port_at("broker")
        tls = self._value("broker", "tls")
        if not isinstance(tls, bool):
            self._problem("broker", "tls", "must be true or false; false only with a loopback host")
        elif not tls and host and host not in LOOPBACK:
            self._problem("broker", "tls", f"false would send alarms in the clear to {host}; write tls = true")
        return Endpoint(host=host, port=port, tls=self._tls() if tls is True else None)

    def _tls(self) -> Tls:
        ca_file = self._file_at("ca_file")
        if ca_file is None and self._value("broker", "ca_file") is None:
            self._problem("broker", "ca_file", "is missing; with tls = true name the file of the broker's authority")
        cert_file, key_file = self._file_at("cert_file"), self._file_at("key_file")
        if (self._value("broker", "cert_file") is None) != (self._value("broker", "key_file") is None):
            self._problem("broker", "cert_file", "cert_file and key_file go together; give both or neither")
        return Tls(ca_file=ca_file or "", cert_file=cert_file, key_file=key_file)

    def _file_at(self, key: str) -> str | None:
        value = self._value("broker", key)
        if value is None:
            return None
        if not isinstance(value, str) or not Path(value).is_file():
            self._problem("broker", key, f"{value!r} is no file here; give the path of a readable PEM file")
            return None
        return value

    def _database(self) -> Path:
        url = self._text_at("database", "url", 'write under [database]: url = "sqlite:////var/lib/anju-desk/desk.db"')
        if url and (not url.startswith(_SQLITE) or len(url) == len(_SQLITE)):
            self._problem("database", "url", f"{url!r} is not supported; use sqlite:///relative or sqlite:////absolute")
        return Path(url.removeprefix(_SQLITE))
