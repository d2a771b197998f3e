"""How the C library keeps what Python has given back: what is large goes to the system at once.

Left to itself glibc learns from a large piece to take the next ones from its heap (mallopt(3), M_MMAP_THRESHOLD), where
anything small that lies above one keeps it: a few messages of a megabyte would leave a megabyte behind. Each thread has
such a heap of its own (M_ARENA_MAX).
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 128 * 1_024


def give_back_early() -> None:
    """Keep nothing large, and one heap. Nothing where the C library has no such choice."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((_TRIM_THRESHOLD, _LARGE_BYTES), (_MMAP_THRESHOLD, _LARGE_BYTES), (_ARENA_MAX, 1)):
            mallopt(option, value)
