"""Where on the page a requirement's source stands: file and line, as the document's `x-graph-source` keys tell."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graph_contracts.contract import Contract, Operation
from graph_contracts.json_types import Json, JsonMapping


def line(source: str, contract: Contract) -> str:
    """File and line of the part of the page that a source names; empty where it names none or the document doesn't say.

    `Page, Request headers (Bearer)` is the line of that section that the document was derived from.
    """
    match = re.match(r"Page(?:, (?P<part>[^;(]*))?(?P<detail>\([^)]*\))?", source)
    operations = [operation for operation in contract.updates if operation.source]
    if match is None or not operations:
        return ""
    operation = operations[1] if "2nd template" in source and len(operations) > 1 else operations[0]
    part, detail = (match["part"] or "").strip(), match["detail"] or ""
    return _section(part, detail, operation, _node(contract, operation)) or contract.source


def _section(part: str, detail: str, operation: Operation, node: JsonMapping) -> str:
    body = operation.body.properties if operation.body else {}
    named = next((p.source for p in body.values() if re.search(rf"\b{re.escape(p.name)}\b", detail)), "")
    first = next((p.source for p in body.values()), "")
    request = operation.request_example.source if operation.request_example else ""
    response = operation.response_example.source if operation.response_example else ""
    answer = next((found for each in node.get("responses", {}).values() if (found := _source(each))), "")
    lines = {
        "Permissions": next((each.source for each in operation.permissions), ""),
        "HTTP request": operation.source,
        "Request headers": _source(node.get("x-graph-authorization")),
        "Request body": named or first,
        "Response": answer,
        "Examples/Request": request,
        "Examples/Response": response,
        "Examples": request,
    }
    return next((found for name, found in lines.items() if part.startswith(name)), "")


def _node(contract: Contract, operation: Operation) -> JsonMapping:
    path = contract.document.get("paths", {}).get(operation.path, {})
    node = path.get(operation.method.lower()) if isinstance(path, Mapping) else None
    return node if isinstance(node, Mapping) else {}


def _source(node: Json) -> str:
    return str(node.get("x-graph-source", "")) if isinstance(node, Mapping) else ""
