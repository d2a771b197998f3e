"""When Python looks for garbage in cycles: not while a house starts, and never again through what a start has made.

A look through the whole heap takes tens of milliseconds, and an alarm that comes meanwhile waits for it.
"""

import gc

YOUNG_LIMIT = 2_000
"""So many objects more than there were, and the young ones are looked through: a quarter of a millisecond."""


def hold() -> None:
    """Look for nothing until `settle`: what a start makes stays."""
    gc.disable()


def settle() -> None:
    """Look from now on, but only through what is made from now on."""
    gc.freeze()
    gc.set_threshold(YOUNG_LIMIT)
    gc.enable()
