"""One headless Chromium a session, and pages to open in it from disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from optimizer.pipeline import Settings, solve_file
from optimizer.report.page import render_page
from optimizer.report.page_section import Reported
from tests.demo.recipes import DEMO
from tests.report.pages import many, reported
from tests.requirements import require_tool

#: No profile, no background traffic: what the log shows is the page's own doing.
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)


@dataclass(frozen=True, slots=True)
class Browser:
    """Chromium with a page; `problems` and `requests` are what it complained of and asked for since it was opened."""

    driver: Chrome

    def open(self, page: Path, fragment: str = "", *, dark: bool = False, width: int = 1280) -> None:
        """Open a page afresh, as if the address had been pasted."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"media": "", "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]},
        )
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        self.driver.get("about:blank")
        self._log("browser")
        self._log("performance")
        self.driver.get(page.as_uri() + fragment)

    def problems(self) -> list[str]:
        """Return what stands in the console."""
        return [entry["message"] for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """Return what was asked for over any protocol."""
        messages = (json.loads(entry["message"])["message"] for entry in self._log("performance"))
        sent = (message for message in messages if message["method"] == "Network.requestWillBeSent")
        return [message["params"]["request"]["url"] for message in sent]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script in the page returns."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> WebElement:
        """Return the first element of a selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def names(self) -> list[str]:
        """Return the packages whose rows are shown, in their order."""
        names: list[str] = self.run(
            "return [...document.querySelectorAll('table.packages tbody tr:not(.more)')]"
            ".filter(row => row.getClientRects().length).map(row => row.cells[0].textContent.trim())"
        )
        return names

    def until(self, true: Callable[[], object]) -> None:
        """Wait until something holds."""
        WebDriverWait(self.driver, 10, poll_frequency=0.02).until(lambda _: true())

    @property
    def said(self) -> str:
        """What a screen reader was told last."""
        return str(self.find("#said").get_attribute("textContent"))

    @property
    def fragment(self) -> str:
        """What stands behind the # of the address."""
        return self.driver.current_url.partition("#")[2]

    @property
    def focused(self) -> WebElement:
        """The element that has the focus."""
        return self.driver.switch_to.active_element


@pytest.fixture(scope="session")
def _driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    program, driver = require_tool("chromium"), require_tool("chromedriver")
    options = ChromeOptions()
    options.binary_location = str(program)
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = Chrome(options=options, service=Service(str(driver)))
    yield started
    started.quit()


@pytest.fixture
def browser(_driver: Chrome) -> Browser:
    """The session's browser with nothing remembered."""
    _driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    return Browser(_driver)


@pytest.fixture(scope="session")
def _demo_result() -> Reported:
    return reported(solve_file(DEMO / "demo.yaml", Settings()), "demo")


@pytest.fixture(scope="session")
def demo(_demo_result: Reported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the demo's answer."""
    page = tmp_path_factory.mktemp("pages") / "demo.html"
    page.write_text(render_page([_demo_result]), encoding="utf-8")
    return page


@pytest.fixture(scope="session")
def two(_demo_result: Reported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two results side by side."""
    page = tmp_path_factory.mktemp("pages") / "two.html"
    other = reported(solve_file(DEMO / "upstream-only.yaml", Settings()), "upstream")
    page.write_text(render_page([_demo_result, other]), encoding="utf-8")
    return page


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of more packages than a table shows at a time."""
    page = tmp_path_factory.mktemp("pages") / "large.html"
    page.write_text(render_page([reported(many(600))]), encoding="utf-8")
    return page
