"""What a house may promise of noticing that somebody has collapsed, for status and desk."""

from typing import TYPE_CHECKING

from gateway.contract.messages import Protection
from gateway.contract.times import to_text
from gateway.rules.night import Night
from gateway.store.absence import Absence

if TYPE_CHECKING:
    from models.inactivity import Promise

__all__ = ["OFF", "Protection", "protection_of"]

OFF = Protection(inactivity="off")


def protection_of(promise: "Promise | None", absence: Absence | None, quiet: Night | None = None) -> Protection:
    """`promise` is None where the house has no sensors for it; `absence` is a declared one, `quiet` the quiet hours."""
    if promise is None or not promise.protected:
        return Protection(inactivity="none")
    kinds, hours = list(promise.kinds), _hours(quiet)
    if absence is not None and absence.until is not None:
        return Protection(inactivity="suspended", kinds=kinds, until=to_text(absence.until), quiet=hours)
    return Protection(inactivity="watching", kinds=kinds, quiet=hours)


def _hours(quiet: Night | None) -> str | None:
    return None if quiet is None else f"{quiet.begins:%H:%M}-{quiet.ends:%H:%M}"
