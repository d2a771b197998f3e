"""The way out of a line: what a broker that refuses, hangs or has no listener does to it."""

import asyncio
from typing import cast

import pytest

from drivers.link.mqtt import LinkLostError, RefusedError, Session
from drivers.output import Message
from gateway.metrics import Metrics
from gateway.outlet import NO_SUBSCRIBER, WAITING_LIMIT, Outlet
from gateway.problems import Problems

SET = Message("zigbee2mqtt/siren-1/set", b"{}")


class StuckBroker:
    """A session whose broker acknowledges when the test says so."""

    def __init__(self) -> None:
        self.published: list[asyncio.Future[int]] = []

    @property
    def unacknowledged(self) -> int:
        return sum(not answer.done() for answer in self.published)

    def publish(self, _topic: str, _payload: bytes) -> "asyncio.Future[int]":
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(lambda done: done.exception())
        self.published.append(answer)
        return answer


class Bench:
    def __init__(self) -> None:
        self.problems = Problems()
        self.broker = StuckBroker()
        self.outlet = Outlet(Metrics("test"), self.problems)
        self.outlet.open_broker(cast(Session, self.broker))

    async def answered(self, answer: int | Exception) -> list[str]:
        """Send one message, have it answered so, and return the problems that are open then."""
        assert self.outlet.send(SET)
        future = self.broker.published[-1]
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        await asyncio.sleep(0)
        return self.problems.list()


async def test_a_broker_that_acknowledges_nothing_is_not_fed_for_ever() -> None:
    bench = Bench()
    sent = [bench.outlet.send(SET) for _ in range(3 * WAITING_LIMIT)]
    assert sent == [True] * WAITING_LIMIT + [False] * (2 * WAITING_LIMIT)
    assert len(bench.broker.published) == WAITING_LIMIT
    bench.broker.published[0].set_result(0)
    assert bench.outlet.send(SET), "room again"


async def test_what_nobody_hears_is_a_problem_until_somebody_does() -> None:
    bench = Bench()
    (problem,) = await bench.answered(NO_SUBSCRIBER)
    assert problem.startswith("nobody listens to zigbee2mqtt/siren-1/set")
    assert await bench.answered(LinkLostError("gone")) == [problem], "a lost line is told by the line itself"
    assert await bench.answered(0) == []


async def test_a_refusal_is_a_problem() -> None:
    (problem,) = await Bench().answered(RefusedError("a publish", 0x87, "not authorised"))
    assert "did not take zigbee2mqtt/siren-1/set" in problem
    assert "0x87" in problem


@pytest.mark.parametrize("closed", [False, True])
async def test_a_line_that_is_down_takes_nothing(closed: bool) -> None:
    outlet = Outlet(Metrics("test"), Problems())
    if closed:
        outlet.open_listener(lambda _message: True)
        assert outlet.send(SET)
        outlet.close()
    assert not outlet.send(SET)
    assert not outlet.is_open
