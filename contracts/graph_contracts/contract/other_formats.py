"""What a file is that was given as an OpenAPI document and is none, in a sentence, with what to do instead."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json

CONVERT = "Convert it to OpenAPI 3 first"
BEGINNINGS = (
    (
        rb"(?is)<!doctype html|<html\b",
        "an HTML page",
        "Is it the page that shows the document? Save the document itself, which often is /openapi.json",
    ),
    (
        rb"(?s)(<\?xml.*?\?>\s*)?(<!--.*?-->\s*)*<edmx:Edmx\b",
        "OData metadata",
        "Convert it to OpenAPI 3, or give it to derive with --metadata",
    ),
    (rb"<", "XML", CONVERT),
    (rb"#%RAML\b", "RAML", CONVERT),
    (rb"version https://git-lfs\.", "a pointer of Git LFS", "Get the file itself with git lfs pull"),
    (rb"PK\x03\x04|\x1f\x8b", "a compressed file", "Unpack it first"),
    (rb"%PDF-", "a PDF", "Name an OpenAPI document in YAML or JSON"),
)
"""How other files begin, what they are, and what to do about it."""
HEAD = 4096
"""Octets in which a beginning is looked for."""


def check_text(octets: bytes) -> None:
    """Refuse what shows by its first octets that it is no OpenAPI document.

    Raises:
        DocumentError: it does; it says what the file is.
    """
    head = octets[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not octets or octets.isspace():
        raise DocumentError("the file is empty", "Name an OpenAPI document in YAML or JSON")
    for beginning, name, hint in BEGINNINGS:
        if re.match(beginning, head):
            raise _not_openapi(name, hint)


def check_document(document: Json) -> None:
    """Refuse what is no OpenAPI 3 document.

    Raises:
        DocumentError: it isn't one; it says what it is instead, where that is known.
    """
    if isinstance(document, Mapping):
        _check_format(document)
    if not isinstance(document, Mapping) or not str(document.get("openapi", "")).startswith("3."):
        raise DocumentError("not an OpenAPI 3 document", "Its first key should be `openapi: 3.1.0`")
    if not isinstance(document.get("paths"), Mapping):
        events = "webhooks" in document
        hint = "Webhooks are not tested: they are requests that the server sends" if events else ""
        raise DocumentError("the document has no `paths`", hint)


def _check_format(document: Mapping[str, Json]) -> None:
    """Refuse a document of another format.

    Raises:
        DocumentError: it is one.
    """
    info, log = document.get("info"), document.get("log")
    if "openapi" in document:
        version = str(document["openapi"])[:20]
        if re.match(r"\d", version) and not version.startswith("3."):
            raise _not_openapi(f"OpenAPI {version}", CONVERT)
    elif "swagger" in document:
        raise _not_openapi(f"Swagger {str(document['swagger'])[:20]}", CONVERT)
    elif "asyncapi" in document:
        hint = "It describes messages; name the document of the HTTP API"
        raise _not_openapi(f"AsyncAPI {str(document['asyncapi'])[:20]}", hint)
    elif isinstance(log, Mapping) and "entries" in log:
        hint = "Judge it with graph-contracts judge FILE --openapi DOCUMENT"
        raise _not_openapi("recorded traffic (HAR)", hint)
    elif isinstance(info, Mapping) and ("_postman_id" in info or "getpostman" in str(info.get("schema"))):
        raise _not_openapi("a Postman collection", CONVERT)
    elif "$schema" in document and "paths" not in document:
        raise _not_openapi("a JSON Schema", "Name the OpenAPI document that uses it")


def _not_openapi(name: str, hint: str) -> DocumentError:
    return DocumentError(f"not an OpenAPI 3 document but {name}", hint)
