"""Files that a user names, broken or malicious: exit code 2, one line with place and reason, in bounded time."""

from __future__ import annotations

import copy
import json
import os
import socket
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_contracts import files
from graph_contracts.cli import main
from graph_contracts.contract import Contract
from graph_contracts.errors import DocumentError
from graph_contracts.operations import response_schema
from graph_contracts.operations.sample_values import Values, writable

PACKAGED = Path(__file__).parents[1] / "openapi.yaml"
PAGE = PACKAGED.parent / "contracts" / "pages" / "provisioningobjectsummary-update.md"
UNREACHABLE = "http://127.0.0.1:1/beta"
HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"

ITSELF = {"allOf": [{"$ref": "#/paths/~1x~1{id}/patch/responses/200/content/application~1json/schema"}]}


def with_body(schema: str, more: str = "") -> str:
    """A document with one update whose body has this schema."""
    return (
        f"{HEAD}paths:\n  /things/{{id}}:\n    patch:\n      requestBody:\n        content:\n"
        f"          application/json: {{schema: {schema}}}\n      responses: {{'200': {{description: ok}}}}\n{more}"
    )


def with_paths(paths: Mapping[str, Any]) -> str:
    """A document with these paths."""
    return json.dumps({"openapi": "3.1.0", "paths": paths})


def doubling(levels: int) -> str:
    """A document in which each value stands twice in the next, by aliases."""
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels))]
    return f"{HEAD}paths: {{}}\nx:\n  " + "\n  ".join(lines)


def merging(levels: int, times: int) -> str:
    """The same by merge keys, which copy."""
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * times)}]}}" for n in range(1, levels)]
    return f"{HEAD}paths: {{}}\nx:\n  " + "\n  ".join(lines)


