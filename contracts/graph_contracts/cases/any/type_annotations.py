"""The request body: type annotations."""

from __future__ import annotations

from graph_contracts.cases.values import shown_after
from graph_contracts.operations.accepted_body import annotate
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.equality import short
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Level,
    NotApplicable,
    Severity,
    also,
    requirement,
)

WRONG_TYPE = "microsoft.graph.suiteNoSuchType"


@requirement(
    "update.req.odatatype.root",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples/Request; OData JSON 4.01 “type”",
    of=Convention.ODATA,
)
@also(
    "create.req.odatatype.root",
    "A creation must accept the root annotation `@odata.type` that the page's request shows.",
)
def test_the_documented_type_annotation_is_accepted(operation: WriteDriver) -> Findings:
    """An update must accept the root annotation `@odata.type` that the page's request shows.

    Sent: A full body with the `@odata.type` of the page's own request.

    Fix: Ignore control information that agrees with the type, rather than treating it as an unknown property.
    """
    example = operation.documented.request_example
    shown = example.body.get("@odata.type") if example and isinstance(example.body, dict) else None
    if not isinstance(shown, str):
        raise NotApplicable("the documented request shows no @odata.type")
    exchange = operation.patch({"@odata.type": shown, **operation.bodies.full(1)})
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} with @odata.type {short(shown)}", (exchange,))


@requirement(
    "update.req.odatatype.variants",
    Level.SHOULD,
    basis="page-ex",
    source="Page, Examples/Request (nested, without #); OData JSON 4.01 “type”; OData 4.01 §11.4.3",
    of=Convention.ODATA,
    vary="400 by strict parsers for the spelling without #; a wrong type ignored",
)
@also(
    "create.req.odatatype.variants",
    "A creation should accept nested `@odata.type` with and without `#`, and never adopt a root type that contradicts "
    "the object's.",
)
def test_nested_type_annotations_are_accepted_and_a_wrong_one_is_not_adopted(operation: WriteDriver) -> Findings:
    """Nested `@odata.type` should be accepted with and without `#`; a contradicting root type should never be adopted.

    Sent: Full bodies with `@odata.type` on every complex value, with and without `#`; then one whose root type
    doesn't exist.

    Fix: Read the name after an optional `#`. Refuse or ignore a type that isn't the object's; never store it.
    """
    plain = operation.bodies.full(1)
    nested = annotate(plain, operation.model.type, hash_sign=True) != plain
    for hash_sign in (False, True) if nested else ():
        body = annotate(operation.bodies.full(1), operation.model.type, hash_sign=hash_sign)
        exchange = operation.patch(body)
        if not exchange.ok:
            grade = Severity.FAIL if hash_sign else Severity.NOTE
            spelled = "with" if hash_sign else "without"
            yield Finding("2xx", f"{exchange.answer} to nested @odata.type {spelled} #", (exchange,), grade)
    (trial,) = operation.watch.attempt([Attempt("a root type that doesn't exist", {"@odata.type": f"#{WRONG_TYPE}"})])
    found, evidence = shown_after(operation, trial.exchange)
    shown = (found or {}).get("@odata.type")
    if isinstance(shown, str) and WRONG_TYPE in shown:
        where = "" if trial.exchange.object is not None else " in a later read"
        what = f"{trial.exchange.status} with @odata.type {short(shown)}{where}"
        yield Finding("4xx, or the type ignored", what, evidence)
