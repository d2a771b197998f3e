"""The sections of a gateway's file that name further ways to the centre, in their order."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

from gateway.config_rules import Table, is_loopback, listed, quoted
from gateway.config_uplink import Uplink, read_uplink
from gateway.contract.messages import Priority
from gateway.routes.dc09_event import Format

KINDS = ("dc09", "mqtt", "sms")
UPLINK = "uplink"
AFTER_SECONDS_LIMIT = 3_600
TEST_HOURS = 168
TEST_HOURS_LIMIT = 768
"""32 days: the longest interval at which a way to the centre may be tested and still be called supervised."""
BAUD_RATE = 115_200

CLASSES: dict[str, tuple[Priority, ...]] = {
    "mqtt": ("fire", "person", "property", "trouble", "record"),
    "dc09": ("fire", "person", "property", "trouble"),
    "sms": ("fire", "person", "property"),
}
"""What each kind of route carries where the file does not say. A text is for what somebody must get up for: when the
district's broker dies, a thousand houses must not text that they lost it, and bury the one that calls for help."""

_NAME = r"[a-z0-9-]{1,32}"
_NUMBER = r"\+?[0-9]{3,20}"
_HEX = r"[0-9A-Fa-f]"
_KEY = re.compile(rf"{_HEX}{{32}}|{_HEX}{{48}}|{_HEX}{{64}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttRoute:
    """The district's second broker."""

    name: str
    classes: frozenset[Priority]
    after_seconds: int | None
    uplink: Uplink


@dataclass(frozen=True, slots=True, kw_only=True)
class Dc09Route:
    """An alarm receiver. `account`, `receiver` and `line` are hexadecimal; `key` is never shown."""

    name: str
    classes: frozenset[Priority]
    after_seconds: int | None
    host: str
    port: int
    account: str
    receiver: str | None
    line: str
    format: Format
    key: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsRoute:
    """A modem and the telephone number that its messages go to; the number is never shown. `test_hours` 0: no test."""

    name: str
    classes: frozenset[Priority]
    after_seconds: int | None
    path: str
    baud_rate: int
    number: str = field(repr=False)
    test_hours: int


Route = MqttRoute | Dc09Route | SmsRoute


def read_routes(tables: list[Table], folder: Path, uplink: Uplink, taken_paths: set[str]) -> tuple[Route, ...]:
    """All `[[route]]` sections, in order. `taken_paths`: serial ports that something else listens on."""
    brokers = {(uplink.host, uplink.port)}
    routes: list[Route] = []
    seen = {UPLINK: 0}
    for table in tables:
        kind = table.text("kind", remedy=f"write one of: {listed(KINDS)}")
        if kind not in KINDS:
            if kind.strip():
                table.problem("kind", f"kind is {quoted(kind)}; write one of: {listed(KINDS)}")
            continue
        name = table.text("name", kind, remedy="write a short name, or leave it out")
        if not re.fullmatch(_NAME, name):
            table.problem("name", f"name is {quoted(name)}; write 1 to 32 of a-z, 0-9 and -")
        elif name in seen:
            key = "name" if table.has("name") else "kind"
            table.problem(key, f"a route named {quoted(name)} stands already; give this one a name of its own")
        seen[name] = 1
        route = _READERS[kind](table, name, folder)
        if isinstance(route, MqttRoute):
            _check_broker(table, route.uplink, brokers)
        elif isinstance(route, SmsRoute):
            if route.path in taken_paths:
                table.problem("path", "path stands in another section too; a modem needs a port of its own")
            taken_paths = taken_paths | {route.path}
        table.report_unknown()
        routes.append(route)
    return tuple(routes)


def _check_broker(table: Table, uplink: Uplink, brokers: set[tuple[str, int]]) -> None:
    """Two connections of one client id to one broker end each other, again and again."""
    if uplink.host and (uplink.host, uplink.port) in brokers:
        table.problem("host", "this broker has a connection of this house already; name another broker")
    brokers.add((uplink.host, uplink.port))


def _mqtt(table: Table, name: str, folder: Path) -> Route:
    classes, after_seconds = _when(table, "mqtt")
    return MqttRoute(name=name, classes=classes, after_seconds=after_seconds, uplink=read_uplink(table, folder))


def _dc09(table: Table, name: str, _folder: Path) -> Route:
    classes, after_seconds = _when(table, "dc09")
    route = Dc09Route(
        name=name,
        classes=classes,
        after_seconds=after_seconds,
        host=table.host(),
        port=table.required_port("write the TCP port of the alarm receiver"),
        account=table.matching_text(
            "account",
            f"{_HEX}{{3,16}}",
            remedy="write the account the receiver knows this house by: 3 to 16 hex digits",
        ).upper(),
        receiver=table.matching_text(
            "receiver", f"{_HEX}{{1,6}}", remedy="write 1 to 6 hex digits, or leave it out", required=False
        ).upper()
        or None,
        line=table.matching_text(
            "line", f"{_HEX}{{1,6}}", remedy="write 1 to 6 hex digits, or leave it out", required=False
        ).upper()
        or "0",
        format=_format(table),
        key=_key(table),
    )
    if not table.has("key") and route.host and not is_loopback(route.host):
        table.warning("host", "without a key anyone on the line can read and forge what goes to this receiver")
    return route


def _sms(table: Table, name: str, _folder: Path) -> Route:
    classes, after_seconds = _when(table, "sms")
    return SmsRoute(
        name=name,
        classes=classes,
        after_seconds=after_seconds,
        path=table.text("path", remedy='write the modem\'s port, such as "/dev/serial/by-id/…"'),
        baud_rate=table.integer("baud_rate", 1_200, 921_600, BAUD_RATE),
        number=_number(table),
        test_hours=table.integer("test_hours", 0, TEST_HOURS_LIMIT, TEST_HOURS),
    )


def _when(table: Table, kind: str) -> tuple[frozenset[Priority], int | None]:
    remedy = f'write a list such as ["fire", "person"]; there are: {listed(CLASSES["mqtt"])}'
    written = table.anything("classes")
    classes: list[Priority] = list(CLASSES[kind])
    if written is not None:
        if not isinstance(written, list) or not written or not set(map(str, written)) <= set(CLASSES["mqtt"]):
            table.problem("classes", f"classes is no list of classes; {remedy}")
        else:
            classes = cast("list[Priority]", written)
    return frozenset(classes), table.optional_integer("after_seconds", 0, AFTER_SECONDS_LIMIT)


def _format(table: Table) -> Format:
    formats: tuple[Format, ...] = get_args(Format)
    written = table.text("format", formats[0], remedy=f"write one of: {listed(formats)}")
    for known in formats:
        if written == known:
            return known
    if written.strip():
        table.problem("format", f"format is {quoted(written)}; write one of: {listed(formats)}")
    return formats[0]


def _key(table: Table) -> bytes | None:
    """No message repeats the key, however wrong it is."""
    key = table.anything("key")
    if key is None:
        return None
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        table.problem("key", "key is not 32, 48 or 64 hexadecimal digits; copy it from the receiver's account")
        return None
    return bytes.fromhex(key)


def _number(table: Table) -> str:
    """No message repeats the number: it is somebody's."""
    remedy = 'write digits only, with the country\'s code: "+86…"'
    number = table.text("number", remedy=remedy)
    if number.strip() and not re.fullmatch(_NUMBER, number):
        table.problem("number", f"number is no telephone number; {remedy}")
        return ""
    return number


_READERS = {"mqtt": _mqtt, "dc09": _dc09, "sms": _sms}
