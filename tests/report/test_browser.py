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

from graph_contracts.report import compare, html
from graph_contracts.report.results import Results
from graph_contracts.report.verdict import Verdict
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
        "failing": (FAILING, synthetic.evidence(FAILING, 600)),
        "small": (SMALL, synthetic.evidence(SMALL, 400)),
        "clean": (CLEAN, []),
        "hostile": (HOSTILE, exchanges_with(EVIL)),
    }
    compared = folder / "compared.html"
    given = [("Before", "clean.json", CLEAN), ("After", "small.json", SMALL)]
    compared.write_text(compare.html(compare.compare(given, {"small.json": "small.html"})), encoding="utf-8")
    written = {name: write(folder / f"{name}.html", *run) for name, run in runs.items()}
    return written | {"compared": compared.as_uri()}


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
            assert all(in_view(page, page.locator(".brief > li").nth(place)) for place in range(3))
            first = page.locator(".brief > li").first.inner_text()
            assert FAILING.requirements[0].statement.replace("`", "") in first
            assert all(word in first for word in ("Sent", "Expected", "Actual", "Fix", FAILING.requirements[0].id))
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


def shown(page: Page) -> set[str]:
    """The requirements of the list that can be seen."""
    return {name for name in page.locator(".req:visible .name").all_inner_texts() if name}


def cases(page: Page) -> set[str]:
    """The failures and warnings that can be seen."""
    return {name for name in page.locator(".case:visible .rid").all_inner_texts() if name}


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_requirements_are_filtered_by_verdict_level_and_subject(
    browser: Browser, reports: dict[str, str], script: bool
) -> None:
    rows = FAILING.requirements
    with opened(browser, reports["failing"], java_script_enabled=script) as page:
        assert shown(page) == set(), "subjects are folded"
        page.locator("#fv-fail").check()
        failed = {row.id for row in rows if row.verdict is Verdict.FAIL}
        assert shown(page) == failed
        assert cases(page) == failed
        page.locator("#fv-all").check()
        page.locator("#fl-SHOULD").check()
        assert shown(page) == {row.id for row in rows if row.level == "SHOULD"}
        page.locator("#fs").select_option(label="Merging")
        both = {row.id for row in rows if row.level == "SHOULD" and row.area == "merge"}
        assert shown(page) == both
        assert both
        assert cases(page) == {row.id for row in rows if row.id in both and row.verdict is Verdict.WARN}
        assert page.locator("#shown").inner_text() == (f"{len(both)} of {len(rows)} shown" if script else "")


def test_a_search_finds_what_any_part_says_and_lives_in_the_address(browser: Browser, reports: dict[str, str]) -> None:
    row = FAILING.requirements[12]
    with opened(browser, reports["failing"]) as page:
        page.get_by_role("searchbox").fill(f"{row.id} PROMISES")
        assert shown(page) == cases(page) == {row.id}
        page.locator("#fs").select_option(label="Paths and ids")
        address = page.evaluate("location.href")
        assert "subject=route" in address
    with opened(browser, address) as page:
        assert shown(page) == {row.id}
        assert page.get_by_role("searchbox").input_value() == f"{row.id} PROMISES"
        page.get_by_role("searchbox").fill("said by nobody")
        assert not page.locator("#failures").is_visible()
        page.get_by_role("searchbox").fill("")
        page.locator("#fs").select_option(label="all")
        assert page.locator("#failures").is_visible()
        assert shown(page) == set(), "subjects are folded again"


def test_commands_and_links_are_copied_and_all_is_unfolded_at_once(browser: Browser, reports: dict[str, str]) -> None:
    row = FAILING.requirements[0]
    with opened(browser, reports["small"], permissions=["clipboard-read", "clipboard-write"]) as page:
        copied = "navigator.clipboard.readText()"
        page.locator(".case .step details[open]").get_by_text("Copy curl").first.click()
        page.get_by_text("Copied").wait_for()
        assert page.evaluate(copied).startswith("curl -X PATCH")
        page.locator(f'[id="f-{row.id}"]').get_by_text("Copy link").click()
        page.get_by_text("Copied").nth(1).wait_for()
        assert page.evaluate(copied) == f"{reports['small']}#f-{row.id}"
        page.get_by_text("Expand all").click()
        assert page.locator(f'[id="r-{row.id}"]').is_visible()
        page.get_by_text("Collapse all").click()
        assert shown(page) == set()


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
@pytest.mark.parametrize("name", ["small", "clean", "compared"])
def test_axe_finds_no_violation(browser: Browser, reports: dict[str, str], name: str, scheme: Any) -> None:
    with opened(browser, reports[name], color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_paper_gets_what_is_folded_and_no_fold(browser: Browser, reports: dict[str, str]) -> None:
    with opened(browser, reports["small"], java_script_enabled=False) as page:
        folded = page.locator('.c-fail .step > details:not([open]) pre[aria-label="response body"]').first
        assert not folded.is_visible()
        page.emulate_media(media="print")
        assert folded.is_visible()
        assert page.locator(".req .says").first.is_visible()
        for part in (".filter", ".fold", ".more > summary", ".part > summary"):
            assert not page.locator(part).first.is_visible(), part


def test_a_failing_run_of_two_operations_needs_few_sheets_and_little_scrolling(
    browser: Browser, tmp_path: Path
) -> None:
    run = synthetic.results(120, 2, failing=20)
    with opened(browser, write(tmp_path / "run.html", run, synthetic.evidence(run, 400))) as page:
        sheets = page.pdf(format="A4").count(b"/Type /Page\n") or page.pdf(format="A4").count(b"/Type /Page")
        assert 2 <= sheets <= 12
        assert page.evaluate("document.documentElement.scrollHeight") < 9000
