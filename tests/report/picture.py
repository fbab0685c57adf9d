"""Takes the README's picture: `python -m tests.report.picture`, a report on the reference with three faults.

Make it small afterwards: `pngquant --force --output docs/report.png 128 docs/report.png`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from pydantic import SecretStr

from graph_contracts.engine.run import run
from graph_contracts.reference.server import start
from graph_contracts.settings import Settings
from tests.report.test_browser import CHROMIUM, DESKTOP, FLAGS

ROOT = Path(__file__).parents[2]
FAULTS = ("replace-not-merge", "405-no-allow", "error-envelope-missing")


def main() -> None:
    """Run the suite, open the report, keep its first screen."""
    with tempfile.TemporaryDirectory() as folder, start(ROOT / "openapi.yaml", faults=FAULTS) as server:
        tokens = server.tokens
        settings = Settings(
            target=server.url,
            token=SecretStr(tokens.full),
            forbidden_token=SecretStr(tokens.forbidden),
            personal_token=SecretStr(tokens.personal),
            expired_token=SecretStr(tokens.expired),
            foreign_token=SecretStr(tokens.foreign),
            report=Path(folder),
        )
        run(settings)
        take(Path(folder) / "index.html", ROOT / "docs" / "report.png")


def take(page: Path, picture: Path) -> None:
    """Keep the first screen of a page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        shown = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
        shown.goto(page.as_uri())
        shown.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main()
