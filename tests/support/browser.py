"""A real browser for tests, and a page as a person sees it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from simulator.ports import LOOPBACK
from tests.support.wait import until

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
NEEDS_BROWSER = pytest.mark.skipif(
    not (CHROMIUM.exists() and DRIVER.exists()), reason="chromium or chromium-driver is not installed"
)
_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1920,1080",
]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in [*_FLAGS, f"--user-data-dir={tmp_path / 'browser'}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


class Page:
    """The page as an operator sees it; every call leaves the event loop free."""

    def __init__(self, browser: webdriver.Chrome, port: int) -> None:
        self.browser = browser
        self.port = port

    async def open(self, token: str | None = None) -> "Page":
        await asyncio.to_thread(self.browser.get, f"http://{LOOPBACK}:{self.port}/")
        if token is not None:
            await asyncio.to_thread(self.browser.find_element(By.NAME, "token").send_keys, token)
            await asyncio.to_thread(self.browser.find_element(By.TAG_NAME, "button").click)
        return self

    def found(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return str(
            self.browser.execute_script(
                "return [...document.querySelectorAll(arguments[0])].filter(e => !e.hidden)"
                ".map(e => e.innerText).join('\\n')",
                selector,
            )
        )

    def attributes(self, selector: str, name: str) -> list[str]:
        """One attribute of every element, read at one moment: the page may draw them anew between two questions."""
        script = "return [...document.querySelectorAll(arguments[0])].map(e => e.getAttribute(arguments[1]))"
        found: list[str] = self.browser.execute_script(script, selector, name)
        return found

    async def shows(self, selector: str, text: str, timeout_seconds: float = 15.0) -> None:
        await until(lambda: text in self.text(selector), timeout_seconds, f"{text!r} in {selector}")

    async def press(self, selector: str) -> None:
        def pressed() -> bool:
            try:
                for element in self.found(selector)[:1]:
                    element.click()
                    return True
            except StaleElementReferenceException:  # drawn anew between finding and pressing
                return False
            return False

        await until(pressed, what=selector)
