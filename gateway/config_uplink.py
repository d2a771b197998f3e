"""The section of a gateway's file that names the district's broker."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from drivers.link.endpoint import Endpoint, Tls
from gateway.config_rules import Table, is_loopback, quoted

HEARTBEAT_MINUTES = 5
"""The will tells of a lost line within minutes; the heartbeat is for a gateway that hangs with its line up. At 5 the
centre may miss two beats and still knows within the quarter of an hour in which such bases usually report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """The district's broker. With `tls` there is a `ca_file`; `cert_file` and `key_file` come together or not."""

    host: str
    port: int
    tls: bool
    ca_file: Path | None
    cert_file: Path | None
    key_file: Path | None
    heartbeat_minutes: int

    def endpoint(self) -> Endpoint:
        """Where the broker is, and with which files it is spoken to."""
        if not self.tls:
            return Endpoint(host=self.host, port=self.port)
        tls = Tls(
            ca_file=str(self.ca_file),
            cert_file=str(self.cert_file) if self.cert_file else None,
            key_file=str(self.key_file) if self.key_file else None,
        )
        return Endpoint(host=self.host, port=self.port, tls=tls)


def read_uplink(table: Table | None, folder: Path) -> Uplink:
    """The `[uplink]` section; its files are opened to prove them."""
    if table is None:
        return Uplink(
            host="", port=0, tls=False, ca_file=None, cert_file=None, key_file=None, heartbeat_minutes=HEARTBEAT_MINUTES
        )
    tls = table.optional_flag("tls")
    uplink = Uplink(
        host=table.host(),
        port=table.port(8883),
        tls=tls is not False,
        ca_file=_file(table, "ca_file", folder),
        cert_file=_file(table, "cert_file", folder),
        key_file=_file(table, "key_file", folder),
        heartbeat_minutes=table.integer("heartbeat_minutes", 1, 1_440, HEARTBEAT_MINUTES),
    )
    table.report_unknown()
    if tls is False:
        _check_plain(table, uplink)
    elif tls or not table.has("tls"):
        _check_certificates(table, uplink)
    return uplink


def _file(table: Table, key: str, folder: Path) -> Path | None:
    written = table.optional_text(key, remedy="write the path of a PEM file")
    return folder / written if written else None


def _check_plain(table: Table, uplink: Uplink) -> None:
    if uplink.host and not is_loopback(uplink.host):
        table.problem("tls", "tls = false is for a broker on this machine only (127.0.0.1, ::1); write tls = true")
    for key in filter(table.has, ("ca_file", "cert_file", "key_file")):
        table.warning(key, f"{key} is not used, because tls is false")


def _check_certificates(table: Table, uplink: Uplink) -> None:
    if not table.has("ca_file"):
        table.missing("ca_file", "tls needs the district's CA certificate")
    for present, absent in (("cert_file", "key_file"), ("key_file", "cert_file")):
        if table.has(present) and not table.has(absent):
            table.problem(present, f"{present} stands without {absent}; write both or neither")
    files = {"ca_file": uplink.ca_file, "cert_file": uplink.cert_file, "key_file": uplink.key_file}
    readable = {key: path for key, path in files.items() if path and _is_readable(table, key, path)}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if "ca_file" in readable:
        try:
            context.load_verify_locations(readable["ca_file"])
        except ssl.SSLError:
            table.problem("ca_file", "ca_file holds no certificate; give a PEM file")
    if "cert_file" in readable and "key_file" in readable:
        try:
            context.load_cert_chain(readable["cert_file"], readable["key_file"], password="")
        except ssl.SSLError as error:
            reason = (error.reason or "not readable").lower().replace("_", " ")
            table.problem(
                "cert_file", f"cert_file and key_file are no pair ({reason}); give the PEM files made together"
            )


def _is_readable(table: Table, key: str, path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError as error:
        table.problem(
            key, f"{key} {quoted(str(path))} cannot be read: {error.strerror}; put it there, readable for the user anju"
        )
        return False
