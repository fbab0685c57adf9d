"""What programs that aren't ours make of a derived document: they find nothing to mend, make clients and serve it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from graph_contracts.derive import derive, write
from graph_contracts.packaged import pages
from tests.derive.others import examples, illegal, operations
from tests.derive.pages import DEFAULTS, RESOURCE, text
from tests.derive.pages import write as write_files
from tests.peers import foreign

pytestmark = pytest.mark.full
CLIENTS = ("openapi-python-client>=0.26",)
TIME = 300
UNSAID = {"info-license", "info-contact"}
"""What no page says."""
SIZES = "String|How large it is. Possible values are: `small`, `large`, `unknownFutureValue`."
KINDS = RESOURCE.replace("|size|Int32|How large it is.|", f"|size|{SIZES}|\n|made|DateTimeOffset|When. Read-only.|")
ANSWER = '{"@odata.type": "#microsoft.graph.widget", "id": "1", "label": "String", "size": "String"}'
LIST = f'{{"@odata.context": "https://x/$metadata#widgets", "value": [{ANSWER}]}}'


def page(title: str, request: str, status: str, *, sent: str = "", answer: str = "", says: str = "") -> str:
    """A page of today's reference about widgets."""
    method = request.partition(" ")[0]
    example = f"```http\n{request.replace(' ', ' https://graph.microsoft.com/v1.0', 1).replace('{widget-id}', '1')}\n"
    shown = f"```http\nHTTP/1.1 {status} Fine\n" + (
        f"Content-Type: application/json\n\n{answer}\n```" if answer else "```"
    )
    example += f"Content-Type: application/json\n\n{sent}\n```" if sent else "```"
    rows = DEFAULTS["body"].replace("Int32|How large it is.", SIZES)
    return text(
        front=f'---\ntitle: "{title}"\ndescription: "{title}, as one does."\ndoc_type: apiPageType\n---',
        title=f"# {title}",
        permissions="## Permissions\n\n[!INCLUDE [permissions-table](../includes/permissions/widget-permissions.md)]",
        http=f"## HTTP request\n\n```http\n{request}\n```",
        body=rows if method in {"POST", "PATCH"} else "## Request body\n\nDon't supply a request body for this method.",
        response=f"## Response\n\nIf successful, this method returns a `{status}` response code{says}.",
        examples=f"## Examples\n\n### Request\n\n{example}\n\n### Response\n\n{shown}",
    )


def modern(folder: Path) -> dict[str, Any]:
    """The document of pages in the form that the reference has today."""
    one, many = (
        " and a [widget](../resources/widget.md) object",
        " and a collection of [widget](../resources/widget.md) objects",
    )
    sent = '{"label": "String", "size": "String"}'
    found = {
        "list": page("List widgets", "GET /widgets", "200 OK", answer=LIST, says=many),
        "post": page("Create widget", "POST /widgets", "201 Created", sent=sent, answer=ANSWER, says=one),
        "get": page("Get widget", "GET /widgets/{widget-id}", "200 OK", answer=ANSWER, says=one),
        "update": page("Update widget", "PATCH /widgets/{widget-id}", "200 OK", sent=sent, answer=ANSWER, says=one),
        "delete": page("Delete widget", "DELETE /widgets/{widget-id}", "204 No Content"),
    }
    write_files(folder / "v1.0" / "api", {f"widget-{name}.md": each for name, each in found.items()})
    write_files(folder / "v1.0" / "resources", {"widget.md": KINDS})
    table = DEFAULTS["permissions"].partition("\n\n")[2]
    write_files(folder / "v1.0" / "includes" / "permissions", {"widget-permissions.md": table})
    return derive([folder / "v1.0" / "api"])


