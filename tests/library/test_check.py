"""A whole run as a function."""

from __future__ import annotations

import json
import subprocess
import sys
import typing
from pathlib import Path

import pytest
from hypothesis.configuration import storage_directory

import graph_contracts
from graph_contracts import (
    ConfigurationError,
    ContractsError,
    DocumentError,
    NothingTestedError,
    Results,
    TargetError,
    Verdict,
    check,
    reference_app,
    reference_server,
)
from graph_contracts.engine.recovery.undo_log import PATTERN
from graph_contracts.generation.storage import kept_aside
from graph_contracts.http.in_process.application import NO_CONNECTION
from tests.support.command import ROOT

DOCUMENT = ROOT / "openapi.yaml"
SUCCESS = "update.status.success"
SETTINGS = {"auth": "none", "max-examples": 0, "settle": 1}


def checked(app: object, select: str | list[str] = SUCCESS, **more: typing.Any) -> Results:
    return check(app, contract=DOCUMENT, select=select, settings={**SETTINGS, **more.pop("settings", {})}, **more)


def test_a_sound_application_conforms_and_nothing_is_left_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    results = checked(reference_app(DOCUMENT))
    assert (results.verdict, results.exit_code) == ("conforms", 0)
    assert [(row.id, row.verdict) for row in results] == [(SUCCESS, Verdict.PASS)]
    assert {outcome.operation for row in results for outcome in row.outcomes} == set(results.operations)
    assert Results.from_json(json.loads(json.dumps(results.to_json()))) == results
    assert [*tmp_path.iterdir()] == []


def test_files_of_hypothesis_are_kept_aside_for_a_block() -> None:
    def place() -> str:
        return str(storage_directory(intent_to_write=False).path)

    before = place()
    with kept_aside():
        inside = place()
        assert Path(inside).is_dir()
    assert place() == before != inside
    assert not Path(inside).exists()


@pytest.mark.full
def test_generated_requests_leave_nothing_in_the_folder_and_the_users_own_tests_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = str(storage_directory(intent_to_write=False).path)
    results = checked(reference_app(DOCUMENT), "update.value.reflects", settings={"max-examples": 1})
    assert results.verdict == "conforms"
    assert [*tmp_path.iterdir()] == []
    assert str(storage_directory(intent_to_write=False).path) == before


def test_a_broken_application_fails_with_evidence(tmp_path: Path) -> None:
    broken = reference_app(DOCUMENT, faults=["replace-not-merge"])
    results = checked(broken, "update.merge.siblings", report=tmp_path / "reports")
    assert (results.verdict, results.exit_code) == ("nonconforming", 1)
    (_, outcome), *_ = results.outcomes(Verdict.FAIL)
    assert outcome.expected
    assert outcome.actual
    assert results.notes == (
        "to send a request of the report again, serve the application in place of http://testserver/beta",
    )
    written = json.loads((tmp_path / "reports" / "results.json").read_text())
    assert written == results.to_json()
    page = (tmp_path / "reports" / "index.html").read_text()
    assert "graph-contracts run" not in page.partition("<style")[0].partition("<script")[0]
    assert "Repeat</dt>" not in page, "no command reaches an application"
    assert not [*(tmp_path / "reports").glob(PATTERN)]


def test_what_is_about_connections_is_not_applicable_to_an_application() -> None:
    results = checked(reference_app(DOCUMENT), ["update.req.chunked", "update.req.contentlength", SUCCESS])
    verdicts = {row.id: (str(row.verdict), row.outcomes[0].message) for row in results}
    assert verdicts.pop(SUCCESS) == ("pass", "")
    assert set(verdicts.values()) == {("not-applicable", NO_CONNECTION)}
    assert results.verdict == "conforms"


def test_a_server_is_reached_by_its_url() -> None:
    with reference_server(DOCUMENT, token="right") as url:
        assert checked(url, settings={"auth": "enforced", "token": "right"}).verdict == "conforms"
        with pytest.raises(TargetError, match="refuses the token"):
            checked(url, settings={"auth": "enforced", "token": "wrong"})


