"""Fixtures for every test, and the rule on skipped tests.

`ANJU_NO_SKIP=1` turns a skipped test into a failure; without it at most one test in twenty may be skipped.
"""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.brokers import MOSQUITTO, Broker, MosquittoBroker

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

LARGEST_SKIPPED_SHARE = 1 / 20
NO_SKIP = os.environ.get("ANJU_NO_SKIP") == "1"


@pytest.fixture
def district_broker() -> Iterator[Broker]:
    """The district's broker, running."""
    with Broker() as broker:
        yield broker


@pytest.fixture
def local_broker() -> Iterator[Broker]:
    """The broker inside the home, running."""
    with Broker() as broker:
        yield broker


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[..., MosquittoBroker]]:
    """Makes and starts Mosquitto brokers: the arguments of `MosquittoBroker` without the folder."""
    if not MOSQUITTO.exists():
        pytest.skip("mosquitto is not installed (apt-get install mosquitto)")
    with ExitStack() as running:

        def start(*settings: str, **options: Any) -> MosquittoBroker:
            broker = MosquittoBroker(tmp_path / f"mosquitto-{len(os.listdir(tmp_path))}", *settings, **options)
            return running.enter_context(broker)

        yield start


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where none is allowed."""
    report = yield
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where no test may be: {report.longrepr}"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that skipped more than its share, whole files included: a suite that hardly ran is not a green one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return  # one process of a parallel run: the one that started it counts for all
    skipped = len(reporter.stats.get("skipped", []))
    tests = sum(len(reporter.stats.get(outcome, [])) for outcome in ("passed", "failed", "skipped"))
    allowed = 0 if NO_SKIP else max(1, tests * LARGEST_SKIPPED_SHARE)
    if skipped > allowed:
        reporter.write_line(f"{skipped} of {tests} tests skipped: too many", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
