"""Every piece of a gateway's file that a document shows is one that `anju check-config` takes as it stands."""

import base64
import re
from pathlib import Path

import pytest

from gateway.config import check
from simulator.authority import Authority

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "docs" / name for name in ("installers.md", "maintainers.md", "integrators.md")]
EXAMPLE = ROOT / "deploy" / "raspberrypi" / "gateway.example.toml"
ANOTHER_PROGRAMS = ("[build-system]", "brook_panel")
"""A package's file, and the sections of a driver that only such a package would bring."""
PUBLIC_KEY = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + bytes(range(32))).decode()
PLACEHOLDERS = {
    '"+86…"': '"+8613800000000"',
    '"MCowBQYDK2VwAyEA…"': f'"{PUBLIC_KEY}"',
    '"…"': '"000102030405060708090A0B0C0D0E0F"',
}
REQUIRED = {
    "uplink": '[uplink]\nhost = "127.0.0.1"\nport = 1883\ntls = false\n',
    "store": '[store]\npath = "anju.db"\n',
    "broker": '[broker]\nhost = "127.0.0.1"\nport = 1884\n',
}
SERIAL = '[[serial]]\nname = "rf"\npath = "/dev/serial/by-id/usb-x"\ndriver = "sonoff_rf_bridge"\n'
BUS = '[[serial]]\nname = "bus"\npath = "/dev/serial/by-id/usb-y"\ndriver = "modbus"\n'
WATCH = '[[device]]\nid = "watch"\ndriver = "ble"\naddress = "BC:02:6E:AA:BB:CC"\nmodel = "generic"\n'


def pieces() -> list[tuple[str, str]]:
    found = []
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        for block in re.finditer(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            if not any(sign in block[1] for sign in ANOTHER_PROGRAMS):
                line = text.count("\n", 0, block.start()) + 2
                found.append((f"{document.name}:{line}", block[1]))
    return found


PIECES = pieces()


def whole(piece: str) -> str:
    """A file that the piece belongs into: what a gateway needs, and what the piece speaks of."""
    for placeholder, value in PLACEHOLDERS.items():
        piece = piece.replace(placeholder, value)
    piece = re.sub(r'bind_key = "[^"]*"', f'bind_key = "{"0" * 32}"', piece)
    first = re.search(r"^\[", piece, re.MULTILINE)
    top = piece[: first.start() if first else len(piece)]
    rest = [text for name, text in REQUIRED.items() if f"\n[{name}]" not in f"\n{piece}"]
    rest += [text for text in (SERIAL, BUS) if text.splitlines()[1] not in piece]
    if 'device = "watch"' in piece:
        rest.append(WATCH)
    return "\n".join(['district = "d1"', 'gateway = "gw-0001"', top, *rest, piece[len(top) :]])


def uncommented(text: str) -> str:
    """The same with the options that stand there as comments."""
    return re.sub(r"^# (\w+ = |\[)", r"\1", text, flags=re.MULTILINE)


def certificates(folder: Path) -> None:
    authority = Authority(folder, "ca")
    pair = authority.client("gw-0001")
    pair.certificate.rename(folder / "gateway.pem")
    pair.key.rename(folder / "gateway.key")


@pytest.mark.parametrize(("place", "piece"), PIECES, ids=[place for place, _ in PIECES])
def test_what_a_document_shows_has_no_mistake(tmp_path: Path, place: str, piece: str) -> None:
    file = tmp_path / "gateway.toml"
    certificates(tmp_path)
    for text in (whole(piece), whole(uncommented(piece))):
        file.write_text(text, "utf-8")
        assert check(file)[0] == [], text


def test_the_documents_show_pieces() -> None:
    assert len(PIECES) > 20


def test_the_example_file_has_no_mistake_with_all_its_options(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    text = uncommented(EXAMPLE.read_text("utf-8"))
    certificates(tmp_path)
    file.write_text(text.replace("/etc/anju/", ""), "utf-8")
    assert check(file)[0] == []
