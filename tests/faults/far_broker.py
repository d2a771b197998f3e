"""A Mosquitto behind a line: TLS towards the house, and a listener of its own for the centre that no fault reaches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.authority import Authority
from tests.faults.ip_line import IpLine, Namespace
from tests.support.brokers import Broker, MosquittoBroker

_CENTRE_PORT = 1883


class _InNamespace(MosquittoBroker):
    """Starts inside a namespace; it listens once its clean side does."""

    def __init__(self, folder: Path, space: Namespace, line: IpLine, clean: IpLine, authority: Authority) -> None:
        server = authority.server(line.far)
        super().__init__(
            folder,
            f"listener {_CENTRE_PORT} {clean.far}",
            "max_queued_messages 10000",
            tls=(authority.file, server.certificate, server.key),
        )
        self.host = line.far
        self._space = space

    def _listens(self) -> bool:
        # To try the port would wait for packets that this very process has to carry.
        return self.log_file.exists() and " running" in self.log_file.read_text()

    def _command(self) -> list[str]:
        return ["ip", "netns", "exec", self._space.name, *super()._command()]


class Side(Broker):
    """Another way to a broker that runs already: only its address."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self.host, self.port = host, port


@dataclass(frozen=True, slots=True)
class Far:
    """The district at the far end: the line to it, the house's `[uplink]`, the centre's own way."""

    line: IpLine
    uplink: dict[str, Any]
    centre: Broker


@contextmanager
def far_district(folder: Path, gateway: str) -> Iterator[Far]:
    """A broker in a namespace of its own, inside a running loop."""
    authority = Authority(folder / "authority")
    pair = authority.client(gateway)
    with Namespace() as space, IpLine(space) as line, IpLine(space) as clean:
        line.carry()
        clean.carry()
        try:
            with _InNamespace(folder / "far", space, line, clean, authority) as broker:
                uplink = {"host": line.far, "port": broker.port, "ca_file": str(authority.file)}
                uplink |= {"cert_file": str(pair.certificate), "key_file": str(pair.key)}
                yield Far(line, uplink, Side(clean.far, _CENTRE_PORT))
        finally:
            line.put_down()
            clean.put_down()
