"""The site in a real browser: accessible, in dark, on a phone, without script, and with filters in its address."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from graph_contracts import cli
from tests.report.test_browser import PHONE, browser, opened, pytestmark
from tests.site.runs import row, written

__all__ = ["browser", "pytestmark"]
LOST, HELD, SOFT = "update.conc.disjoint", "update.etag.changes", "update.etag.header"
PAGES = (
    "index.html",
    "requirements.html",
    "changes.html",
    "about.html",
    "compare/index.html",
    "compare/cap--mock.html",
    "implementation/cap.html",
    "history/cap.html",
    f"requirement/{LOST}.html",
    "subject/etag.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    good = [row(HELD, "pass"), row(LOST, "pass"), row(SOFT, "pass", level="SHOULD")]
    bad = [row(HELD, "fail", "pass"), row(LOST, "fail"), row(SOFT, "warn", level="SHOULD")]
    runs = {
        "CAP@9": written(folder / "1", 1, *good),
        "CAP@10": written(folder / "2", 2, *bad),
        "Mock@1": written(folder / "3", 1, *good),
    }
    given = [f"{name}={path}" for name, path in runs.items()]
    assert cli.main(["site", "-o", str(folder / "www"), *given]) == 0
    return folder / "www"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_of_accessibility(browser: Browser, site: Path, scheme: Literal["light", "dark"]) -> None:
    for name in PAGES:
        with opened(browser, (site / name).as_uri(), color_scheme=scheme) as page:
            found = Axe().run(page)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_a_phone_never_scrolls_sideways(browser: Browser, site: Path) -> None:
    for name in PAGES:
        with opened(browser, (site / name).as_uri(), PHONE) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], name


def visible_rows(page: Page) -> set[str]:
    return {text for text in page.locator(".row:visible .rid").all_inner_texts() if text}


def test_filters_stand_in_the_address(browser: Browser, site: Path) -> None:
    address = (site / "requirements.html").as_uri()
    with opened(browser, f"{address}?q=etag&level=MUST&failing=cap") as page:
        assert visible_rows(page) == {HELD}
        assert page.locator("#shown").inner_text() == "1 of 3 shown"
        page.locator("#level").select_option("")
        assert visible_rows(page) == {HELD, SOFT}
        page.locator("#q").fill("")
        assert page.url == f"{address}?failing=cap"
        page.locator("#failing").select_option("")
        assert visible_rows(page) == {HELD, LOST, SOFT}
        assert page.url == address
    with opened(browser, f"{address}?level=nonsense&failing=nobody") as page:
        assert visible_rows(page) == {HELD, LOST, SOFT}, "what the page doesn't know filters nothing"


def test_without_script_everything_is_there(browser: Browser, site: Path) -> None:
    with opened(browser, (site / "requirements.html").as_uri(), java_script_enabled=False) as page:
        assert visible_rows(page) == {HELD, LOST, SOFT}
        assert not page.locator("#filter").is_visible()


def test_three_clicks_answer_who_since_when_and_what_is_different(browser: Browser, site: Path) -> None:
    with opened(browser, (site / "index.html").as_uri()) as page:
        page.get_by_role("link", name="Requirements").click()
        page.get_by_role("row", name=LOST).get_by_role("link").click()
        assert "fail 2 January 2026" in " ".join(page.get_by_role("row", name="CAP").inner_text().split())
        page.get_by_role("link", name="Compare two").click()
        page.locator("section", has_text="CAP and").get_by_role("link", name="Mock").click()
        assert page.get_by_role("heading", name="Only Mock keeps (3)").is_visible()
