"""A document's paths are requested as it spells them: final slashes, keys in parentheses, casts."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_contracts.contract import OperationKind
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.message import Refusal, Request
from graph_contracts.requirements import Phase
from tests.cases import sheet

BOOK = "/library/books/{bookId}"
SPELLINGS = {
    "slashes": ("/library/books/", "/library/books/{bookId}/"),
    "slash-on-the-list-alone": ("/library/books/", BOOK),
    "quoted": ("/library/books", "/library/books('{bookId}')"),
    "named": ("/library/books", "/library/books(id='{bookId}')"),
}


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the reference refuse paths whose final slash is not as documented, as most frameworks do."""
    route = Addresses.route

    def exactly(self: Addresses, request: Request) -> None:
        route(self, request)
        raw = request.scope["raw_path"].decode().partition("?")[0]
        if request.place is not None and raw.endswith("/") != request.place.template.endswith("/"):
            raise Refusal(404, "ResourceNotFound", "No such path.")

    monkeypatch.setattr(Addresses, "route", exactly)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.usefixtures("strict")
def test_a_right_server_passes_however_its_paths_are_spelled(spelling: str, tmp_path: Path) -> None:
    collection, item = SPELLINGS[spelling]
    document = sheet.SHELF.read_text()
    for old, new in (("/library/books:", f"{collection}:"), (f"{BOOK}:", f'"{item}":')):
        assert document.count(f"  {old}\n") == 1
        document = document.replace(f"  {old}\n", f"  {new}\n")
    path = tmp_path / "spelled.yaml"
    path.write_text(document)
    row = sheet.run(spelling, document=path, phases=(Phase.POSITIVE, Phase.NEGATIVE), kinds=tuple(OperationKind))
    assert (row.errors, row.failed) == ({}, {})
    assert row.exchanges > 60
