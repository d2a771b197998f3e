"""What of a signal goes into an event's evidence."""

from typing import Any

from drivers.event import Signal


def evidence_of(known: dict[str, Any] | None, signal: Signal) -> dict[str, Any]:
    """What is known already, the code of a press, the verdict and the marks of the signal."""
    evidence = dict(known or {})
    if signal.code is not None:
        evidence["code"] = signal.code
    if signal.verdict is not None:
        evidence["verdict"] = signal.verdict
    if signal.marks:
        evidence["marks"] = list(signal.marks)
    return evidence
