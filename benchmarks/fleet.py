"""`python -P -m benchmarks.fleet`: what a home costs at each size of a fleet, and the operators' page in a storm.

`scale 100 300 1000 3000` runs one fleet after the other; `page 1000` looks at the desk's page in Chromium meanwhile.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from simulator.fleet.district import District
from simulator.fleet.numbers import percentiles
from simulator.fleet.profiles import PROFILES
from simulator.fleet.run import Order, run
from simulator.ports import LOOPBACK

_DISK = "/var/tmp"
_LOOK_SECONDS = 0.5
_PAINTED = "const tell = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => tell(true)))"
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_COLUMNS = {
    "homes": "homes", "alarms_received": "received", "lost": "lost", "doubled": "doubled",
    "rss_mib_per_home": "MiB/home", "cpu_seconds_per_home": "CPU s/home", "connect_seconds": "start s",
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["scale", "page"])
    parser.add_argument("homes", type=int, nargs="+")
    parser.add_argument("--profile", choices=[*PROFILES], default="quiet")
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    if asked.what == "scale":
        _print_head()
    for homes in asked.homes:
        order = Order(homes=homes, profile=asked.profile, seconds=asked.seconds, seed=1)
        if asked.what == "scale":
            _print_row(_measure(order))
        else:
            _look(order)


def _measure(order: Order) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=_DISK) as folder:
        result, _ = asyncio.run(run(order, Path(folder)))
    return result


def _print_head() -> None:
    print("".join(f"{name:>12}" for name in [*_COLUMNS.values(), "p50 ms", "p99 ms", "desk p99", "lag p99"]))


def _print_row(result: dict[str, Any]) -> None:
    values = [result[name] for name in _COLUMNS]
    values += [result["latency_ms"]["p50"], result["latency_ms"]["p99"]]
    values += [result["desk_answers_ms"]["p99"], result["process_lag_ms"]["p99"]]
    print("".join(f"{value:>12}" for value in values), flush=True)


def _look(order: Order) -> None:
    frames: list[float] = []
    steps: list[float] = []
    opened: list[float] = []
    with _browser() as browser, tempfile.TemporaryDirectory(dir=_DISK) as folder:

        def watch(district: District) -> None:
            began = time.monotonic()
            _open(browser, district)
            opened.append((time.monotonic() - began) * 1_000)
            while time.monotonic() - began < order.seconds:
                frames.append(_timed(browser, _PAINTED))
                steps.extend(_accept_one(browser))
                time.sleep(_LOOK_SECONDS)

        async def beside(district: District) -> None:
            await asyncio.to_thread(watch, district)

        result, _ = asyncio.run(run(order, Path(folder), beside))
    _print_head()
    _print_row(result)
    print(f"the page, signed in and painted: {opened[0]:.0f} ms")
    print(f"two frames, ms: {percentiles(frames)} of {len(frames)}")
    print(f"from the press on 'accept' until the card says so, ms: {percentiles(steps)} of {len(steps)}")


@contextmanager
def _browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in _FLAGS:
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        yield browser
    finally:
        browser.quit()


def _open(browser: webdriver.Chrome, district: District) -> None:
    browser.get(f"http://{LOOPBACK}:{district.desk.port}/")
    browser.find_element(By.NAME, "token").send_keys(district.desk.token)
    browser.find_element(By.TAG_NAME, "button").click()
    browser.execute_async_script(_PAINTED)


def _timed(browser: webdriver.Chrome, script: str) -> float:
    began = time.monotonic()
    browser.execute_async_script(script)
    return (time.monotonic() - began) * 1_000


def _accept_one(browser: webdriver.Chrome) -> list[float]:
    """Press the first `accept` there is, and wait until that card offers the next step."""
    script = """
        const tell = arguments[0], step = document.querySelector('[data-id] .next[data-step=accept]');
        if (!step) { tell(null); return; }
        const id = step.closest('[data-id]').dataset.id, began = performance.now();
        step.click();
        const look = () => document.querySelector(`[data-id="${id}"] .next[data-step=accept]`)
            ? requestAnimationFrame(look) : tell(performance.now() - began);
        look();
    """
    took = browser.execute_async_script(script)
    return [] if took is None else [float(took)]


if __name__ == "__main__":
    main()
