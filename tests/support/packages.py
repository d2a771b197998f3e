"""Installed packages for a test: a module and its metadata in a folder, as an installer leaves them, without one."""

from collections.abc import Mapping
from pathlib import Path


def install(folder: Path, name: str, code: str, entry_points: Mapping[str, Mapping[str, str]]) -> None:
    """Put a package of one module into a folder: `entry_points` by group and name."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name.replace('-', '_')}.py").write_text(code, encoding="utf-8")
    metadata = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    lines = [
        f"[{group}]\n" + "".join(f"{key} = {place}\n" for key, place in of.items())
        for group, of in entry_points.items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


def environment(folder: Path) -> dict[str, str]:
    """In which a program of the project finds what is installed in the folder."""
    return {"PYTHONPATH": str(folder)}