DOCUMENTS: Mapping[str, tuple[str | bytes, str]] = {
    "nothing": ("", "the file is empty"),
    "a list": ("[1, 2]", "not an OpenAPI 3 document"),
    "a number": ("5", "not an OpenAPI 3 document"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not readable"),
    "Swagger 2": ("swagger: '2.0'\npaths: {}", "not an OpenAPI 3 document"),
    "no paths": (HEAD, "no `paths`"),
    "paths that are a list": (f"{HEAD}paths: []", "no `paths`"),
    "no operation": (f"{HEAD}paths: {{}}", "declares no operation to test"),
    "broken JSON": ('{"openapi": "3.1.0",\n "paths": }', ":2: not readable"),
    "broken YAML": (f"{HEAD}paths: [}}", ":3: not readable"),
    "a tab": (f"{HEAD}paths:\n\t/x: {{}}", ":4: not readable"),
    "UTF-16 cut in half": (HEAD.encode("utf-16")[:-1], "not readable"),
    "bytes that are no text": (HEAD.encode() + b"x: \xff\xfe", "not readable"),
    "a Python object": (f"{HEAD}paths: !!python/object/apply:os.system ['touch pwned']", "no `paths`"),
    "an integer of 10^5 digits": (f"{HEAD}paths: {'9' * 100_000}", "not readable"),
    "a date that is none, which is a text": (f"{HEAD}paths: {{}}\nx: 2021-99-99", "declares no operation to test"),
    "two documents": (f"{HEAD}paths: {{}}\n---\n{HEAD}", ":4: not readable"),
    "a text of 65 MiB": (f"{HEAD}paths: {{}}\nx: '{'x' * 68_000_000}'", "not readable"),
    "dashes without end": (f"{HEAD}paths: {{}}\nx: " + "\n  " + "- " * 100_000, "nested too deeply"),
    "question marks without end": (f"{HEAD}paths: {{}}\nx: " + "\n  " + "? " * 100_000, "nested too deeply"),
    "brackets without end": ("[" * 1_000_000, "not readable"),
    "JSON brackets without end": ('{"openapi": "3.1.0", "paths": ' + "[" * 1_000_000, "nested too deeply"),
    "aliases of aliases": (doubling(60), "alias expansion exceeds"),
    "a value in itself": (f"{HEAD}paths: &p\n  /x: *p", "still being defined"),
    "merges of merges": (merging(30, 9), "alias expansion exceeds"),
    "a reference to a file": (with_body("{$ref: '/etc/passwd'}"), "can't follow $ref '/etc/passwd'"),
    "a reference beside it": (with_body("{$ref: 'other.yaml#/a'}"), "can't follow $ref"),
    "a reference to a URL": (with_body("{$ref: 'http://127.0.0.1:{port}/a.yaml'}"), "can't follow $ref"),
    "a path item elsewhere": (
        with_paths({"/x/{id}": {"$ref": "http://127.0.0.1:{port}/a"}}),
        "can't follow $ref",
    ),
    "a reference to nothing": (with_body("{$ref: '#/components/schemas/no'}"), "leads nowhere"),
    "references in a circle": (
        with_body("{$ref: '#/x-a'}", "x-a: {$ref: '#/x-b'}\nx-b: {$ref: '#/x-a'}"),
        "can't follow $ref",
    ),
    "an answer that is all of itself": (
        with_paths(
            {"/x/{id}": {"patch": {"responses": {"200": {"content": {"application/json": {"schema": ITSELF}}}}}}}
        ),
        "nested too deeply",
    ),
    "a body nested 400 times": (
        with_body('{"properties":{"a":' * 400 + "{}" + "}}" * 400),
        "nested too deeply",
    ),
    "a number in place of allOf": (with_body("{allOf: 5}"), "PATCH /things/{id}: not what OpenAPI has there"),
    "a number in a property's union": (
        with_body("{properties: {deep: {anyOf: 7}}}"),
        "PATCH /things/{id}: deep: not what OpenAPI has there",
    ),
}


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """Another origin, which nobody may contact."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_cannot_be_used_ends_in_one_line(
    name: str,
    tmp_path: Path,
    elsewhere: socket.socket,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text, word = DOCUMENTS[name]
    octets = text if isinstance(text, bytes) else text.replace("{port}", str(elsewhere.getsockname()[1])).encode()
    path = tmp_path / "document.yaml"
    path.write_bytes(octets)
    monkeypatch.chdir(tmp_path)
    code = main(["run", "--openapi", str(path), "--target", UNREACHABLE])
    said = capsys.readouterr()
    assert code == 2, said.err
    assert len(said.err.strip().splitlines()) == 1
    assert "document.yaml" in said.err
    assert word in said.err
    assert len(said.err) < 1000
    assert not (tmp_path / "pwned").exists()
    with pytest.raises(BlockingIOError):
        elsewhere.accept()


@pytest.mark.parametrize(
    ("path", "word"),
    [("nowhere.yaml", "no file"), (".", "no file"), ("/dev/zero", "no file"), ("\0", "")],
)
def test_a_path_that_is_no_document_ends_in_one_line(
    path: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--openapi", path, "--target", UNREACHABLE]) == 2
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1
    assert word in said


def test_a_document_of_300_megabytes_is_refused_before_it_is_read_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    tracemalloc.start()
    code = main(["run", "--openapi", str(path), "--target", UNREACHABLE])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code == 2
    assert "larger than 256 MiB" in capsys.readouterr().err
    assert most < 10_000_000


@pytest.mark.parametrize(
    "references",
    [
        lambda n: [n + 1, n + 1] if n < 40 else [],  # 2^40 paths through types that come twice in the next
        lambda n: [each for each in range(40) if each != n],  # 40! through types that refer to all others
    ],
)
def test_types_that_refer_to_one_another_are_read_in_bounded_time(references: Callable[[int], list[int]]) -> None:
    types = {
        f"t{n}": {
            "type": "object",
            "properties": {
                f"p{place}": {"$ref": f"#/components/schemas/t{to}"} for place, to in enumerate(references(n))
            },
        }
        for n in range(41)
    }
    text = with_body("{$ref: '#/components/schemas/t0'}", yaml.safe_dump({"components": {"schemas": types}}))
    (update,) = Contract.parse(text.encode(), "cyclic").updates
    assert update.body
    assert len(list(update.body.leaves())) < 100_000


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below a value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from places(inner, (*path, step))


def test_a_wrong_type_in_any_place_is_an_error_with_a_place_or_does_no_harm() -> None:
    document = yaml.safe_load(PACKAGED.read_text())
    wrong = cycle([None, 5, "x", [], {}, True, [5], {"a": 5}, 1.5, [None], {"$ref": 5}, "\x1b[31m<script>"])
    refused = 0
    for path in places(document):
        broken = copy.deepcopy(document)
        holder = broken
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = next(wrong)
        try:
            contract = Contract.from_document(broken, "broken")
        except DocumentError:
            refused += 1
            continue
        for update in contract.updates:
            assert update.body
            response_schema.schema(update.response or update.body)
            Values(1, update.id).full(update.body, 1, writable(update.body, frozenset()))
    assert refused > 20


# -- pages -------------------------------------------------------------------------------------------------------------

PAGES: Mapping[str, tuple[Callable[[str], bytes], str]] = {
    "nothing": (lambda _: b"", "page.md"),
    "a picture": (lambda _: b"\x89PNG\r\n\x1a\n\0", "not UTF-8"),
    "NUL": (lambda page: page.replace("Update", "Up\0date", 1).encode(), "NUL"),
    "another encoding": (lambda page: page.replace("Update", "Upd\xe4te", 1).encode("latin-1"), "not UTF-8"),
    "UTF-16": (lambda page: page.encode("utf-16"), "not UTF-8"),
    "no request": (lambda _: b"# Title\n\nJust text.\n", "page.md"),
    "no Markdown": (lambda _: b"{" * 10_000, "page.md"),
    "100 megabytes": (lambda page: page.encode() + b" " * 100_000_000, "larger than 64 MiB"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_cannot_be_used_ends_in_one_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, word = PAGES[name]
    path = tmp_path / "page.md"
    path.write_bytes(made(PAGE.read_text()))
    code = main(["derive", str(path)])
    said = capsys.readouterr()
    assert code == 2, said.out[:500]
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert "page.md" in said.err
    assert word in said.err


def test_links_on_a_page_lead_to_no_other_host_and_to_no_file_that_is_no_page(
    tmp_path: Path, elsewhere: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    port = elsewhere.getsockname()[1]
    secret = tmp_path / "secret.txt"
    secret.write_text("# t0psecret resource type\n\n## Properties\n|Property|Type|\n|:--|:--|\n|t0psecret|String|\n")
    page = PAGE.read_text()
    for link in (f"http://127.0.0.1:{port}/a.md", f"file://{secret}", str(secret), "//127.0.0.1/x.md"):
        path = tmp_path / "page.md"
        path.write_text(page.replace("](", f"]({link} '", 1).replace("resources/", f"{link}?"))
        main(["derive", str(path)])
        said = capsys.readouterr()
        assert "t0psecret" not in said.out
        assert "Traceback" not in said.err
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def test_a_page_full_of_nesting_and_repetition_is_read_in_bounded_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = PAGE.read_text()
    for trouble in ("> " * 2_000, "[" * 9_000, "*a " * 9_000, "|a" * 9_000, "`" * 9_000, "<!-- {" * 9_000):
        path = tmp_path / "page.md"
        path.write_text(f"{page}\n\n{trouble}\n")
        assert main(["derive", str(path)]) in {0, 2}
        assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--openapi"),
        ("run", "--ca"),
        ("run", "--since"),
        ("run", "--baseline"),
        ("doctor", "--openapi"),
        ("derive",),
        ("judge",),
        ("compare", "results.json"),
        ("restore",),
        ("report",),
    ],
    ids=" ".join,
)
def test_a_name_that_is_too_long_for_a_file_ends_in_one_line(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*words, "a" * 5000]) == 2
    told = capsys.readouterr().err
    assert "File name too long" in told or "results.json" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("begun", [b"", b"openapi: 3.1.0\n"])
def test_what_came_out_of_a_pipe_that_stays_open_is_not_taken_for_whole(
    begun: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "WAIT", 0.1)
    os.mkfifo(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    try:
        os.write(writer, begun)
        with pytest.raises(OSError, match=r"a pipe that nothing (more )?comes out of"):
            files.read(tmp_path / "pipe")
    finally:
        os.close(writer)
