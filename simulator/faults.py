"""The ways in which a fake device can be broken on order."""

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "half_frame": "every message ends in its middle",
    "wrong_checksum": "every message is spoilt in its frame: no receiver may believe it",
    "stuck": "it says the same thing without end, a cord as if somebody held it",
    "babbling": "it calls again and again though nobody touches it",
    "replaying": "it says once more what it said last",
    "unplugged": "it says nothing",
}
"""What each does to a device's words, by name."""
