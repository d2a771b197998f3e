"""The senders of a fleet's home, heard by one 433 MHz bridge: their codes, and the sections that enrol them."""

import enum

from drivers.sonoff_rf_bridge import encode_key


class Sender(enum.Enum):
    """A sender by its 24-bit code: five digits of address, one of data."""

    CORD = "9EAD9F"
    SMOKE = "51A0E1"
    MOTION = "307011"
    MEAL = "605011"

    @property
    def frame(self) -> bytes:
        """The bytes that the bridge puts on the serial line for one press."""
        return encode_key(self.value)

    @property
    def calls_for_help(self) -> bool:
        """Whether it raises an alarm."""
        return self in (Sender.CORD, Sender.SMOKE)


_MEANINGS = {
    Sender.CORD: ("cord-bath", "bathroom", "sos"),
    Sender.SMOKE: ("smoke-kitchen", "kitchen", "smoke"),
    Sender.MOTION: ("motion-hall", "hall", "motion"),
    Sender.MEAL: ("button-meal", "kitchen", "meal"),
}

DEVICES = "".join(
    f'[[device]]\nid = "{device}"\ndriver = "ev1527"\naddress = "{sender.value[:5]}"\nmodel = "ev1527-cord"\n'
    f'room = "{room}"\ncode_map = {{ "{sender.value[5]}" = "{word}" }}\n'
    for sender, (device, room, word) in _MEANINGS.items()
)
"""The `[[device]]` sections of every home."""
