"""Query options that a document names, honoured otherwise or refused, and rightly."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override

Options = Mapping[str, str]
LIST = OperationKind.LIST


@variation("filter-functions-refused", about=LIST)
def functions_refused(app: App) -> None:
    """$filter with a function, `in` or `not` is answered 501."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: Options, status: int) -> Reply:
        if re.search(r"with\(|contains\(| in \(|^not ", asked.get("$filter", "")):
            raise Refusal(501, "NotImplemented", "The filter is not supported.")
        reply: Reply = inner(request, asked, status)
        return reply


@variation("filter-sees-no-letter-case", about=LIST)
def no_letter_case(app: App) -> None:
    """$filter compares texts in any letter case."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: Options, status: int) -> Reply:
        text = re.sub(r"\blabel\b", "tolower(label)", asked.get("$filter", ""))
        lower = re.sub(r"'[^']*'", lambda match: match[0].lower(), text)
        reply: Reply = inner(request, {**asked, "$filter": lower} if "$filter" in asked else asked, status)
        return reply


@variation("expand-shows-the-first-alone", about=LIST)
def first_alone(app: App) -> None:
    """$expand shows one related object, and a link to the others."""

    @override(app, "inline")
    def inline(inner: Step, request: Request, entity: JsonObject) -> JsonObject:
        found: JsonObject = inner(request, entity)
        links = {f"{name}@odata.nextLink": f"{app.addresses.url(request)}?$skip=1" for name in found}
        return {**{name: value[:1] for name, value in found.items()}, **links}


@variation("search-finds-by-an-index-of-its-own", about=LIST)
def finds_one(app: App) -> None:
    """$search shows one object, whatever the words are: its index takes them for alike."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: Options, status: int) -> Reply:
        rest = {name: value for name, value in asked.items() if name != "$search"}
        reply: Reply = inner(request, rest, status)
        if "$search" in asked and isinstance(reply.value, dict):
            reply.value = {**reply.value, "value": reply.value["value"][:1]}
        return reply