@pytest.fixture(scope="module", params=["packaged", "modern"])
def document(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    made = derive([pages()]) if request.param == "packaged" else modern(folder)
    path = folder / "openapi.yaml"
    path.write_text(write(made), encoding="utf-8")
    path.with_suffix(".json").write_text(write(made, "json"), encoding="utf-8")
    return path


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return found


def call(command: list[str], folder: Path, **environ: str) -> str:
    """What a program prints to its standard output; it may say by its exit code that it found something."""
    wanted = {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_COLOR": "1", "CI": "1", **environ}
    done = subprocess.run(command, cwd=folder, env=wanted, capture_output=True, text=True, timeout=TIME, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout or done.stderr


def tool(name: str) -> list[str]:
    return ["node", str(foreign.node_project("tools") / "node_modules" / ".bin" / name)]


def test_the_modern_pages_say_five_operations(tmp_path: Path) -> None:
    found = modern(tmp_path)
    assert [name for name, _ in operations(found)] == [
        "DELETE /widgets/{widget_id}",
        "GET /widgets/{widget_id}",
        "PATCH /widgets/{widget_id}",
        "GET /widgets",
        "POST /widgets",
    ]
    assert illegal(found) == []


def test_redocly_finds_nothing_to_mend(document: Path) -> None:
    told = call([*tool("redocly"), "lint", "--format=json", "--max-problems=1000", str(document)], document.parent)
    problems = json.loads(told[told.index("{") :])["problems"]
    assert [(each["ruleId"], each["message"]) for each in problems if each["ruleId"] not in UNSAID] == []


def test_spectral_finds_nothing_to_mend(document: Path) -> None:
    rules = str(foreign.HERE / "tools" / "spectral.yaml")
    told = call(
        [*tool("spectral"), "lint", "--quiet", "--format=json", f"--ruleset={rules}", str(document)], document.parent
    )
    assert [(each["code"], each["message"]) for each in json.loads(told) if each["code"] not in UNSAID] == []


def test_a_client_in_python_is_made_and_imported(document: Path) -> None:
    packages = foreign.python_packages("python-client", *CLIENTS)
    environ = {"PYTHONPATH": f"{packages}:{document.parent}"}
    make = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        f"--path={document}",
        "--output-path=made_client",
    ]
    told = call([*make, "--meta=none", "--overwrite"], document.parent, **environ)
    assert "WARNING" not in told
    assert "ERROR" not in told
    count = call(
        [sys.executable, str(foreign.HERE / "tools" / "import_all.py"), "made_client"], document.parent, **environ
    )
    assert int(count) > len(loaded(document)["components"]["schemas"])


def test_a_client_in_typescript_is_made_and_compiles(document: Path) -> None:
    made = document.parent / "made.ts"
    call([*tool("openapi-typescript"), str(document), "-o", str(made)], document.parent)
    files = [str(made)]
    if "auditLogs" in made.read_text(encoding="utf-8"):
        use = document.parent / "use.ts"
        use.write_text((foreign.HERE / "tools" / "use.ts").read_text(encoding="utf-8"), encoding="utf-8")
        files.append(str(use))
    told = call([*tool("tsc"), "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", *files], document.parent)
    assert told == ""


@pytest.mark.parametrize("form", [".yaml", ".json"])
def test_prism_serves_each_operation_and_takes_its_examples(document: Path, form: str) -> None:
    prism = foreign.node_project("prism")
    command = ["node", "node_modules/.bin/prism", "mock", "--port", "0", "--host", "127.0.0.1", "--errors"]
    found = loaded(document)
    bodies = {name: example["value"] for name, schema, example in reversed(list(examples(found))) if schema}
    ready = r"listening on http://127\.0\.0\.1:(\d+)"
    with foreign.serving(
        [*command, str(document.with_suffix(form))], prism, ready, document.parent / "prism.log"
    ) as port:
        for name, operation in operations(found):
            method, _, path = name.partition(" ")
            url = f"http://127.0.0.1:{port[1]}{path.replace('{', '').replace('}', '')}"
            head = {"Authorization": "Bearer x", "Accept": "application/json"}
            answer = requests.request(
                method, url, json=bodies[name] if "requestBody" in operation else None, headers=head, timeout=TIME
            )
            assert str(answer.status_code) == next(iter(operation["responses"])), (name, answer.text)
