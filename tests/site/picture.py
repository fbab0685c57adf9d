"""Takes the picture of the example site: `python -m tests.site.picture`.

Make it small afterwards: `pngquant --force --output docs/site.png 128 docs/site.png`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from graph_contracts import cli
from tests.report.test_browser import CHROMIUM, DESKTOP, FLAGS
from tests.site.record import FOLDER, ROOT


def build(output: Path) -> int:
    """Make the example's site in a folder; returns the exit code."""
    listing = str(FOLDER / "implementations.toml")
    return cli.main(["site", "--implementations", listing, "--history", str(FOLDER / "history"), "-o", str(output)])


def main() -> None:
    """Make the site, open its overview, keep the first screen."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
        page.goto((Path(folder) / "index.html").as_uri())
        page.screenshot(path=ROOT / "docs" / "site.png")
        browser.close()


if __name__ == "__main__":
    main()
