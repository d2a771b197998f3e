"""What a house may promise of noticing that somebody has collapsed, for status and desk."""

from typing import TYPE_CHECKING

from gateway.contract.messages import Protection
from gateway.contract.times import to_text
from gateway.store.absence import Absence

if TYPE_CHECKING:
    from models.inactivity import Promise

__all__ = ["OFF", "Protection", "protection_of"]

OFF = Protection(inactivity="off")


def protection_of(promise: "Promise | None", absence: Absence | None) -> Protection:
    """`promise` is None where the house has no sensors for it; `absence` is a declared one."""
    if promise is None or not promise.protected:
        return Protection(inactivity="none")
    kinds = list(promise.kinds)
    if absence is not None and absence.until is not None:
        return Protection(inactivity="suspended", kinds=kinds, until=to_text(absence.until))
    return Protection(inactivity="watching", kinds=kinds)
