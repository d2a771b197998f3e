"""What a frame costs: each driver over its own example frames, and what 1,000 bytes of noise cost on a line.

`python -P -m benchmarks.decode` prints it alone. The examples are the captured frames of `benchmarks.samples`.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from benchmarks import samples
from benchmarks.report import percentile
from drivers.device import Device
from drivers.registry import (
    LISTENER_DRIVERS,
    MQTT_DRIVERS,
    POLLED_DRIVERS,
    SERIAL_DRIVERS,
    ListenerDriver,
    MqttDriver,
    PolledDriver,
    SerialDriver,
)

NOISE_BYTES = 1_000
_ROUNDS = 200
_NOISE_ROUNDS = 100
_TRIES = 3
_SEED = 7


def table() -> str:
    """One row per driver: microseconds per frame, and milliseconds per 1,000 noise bytes of those on lines."""
    lines = [f"{'driver':<24}{'frames':>8}{'us/frame p50':>14}{'p99':>9}{'noise ms p50':>14}{'max':>9}"]
    on_lines: dict[str, SerialDriver | ListenerDriver] = {**SERIAL_DRIVERS, **LISTENER_DRIVERS}
    lines += [_line_row(name, driver) for name, driver in sorted(on_lines.items())]
    lines += [_polled_row(name, driver) for name, driver in sorted(POLLED_DRIVERS.items())]
    return "\n".join(lines + [_mqtt_row(name, driver) for name, driver in sorted(MQTT_DRIVERS.items())])


def _line_row(name: str, driver: SerialDriver | ListenerDriver) -> str:
    frames = samples.frames(name)
    cost = [_microseconds(partial(_take, driver, frame)) for frame in frames for _ in range(_ROUNDS)]
    noise = [_microseconds(partial(_take, driver, each)) for each in _noise(frames)]
    return _row(name, len(frames), cost, noise)


def _polled_row(name: str, driver: PolledDriver) -> str:
    pairs = samples.questions(name)
    cost = [_microseconds(partial(_ask, driver, *pair)) for pair in pairs for _ in range(_ROUNDS)]
    question, answers = pairs[0][0], [answer for _, answer in pairs if answer]
    noise = [_microseconds(partial(_ask, driver, question, each)) for each in _noise(answers)]
    return _row(name, len(pairs), cost, noise)


def _mqtt_row(name: str, driver: MqttDriver) -> str:
    messages = samples.messages(name)
    cost = [_microseconds(partial(_hear, driver, *message)) for message in messages for _ in range(_ROUNDS)]
    return _row(name, len(messages), cost, [])


def _anybody(driver: str, address: str) -> Device:
    return Device(id="bench", driver=driver, address=address, model="", room="", code_map={"F": "sos"})


def _take(driver: SerialDriver | ListenerDriver, line: bytes) -> None:
    splitter = driver.new_splitter()
    for piece in splitter.feed(line) + splitter.flush():
        if isinstance(piece, bytes):
            driver.decode(piece, _anybody)


def _ask(driver: PolledDriver, question: bytes, answer: bytes) -> None:
    driver.decode("bus", question, answer, _anybody)


def _hear(driver: MqttDriver, topic: str, payload: bytes) -> None:
    driver.decode(topic, payload, False, _anybody)


def _noise(frames: list[bytes]) -> Iterator[bytes]:
    """Random bytes, and the hardest to tell from frames: beginnings of the driver's own, cut off again and again."""
    chance = random.Random(_SEED)
    for number in range(_NOISE_ROUNDS):
        if number % 2 and frames:
            frame = chance.choice(frames)
            yield (frame[: chance.randrange(1, len(frame))] * NOISE_BYTES)[:NOISE_BYTES]
        else:
            yield chance.randbytes(NOISE_BYTES)


def _microseconds(work: Callable[[], None]) -> float:
    """The best of three: what the machine does besides is not the driver's cost."""
    samples = []
    for _ in range(_TRIES):
        began = time.perf_counter()
        work()
        samples.append(time.perf_counter() - began)
    return min(samples) * 1e6


def _row(name: str, count: int, cost: Sequence[float], noise: Sequence[float]) -> str:
    row = f"{name:<24}{count:>8}{percentile(cost, 0.5):>14.1f}{percentile(cost, 0.99):>9.1f}"
    return row + (f"{percentile(noise, 0.5) / 1e3:>14.3f}{max(noise) / 1e3:>9.3f}" if noise else f"{'-':>14}{'-':>9}")


if __name__ == "__main__":
    print(table())
