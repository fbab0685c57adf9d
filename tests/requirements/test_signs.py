"""What findings show, in a form that can be compared."""

from __future__ import annotations

import pytest

from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.requirements import Finding, Mismatch, signs


def answered(status: int, body: bytes = b"{}") -> Exchange:
    return Exchange(0, Request("PATCH", "/"), Response(status, (), body) if status else None)


OK, READ = answered(200), answered(200, b'{"label": "old"}')
CASES = {
    "answer:label": Finding("label", "", (OK,), mismatch=Mismatch("label", "new", "old")),
    "answer:place": Finding("place.city", "", (OK,), place="place.city"),
    "answer:items": Finding("items", "", (OK,), place="items[0].name"),
    "read:label": Finding("label", "", (OK, READ), mismatch=Mismatch("label", "new", "old")),
    "success": Finding("4xx", "200 OK", (OK,)),
    "error-as-success": Finding("4xx", "200 OK", (answered(200, b'{"error": {"code": "no"}}'),)),
    "server-error": Finding("4xx", "500", (answered(500),), place="label"),
    "refused": Finding("2xx", "400", (OK, answered(400)), place="label"),
    "other": Finding("an answer", "none", (answered(0),)),
}


@pytest.mark.parametrize("sign", CASES)
def test_a_finding_shows(sign: str) -> None:
    assert signs([CASES[sign]]) == (sign,)


def test_findings_show_each_thing_once() -> None:
    assert signs([*CASES.values(), *CASES.values()]) == tuple(sorted(CASES))
    assert signs([Finding("something", "seen without a request")]) == ("other",)