def test_neither_environment_nor_settings_file_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "graph-contracts.toml").write_text('select = ["update.merge.*"]\nnonsense = 1\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPH_CONTRACTS_TARGET", "http://127.0.0.1:1")
    monkeypatch.setenv("GRAPH_CONTRACTS_SEED", "no number")
    assert [row.id for row in checked(reference_app(DOCUMENT))] == [SUCCESS]


@pytest.mark.parametrize(
    ("how", "kind", "said"),
    [
        ({"target": 3}, ConfigurationError, "target: neither a URL nor an application, but of type int"),
        ({"target": "localhost"}, ConfigurationError, "target: must begin with http:// or https://"),
        ({"target": "https://graph.microsoft.com/v1.0"}, ConfigurationError, "is a public Microsoft Graph host"),
        ({"target": "nowhere.to.be.found:app"}, ConfigurationError, "can't be imported (ModuleNotFoundError"),
        ({"contract": "no.yaml"}, ContractsError, "no.yaml"),
        ({"contract": Path(__file__)}, DocumentError, "test_check.py"),
        ({"select": "update.nonsense"}, ConfigurationError, "no requirement's id matches"),
        ({"settings": {"nonsense": 1}}, ConfigurationError, "'nonsense' is no setting"),
        ({"settings": {"seed": "x"}}, ConfigurationError, "seed: must be a whole number"),
        ({"settings": {"processes": 2}}, ConfigurationError, "processes: only graph-contracts run knows it"),
        ({"settings": {"dry-run": True}}, ConfigurationError, "dry-run: only graph-contracts run knows it"),
        ({"settings": {"deselect": ["*"]}}, NothingTestedError, "no requirement is left"),
    ],
    ids=str,
)
def test_what_cant_be_used_is_said_in_an_error_of_the_family(
    how: dict[str, typing.Any], kind: type[ContractsError], said: str
) -> None:
    given: dict[str, typing.Any] = {"target": reference_app(DOCUMENT), "contract": DOCUMENT, **how}
    with pytest.raises(kind) as caught:
        check(given.pop("target"), **given)
    assert isinstance(caught.value, ContractsError)
    assert said in str(caught.value)


def test_an_application_is_found_by_name_and_its_paths_begin_where_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app_under_root.py").write_text(
        "from graph_contracts import reference_app\n"
        f"inner = reference_app({str(DOCUMENT)!r})\n"
        "async def app(scope, receive, send):\n"
        "    scope = {**scope, 'path': '/beta' + scope['path'], 'raw_path': b'/beta' + scope['raw_path']}\n"
        "    await inner(scope, receive, send)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    results = checked("app_under_root:app", base_path="/")
    assert (results.verdict, results.target_url) == ("conforms", "http://testserver")
    with pytest.raises(ConfigurationError, match="has no attribute 'nothing'"):
        checked("app_under_root:nothing")


def test_an_exception_of_the_application_is_noted() -> None:
    inner = reference_app(DOCUMENT)

    async def app(scope: typing.Any, receive: typing.Any, send: typing.Any) -> None:
        if scope.get("method") == "OPTIONS":
            raise OSError("the disk is full")
        await inner(scope, receive, send)

    results = checked(app, ["update.method.*", SUCCESS])
    assert any("the application raised OSError: the disk is full (test_check.py:" in note for note in results.notes)


def test_the_package_names_what_is_there_and_imports_it_late() -> None:
    for name in vars(graph_contracts)["__all__"]:
        assert getattr(graph_contracts, name) is not None
    stub = Path(graph_contracts.__file__).with_suffix(".pyi").read_text()
    typed = {line.strip(" ,()").partition(" as ")[0].split()[-1] for line in stub.splitlines() if " as " in line}
    assert typed | {"__version__"} == set(vars(graph_contracts)["__all__"])
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        graph_contracts.nothing  # type: ignore[attr-defined]  # noqa: B018 (it is looked for)
    loaded = "import sys, graph_contracts; print([name for name in sys.modules if 'graph_contracts.' in name])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
