"""Virtual time: it stands while anybody works, jumps while nobody does, and is the same in every run."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.driven.loop import DeadEndError, run_virtually
from simulator.driven.pulse import LONGEST_SECONDS, STIRRED_SECONDS, Pulse

YEAR_SECONDS = 365 * 86_400.0


@given(st.lists(st.floats(0.0, 10 * YEAR_SECONDS), max_size=20))
def test_whoever_sleeps_wakes_at_the_time_and_in_the_order_of_time(naps: list[float]) -> None:
    woken: list[float] = []

    async def nap(seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append(seconds)
        assert asyncio.get_running_loop().time() == pytest.approx(seconds, abs=1e-6)

    async def all_of_them() -> None:
        await asyncio.gather(*map(nap, naps))

    run_virtually(all_of_them())
    assert woken == sorted(naps)


def test_ten_years_pass_in_no_time_and_work_takes_none_of_them() -> None:
    async def live() -> float:
        loop = asyncio.get_running_loop()
        for _ in range(10):
            await asyncio.sleep(YEAR_SECONDS)
            before = loop.time()
            time.sleep(0.001)  # noqa: ASYNC251 - the work that takes no virtual time
            assert loop.time() == before
        return loop.time()

    assert run_virtually(live()) == pytest.approx(10 * YEAR_SECONDS)


def test_a_thread_s_work_is_done_on_the_spot_and_no_time_passes_meanwhile() -> None:
    async def ask() -> None:
        loop = asyncio.get_running_loop()
        ticks: list[float] = []
        loop.call_later(1.0, lambda: ticks.append(loop.time()))
        with ThreadPoolExecutor(1) as pool:
            assert await loop.run_in_executor(pool, threading.current_thread) is threading.main_thread()
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        assert (loop.time(), ticks) == (0.0, [])

    run_virtually(ask())


def test_a_dead_end_is_said_and_not_waited_for() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(DeadEndError):
        run_virtually(wait())


def test_nobody_outside_is_waited_for() -> None:
    async def dial() -> None:
        with pytest.raises(OSError, match="in memory"):
            await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)

    run_virtually(dial())


def test_a_house_looks_seldom_in_the_quiet_and_every_second_once_it_is_stirred() -> None:
    async def look() -> list[float]:
        loop, pulse, looks = asyncio.get_running_loop(), Pulse(slower=100.0), list[float]()

        async def every_second() -> None:
            while True:
                await pulse.pause(1.0)
                looks.append(loop.time())

        looking = asyncio.ensure_future(every_second())
        await asyncio.sleep(250.0)
        pulse.stir()
        await asyncio.sleep(STIRRED_SECONDS + 200.0)
        looking.cancel()
        return looks

    looks = run_virtually(look())
    assert looks[:3] == [100.0, 200.0, 251.0]
    assert looks[2:-2] == [251.0 + second for second in range(int(STIRRED_SECONDS))]
    assert looks[-2:] == [400.0, 500.0]


def test_a_long_pause_grows_no_longer_than_ten_minutes_and_none_gets_shorter() -> None:
    async def pauses(*seconds: float) -> list[float]:
        loop, pulse, took = asyncio.get_running_loop(), Pulse(slower=1_000.0), list[float]()
        for one in seconds:
            began = loop.time()
            await pulse.pause(one)
            took.append(loop.time() - began)
        return took

    assert run_virtually(pauses(30.0, 3_600.0, 599.0)) == [LONGEST_SECONDS, 3_600.0, LONGEST_SECONDS]
