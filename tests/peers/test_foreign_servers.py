"""Servers that were not written here, judged requirement by requirement.

Each deviation stands here with its reason. What a right server would be accused of is a defect of the suite, so a line
is only added after the server's own answer was read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.peers import crud, foreign, published, running
from tests.peers.running import ROOT

FIRST, SECOND = "4ff456ff-56ff-4ff4-ff56-f44fff56f44f", "0c7a2f1e-58a1-4c7b-9d53-2b1a90b7f001"
TOKEN, FORBIDDEN = "foreign-token-5f1d", "foreign-forbidden-77aa"
Expected = Mapping[str, tuple[str, str]]
NOT_SUPPLIED: Expected = {
    "update.authz.personal": ("inconclusive", "no token of a personal account was supplied"),
    "update.authz.crosstenant": ("inconclusive", "no token of another tenant was supplied"),
    "update.route.nokey": ("inconclusive", "the collection holds objects that were there before"),
}
NO_VALIDATORS: Expected = {
    "update.cond.stale": ("not-applicable", "it sends no validators"),
    "update.cond.match": ("not-applicable", "it sends no validators"),
    "update.cond.notag": ("note", "an If-Match without a validator to compare with is ignored"),
    "update.etag.syntax": ("not-applicable", "it sends no validators"),
    "update.etag.changes": ("not-applicable", "it sends no validators"),
    "update.etag.consistent": ("not-applicable", "it sends no validators"),
    "update.throttle.syntax": ("not-applicable", "it never throttles"),
    "update.error.documented": ("not-applicable", "the document gives no error a schema of its own"),
}
CAP: Expected = {
    **NOT_SUPPLIED,
    **NO_VALIDATORS,
    "update.method.405allow": ("fail", "its 405 to PATCH and POST have no Allow"),
    "update.req.case": ("fail", "it compares media types letter by letter: 415 to Application/JSON"),
    "update.error.no5xx": ("fail", 'the body "x" is answered 500'),
    "update.value.wrongtype": ("warn", "as above: wrong types are accepted"),
    "update.value.dto.invalid": ("warn", "30 February becomes 2 March, a date without a time is accepted"),
    "update.json.nonobject": ("warn", "an array, a number and true are answered 200, null not at all"),
    "update.json.encoding": ("note", "octets that are no UTF-8 become replacement characters"),
    "update.cond.nonestar": ("warn", "If-None-Match: * is performed on an object that is there"),
    "update.parents.other": ("not-applicable", "its objects are in no collection below another object"),
}
"""SAP CAP: an OData stack that works, with habits; what is not here passes."""
CAP_DESELECTED = "update.json.limits"
"""It keeps a value nested 10,000 times, can't write it again, and answers nothing more about the object: seen once and
left out, since the 30 s that a dead server gets are not worth it each time."""
NOT_LIKE_THAT = "the run meets no such answer"
CAP_CRUD: Expected = {
    **dict.fromkeys(
        (
            f"{kind}.{name}"
            for kind in ("read", "list", "create", "delete")
            for name in ("authz.personal", "route.further")
        ),
        ("not-applicable", "the document says nothing of personal accounts, and gives one path"),
    ),
    **dict.fromkeys(
        (
            f"{kind}.{name}"
            for kind in ("read", "list", "create", "delete")
            for name in ("throttle.retryafter", "throttle.syntax", "error.documented")
        ),
        ("not-applicable", NOT_LIKE_THAT),
    ),
    **dict.fromkeys(("read.etag.syntax", "list.etag.syntax", "create.etag.syntax"), ("not-applicable", NOT_LIKE_THAT)),
    **dict.fromkeys(
        (f"create.async.{each}" for each in ("monitor", "reachable", "states", "result")),
        ("not-applicable", "the document has no 202"),
    ),
    **dict.fromkeys(
        (
            *("read.options.expand", "read.options.select"),
            *(f"list.options.{each}" for each in ("types", "functions", "logic", "null", "search", "expand")),
        ),
        ("not-applicable", "the document names no such query option"),
    ),
    **dict.fromkeys(("delete.cond.stale", "delete.cond.match"), ("not-applicable", "it sends no validators")),
    **dict.fromkeys(("read.authz.crosstenant", "delete.authz.crosstenant"), NOT_SUPPLIED["update.authz.crosstenant"]),
    **dict.fromkeys(
        ("read.method.405allow", "list.method.405allow", "delete.method.405allow"),
        ("not-applicable", NOT_LIKE_THAT),
    ),
    "list.authz.crosstenant": NOT_SUPPLIED["update.authz.crosstenant"],
    "create.value.enum.invalid": ("warn", "enumerations are plain texts to it: it takes unknownFutureValue"),
    "list.route.nextlink": ("not-applicable", "it has no pages"),
    "create.req.odatatype.root": ("not-applicable", "the document's request shows no type"),
    "create.method.405allow": ("fail", "its 405 have no Allow"),
    "create.req.case": ("fail", "it compares media types letter by letter"),
    "create.value.wrongtype": ("warn", "as above: wrong types are accepted"),
    "create.value.dto.invalid": ("warn", "30 February becomes 2 March, a date without a time is accepted"),
    "create.json.nonobject": ("warn", "null is not answered at all"),
    "create.json.encoding": ("note", "octets that are no UTF-8 become replacement characters"),
    "delete.cond.notag": ("note", "an If-Match without a validator to compare with is ignored"),
    "delete.route.nokey": ("inconclusive", "the collection holds objects that were there before"),
    "read.cond.notmodified": ("not-applicable", "it sends no ETag with reads"),
    "list.cond.notmodified": ("not-applicable", "it sends no ETag with lists"),
    "read.route.idcase": ("not-applicable", "its ids are GUIDs, whose letter case doesn't count"),
    "delete.route.idcase": ("not-applicable", "its ids are GUIDs, whose letter case doesn't count"),
    "list.paging.complete": ("not-applicable", "its list has one page"),
    "list.options.paged": ("not-applicable", "its list has one page"),
    "read.parents.other": ("not-applicable", "its objects are in no collection below another object"),
    "read.parents.unknown": ("not-applicable", "its objects are in no collection below another object"),
    "list.parents.other": ("not-applicable", "its objects are in no collection below another object"),
    "list.parents.unknown": ("not-applicable", "its objects are in no collection below another object"),
    "create.parents.unknown": ("not-applicable", "its objects are in no collection below another object"),
    "delete.parents.other": ("not-applicable", "its objects are in no collection below another object"),
    "delete.parents.gone": ("not-applicable", "its objects are in no collection below another object"),
    "list.options.top": ("note", "the store beside it, which is ours, knows no query options"),
    "list.options.skip": ("note", "the store beside it, which is ours, knows no query options"),
    "list.options.orderby": ("note", "the store beside it, which is ours, knows no query options"),
    "list.options.filter": ("note", "the store beside it, which is ours, knows no query options"),
    "list.options.select": ("note", "the store beside it, which is ours, knows no query options"),
    "list.options.count": ("warn", "the store beside it, which is ours, counts nothing"),
}
"""CAP's reads, lists, creations and deletions; what is not here passes."""
STATIC = "it answers the example, whatever was sent"
UNSEEN = "where no update is seen afterwards, nothing more is concluded from reads"
PRISM: Expected = {
    **NOT_SUPPLIED,
    **NO_VALIDATORS,
    "update.authz.insufficient": ("inconclusive", "no token without the permission was supplied"),
    "update.authz.status": ("inconclusive", "no token without the permission was supplied"),
    "update.isolation.objects": ("inconclusive", "no second object was supplied"),
    "update.req.id.mismatch": ("inconclusive", "no second object was supplied"),
    "update.conc.crosswire": ("inconclusive", "no second object was supplied"),
    "update.persist.read": ("fail", STATIC),
    "update.value.reflects": ("fail", STATIC),
    "update.value.unicode": ("fail", STATIC),
    "update.value.longstring": ("fail", STATIC),
    "update.value.literal": ("fail", STATIC),
    "update.value.dto.instant": ("fail", STATIC),
    "update.merge.collection": ("fail", STATIC),
    "update.req.chunked": ("fail", STATIC),
    "update.json.grammar": ("fail", STATIC),
    "update.body.id": ("fail", STATIC),
    "update.route.directoryprovisioning": ("fail", STATIC),
    "update.value.emptystring": ("warn", STATIC),
    "update.value.int32.bounds": ("warn", STATIC),
    "update.value.null.nullable": ("warn", STATIC),
    "update.value.enum.invalid": ("warn", STATIC),
    "update.merge.nested": ("warn", STATIC),
    "update.merge.open": ("warn", STATIC),
    "update.req.unknownproperty": ("warn", STATIC),
    "update.json.encoding": ("warn", STATIC),
    "update.req.ct.other": ("note", STATIC),
    "update.req.prefer.minimal": ("note", STATIC),
    "update.route.alias.sameobject": ("inconclusive", UNSEEN),
    "update.route.queryoptions": ("inconclusive", UNSEEN),
    "update.merge.siblings": ("inconclusive", UNSEEN),
    "update.persist.sameasread": ("inconclusive", UNSEEN),
    "update.idempotent": ("inconclusive", UNSEEN),
    "update.conc.disjoint": ("inconclusive", UNSEEN),
    "update.conc.same": ("inconclusive", UNSEEN),
    "update.route.encoding": ("inconclusive", UNSEEN),
    "update.error.nochange": ("inconclusive", UNSEEN),
    "update.body.allproperties": ("fail", "the example shows no targetIdentity"),
    "update.route.unknownid.phantom": ("fail", "any id is answered 200"),
    "update.route.unknownid.status": ("warn", "any id is answered 200"),
    "update.route.malformedid": ("warn", "any id is answered 200"),
    "update.route.exactid": ("fail", "any id is answered with the object"),
    "update.auth.invalid": ("fail", "any token is accepted"),
    "update.auth.challenge": ("fail", "its 401 has no WWW-Authenticate"),
    "update.auth.schemecase": ("fail", "it knows Bearer in this spelling only"),
    "update.method.405allow": ("fail", "its 405 have no Allow"),
    "update.method.allow": ("not-applicable", "it never sends Allow"),
    "update.resp.204empty": ("warn", "its answer to OPTIONS is a 204 with Content-Length: 0"),
    "update.resp.requestid": ("warn", "it sends no request-id"),
    "update.req.prefer.applied": ("not-applicable", "it never says that it applied a preference"),
    "update.error.envelope": ("warn", "its own errors are problem+json"),
    "update.error.inner": ("note", "its errors have no request-id and date"),
    "update.json.limits": ("warn", "deep nesting is answered 500"),
    "update.json.lenient": ("note", "it never answers a body that is no JSON"),
    "update.json.malformed": ("warn", "it never answers a body that is no JSON"),
    "update.sec.cors": ("warn", "it allows every Origin with credentials"),
    "update.parents.other": ("not-applicable", "its objects are in no collection below another object"),
}
"""Prism: a mock made from the document, which validates what it is sent and keeps nothing."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[dict[str, Any]]]]:
    """The results of a run against each server, both at once."""
    cap = foreign.node_project("cap")
    folder = tmp_path_factory.mktemp("foreign")
    own = {"TOKEN": TOKEN, "FORBIDDEN_TOKEN": FORBIDDEN, "IDS": f"{FIRST},{SECOND}"}
    with (
        ThreadPoolExecutor(3) as pool,
        foreign.serving(["node", "server.js"], cap, r"^(\d+)$", folder / "cap.log", own) as one,
        foreign.serving(["node", "server.js"], cap, r"^(\d+)$", folder / "crud.log", own) as third,
        published.prism(ROOT / "openapi.yaml", folder) as mock,
    ):
        yield {
            "cap": pool.submit(_run, f"http://127.0.0.1:{one[1]}/beta", folder / "cap", "--deselect", CAP_DESELECTED),
            "cap-crud": pool.submit(
                _run,
                f"http://127.0.0.1:{third[1]}/beta",
                folder / "crud",
                *("--deselect", "update.*", "--deselect", "create.json.limits", "--timeout", "1"),
                document=crud.write(folder / "crud.yaml"),
            ),
            # it never answers a body that is no JSON: that is not waited for long
            "prism": pool.submit(_run, mock, folder / "prism", "--timeout", "1", forbidden=""),
        }


def _run(
    url: str, report: Path, *more: str, forbidden: str = FORBIDDEN, document: Path = ROOT / "openapi.yaml"
) -> dict[str, Any]:
    environ = {"GRAPH_CONTRACTS_TOKEN": TOKEN} | ({"GRAPH_CONTRACTS_FORBIDDEN_TOKEN": forbidden} if forbidden else {})
    ran = running.run(url, document, report, "--settle", "0.3", "--timeout", "3", *more, **environ)
    assert ran.code == 1, ran.printed
    return ran.results


@pytest.mark.full
@pytest.mark.parametrize(("server", "expected"), [("cap", CAP), ("cap-crud", CAP_CRUD), ("prism", PRISM)])
def test_a_foreign_server_is_found_to_deviate_where_it_does_and_nowhere_else(
    server: str, expected: Expected, judged: Mapping[str, Future[dict[str, Any]]]
) -> None:
    results = judged[server].result()
    assert results["complete"]
    verdicts = {row["id"]: row["verdict"] for row in results["requirements"]}
    wanted = {name: expected[name][0] if name in expected else "pass" for name in verdicts}
    told = {
        row["id"]: (row["verdict"], wanted[row["id"]], [outcome["message"] for outcome in row["outcomes"]])
        for row in results["requirements"]
        if row["verdict"] != wanted[row["id"]]
    }
    assert not told, json.dumps(told, indent=1)
    assert set(expected) <= set(verdicts)
    assert all(reason for _, reason in expected.values())
