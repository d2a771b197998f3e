"""The whole way with every part real: a frame goes into a pty, the row appears in a browser, accept is pressed there,
and the gateway tells the resident."""

import json
from pathlib import Path

from selenium import webdriver

from drivers.link.pty import PtyPair
from drivers.sonoff_rf_bridge import encode_key
from tests.callcentre.desks import Desk
from tests.support.brokers import Broker
from tests.support.browser import NEEDS_BROWSER, Page, browser
from tests.support.house import House
from tests.support.processes import run

__all__ = ["browser"]  # a fixture

pytestmark = NEEDS_BROWSER


async def test_a_cord_is_pulled_an_operator_presses_and_the_resident_hears(
    tmp_path: Path, district_broker: Broker, local_broker: Broker, browser: webdriver.Chrome
) -> None:
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=local_broker.port)
    desk = Desk(tmp_path, district_broker.port)
    with PtyPair() as radio:
        house.serial_path = radio.path
        async with desk.running(), house.gateway_running() as gateway:
            await gateway.wait_line("connected to the district")
            await gateway.wait_line("listening on serial")
            page = await Page(browser, desk.port).open(desk.token())
            await page.shows("#calm", "没有")
            for _ in range(6):
                await radio.write(encode_key("9EAD9F"))
            alarm = (await gateway.wait_line(r"notice state=received alarm=(\S+)")).group(1)
            card = f"[data-id='{alarm}']"
            await page.shows(card, "紧急求助")
            await page.shows(card, "卫生间")
            for step, notice in (("accept", "accepted"), ("dispatch", "dispatched"), ("arrive", "arrived")):
                await page.press(f"{card} .next[data-step={step}]")
                await gateway.wait_line(f"notice state={notice} alarm={alarm}")
            await page.press(f"{card} [data-step=resolve]")
            await page.press("[data-result=helped]")
            await gateway.wait_line(f"notice state=resolved alarm={alarm}")
            assert house.metric("anju_outbox_unanswered") == 0
    shown = json.loads(run("anju", "events", "--config", house.file, "--json").stdout)
    assert (shown["id"], shown["result"]) == (alarm, "helped")
    assert all(shown["answers"].values())
