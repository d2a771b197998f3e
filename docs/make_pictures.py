"""`make pictures`: the pictures of the documents, taken from the running demo in a real browser."""

import subprocess
import sys
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

FOLDER = Path(__file__).parent / "pictures"
ALARMS = 2
PATIENCE_SECONDS = 60
_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"


def main() -> None:
    """Start the demo, let a kitchen smoke, take the home and the desk in both languages, the desk on a phone too."""
    command = [str(Path(sys.executable).with_name("anju")), "demo"]
    running = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with running as demo, tempfile.TemporaryDirectory() as profile:
        assert demo.stdout is not None
        assert demo.stderr is not None
        page, home = demo.stdout.readline().strip(), demo.stderr.readline().split()[-1]
        browser = _browser(profile)
        try:
            _take_home(browser, home)
            _take(browser, page)
        finally:
            browser.quit()
            demo.terminate()


def _browser(profile: str) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*_FLAGS.split(), f"--user-data-dir={profile}", "--lang=zh-CN"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def _take_home(browser: webdriver.Chrome, home: str) -> None:
    browser.set_window_size(1_500, 1_130)
    browser.get(home)
    wait = WebDriverWait(browser, PATIENCE_SECONDS)
    wait.until(lambda _: browser.find_elements(By.CSS_SELECTOR, "#said [data-state=accepted]"))
    browser.find_element(By.CSS_SELECTOR, "[data-quick=smoke_on]").click()
    wait.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, "#alarms li")) >= ALARMS)
    _save(browser, "home-zh-CN.png")
    browser.find_element(By.ID, "language").click()
    _save(browser, "home-en.png")


def _take(browser: webdriver.Chrome, page: str) -> None:
    browser.set_window_size(1_600, 760)
    browser.get(page)
    wait = WebDriverWait(browser, PATIENCE_SECONDS)
    wait.until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, "li[data-id]")) >= ALARMS)
    _save(browser, "desk-zh-CN.png")
    browser.set_window_size(390, 1_000)
    _save(browser, "desk-phone.png")
    browser.set_window_size(1_600, 760)
    browser.find_element(By.ID, "language").click()
    wait.until(lambda _: browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en")
    _save(browser, "desk-en.png")


def _save(browser: webdriver.Chrome, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    browser.save_screenshot(str(FOLDER / name))
    print(FOLDER / name)


if __name__ == "__main__":
    main()
