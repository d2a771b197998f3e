"""What the gateway can speak to, for `anju devices`: drivers, models, what each can promise."""

from typing import Any

from drivers.registry import DRIVERS


def rows() -> list[dict[str, Any]]:
    """One row per driver. `supervised` and `battery` are true where at least one of its models is."""
    found = []
    for name, driver in sorted(DRIVERS.items()):
        models = list(driver.models.values())
        found.append(
            {
                "driver": name,
                "protocols": list(driver.protocols),
                "models": sorted(driver.models),
                "supervised": any(model.supervised for model in models),
                "battery": any(model.battery for model in models),
                "evidence_frames": driver.evidence_frames,
            }
        )
    return found


def table(found: list[dict[str, Any]]) -> str:
    """The rows for a person."""
    lines = []
    for row in found:
        supervised = "some models report by themselves" if row["supervised"] else "no: test by hand every month"
        lines += [
            f"{row['driver']}",
            f"  models      {', '.join(row['models'])}",
            f"  supervised  {supervised}",
            f"  battery     {'yes' if row['battery'] else 'no'}",
            f"  proven on   {row['evidence_frames']} captured frames ({', '.join(row['protocols'])})",
        ]
    return "\n".join(lines)
