"""Nearly every operation of the corpus has a kind, and is tested."""

from __future__ import annotations

import pytest

from graph_contracts.contract import OperationKind
from tests.benchmarks import kinds

LEAST = 0.98
"""Which part of the operations is tested at least."""


@pytest.mark.full
@pytest.mark.skipif(not kinds.CORPUS.is_dir(), reason="the samples aren't here")
def test_nearly_every_operation_of_the_corpus_is_tested() -> None:
    found = [each for page in kinds.pages(kinds.CORPUS) for each in kinds.operations(page)]
    assert len(found) > 300
    assert kinds.with_kind(found) >= LEAST, "\n".join(kinds.table(found))


def test_what_is_not_tested_is_counted_and_named_with_the_reason() -> None:
    found = [
        kinds.Found("letter-update.md", "PATCH /letters/{id}", OperationKind.UPDATE, ""),
        kinds.Found("letter-burn.md", "LINK /letters/{id}", None, "nothing says what LINK does there"),
    ]
    assert kinds.with_kind(found) == 0.5
    *_, count, last = kinds.table(found)
    assert "50.0%" in count
    assert last == "- letter-burn.md: LINK /letters/{id}: nothing says what LINK does there"
