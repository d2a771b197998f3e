"""What the gateway can speak to, for `anju devices`: drivers, models, what each can promise."""

import sys
import textwrap
from typing import Any

from drivers.output import Target
from drivers.registry import DRIVERS, OUTPUT_DRIVERS, Driver
from gateway import plug_ins


def rows() -> list[dict[str, Any]]:
    """One row per driver that can be used, plug-ins after ours. `supervised` and `battery` are true where at least one
    of its models is; `package` is None for ours, `evidence_frames` counts ours alone.
    """
    found = []
    for name in [*sorted(DRIVERS), *plug_ins.usable(DRIVERS)]:
        driver = DRIVERS[name]
        models = list(driver.models.values())
        found.append(
            {
                "driver": name,
                "protocols": list(driver.protocols),
                "models": sorted(driver.models),
                "supervised": any(model.supervised for model in models),
                "battery": any(model.battery for model in models),
                "evidence_frames": driver.evidence_frames,
                "package": plug_ins.package_of(name) if plug_ins.is_plug_in(name) else None,
            }
        )
    return found


_INDENT = 14


def table(found: list[dict[str, Any]], columns: int | None = None) -> str:
    """The rows for a person, wrapped to the terminal where there is one."""
    lines = []
    for row in found:
        supervised = "some models report by themselves" if row["supervised"] else "no: test by hand every month"
        lines += [
            f"{row['driver']}",
            f"  models      {', '.join(row['models'])}",
            f"  supervised  {supervised}",
            f"  battery     {'yes' if row['battery'] else 'no'}",
            f"  proven on   {_evidence(row)}",
        ]
    return "\n".join(line if columns is None else _wrapped(line, columns) for line in lines)


def _wrapped(line: str, columns: int) -> str:
    return textwrap.fill(line, max(columns, 2 * _INDENT), subsequent_indent=" " * _INDENT, break_on_hyphens=False)


def page() -> str:
    """The rows and every model as a page of the documents."""
    lines = [
        "# Devices",
        "",
        "What the gateway can speak to, and what each model can promise. *Supervised* means that the device reports by",
        "itself and its silence is told after the interval; everything else has to be tested by hand every month.",
        "Evidence is the number of frames captured from real devices on which the decoder is proven.",
        "",
        "Made by `python -P -m gateway.catalogue > docs/devices.md`.",
    ]
    lines += _outputs()
    for name, driver in sorted(DRIVERS.items()):
        lines += [
            "",
            f"## `{name}`",
            "",
            _protocols(driver),
            "",
            "| model | supervised | silence is told after | battery |",
            "|---|---|---|---|",
        ]
        for model in sorted(driver.models.values(), key=lambda model: model.name):
            silence = _spelled(model.supervision_seconds)
            battery = "yes" if model.battery else "no"
            lines.append(f"| `{model.name}` | {'yes' if model.supervised else '**no**'} | {silence} | {battery} |")
    return "\n".join(lines) + "\n"


def _protocols(driver: Driver) -> str:
    if not driver.protocols:
        return "Evidence: no captured frames."
    return f"Protocols: {', '.join(driver.protocols)}. Evidence: {driver.evidence_frames} captured frames."


def _evidence(row: dict[str, Any]) -> str:
    if row["package"] is not None:
        return f"what its package {row['package']} says"
    protocols = ", ".join(row["protocols"])
    return f"{row['evidence_frames']} captured frames ({protocols})" if protocols else "no captured frames"


def _outputs() -> list[str]:
    """What an `[[output]]` can be."""
    lines = ["", "## Outputs", "", "What can sound or shine at an alarm: `driver` and `action` of an `[[output]]`."]
    lines += ["", "| driver | action | reached over | ends | |", "|---|---|---|---|---|"]
    off = Target(address="", code="000000", code_off="000000")
    for name, driver in sorted(OUTPUT_DRIVERS.items()):
        for word, action in sorted(driver.actions.items()):
            ends = "by itself only" if action.encode(off, None) is None else "by order"
            again = f"said again every {action.again_seconds:g} s" if action.again_seconds else ""
            lines.append(f"| `{name}` | `{word}` | {driver.via} | {ends} | {again} |")
    return lines


def _spelled(seconds: int | None) -> str:
    if seconds is None:
        return "–"
    if seconds % 3_600 == 0:
        return f"{seconds // 3_600} h"
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


if __name__ == "__main__":
    sys.stdout.write(page())
