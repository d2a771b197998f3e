"""What every radar's tests need: a radar enrolled under its port's name, and what a frame says of it."""

from drivers.device import Device
from drivers.event import Reject, Signal
from drivers.registry import SERIAL_DRIVERS
from tests.drivers.vectors import nobody


def radar_on_line(driver: str, address: str) -> Device:
    return Device(id="radar-bath", driver=driver, address=address, model="", room="bathroom")


def said(driver: str, frame: bytes) -> tuple[Signal, ...]:
    decoded = SERIAL_DRIVERS[driver].decode(frame, radar_on_line)
    assert isinstance(decoded, tuple)
    return decoded


def only(driver: str, frame: bytes) -> Signal:
    (signal,) = said(driver, frame)
    return signal


def refused(driver: str, frame: bytes) -> str:
    decoded = SERIAL_DRIVERS[driver].decode(frame, radar_on_line)
    assert isinstance(decoded, Reject)
    return decoded.reason


def offered(driver: str, frame: bytes) -> Signal:
    decoded = SERIAL_DRIVERS[driver].decode(frame, nobody)
    assert isinstance(decoded, tuple)
    (signal,) = decoded
    return signal


def split(driver: str, *chunks: bytes) -> list[bytes | Reject]:
    splitter = SERIAL_DRIVERS[driver].new_splitter()
    found = [piece for chunk in chunks for piece in splitter.feed(chunk)]
    return found + splitter.flush()


def frames_in(driver: str, line: bytes) -> list[bytes]:
    return [piece for piece in split(driver, line) if isinstance(piece, bytes)]
