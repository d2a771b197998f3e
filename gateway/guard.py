"""Drivers of other packages at work: what they raise is counted and said once, and takes no line down.

Ours pass through as they are. A plug-in runs in the house's own process all the same: it can still block it.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, ParamSpec

from drivers.device import Decoded, Device
from drivers.event import Reject
from drivers.framing import Splitter
from drivers.registry import LearningMode, ListenerDriver, MqttDriver, PolledDriver, SerialDriver
from drivers.signal_check import fault_in
from gateway.plug_ins import DRIVER_FAILED, is_plug_in, package_of
from gateway.problems import Problems
from gateway.supervise import Failure, attempt

HELD_LIMIT_BYTES = 64 * 1_024
"""A splitter that holds more than this never gives it back."""
IDLE_POLL_SECONDS = 60.0

Arguments = ParamSpec("Arguments")


def serial(driver: SerialDriver, problems: Problems) -> SerialDriver:
    """A receiver's driver that raises nothing."""
    if not is_plug_in(driver.name):
        return driver
    guard = _Guard(driver.name, problems)
    return replace(
        driver,
        new_splitter=guard.splitters(driver.new_splitter),
        decode=guard.decoder(driver.decode),
        acknowledgement=guard.answerer(driver.acknowledgement),
        learning=None if driver.learning is None else guard.mode(driver.learning),
    )


def listener(driver: ListenerDriver, problems: Problems) -> ListenerDriver:
    """The driver of devices that dial in that raises nothing."""
    if not is_plug_in(driver.name):
        return driver
    guard = _Guard(driver.name, problems)
    return replace(
        driver,
        new_splitter=guard.splitters(driver.new_splitter),
        decode=guard.decoder(driver.decode),
        acknowledgement=guard.answerer(driver.acknowledgement),
        order=guard.answerer(driver.order),
    )


def mqtt(driver: MqttDriver, problems: Problems) -> MqttDriver:
    """The driver of devices behind the broker that raises nothing."""
    if not is_plug_in(driver.name):
        return driver
    return replace(driver, decode=_Guard(driver.name, problems).decoder(driver.decode))


def polled(driver: PolledDriver, problems: Problems) -> PolledDriver:
    """The driver of heads that are asked that raises nothing; one that cannot be asked is heard of as silent."""
    if not is_plug_in(driver.name):
        return driver
    # Here and not above: only a house with such a line loads what is said on it.
    from drivers.modbus_frame import Request, decode_request

    guard = _Guard(driver.name, problems)

    def port_of(address: str) -> str:
        port = attempt(partial(driver.port_of, address))
        return port if isinstance(port, str) else guard.instead("", port)

    def questions(device: Device) -> tuple[bytes, ...]:
        asked = attempt(partial(driver.questions, device))
        is_sound = isinstance(asked, tuple) and all(
            isinstance(question, bytes) and isinstance(decode_request(question), Request) for question in asked
        )
        return asked if is_sound and isinstance(asked, tuple) else guard.instead((), asked)

    def poll_seconds(device: Device) -> float:
        seconds = attempt(partial(driver.poll_seconds, device))
        is_sound = isinstance(seconds, int | float) and seconds > 0
        return (
            float(seconds)
            if is_sound and isinstance(seconds, int | float)
            else guard.instead(IDLE_POLL_SECONDS, seconds)
        )

    return replace(
        driver,
        port_of=port_of,
        questions=questions,
        poll_seconds=poll_seconds,
        decode=guard.decoder(driver.decode),
    )


class _Guard:
    """What is done about the failures of one driver."""

    def __init__(self, name: str, problems: Problems) -> None:
        self._name = name
        self._problems = problems

    def failed(self, what: object) -> Reject:
        """Say it, once for as long as this house runs, and count what it was given as refused."""
        how = what if isinstance(what, Failure | str) else "it gives what no driver may"
        text = f'driver "{self._name}" of {package_of(self._name)} fails ({how}); its devices may be unheard: update it'
        self._problems.report(f"driver {self._name}", text)
        return Reject(driver=self._name, reason=DRIVER_FAILED)

    def instead(self, value: Any, what: object) -> Any:
        """Say it, and go on with `value`."""
        self.failed(what)
        return value

    def decoder(self, decode: Callable[Arguments, Decoded]) -> Callable[Arguments, Decoded]:
        """`decode`, which returns what it must."""

        def guarded(*arguments: Arguments.args, **named: Arguments.kwargs) -> Decoded:
            said = attempt(partial(decode, *arguments, **named))
            return self._sound_part(said)

        return guarded

    def _sound_part(self, said: Decoded | Failure) -> Decoded:
        """An alarm is not lost for what is wrong with the reading beside it."""
        if isinstance(said, Reject) and isinstance(said.driver, str) and isinstance(said.reason, str):
            return said
        if not isinstance(said, tuple):
            return self.failed(said)
        faults = [fault_in(signal) for signal in said]
        sound = tuple(signal for signal, fault in zip(said, faults, strict=True) if fault is None)
        if len(sound) == len(said):
            return said
        failed = self.failed(next(filter(None, faults)))
        return sound or failed

    def answerer(self, answer: Callable[Arguments, bytes | None]) -> Callable[Arguments, bytes | None]:
        """`answer`, which returns bytes or None."""

        def guarded(*arguments: Arguments.args, **named: Arguments.kwargs) -> bytes | None:
            said = attempt(partial(answer, *arguments, **named))
            if said is None or isinstance(said, bytes):
                return said
            self.failed(said)
            return None

        return guarded

    def splitters(self, new_splitter: Callable[[], Splitter]) -> Callable[[], Splitter]:
        """Makes splitters that raise nothing and hold little."""
        return lambda: _GuardedSplitter(new_splitter, self)

    def mode(self, mode: LearningMode) -> LearningMode:
        """The learning mode, whose end may be missed but harms nobody."""

        def end_of(frame: bytes) -> str | None:
            said = attempt(partial(mode.end_of, frame))
            if said is None or isinstance(said, str):
                return said
            self.failed(said)
            return None

        return replace(mode, end_of=end_of)


class _GuardedSplitter:
    """A splitter that is replaced by a new one when it fails: what it held is lost, the line is not."""

    def __init__(self, new_splitter: Callable[[], Splitter], guard: _Guard) -> None:
        self._new_splitter = new_splitter
        self._guard = guard
        self._splitter = attempt(new_splitter)

    @property
    def held_bytes(self) -> int:
        """How many bytes wait for the rest of their frame."""
        held = attempt(lambda: self._working().held_bytes)
        return held if isinstance(held, int) else 0

    def feed(self, chunk: bytes) -> list[bytes | Reject]:
        """Take what the line gave."""
        return self._checked(attempt(lambda: self._working().feed(chunk)))

    def flush(self) -> list[bytes | Reject]:
        """The line has been idle."""
        return self._checked(attempt(lambda: self._working().flush()))

    def _working(self) -> Splitter:
        if isinstance(self._splitter, Failure):
            raise self._splitter.error
        return self._splitter

    def _checked(self, found: list[bytes | Reject] | Failure) -> list[bytes | Reject]:
        sound = isinstance(found, list) and all(isinstance(piece, bytes | Reject) for piece in found)
        if sound and not isinstance(found, Failure) and self.held_bytes <= HELD_LIMIT_BYTES:
            return found
        self._splitter = attempt(self._new_splitter)
        return [self._guard.failed(found)]
