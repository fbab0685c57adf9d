"""index.html in a real browser: what a reader sees first, filters, accessibility, and that nothing leaves the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from graph_contracts.report import html
from graph_contracts.report.results import Results, Verdict
from tests.report import synthetic
from tests.report.test_reports import EVIL, HOSTILE
from tests.report.test_reports import evidence as exchanges_with

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="needs Chromium; on Debian: apt-get install chromium"
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = (1280, 800), (390, 844)
FAILING = synthetic.results(120, 2, failing=3)
SMALL = synthetic.results(10, 2, failing=2)
CLEAN = synthetic.results(10, 2, failing=0)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here; none may be missing where CI runs them."""
    assert CHROMIUM, "no Chromium is installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of the reports that the tests look at."""
    folder = tmp_path_factory.mktemp("reports")
    runs: dict[str, tuple[Results, Any]] = {
        "failing": (FAILING, synthetic.evidence(FAILING)),
        "small": (SMALL, synthetic.evidence(SMALL, 400)),
        "clean": (CLEAN, []),
        "hostile": (HOSTILE, exchanges_with(EVIL)),
    }
    return {name: write(folder / f"{name}.html", *run) for name, run in runs.items()}


def write(path: Path, results: Results, evidence: Any) -> str:
    path.write_text(html.render(results, evidence), encoding="utf-8", errors="backslashreplace")
    return path.as_uri()


@contextmanager
def opened(browser: Browser, url: str, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[Page]:
    """A page in a window of its own."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()


def in_view(page: Page, part: Locator) -> bool:
    """Whether all of it can be seen without scrolling."""
    box, size = part.bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    inside = box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
    return inside and box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize("name", ["failing", "clean"])
def test_the_first_screen_tells_the_verdict_what_was_tested_and_what_failed(
    browser: Browser, reports: dict[str, str], name: str
) -> None:
    with opened(browser, reports[name]) as page:
        for part in ("h1", ".sub", ".counts", ".facts", ".facts dd:last-of-type"):
            assert in_view(page, page.locator(part).first), part
        if name == "failing":
            assert all(in_view(page, page.locator(".brief > li").nth(place)) for place in range(html.MAX_BRIEF))
            assert in_view(page, page.get_by_text(f"{40 - html.MAX_BRIEF} more", exact=True))
        else:
            assert in_view(page, page.locator(".calm"))


@pytest.mark.parametrize("name", ["failing", "clean", "hostile"])
def test_a_phone_shows_the_verdict_and_the_first_failure_and_never_scrolls_sideways(
    browser: Browser, reports: dict[str, str], name: str
) -> None:
    with opened(browser, reports[name], PHONE) as page:
        assert in_view(page, page.locator("h1"))
        assert in_view(page, page.locator(".sub"))
        assert in_view(page, page.locator(".calm" if name == "clean" else ".brief > li").first)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_requirements_are_filtered_by_verdict_level_and_subject(
    browser: Browser, reports: dict[str, str], script: bool
) -> None:
    def shown(page: Page) -> set[str]:
        return {name for name in page.locator(".req:visible .name").all_inner_texts() if name}

    rows = FAILING.requirements
    with opened(browser, reports["failing"], java_script_enabled=script) as page:
        assert shown(page) == {row.id for row in rows}
        page.locator("#fv-fail").check()
        assert shown(page) == {row.id for row in rows if row.verdict is Verdict.FAIL}
        page.locator("#fv-all").check()
        page.locator("#fl-SHOULD").check()
        assert shown(page) == {row.id for row in rows if row.level == "SHOULD"}
        page.locator("#fs").select_option(label="merge")
        both = {row.id for row in rows if row.level == "SHOULD" and row.area == "merge"}
        assert shown(page) == both
        assert both
        assert page.locator("#shown").inner_text() == (f"{len(both)} of {len(rows)} shown" if script else "")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_link_to_a_folded_requirement_unfolds_it(browser: Browser, reports: dict[str, str], script: bool) -> None:
    row = FAILING.requirements[3]
    with opened(browser, reports["failing"], java_script_enabled=script) as page:
        inside = page.locator(f'[id="r-{row.id}"]')
        assert not inside.is_visible()
        page.locator(f'.matrix a[href="#r-{row.id}"]').click()
        inside.wait_for(state="visible")


@pytest.mark.parametrize("name", ["failing", "hostile"])
def test_nothing_leaves_the_page_and_nothing_of_the_target_runs(
    browser: Browser, reports: dict[str, str], name: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    requested: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(reports[name], wait_until="networkidle")
    assert requested == [reports[name]]
    assert complaints == []
    assert page.locator("script").count() == 1
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["small", "clean"])
def test_axe_finds_no_violation(browser: Browser, reports: dict[str, str], name: str, scheme: Any) -> None:
    with opened(browser, reports[name], color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_paper_gets_the_evidence_unfolded(browser: Browser, reports: dict[str, str]) -> None:
    with opened(browser, reports["small"], java_script_enabled=False) as page:
        folded = page.locator(".evidence:not([open]) .step").first
        assert not folded.is_visible()
        page.emulate_media(media="print")
        assert folded.is_visible()
        assert not page.locator(".filter").is_visible()
