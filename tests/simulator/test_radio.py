"""The simulated radio: what it does to a press, and that the driver finds the press again."""

import asyncio
import random

from hypothesis import given
from hypothesis import strategies as st

from drivers import sonoff_rf_bridge
from drivers.event import Signal
from drivers.link.pty import PtyPair
from drivers.link.serial import open_port
from simulator.radio import FRAME_FORMATS, LEAST_REPEATS, MOST_REPEATS, RadioBridge, press

CODES = (
    st.integers(0, 0xFFFFFF).map("{:06X}".format).filter(lambda code: code != "000000")
)  # no code at all to the driver


def codes_in(data: bytes) -> list[str]:
    """The codes that the driver finds in a byte stream."""
    splitter = sonoff_rf_bridge.new_splitter()
    found = []
    for frame in [*splitter.feed(data), *splitter.flush()]:
        decoded = sonoff_rf_bridge.decode(frame, lambda _driver, _address: None) if isinstance(frame, bytes) else ()
        found += [signal.address + (signal.code or "") for signal in decoded] if isinstance(decoded, tuple) else []
    return found


@given(CODES, st.integers(LEAST_REPEATS, MOST_REPEATS), st.sampled_from(FRAME_FORMATS), st.integers())
def test_a_press_is_always_found_and_never_more_often_than_sent(
    code24: str, repeats: int, frame_format: str, seed: int
) -> None:
    data = b"".join(sound.data for sound in press(code24, repeats, frame_format, random.Random(seed)))
    assert 1 <= codes_in(data).count(code24) <= repeats


def test_the_same_seed_makes_the_same_bytes_and_another_one_others() -> None:
    def bytes_of(seed: int) -> list[bytes]:
        return [sound.data for sound in press("9EAD9F", 40, "a4", random.Random(seed))]

    assert bytes_of(7) == bytes_of(7)
    assert bytes_of(7) != bytes_of(8)


def test_some_repeats_are_lost_and_some_have_noise_before_them() -> None:
    sounds = list(press("9EAD9F", 80, "a4", random.Random(3)))
    assert any(not codes_in(sound.data) for sound in sounds)
    assert any(codes_in(sound.data) and sound.data[0] != sonoff_rf_bridge.START for sound in sounds)


async def test_a_cord_through_the_serial_line_and_its_acknowledgements() -> None:
    with PtyPair() as pty:
        bridge = RadioBridge(pty, frame_format="a4", seed=1, transmission_seconds=0.001)
        async with open_port(pty.path, sonoff_rf_bridge.BAUD_RATE) as port, asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(bridge.listen())
            pulling = tasks.create_task(bridge.press("9EAD9F", repeats=10))
            splitter, signals = sonoff_rf_bridge.new_splitter(), list[Signal]()
            async for chunk in port.chunks():
                for frame in splitter.feed(chunk) if chunk else splitter.flush():
                    if isinstance(frame, bytes):
                        decoded = sonoff_rf_bridge.decode(frame, lambda _driver, _address: None)
                        signals += decoded if isinstance(decoded, tuple) else ()
                        await port.write(b"\xaa\xa0\x55")
                if pulling.done() and bridge.acknowledgements and bridge.acknowledgements == len(signals):
                    break
            listening.cancel()
    assert {signal.address for signal in signals} == {"9EAD9"}
    assert 1 <= len(signals) <= 10
