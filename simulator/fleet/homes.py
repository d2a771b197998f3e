"""The files of a fleet's homes: one folder, one gateway's file and one database each."""

from dataclasses import dataclass
from pathlib import Path

from simulator.fleet.radio import DEVICES
from simulator.ports import LOOPBACK

DISTRICT = "d1"
PLAIN = "tls = false"
BRIDGE = "bridge"
"""The path of the serial port in every home; what opens it is in memory."""
_GATEWAY = """\
district = "{district}"
gateway = "{gateway}"
resident = "r-{gateway}"
[store]
path = "{gateway}.db"
[uplink]
host = "{host}"
port = {port}
{tls}
[notice]
sound = false
[[serial]]
name = "rf"
path = "{bridge}"
driver = "sonoff_rf_bridge"
"""


@dataclass(frozen=True, slots=True)
class Home:
    """One home of a fleet, by its index from 0."""

    index: int
    folder: Path

    @property
    def gateway(self) -> str:
        """Its gateway's id: gw-0001 and on."""
        return gateway_of(self.index)

    @property
    def file(self) -> Path:
        """Its gateway's file."""
        return self.folder / "gateway.toml"

    @property
    def database(self) -> Path:
        """Its gateway's database."""
        return self.folder / f"{self.gateway}.db"


def gateway_of(index: int) -> str:
    """The id of the home with this index."""
    return f"gw-{index + 1:04d}"


def homes_in(folder: Path, count: int) -> list[Home]:
    """The homes below a folder, each in one of its own, as every home has: a gateway looks around in its own."""
    return [Home(index, folder / gateway_of(index)) for index in range(count)]


def furnish(home: Home, port: int, tls: str = PLAIN) -> None:
    """Write the gateway's file; `port` is the district's broker's, `tls` the lines about it. Raises OSError."""
    home.folder.mkdir(parents=True, exist_ok=True)
    values = {
        "district": DISTRICT,
        "gateway": home.gateway,
        "host": LOOPBACK,
        "port": port,
        "tls": tls,
        "bridge": BRIDGE,
    }
    home.file.write_text(_GATEWAY.format_map(values) + DEVICES, encoding="utf-8")


def keep(home: Home, folder: Path) -> None:
    """Leave only the database of a home that has stopped, in `folder`. Raises OSError."""
    for part in ("", "-wal", "-shm"):
        left = home.database.with_name(home.database.name + part)
        if left.exists():
            left.replace(folder / left.name)
    for left in home.folder.iterdir():
        left.unlink()
    home.folder.rmdir()
