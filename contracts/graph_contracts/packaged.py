"""Where what comes with this package is: the OpenAPI document, the reference pages that it is derived from, and the
embedded reference when it serves."""

from __future__ import annotations

from pathlib import Path

from graph_contracts.errors import DocumentError

NAME = "openapi.yaml"
USUAL_PORT = 8765
"""Where `graph-contracts serve` listens unless told otherwise, and a derived document says that the API is."""


def default_document(folder: Path | None = None) -> Path:
    """The document in `folder` (by default the current one), else the one that came with this package.

    Raises:
        DocumentError: neither is there.
    """
    package = Path(__file__).parent
    # in an editable install the document stands beside the package, in a wheel inside it
    places = ((folder or Path.cwd()) / NAME, package / NAME, package.parents[1] / NAME)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise DocumentError("no OpenAPI document found", "Name one with --openapi, or make one with derive")
    return found


def pages() -> Path:
    """The folder of the reference pages that came with this package."""
    package = Path(__file__).parent
    # in an editable install the pages stand beside the package, in a wheel inside it
    return next((place for place in (package / "pages", package.parent / "pages") if place.is_dir()), package / "pages")
