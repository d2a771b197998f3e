"""What the sections of a gateway's file are read with: the tables of any such file, and where a host is."""

import ipaddress

from drivers.toml_tables import Findings, Table, listed, quoted, shown, suggestion

__all__ = ["Findings", "Table", "is_loopback", "listed", "quoted", "shown", "suggestion"]


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine: 127.0.0.0/8, ::1 or localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
