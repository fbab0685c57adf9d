"""Objects below others, `/users/{id}/messages/{id2}`: each parameter has a name of its own, in a run and a dry run."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from unittest.mock import Mock

import pytest

from graph_contracts.cli import main
from graph_contracts.contract import Contract, Operation
from graph_contracts.engine.dry_run import renamed
from graph_contracts.engine.object_paths import with_objects
from graph_contracts.errors import ConfigurationError
from graph_contracts.http.exchange import Request
from graph_contracts.operations import parameters
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.reference.server import start
from graph_contracts.requirements import Inconclusive
from graph_contracts.settings import Settings

DOCUMENT = Path(__file__).parent / "nested.yaml"
MESSAGES = "PATCH /users/{id}/messages/{id2}"


def run(folder: Path, *flags: str, only: str = MESSAGES) -> int:
    reach = ("--openapi", str(DOCUMENT), "--operation", only, "--report", str(folder / "r"), "--max-examples", "0")
    return main(["run", *reach, "--select", "update.status.*", *flags])


def asked(out: str) -> list[str]:
    """The URLs in the curl lines of a dry run."""
    return [shlex.split(line, comments=True)[-1] for line in out.splitlines() if line.startswith("curl ")]


def patch(path: str) -> Operation:
    return Operation(id="o", method="PATCH", path=path, parameters=tuple(re.findall(r"\{(.+?)\}", path)))


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ("/users/{id}/messages/{id2}", {"id": "users.id", "id2": "messages.id"}),
        ("/users/{user_id}/messages/{message_id}", {"user_id": "users.user_id", "message_id": "messages.message_id"}),
        ("/keys/{key2}", {"key2": "keys.key2"}),
        ("/folders/{id}/folders/{id2}", {"id": "id", "id2": "id2"}),
        ("/{id}", {"id": "id"}),
    ],
)
def test_a_parameter_is_called_by_its_segment(path: str, labels: dict[str, str]) -> None:
    assert parameters.labels(patch(path)) == labels


def test_the_hint_for_a_parent_works_when_pasted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with start(DOCUMENT) as server:
        there = ("--target", server.url, "--token", server.tokens.full)
        assert run(tmp_path, *there) == 3
        said = capsys.readouterr().err
        hint = re.search(r"Give (--id) (\S+)=VALUE", said)
        assert hint is not None, said
        assert hint[2] == "users.id"
        assert run(tmp_path, hint[1], f"{hint[2]}=alex", *there) == 0


@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["run", "dry run"])
def test_the_reference_needs_no_id_of_a_parent(more: tuple[str, ...], tmp_path: Path) -> None:
    assert run(tmp_path, *more) == 0


def test_the_hint_for_an_object_that_is_not_there_works_when_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = ("--id", "users.id=alex")
    assert run(tmp_path, *parent) == 0
    learned = json.loads((tmp_path / "r" / "results.json").read_text("utf-8"))["capabilities"]
    there = next(each["value"] for each in learned if each["name"].endswith(": object"))
    capsys.readouterr()
    assert run(tmp_path, *parent, "--id", "messages.id=nowhere") == 3
    hint = re.search(r"Name one that exists with (--id) (\S+)=ID", capsys.readouterr().err)
    assert hint is not None
    assert run(tmp_path, *parent, hint[1], f"{hint[2]}={there}") == 0


def test_the_hint_for_a_second_object_names_it_by_its_segment() -> None:
    (operation,) = (each for each in Contract.load(DOCUMENT).tested if str(each) == MESSAGES)
    with pytest.raises(Inconclusive, match=r"needs a second object \(--second-id messages\.id=ID\)"):
        UpdateDriver(Mock(), operation, Options()).needs_second()


def test_the_run_and_the_dry_run_send_the_ids_that_were_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ("--id", "users.id=alex", "--id", "messages.id=A A/1", "--second-id", "messages.id=B-2")
    assert run(tmp_path, *named, "--dry-run", "-v", "--target", "https://host.example/v1.0") == 0
    urls = asked(capsys.readouterr().out)
    assert "https://host.example/v1.0/users/alex/messages/A%20A%2F1" in urls
    assert "https://host.example/v1.0/users/alex/messages/B-2" in urls
    others = ("https://host.example/v1.0/users/alex/messages", "A%20A%2F1", "B-2")
    assert all(url.endswith(others) for url in urls)
    assert run(tmp_path, *named[:4]) == 3  # the reference has no such message, and is asked for it
    results = json.loads((tmp_path / "r" / "results.json").read_text("utf-8")) if (tmp_path / "r").exists() else {}
    assert "A A/1" in capsys.readouterr().err + json.dumps(results)


@pytest.mark.parametrize(
    "more",
    [
        (),
        (
            "--dry-run",
            "-v",
        ),
    ],
    ids=["run", "dry run"],
)
@pytest.mark.parametrize("flag", ["--id", "--second-id"])
def test_id_never_means_a_parent_by_accident(
    flag: str, more: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, flag, "id=alex", *more) == 2
    assert f"Say {flag} messages.id=VALUE or {flag} users.id=VALUE" in capsys.readouterr().err


def test_a_bare_name_that_means_one_thing_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--id", "users.id=alex", "--id", "id2=AAMk", "--dry-run", "-v") == 0
    assert any(url.endswith("/users/alex/messages/AAMk") for url in asked(capsys.readouterr().out))
    assert run(tmp_path, "--id", "id=Inbox", "--dry-run", "-v", only="PATCH /folders/*") == 0
    assert any(url.endswith("/folders/Inbox") for url in asked(capsys.readouterr().out))


def test_a_name_by_segment_that_the_document_lacks_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--id", "message.id=x") == 2
    assert "Did you mean messages.id?" in capsys.readouterr().err


def test_names_are_ambiguous_where_one_of_several_meanings_is_a_parent() -> None:
    tested = Contract.load(DOCUMENT).tested
    assert parameters.ambiguous("id", tested) == ["folders.id", "messages.id", "users.id"]
    assert parameters.ambiguous("id2", tested) == []
    assert parameters.ambiguous("users.id", tested) == []
    keys = [patch("/lamps/{id}"), patch("/rooms/{id}")]
    assert parameters.ambiguous("id", keys) == []  # every object's
    parents = [patch("/users/{p}/a/{x}"), patch("/groups/{p}/b/{y}")]
    assert parameters.ambiguous("p", parents) == ["groups.p", "users.p"]


def test_an_id_is_renamed_where_it_stands_alone() -> None:
    request = Request("PATCH", "http://h1:1/v1/a1/a/1/x1?f=1", body=b'{"id": "1", "n": "11", "m": 1}')
    other = renamed(request, {"1": 'quo"te/'})
    assert other.url == "http://h1:1/v1/a1/a/quo%22te%2F/x1?f=quo%22te%2F"
    assert json.loads(other.body) == {"id": 'quo"te/', "n": "11", "m": 1}


def test_a_dry_run_leaves_out_what_the_run_would_leave_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--id", "users.id=alex", "--dry-run", "-v", "--select", "update.auth.*")
    assert run(tmp_path, *flags) == 0
    with_credentials = len(asked(capsys.readouterr().out))
    assert run(tmp_path, *flags, "--auth", "none") == 0
    assert len(asked(capsys.readouterr().out)) < with_credentials


def test_an_object_may_be_named_by_its_whole_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = ("--target", "https://host.example/v1.0")
    named = ("--object", "/users/alex/messages/A%20A%2F1", "--object", f"{target[1]}/users/alex/messages/B-2")
    assert run(tmp_path, *named, "--dry-run", "-v", *target) == 0
    by_path = capsys.readouterr().out
    ids = ("--id", "users.id=alex", "--id", "messages.id=A A/1", "--second-id", "messages.id=B-2")
    assert run(tmp_path, *ids, "--dry-run", "-v", *target) == 0
    assert by_path == capsys.readouterr().out
    assert "https://host.example/v1.0/users/alex/messages/A%20A%2F1" in asked(by_path)


@pytest.mark.parametrize(
    ("paths", "why"),
    [
        (("/user/alex/message/1",), "the document has no such object. Write it as in /users/{id}/messages/{id2}"),
        (("/users/alex/messages/1", "/users/kim/messages/2"), "below another object than an earlier --object"),
        ((*(f"/users/alex/messages/{n}" for n in range(3)),), "a run works on two objects of a kind at most"),
    ],
)
def test_a_path_that_cannot_be_meant_is_refused(
    paths: tuple[str, ...], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, *(word for path in paths for word in ("--object", path))) == 2
    assert why in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("path", "given", "ids"),
    [
        ("/users/{id}/messages/{id2}", "/users/a/messages/b/", {"users.id": "a", "messages.id": "b"}),
        ("/users/{id}/messages/{id2}", "https://h/v1.0/users/a/messages/b?x=1", {"users.id": "a", "messages.id": "b"}),
        ("/users/{id}/messages/{id2}", "/v1.0/users/a/messages/b", {"users.id": "a", "messages.id": "b"}),
        ("/items/{item_id}", "items/7", {"items.item_id": "7"}),
        ("/Authors({ID})", "/Authors(12)", {"Authors.ID": "12"}),
        ("/widgets('{id}')", "/widgets('a%27b')", {"widgets.id": "a'b"}),
        ("/widgets('{id}')", "/widgets('a''b')", {"widgets.id": "a'b"}),
        ("/items/{item_id}", "https://user:secret@H:443/v1.0/items/7#top", {"items.item_id": "7"}),
    ],
)
def test_the_ids_of_a_path_are_those_of_its_template(path: str, given: str, ids: dict[str, str]) -> None:
    settings = Settings(target="https://h/v1.0", objects=(given,))
    assert with_objects(settings, [patch(path)]).ids == ids


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("https://production.example/v1.0/users/7", "another than that of --target"),
        ("https://h:8443/v1.0/users/7", "another than that of --target"),
        ("https://[x/v1.0/users/7", "not a URL"),
        ("https://h:many/v1.0/users/7", "not a URL"),
        ("https://user:hushhush@h/v1.0/groups/7?sig=hushhush", "the document has no such object"),
        ("/groups/7?sig=hushhush#hushhush", "the document has no such object"),
    ],
)
def test_an_object_of_another_server_is_refused_and_no_secret_of_its_url_is_said(given: str, why: str) -> None:
    settings = Settings(target="https://h/v1.0", objects=(given,))
    with pytest.raises(ConfigurationError, match=why) as caught:
        with_objects(settings, [patch("/users/{id}")])
    assert "hushhush" not in f"{caught.value.what} {caught.value.hint}"


def test_an_id_counts_more_than_the_path_of_an_object() -> None:
    settings = Settings(objects=("/users/a/messages/b",), ids={"messages.id": "c"})
    found = with_objects(settings, [patch("/users/{id}/messages/{id2}"), patch("/users/{id}")])
    assert (found.ids, found.second_ids, found.objects) == ({"users.id": "a", "messages.id": "c"}, {}, ())
