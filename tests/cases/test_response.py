"""An answer is held to the properties that the document names, and to none where it names none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph_contracts.cases.any.response import test_the_answer_is_the_object_itself as resp_object
from graph_contracts.contract import Type, TypeKind
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.read import ReadDriver
from tests.support.scripted_client import READ, THING, ScriptedClient, answer


@pytest.mark.parametrize(("shown", "findings"), [(THING, 1), (Type(TypeKind.COMPLEX, open=True), 0)])
def test_a_wrapper_is_told_by_the_properties_that_the_document_names(shown: Type, findings: int) -> None:
    client = ScriptedClient()
    client.scripts.append(lambda _request, _path: answer(200, {"openapi": "3.0.3", "paths": {}}))
    read = ReadDriver(client, replace(READ, response=shown), Options())
    assert len(list(resp_object.bindings[0].function(read, read.get("one")))) == findings  # type: ignore[attr-defined]
