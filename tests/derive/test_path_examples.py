"""Values of path parameters: what the documented requests' URLs have in their places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_contracts.contract import Contract
from graph_contracts.derive import derive
from graph_contracts.derive.paths import values
from tests.derive.pages import DEFAULTS, derived, operation, text, write


@pytest.mark.parametrize(
    ("template", "url", "found"),
    [
        ("/groups/{id}/settings/{id2}", "https://graph.microsoft.com/beta/groups/02bd/settings/f0b2", ["02bd", "f0b2"]),
        ("/groups/{id}/settings/{id2}", "https://graph.microsoft.com/v1.0/groups/{id}/settings/f0b2", [None, "f0b2"]),
        ("/groups/{id}", "/groups/AAMkAGI2%3D", ["AAMkAGI2="]),
        ("/groups/{id}", "groups/AAMkAGI2==?$select=id", ["AAMkAGI2=="]),
        ("/Groups/{id}", "https://graph.microsoft.com/V1.0/groups/7/", ["7"]),
        ("/drive/root:/{path}:/range(address='{address}')", "/me/../drive/root:/a:/range(address='A1')", [None, None]),
        ("/drive/root:/{path}:/range(address='{address}')", "/drive/root:/a:/range(address='A1')", ["a", "A1"]),
        ("/groups/{group_id}", "https://graph.microsoft.com/v1.0/groups/group-id", [None]),
        ("/groups/{id}", "https://graph.microsoft.com/v1.0/groups/<group id>", [None]),
        ("/groups/{id}", "https://graph.microsoft.com/v1.0/groups/%7Bid%7D", [None]),
        ("/groups/{id}", "https://graph.microsoft.com/v1.0/groups/groupId", [None]),
        ("/groups/{id}", "https://graph.microsoft.com/v1.0/groups/(group-id)", [None]),
        ("/groups/{id}", "https://graph.microsoft.com/v1.0/groups/abc...", [None]),
        ("/groups/{id}", "https://graph.microsoft.com/v1.0/users/7", [None]),
        ("/groups/{id}", "https://graph.microsoft.com/v1.0/groups/7/members", [None]),
    ],
)
def test_a_url_gives_values_where_it_matches_segment_by_segment(
    template: str, url: str, found: list[str | None]
) -> None:
    assert [values(template, url).get(name) for name in ("id", "group_id", "path") if f"{{{name}}}" in template][
        :1
    ] == found[:1]
    assert len(values(template, url)) == len([each for each in found if each])


def test_parameters_have_the_values_of_the_documented_requests_and_say_where_they_stand(tmp_path: Path) -> None:
    document, _ = derived(tmp_path)
    (parameter,) = operation(document)["parameters"]
    assert parameter["example"] == "1"
    line = 1 + text().split("\n").index("PATCH https://graph.microsoft.com/v1.0/widgets/1")
    assert parameter["x-graph-source"] == f"widget-update.md:{line}"
    (contract,) = Contract.from_document(document, "test").operations
    assert contract.parameter_examples == {"widget_id": "1"}


def test_an_alias_that_no_example_shows_has_none(tmp_path: Path) -> None:
    http = DEFAULTS["http"].replace("PATCH /widgets", "PATCH /me/widgets/{widget-id}\nPATCH /widgets")
    document, _ = derived(tmp_path, http=http)
    assert "example" not in operation(document, path="/me/widgets/{widget_id}")["parameters"][0]
    assert operation(document)["parameters"][0]["example"] == "1"


def test_another_page_on_the_same_operation_adds_what_the_first_lacks(tmp_path: Path) -> None:
    placeholder = DEFAULTS["examples"].replace("/widgets/1", "/widgets/{widget-id}")
    pages: dict[str, Any] = {"a.md": text(examples=placeholder), "b.md": text()}
    write(tmp_path, pages)
    (parameter,) = operation(derive([tmp_path / "a.md", tmp_path / "b.md"]))["parameters"]
    assert (parameter["example"], parameter["x-graph-source"].partition(":")[0]) == ("1", "b.md")
