"""A file that is no OpenAPI 3 document is called what it is, with what to do about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts import cli
from graph_contracts.contract import Contract
from graph_contracts.errors import DocumentError

HAR = json.dumps({"log": {"version": "1.2", "entries": []}})
POSTMAN = json.dumps({"info": {"_postman_id": "1", "name": "t"}, "item": []})
SHARED = json.dumps(
    {"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": []}
)
OTHERS = {
    "empty": ("", "the file is empty", "Name an OpenAPI document"),
    "blank": (" \n\t\n", "the file is empty", "Name an OpenAPI document"),
    "swagger": ("swagger: '2.0'\npaths: {}", "but Swagger 2.0", "Convert it"),
    "asyncapi": ("asyncapi: 3.0.0\nchannels: {}", "but AsyncAPI 3.0.0", "document of the HTTP API"),
    "har": (HAR, "but recorded traffic (HAR)", "graph-contracts judge"),
    "postman": (POSTMAN, "but a Postman collection", "Convert it"),
    "shared postman": (SHARED, "but a Postman collection", "Convert it"),
    "html": ("<!DOCTYPE html>\n<html><title>Swagger UI</title></html>", "but an HTML page", "/openapi.json"),
    "html alone": ("\ufeff \n<html lang=en>", "but an HTML page", "/openapi.json"),
    "metadata": ('<?xml version="1.0"?>\n<edmx:Edmx Version="4.0"/>', "but OData metadata", "--metadata"),
    "xml": ("<application xmlns='http://wadl.dev.java.net/2009/02'/>", "but XML", "Convert it"),
    "raml": ("#%RAML 1.0\ntitle: t", "but RAML", "Convert it"),
    "lfs": ("version https://git-lfs.github.com/spec/v1\noid sha256:0", "but a pointer of Git LFS", "git lfs pull"),
    "schema": ('{"$schema": "https://json-schema.org/draft/2020-12/schema"}', "but a JSON Schema", "that uses it"),
    "later": ("openapi: 4.0.0\npaths: {}", "but OpenAPI 4.0.0", "Convert it"),
    "webhooks": ("openapi: 3.1.0\ninfo: {}\nwebhooks: {}", "the document has no `paths`", "Webhooks are not tested"),
}


@pytest.mark.parametrize(("text", "what", "hint"), OTHERS.values(), ids=OTHERS)
def test_each_is_called_what_it_is(text: str, what: str, hint: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Contract.parse(text.encode(), "given.yaml")
    assert caught.value.what.startswith("given.yaml: ")
    assert what in caught.value.what
    assert hint in caught.value.hint


def test_the_command_line_says_so_and_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "given.json"
    path.write_text(HAR, encoding="utf-8")
    assert cli.main(["run", "--openapi", str(path), "--report", str(tmp_path / "r")]) == 2
    assert "not an OpenAPI 3 document but recorded traffic (HAR)" in capsys.readouterr().err


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
def test_any_openapi_3_is_read(version: str) -> None:
    text = f"""
openapi: {version}
info: {{title: <html>, version: '1'}}
tags: [{{name: a, kind: nav}}]
paths:
  /things:
    get: {{responses: {{'200': {{description: All.}}}}}}
    query: {{responses: {{'200': {{description: All.}}}}}}
    additionalOperations: {{COPY: {{responses: {{'200': {{description: All.}}}}}}}}
"""
    assert [str(each) for each in Contract.parse(text.encode(), "given.yaml").operations] == ["GET /things"]
