"""A device that is alone on its serial line and sends no address: the port's name in the gateway's file is its address.

Its decoder leaves the address empty and the line fills the port's name in.
"""

import re

from drivers.device import Lookup
from drivers.event import RAW_LIMIT_BYTES, Kind, Signal

ADDRESS = ""
_PORT_NAME = re.compile(r"[a-z0-9_-]{1,32}")


def normalise_address(text: str) -> str:
    """The name of the `[[serial]]` port that the device is on. Raises ValueError with the remedy."""
    name = text.strip()
    if not _PORT_NAME.fullmatch(name):
        raise ValueError(f"{text!r} is no port: write the name of the [[serial]] section that this device is on")
    return name


def heard(driver: str, frame: bytes, lookup: Lookup) -> tuple[Signal, bool]:
    """A sign of life in this frame, and whether somebody enrolled the device; if not, the signal is an offer."""
    enrolled = lookup(driver, ADDRESS) is not None
    kind = Kind.SUPERVISION if enrolled else Kind.ENROLMENT
    return Signal(driver=driver, address=ADDRESS, kind=kind, raw=frame[:RAW_LIMIT_BYTES]), enrolled


def no_acknowledgement(frame: bytes) -> bytes | None:  # noqa: ARG001 - the shape of a serial driver
    """Nothing: such a device sends on whether anybody answers or not."""
    return None
