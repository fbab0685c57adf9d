"""Takes the picture of the example site: `python -m tests.site.picture`.

Make it small afterwards: `pngquant --force --output docs/site.png 128 docs/site.png`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from graph_contracts import cli
from tests.report.picture import take
from tests.site.record import FOLDER, ROOT


def build(output: Path) -> int:
    """Make the example's site in a folder; returns the exit code."""
    listing = str(FOLDER / "implementations.toml")
    return cli.main(["site", "--implementations", listing, "--history", str(FOLDER / "history"), "-o", str(output)])


def main() -> None:
    """Make the site, open its overview, keep the first screen."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        take(Path(folder) / "index.html", ROOT / "docs" / "site.png")


if __name__ == "__main__":
    main()
