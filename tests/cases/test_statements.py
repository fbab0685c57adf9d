"""Every requirement's id and statement stand literally at the cases that test it, and each is true of its kind."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from graph_contracts import cases, requirements
from graph_contracts.commands.list import as_text
from graph_contracts.commands.list import requirements as requirements_listed
from graph_contracts.contract import OperationKind
from graph_contracts.report.subjects import SUBJECTS
from graph_contracts.requirements import Convention, Level, Requirement

DECORATORS = {"requirement", "also", "adapted"}
METHOD = {
    OperationKind.UPDATE: "PATCH",
    OperationKind.READ: "GET",
    OperationKind.LIST: "GET",
    OperationKind.CREATE: "POST",
    OperationKind.DELETE: "DELETE",
}
WORDS = {
    OperationKind.UPDATE: r"updat(e|es|ed|ing)",
    OperationKind.CREATE: r"creat(e|es|ed|ing|ion|ions)",
    OperationKind.DELETE: r"delet(e|es|ed|ing|ion|ions)",
}
"""What a statement calls the kinds of operations that change something."""
OTHER_WORDS = {
    "read.req.roundtrip": "update",  # what a read shows is sent back by an update
    "list.parents.other": "created",  # what was made is looked for in a list
    "list.persist.update": "update",  # so is what was updated
    "update.merge.nested": "creates",  # an update makes the object around a nested member
}
"""Statements that need the word of another kind of operation."""


def registry() -> tuple[Requirement, ...]:
    cases.load()
    return requirements.registry()


def literal() -> Iterator[tuple[str, str, str]]:
    """What the decorators of cases say: the case, a requirement's id, its statement."""
    for path in cases.files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                name = f"{_module(path)}.{node.name}"
                for call in node.decorator_list:
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in DECORATORS:
                        first, *more = (ast.literal_eval(each) for each in call.args if isinstance(each, ast.Constant))
                        docstring = inspect.cleandoc(ast.get_docstring(node) or "").partition("\n\n")[0]
                        yield name, first, " ".join((more[0] if more else docstring).split())


def _module(path: Path) -> str:
    folder = Path(cases.__file__).parent
    return ".".join(("graph_contracts.cases", *path.relative_to(folder).with_suffix("").parts))


def test_every_id_stands_at_the_cases_that_test_it_and_nowhere_else() -> None:
    tested = {(case, each.id) for each in registry() for case in each.cases}
    assert {(case, name) for case, name, _ in literal()} == tested


def test_every_statement_stands_at_a_case_that_tests_it() -> None:
    said = {(name, statement) for _, name, statement in literal()}
    assert [each.id for each in registry() if (each.id, each.statement) not in said] == []


def test_no_two_requirements_have_the_same_statement() -> None:
    often = Counter(each.statement for each in registry())
    assert [statement for statement, times in often.items() if times > 1] == []


@pytest.mark.parametrize("kind", METHOD)
def test_a_statement_speaks_of_its_own_kind_of_operation(kind: OperationKind) -> None:
    methods = "|".join({*METHOD.values()} - {METHOD[kind]})
    words = "|".join(word for other, word in WORDS.items() if other is not kind)
    foreign = re.compile(rf"\b({methods})\b|\b(?i:{words})\b")
    own = [each for each in registry() if each.kind is kind]
    assert own
    found = {each.id: match[0] for each in own if (match := foreign.search(each.statement))}
    assert found == {name: word for name, word in OTHER_WORDS.items() if name.startswith(f"{kind}.")}


def test_a_statement_is_as_binding_as_its_level() -> None:
    word = {Level.MUST: "must", Level.SHOULD: "should"}
    for each in registry():
        said = set(re.findall(r"\b(must|should)\b", each.statement))
        assert said == ({word[each.level]} if each.level in word else set()), f"{each.id}: {each.statement}"


SOURCES = {
    Convention.HTTP: r"RFC (?!8259|7396)|OWASP|WHATWG",
    Convention.JSON: r"RFC 8259",
    Convention.DOCUMENT: r"^Page\b",
    Convention.ODATA: r"OData",
    Convention.GRAPH: r"Graph",
}
"""What the source of a requirement names, by the convention that it is of."""


@pytest.mark.parametrize("convention", Convention)
def test_the_source_of_a_requirement_names_the_convention_that_it_is_of(convention: Convention) -> None:
    own = [each for each in registry() if each.convention is convention]
    assert own
    assert [each.id for each in own if not re.search(SOURCES[convention], each.source)] == []


@pytest.mark.parametrize(
    ("convention", "names"),
    [
        (Convention.GRAPH, ("error.envelope", "error.inner", "resp.requestid")),
        (Convention.ODATA, ("req.prefer.*", "req.odatatype.*", "type.odatatype", "route.queryoptions", "resp.odata")),
        (Convention.JSON, ("resp.json", "json.grammar", "json.malformed")),
        (Convention.HTTP, ("error.no5xx", "method.405allow", "cond.stale", "auth.challenge", "route.unknownid.status")),
        (Convention.DOCUMENT, ("persist.read", "type.int32", "value.wrongtype", "auth.required", "body.names")),
    ],
)
def test_what_graph_and_odata_promise_is_not_asked_of_others(convention: Convention, names: tuple[str, ...]) -> None:
    found = [each for each in registry() if any(fnmatchcase(each.id.partition(".")[2], name) for name in names)]
    assert len(found) >= len(names)
    assert {each.id for each in found if each.convention is not convention} == set()


def test_every_subject_has_a_name_and_no_two_have_the_same() -> None:
    assert {each.area for each in registry()} == SUBJECTS.keys()
    assert len({*SUBJECTS.values()}) == len(SUBJECTS)


def test_the_catalogue_is_by_subject() -> None:
    told = as_text(requirements_listed()).splitlines()
    assert told[0] == "Update: Paths and ids"
    assert "Read: Authentication" in told
    assert not [line for line in told if line in {"req", "conc", "read auth"}]


def test_a_case_lies_in_the_folder_of_its_kind() -> None:
    kinds: dict[str, set[str]] = {}
    for case, name, _ in literal():
        kinds.setdefault(case, set()).add(name.partition(".")[0])
    wanted = {case: found.pop() if len(found) == 1 else "any" for case, found in kinds.items()}
    assert {case: case.split(".")[2] for case in wanted} == wanted
