"""A server that does what its page says passes, however the page says it.

For each kind of page that was once read wrong, what is derived from a page judges a server that serves a document
written by hand. What was derived from such a page once gives a false verdict on the same server: a failure, a note, or
the word that a requirement doesn't apply. Headers that are read wrong change no verdict, since no requirement sends
what a document says of them; `test_readings` alone holds them.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from graph_contracts import requirements
from graph_contracts.derive import derive
from graph_contracts.engine.session import Session
from graph_contracts.errors import TargetError
from graph_contracts.settings import Settings
from tests.derive.misread_kinds import KINDS, Document, Kind
from tests.derive.pages import write
from tests.support.forked import reference


def verdict(kind: Kind, document: Document, folder: Path) -> str:
    """What a document says of the kind's requirement, on the server that serves what was written by hand."""
    for name, each in (("served.json", kind.served), ("judged.json", document)):
        (folder / name).write_text(json.dumps(each), encoding="utf-8")
    with reference(folder / "served.json") as server:
        settings = Settings(
            target=server.url,
            openapi=folder / "judged.json",
            token=SecretStr(server.tokens.full),
            settle=0.1,
            report=folder / "report",
        )
        session = Session(settings)
        try:
            with session.open():
                for binding in requirements.bindings():
                    if binding.requirement in {kind.before, kind.requirement}:
                        for operation in session.selection.operations(binding):
                            session.run_case(binding, operation.id)
        except TargetError as error:
            return "no object" if "has no object" in error.what else error.what
        found = {each.verdict for each in session.tally.judgements if each.requirement == kind.requirement}
        return "fail" if "fail" in found else ", ".join(sorted(found)) or "not judged"


def derived(kind: Kind, folder: Path) -> Document:
    write(folder / "resources", {"widget.md": kind.resource})
    write(folder / "api", kind.pages)
    return derive([folder / "api"])


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_server_that_does_what_the_page_says_passes(kind: Kind, tmp_path: Path) -> None:
    assert verdict(kind, derived(kind, tmp_path), tmp_path) == "pass"


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_the_wrong_reading_gives_a_false_verdict(kind: Kind, tmp_path: Path) -> None:
    document = copy.deepcopy(derived(kind, tmp_path))
    kind.misread(document)
    assert verdict(kind, document, tmp_path) == kind.verdict
