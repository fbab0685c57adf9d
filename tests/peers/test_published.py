"""Servers that others wrote, judged by their own documents: each failure is true, and no operation is passed over.

Each deviation stands here with its reason: a line is only added after the server's own answer was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.peers import published

HEROES: Mapping[str, str] = {
    "update.error.no5xx": "null for a name, which its document allows, is answered 500: the column has none",
    "create.error.no5xx": "NaN and half a surrogate pair are answered 500",
}
TRIMMED = "Django REST framework trims texts"
BOOKS: Mapping[str, str] = {
    "update.value.literal": TRIMMED,
    "create.value.literal": TRIMMED,
    "update.value.unicode": TRIMMED,
    "update.req.chunked": "a body without a Content-Length counts as none, and is answered 200",
    "create.req.chunked": "a body without a Content-Length counts as none",
    "update.conc.disjoint": "a model is saved with all its fields",
}
DUPLICATES = "a key that is taken, and a body of no object, are answered 500"
UNBOUNDED = "2147483648 is stored in a property of the format int32"
BOOKSHOP: Mapping[str, str] = {
    "create.error.no5xx": DUPLICATES,
    "update.error.no5xx": DUPLICATES,
    "create.method.405allow": "no 405 has Allow",
    "update.method.405allow": "no 405 has Allow",
    "create.req.case": "`Application/JSON` is answered 415",
    "update.req.case": "`Application/JSON` is answered 415",
    "create.robust.alive": "the body `null` ends the process",
    "update.robust.alive": "the body `null` ends the process",
    "create.route.documented": "the document has POST on the currencies, which are read-only",
    "update.route.provisioning": "the document has PATCH on the currencies, which are read-only",
    "create.value.int32.range": UNBOUNDED,
    "update.value.int32.range": UNBOUNDED,
    "update.status.success": "the document has 204 for updates, which are answered 200",
    "update.value.literal": "a text that looks like a date-time is stored as another",
    "read.error.no5xx": "a key with a misspelt property is answered 500",
    **{
        f"{kind}.auth.invalid": "the sample's users have no passwords, so that any is taken"
        for kind in ("update", "read", "list", "create", "delete")
    },
}
JSON_SERVER: Mapping[str, str] = {
    "create.error.no5xx": "an id that is taken is answered 500",
    "create.resp.object": "the body `[]` makes an object, and is answered with `[]`",
    "delete.isolation.objects": "a deletion takes every comment with it whose post isn't there",
    "update.robust.alive": "10,000-fold nesting is kept, and nothing can be written after it",
}
TODO: Mapping[str, str] = {"create.error.no5xx": "a body that is empty or null is answered 500"}
STATIC = "a mock answers the example, whatever was sent"
CHALLENGE, SCHEME = "its 401 has no WWW-Authenticate", "it knows Bearer in this spelling only"
LIBREGRAPH: Mapping[str, str] = {
    **{f"{kind}.auth.challenge": CHALLENGE for kind in ("update", "read", "list", "create")},
    **{f"{kind}.auth.schemecase": SCHEME for kind in ("update", "read", "list", "create")},
    **{
        f"{kind}.{name}": STATIC
        for kind in ("update", "create")
        for name in (
            "json.grammar",
            "persist.read",
            "req.chunked",
            "value.literal",
            "value.longstring",
            "value.reflects",
            "value.unicode",
        )
    },
    "update.body.allproperties": "the example shows no passwordProfile",
    "update.body.id": "any id is answered with the one object",
    "read.body.id": "any id is answered with the one object",
    "read.route.exactid": "any id is answered with the one object",
    "update.route.unknownid.phantom": "any id is answered 200",
    "update.method.405allow": "its 405 have no Allow",
    "create.body.id": "whatever is made has one id",
    "create.conc.disjoint": "whatever is made has one id",
    "create.req.id.mismatch": "whatever is made has one id",
}

OTHERS = "PUT, or PATCH of many objects"
EXPECTED: Mapping[str, tuple[Mapping[str, str], int, Mapping[str, int]]] = {
    "fastapi-heroes": (HEROES, 5, {}),
    "drf-books": (BOOKS, 7, {OTHERS: 1}),
    "cap-bookshop": (BOOKSHOP, 47, {"$batch": 1, "DELETE of currencies, which can't be made": 1}),
    "json-server": (JSON_SERVER, 15, {OTHERS: 3}),
    "loopback-todo": (TODO, 8, {OTHERS: 2}),
    "prism-libregraph": (LIBREGRAPH, 6, {"DELETE, since a mock makes no object of its own to delete": 1}),
}
"""What fails and why, how many operations the document has, and how many of them are not judged, by the reason."""


@pytest.mark.full
@pytest.mark.parametrize("name", published.PEERS)
def test_each_failure_is_right_and_all_is_judged_that_can_be(name: str, tmp_path: Path) -> None:
    deviations, operations, passed_over = EXPECTED[name]
    found = published.run(name, tmp_path)
    assert found.failed.keys() == deviations.keys(), found.failed
    assert (found.operations, len(found.judged)) == (operations, operations - sum(passed_over.values())), found.judged
