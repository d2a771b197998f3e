"""What one check comes to, and how it says so."""

from dataclasses import dataclass


class ViolatedError(Exception):
    """The platform does not do what the contract says; the text is a sentence for the one who mends it."""


class UncheckedError(Exception):
    """This cannot be seen from here; the text says why, and what would make it so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the report: `passed` is None where it could not be checked. `where` is a part of the contract."""

    check: str
    passed: bool | None
    says: str
    where: str
