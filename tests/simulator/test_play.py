"""The page to play with: what a visitor does in a real browser happens in a real house, and both sides are shown."""

import asyncio
import json
import signal
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from simulator.plan_file import load_plan
from simulator.play.live import Live, UnknownDeedError
from simulator.play.view import View
from simulator.world import Change
from simulator.zigbee import Publication
from tests.support.browser import NEEDS_BROWSER, Page, browser
from tests.support.processes import Child, running
from tests.support.wait import until

__all__ = ["browser"]


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[tuple[Child, int]]:
    """A running demo, and the port of its page to play with."""
    await asyncio.to_thread(folder.mkdir)
    async with running("python", "-P", "-m", "simulator.demo", environment={"TMPDIR": str(folder)}) as child:
        found = await child.wait_line(r"play with the home on http://127\.0\.0\.1:(\d+)/", timeout=40)
        yield child, int(found[1])


@NEEDS_BROWSER
async def test_a_visitor_sees_both_sides_of_what_happens(tmp_path: Path, browser: webdriver.Chrome) -> None:
    async with demo(tmp_path / "temporary") as (child, port):
        page = await Page(browser, port).open()
        await page.shows("#said", "有人接警", 30)
        await page.press("[data-quick=smoke_on]")
        await page.shows("#alarms li.fire", "厨房")
        await until(lambda: page.found(".device.on[data-device=smoke-kitchen]"), what="the detector is drawn as on")

        await page.press("[data-line=broker]")
        await page.shows("#world", "✕")
        await page.press("[data-quick=press]")
        await until(lambda: len(page.found("#said [data-state=calling]")) == 3, what="the house calls")
        await page.press("[data-line=broker]")
        await until(lambda: len(page.found("#said [data-state=received]")) == 3, 30, "and is heard once it can be")
        await until(lambda: len(page.found("#alarms li")) == 3, what="the desk has all")

        await page.press("#language")
        await page.shows("#alarms", "waiting")
        await page.press("[data-quick=take_off]")
        await until(lambda: page.found(".device.gone[data-device=band]"), what="the band is drawn as not worn")
        log: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
        assert [entry for entry in log if entry["level"] == "SEVERE"] == []
        child.signal(signal.SIGINT)
        assert await child.wait() == 0
        await until(lambda: page.text("#lost") != "", what="the page says that the demo has ended")


def ask(port: int, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


async def test_strangers_and_nonsense_are_refused(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary") as (_, port):
        json_type = {"content_type": "application/json"}
        press = json.dumps({"do": "press", "device": "cord-bed"}).encode()
        assert ask(port, "/api/do", press, content_type="text/plain")[0] == 415
        assert ask(port, "/", host="evil.example")[0] == 400
        assert ask(port, "/../demo.py")[0] == 404
        assert ask(port, "/api/do", b"x" * 5_000, **json_type)[0] == 413
        for nonsense in (b"[", b"[]", b'{"do": "dance"}', b'{"do": "clock"}', b'{"do": "smoke_on", "device": "door"}'):
            assert ask(port, "/api/do", nonsense, **json_type)[0] == 422, nonsense
        assert ask(port, "/api/do", press, **json_type)[0] == 204


class Nothing:
    """An outside on which everything is noted."""

    def __init__(self) -> None:
        self.noted: list[Any] = []

    async def radio(self, receiver: str, data: bytes) -> None:
        self.noted.append((receiver, data))

    async def publish(self, message: Publication) -> None:
        self.noted.append(message)

    async def change(self, change: Change) -> None:
        self.noted.append(change.do)


def test_the_page_s_states_follow_what_was_done() -> None:
    live = Live(load_plan("one-bedroom"), Nothing())
    for deed, device in (("smoke_on", "smoke-kitchen"), ("open", "door"), ("take_off", None), ("remove", "cord-bed")):
        live.do(deed, device, {})
    states = {device: state for device, state in live.device_states.items() if state}
    assert states == {
        "smoke-kitchen": {"on": True}, "door": {"on": True}, "band": {"on": False, "off_body": True},
        "cord-bed": {"gone": True},
    }  # fmt: skip
    with pytest.raises(UnknownDeedError, match="takes no such kind"):
        live.do("fall", "band", {"kind": "upwards"})
    with pytest.raises(UnknownDeedError, match="needs one of these: cord, button"):
        live.do("press", "smoke-kitchen", {})


def test_the_gateway_s_log_is_told_by_alarm() -> None:
    view = View()
    view.take("WARNING gateway.pending: alarm a-1 is held for 20 s: type=fall device=band")
    view.take("WARNING gateway.pending: alarm a-1 is held no more: confirmed")
    view.take("WARNING anju.notice: notice state=calling alarm=a-1 type=fall device=band test=False")
    view.take("WARNING anju.notice: notice state=received alarm=a-1 role=None minutes=None")
    view.take("something else")
    live = Live(load_plan("one-bedroom"), Nothing())
    said = view.state(live, {})["said"]
    assert [(one["state"], one["type"], one["device"]) for one in said] == [
        (state, "fall", "band") for state in ("received", "calling", "held_confirmed", "held")
    ]
