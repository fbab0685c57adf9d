"""The bodies with which an action is called, to find one that the target takes."""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts.contract import Operation, TypeKind
from graph_contracts.json_types import Json
from graph_contracts.operations.sample_values import Values, writable

ALL = "every documented parameter"


def candidates(action: Operation, values: Values) -> Iterator[tuple[str, Json]]:
    """Bodies in the order in which they are tried, each with what is said of it; None stands for no body.

    The documented example comes first: only there may ids stand that the target knows. OData takes no body and an
    empty object alike where there are no parameters (OData JSON 4.01 §18).
    """
    example, declared = action.request_example, action.body
    if example is not None:
        yield "the documented example", example.body
    if declared is None or declared.kind is not TypeKind.COMPLEX:
        made = values.fresh(declared) if declared is not None else None
        yield ("a body that is made up", made) if declared is not None else ("no body", None)
        if declared is None:
            yield "an empty object", {}
        return
    names = writable(declared, creating=True)
    required = tuple(name for name in names if name in declared.required)
    yield ALL, values.full(declared, 1, names)
    if required and required != names:
        yield "the required parameters", values.full(declared, 1, required)
    if not required:
        yield "an empty object", {}
