"""The operators' page while a fleet calls for help: a real browser on the real desk."""

from pathlib import Path

from selenium import webdriver

from simulator.fleet.district import District
from simulator.fleet.run import Order, run
from tests.support.browser import NEEDS_BROWSER, Page, browser
from tests.support.wait import until

__all__ = ["browser"]  # a fixture

pytestmark = NEEDS_BROWSER


async def test_an_operator_takes_an_alarm_in_the_middle_of_an_earthquake(
    tmp_path: Path, browser: webdriver.Chrome
) -> None:
    shown: list[str] = []

    async def operate(district: District) -> None:
        page = await Page(browser, district.desk.port).open(district.desk.token)
        await until(lambda: len(page.found("[data-id]")) == 2, 40.0, "both alarms of the earthquake")
        await page.press("[data-id] .next[data-step=accept]")
        await until(lambda: len(page.found("[data-id] .next[data-step=accept]")) == 1, 20.0, "one is taken")
        shown.extend(page.attributes("[data-id]", "data-id"))

    order = Order(homes=20, profile="earthquake", seconds=2.0, seed=1)
    result, measured = await run(order, tmp_path, operate)
    assert len(set(shown)) == 2
    assert (result["alarms_received"], result["lost"], result["doubled"]) == (2, 0, 0)
    assert max(sample.connected for sample in measured.samples) == 20
