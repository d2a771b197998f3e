"""Blocks of samples on their way to whoever watches them: in order, bounded, counted; and in a real house's metrics."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import wearable
from drivers.device import Device
from drivers.wearable import SampleBlock, encode_block, topic_of
from drivers.wearable_stream import Gap, Stretch
from gateway.metrics import Metrics
from gateway.samples import WAIT_SECONDS, Samples
from gateway.stream_quality import DRIFT_SECONDS, StreamBook
from tests.drivers.worn_frames import BLOCKS
from tests.gateway.faults import say
from tests.gateway.houses import HandClock
from tests.support.brokers import Broker
from tests.support.house import House
from tests.support.wait import until

BAND = Device(id="band", driver="wearable", address="band-1", model="generic", room="", position="wrist")
HALF_A_SECOND = ((0, 0, 4_096),) * 25


def block(number: int, *, clock_ms: int | None = None) -> SampleBlock:
    at = 500 * number if clock_ms is None else clock_ms
    return SampleBlock(
        rate_hz=50, range_g=8, sequence=number % 65_536, clock_ms=at, battery_percent=90, samples=HALF_A_SECOND
    )


class Watcher:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.given: list[Stretch | Gap] = []
        self.too_late = 0

    def take(self, device: Device, said: Stretch | Gap, at: float) -> None:
        assert (device, at >= 0) == (BAND, True)
        self.given.append(said)

    def late(self, device: Device, blocks: int) -> None:
        assert device is BAND
        self.too_late += blocks

    @property
    def numbers(self) -> list[int | None]:
        """The blocks in the order in which they were given; None for a gap."""
        return [said.block.sequence if isinstance(said, Stretch) else None for said in self.given]


class Line:
    """Samples with a watcher and a counter behind them, and time that is turned by hand."""

    def __init__(self) -> None:
        self.clock, self.watcher, self.book = HandClock(), Watcher(), StreamBook(Metrics("1"))
        self.samples = Samples(
            lambda driver, address: BAND if (driver, address) == ("wearable", "band-1") else None,
            (self.watcher, self.book),
            self.clock.monotonic,
        )

    def hear(self, *numbers: int) -> None:
        for number in numbers:
            self.samples.hear(topic_of("band-1"), encode_block(block(number)))


def test_blocks_reach_the_watcher_in_order_and_the_late_ones_are_counted() -> None:
    line = Line()
    line.hear(1, 3, 2, 2, 4)
    assert line.watcher.numbers == [1, 2, 3, 4]
    assert line.watcher.too_late == 1


def test_what_waits_behind_a_gap_goes_on_once_the_band_is_silent() -> None:
    line = Line()
    line.hear(1, 3)
    line.samples.flush()
    assert line.watcher.numbers == [1]
    line.clock.seconds += WAIT_SECONDS
    line.samples.flush()
    assert line.watcher.numbers == [1, None, 3]
    quality = line.book.take_counts()["band"]
    assert (quality.blocks, quality.missing_blocks, quality.gaps, quality.late_blocks) == (2, 1, 1, 0)
    assert line.book.take_counts() == {}, "the next digest counts anew"


def test_strangers_and_what_is_no_block_go_nowhere() -> None:
    line = Line()
    line.samples.hear(topic_of("band-2"), encode_block(block(1)))
    line.samples.hear(topic_of("band-1"), b"AB\x02")
    line.samples.hear("wearable/band-1/other", encode_block(block(1)))
    assert line.watcher.given == []


@pytest.mark.parametrize(("per_mille", "expected"), [(0, 0.0), (1, 1_000.0), (-1, -1_000.0)])
def test_the_drift_of_a_bands_clock_is_told_after_an_hour(per_mille: int, expected: float) -> None:
    line = Line()
    seconds = int(DRIFT_SECONDS)
    for second in range(0, seconds + 1, 100):
        line.clock.seconds = 1_000.0 + second
        said = block(second // 100, clock_ms=second * (1_000 + per_mille))
        line.samples.hear(topic_of("band-1"), encode_block(replace(said, samples=())))
        if second < seconds:
            assert all(quality.clock_drift_ppm is None for quality in line.book.take_counts().values())
    assert line.book.take_counts()["band"].clock_drift_ppm == pytest.approx(expected, abs=1)


@given(st.lists(BLOCKS, max_size=60))
def test_whatever_a_band_sends_no_block_is_given_twice_and_few_are_held(blocks: list[SampleBlock]) -> None:
    line = Line()
    for sent in blocks:
        line.samples.hear(topic_of("band-1"), encode_block(sent))
    line.clock.seconds += WAIT_SECONDS
    line.samples.flush()
    given_out = sum(isinstance(said, Stretch) for said in line.watcher.given)
    assert given_out + line.watcher.too_late == len(blocks)


async def test_a_gap_in_a_bands_samples_is_counted_in_a_running_house(tmp_path: Path, local_broker: Broker) -> None:
    house = House(folder=tmp_path, uplink_port=1, broker_port=local_broker.port)
    house.devices = [{"id": "band", "driver": "wearable", "address": "band-1", "room": "any", "position": "wrist"}]
    async with house.gateway_running() as gateway:
        await gateway.wait_line("listening on the streams of the local broker")
        for number in (1, 2, 2, *range(5, 13)):
            await say(local_broker.port, wearable.topic_of("band-1"), encode_block(block(number)))
        await until(lambda: house.metric("anju_wearable_blocks_total") == 10, timeout=30)  # a gap is waited for
        assert house.metric("anju_wearable_missing_blocks_total") == 2
        assert house.metric("anju_wearable_gaps_total") == 1
        assert house.metric("anju_wearable_late_blocks_total") == 1
