"""The page in a real browser: searching, sorting, links, keyboard, themes, print, accessibility, silence."""

from __future__ import annotations

import base64
from importlib.resources import files
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from optimizer.report.page import render_page
from tests.browser.conftest import Browser
from tests.report.test_page import hostile

SEARCH = "input[type=search]"


def _type(browser: Browser, words: str) -> None:
    browser.find(SEARCH).send_keys(words)


def _sizes(browser: Browser) -> list[int]:
    sizes: list[int] = browser.run(
        "return [...document.querySelectorAll('table.packages tbody tr:not(.more)')]"
        ".map(row => Number(row.cells[6].dataset.v || -1))"
    )
    return sizes


def test_it_opens_without_complaint_and_asks_for_nothing(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    assert browser.driver.title == "demo: package set report"
    assert len(browser.names()) == 95
    assert set(browser.requests()) <= {demo.as_uri(), "data:,"}  # the empty icon
    assert browser.problems() == []


def test_a_search_narrows_and_the_address_says_so(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    _type(browser, "LIB python")
    shown = browser.names()
    assert "python3-libs" in shown
    assert len(shown) < 10
    assert browser.find("form.search output").text == f"{len(shown)} of 95 packages"
    browser.until(lambda: browser.fragment == "packages?search=LIB+python")
    browser.find(SEARCH).send_keys(Keys.CONTROL + "a", Keys.DELETE)
    assert len(browser.names()) == 95
    _type(browser, "no such package")
    assert browser.names() == []


def test_origin_and_feature_can_be_searched(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    _type(browser, "downstream")
    assert {"keel", "git", "containerd"} <= set(browser.names())
    assert "glibc" not in browser.names()


def test_sizes_sort_from_the_largest_and_back(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    button = browser.find("table.packages th[data-key=installed] button")
    button.click()
    assert _sizes(browser) == sorted(_sizes(browser), reverse=True)
    assert browser.find("table.packages th[data-key=installed]").get_attribute("aria-sort") == "descending"
    assert browser.fragment == "packages?sort=-installed"
    assert "descending" in browser.said
    button.click()
    assert _sizes(browser) == sorted(_sizes(browser))
    browser.find("table.packages th[data-key=version] button").click()
    assert browser.run("return document.querySelectorAll('table.packages th[aria-sort]').length") == 1


def test_a_pasted_address_shows_the_table_as_it_was(browser: Browser, demo: Path) -> None:
    browser.open(demo, "#packages?search=lib&sort=-installed")
    assert browser.find(SEARCH).get_attribute("value") == "lib"
    assert 0 < len(browser.names()) < 95
    assert _sizes(browser) == sorted(_sizes(browser), reverse=True)


def test_a_pasted_link_opens_its_row(browser: Browser, demo: Path) -> None:
    browser.open(demo, "#package-systemd")
    assert browser.focused.get_attribute("id") == "package-systemd"
    browser.until(lambda: browser.find("tr.more").is_displayed())
    more = browser.find("tr.more").text
    assert "dracut" in more
    assert "15,309,209 installed" in more
    assert "systemd-libs" in more
    top = browser.run("return document.getElementById('package-systemd').getBoundingClientRect().top")
    assert 0 < top < 900


def test_a_link_opens_its_row_whatever_is_searched_for(browser: Browser, demo: Path) -> None:
    browser.open(demo, "#packages?search=keel")
    assert "systemd" not in browser.names()
    browser.run("location.hash = '#package-systemd'")
    browser.until(lambda: browser.focused.get_attribute("id") == "package-systemd")
    assert browser.find(SEARCH).get_attribute("value") == ""
    assert "search was cleared" in browser.said
    browser.driver.back()
    browser.until(lambda: browser.find(SEARCH).get_attribute("value") == "keel")


def test_names_in_an_opened_row_are_links(browser: Browser, demo: Path) -> None:
    browser.open(demo, "#package-systemd-libs")
    browser.until(lambda: browser.find("tr.more").is_displayed())
    browser.find("tr.more a[href='#package-systemd']").click()
    browser.until(lambda: browser.focused.get_attribute("id") == "package-systemd")
    browser.until(lambda: browser.driver.find_elements("css selector", "tr.more a[href='#feature-systemd']"))
    browser.find("tr.more a[href='#feature-systemd']").click()
    browser.until(lambda: browser.focused.get_attribute("id") == "feature-systemd")


def test_a_tile_and_a_diverging_source_lead_to_their_package(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    for selector in ("#by-package a[href='#package-containerd']", "#source-containerd .members a"):
        browser.run("document.querySelector(arguments[0]).focus()", selector)
        ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
        browser.until(lambda: browser.focused.get_attribute("id") == "package-containerd")
    tile = browser.find("#by-package a[href='#package-containerd']")
    assert tile.accessible_name == "containerd, 42.4 MiB, downstream"
    assert tile.aria_role == "link"


def test_the_keyboard_alone_is_enough(browser: Browser, demo: Path) -> None:
    browser.open(demo)
    keys = ActionChains(browser.driver)
    keys.send_keys(Keys.TAB).perform()
    assert browser.focused.text == "Skip to the report"
    assert browser.focused.is_displayed()
    keys.send_keys(Keys.ENTER).perform()
    browser.until(lambda: browser.fragment == "main")
    browser.run("document.querySelector(arguments[0]).focus()", SEARCH)
    keys.send_keys("glibc").perform()
    browser.until(lambda: browser.fragment == "packages?search=glibc")
    for _ in range(3):  # the scrolling part of the table, the first two heads
        keys.send_keys(Keys.TAB).perform()
    assert browser.focused.text == "version"
    keys.send_keys(Keys.ENTER).perform()
    assert browser.find("table.packages th[data-key=version]").get_attribute("aria-sort") == "ascending"
    for _ in range(9):
        keys.send_keys(Keys.TAB).perform()
    assert browser.focused.tag_name == "summary"
    keys.send_keys(Keys.ENTER).perform()
    browser.until(lambda: browser.find("tr.more").is_displayed())
    outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_the_theme_follows_the_system_until_one_is_chosen(browser: Browser, demo: Path) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    browser.open(demo)
    light = browser.run(ground)
    browser.open(demo, dark=True)
    dark = browser.run(ground)
    assert light != dark
    button = browser.find("#theme")
    seen = []
    for _ in range(3):
        button.click()
        seen.append((button.text, browser.run(ground)))
    assert seen == [("Theme: light", light), ("Theme: dark", dark), ("Theme: system", dark)]
    assert browser.problems() == []


def test_print_has_every_row_and_no_controls(browser: Browser, large: Path) -> None:
    browser.open(large, "#packages?search=package-0059")
    assert len(browser.names()) == 10
    browser.open(large)
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
    assert len(browser.names()) == 100
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert len(browser.names()) == 600
    assert browser.find("details.inputs table").is_displayed()
    assert not browser.find("form.search").is_displayed()
    assert not browser.find("#theme").is_displayed()
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert len(browser.names()) == 100
    assert not browser.find("details.inputs table").is_displayed()


def test_paper_is_white_whatever_the_theme(browser: Browser, demo: Path) -> None:
    browser.open(demo, dark=True)
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
    for theme in ("system", "light", "dark"):
        browser.run("document.documentElement.dataset.theme = arguments[0]", theme)
        seen = "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]"
        assert browser.run(seen) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_a_long_table_keeps_a_window_and_reaches_every_row(browser: Browser, large: Path) -> None:
    browser.open(large)
    first = browser.names()
    assert len(first) == 100
    bar = browser.find(".scroll.packages + .window")
    assert bar.text.startswith("Rows 1 to 100 of 600")
    browser.run("arguments[0].querySelectorAll('button')[1].click()", bar)
    assert browser.names()[0] == "package-00100"
    browser.run("arguments[0].querySelectorAll('button')[0].click()", bar)
    assert browser.names() == first
    browser.run("arguments[0].querySelectorAll('button')[2].click()", bar)
    assert len(browser.names()) == 600
    browser.open(large, "#package-package-00300")
    assert browser.focused.get_attribute("id") == "package-package-00300"
    assert len(browser.names()) == 100


def test_a_long_list_of_names_opens_on_demand(browser: Browser, large: Path) -> None:
    browser.open(large, "#package-package-00000")
    browser.until(lambda: browser.find("tr.more").is_displayed())
    button = browser.find("tr.more button")
    assert button.text == "and 539 more"
    button.click()
    assert browser.run("return document.querySelectorAll('tr.more dd:first-of-type a').length") == 599
    assert browser.focused.tag_name == "a"


def test_a_link_of_one_result_works_among_several(browser: Browser, two: Path) -> None:
    browser.open(two, "#upstream/package-glibc")
    assert browser.focused.get_attribute("id") == "upstream/package-glibc"
    browser.open(two, "#package-glibc")
    assert browser.focused.get_attribute("id") == "demo/package-glibc"
    browser.open(two, "#upstream/packages?search=glibc&sort=-installed")
    assert browser.find("[id='upstream/search']").get_attribute("value") == "glibc"
    assert browser.find("[id='demo/search']").get_attribute("value") == ""


def test_an_address_that_means_nothing_is_told(browser: Browser, demo: Path) -> None:
    browser.open(demo, "#package-no-such")
    assert browser.said == "nothing on this page is called package-no-such"
    browser.open(demo, "#packages?sort=nonsense&search=")
    assert len(browser.names()) == 95
    assert browser.problems() == []


def test_nothing_hostile_runs(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "hostile.html"
    page.write_text(render_page([hostile()]), encoding="utf-8")
    browser.open(page)
    for summary in browser.driver.find_elements("css selector", "table.packages summary"):
        summary.click()
    _type(browser, "<script>")
    assert "<script>alert(1)</script>" in browser.names()
    assert browser.run("return document.querySelectorAll('script, img, iframe, object, embed').length") == 1
    assert set(browser.requests()) <= {page.as_uri(), "data:,"}
    assert browser.problems() == []  # no alert either: selenium fails on one that is open


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_but_tables_is_wider_than_the_window(browser: Browser, demo: Path, width: int) -> None:
    browser.open(demo, width=width)
    assert browser.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_barrier(browser: Browser, demo: Path, dark: bool) -> None:
    browser.open(demo, "#package-systemd", dark=dark)
    browser.run(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    only = {"preload": False, **({"runOnly": ["color-contrast"]} if dark else {})}
    found = browser.driver.execute_async_script(
        "const done = arguments[1]; axe.run(document, arguments[0]).then(done)", only
    )
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert found["passes"]


def test_axe_finds_no_barrier_among_several_results(browser: Browser, two: Path) -> None:
    browser.open(two)
    browser.run(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = browser.driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {preload: false, rules: {'color-contrast': {enabled: false}}}).then(done)"
    )
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert found["passes"]
