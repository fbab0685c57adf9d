"""Rules of a team's own: what makes one, and what can't be one. The sample project runs one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import ConfigurationError, requirement
from graph_contracts.requirements import registry
from tests.support import forked
from tests.support.command import ROOT, environment

DOCUMENT = ROOT / "openapi.yaml"


def documented(*_: object) -> None:
    """Every answer must be fine."""


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"name": "update.acme.rule"}, "'update.acme.rule' is no name of a rule. Take two words or more with dots"),
        ({"name": "acme"}, "'acme' is no name of a rule"),
        ({"name": "Acme.Rule"}, "'Acme.Rule' is no name of a rule"),
        ({"name": "status.success"}, "there is a requirement update.status.success already"),
        ({"level": "must"}, "'must' is no level. Take MUST, SHOULD or INFO"),
        ({"kinds": ["patch"]}, "'patch' is no kind of operation. Take some of update, read, list, create, delete"),
        ({"kinds": []}, "is about no kind of operation"),
        ({"rule": lambda operation: None}, "the function has no docstring. Say there what a server must do"),
    ],
    ids=["id of ours", "one word", "capitals", "taken", "level", "kind", "no kinds", "no docstring"],
)
def test_what_is_no_rule_is_refused_and_leaves_nothing(how: dict[str, Any], said: str) -> None:
    before = registry()
    rule = how.pop("rule", documented)
    with pytest.raises(ConfigurationError) as caught:
        requirement(how.pop("name", "acme.rule"), how.pop("level", "MUST"), source="here", **how)(rule)
    assert said in str(caught.value)
    assert registry()[: len(before)] == before
    assert not [each.id for each in registry() if ".acme." in each.id]


def judged(arguments: list[str]) -> int:
    """A run with two rules of a team's own; the report's folder is the only argument."""
    from graph_contracts import Finding, Inconclusive, check, reference_app  # noqa: PLC0415

    @requirement("acme.server", "SHOULD", source="Acme 1", each=lambda operation, exchange: exchange.ok)
    def every_answer_names_its_server(operation: Any, exchange: Any) -> Any:
        """Every answer should name its server.

        Sent: Nothing of its own.

        Fix: Name it.
        """
        if exchange.response.header("Server") is None:
            yield Finding("Server", "no such field", (exchange,))

    @requirement("acme.sent", source="Acme 2", kinds=["update"])
    def an_update_works(operation: Any) -> Any:
        """An update must work."""
        if operation.documented.id.endswith("_provisioning_update"):
            raise Inconclusive("Acme does not know")
        if not operation.demand().ok:
            yield Finding("2xx", "something else")

    app, settings = reference_app(DOCUMENT), {"auth": "none", "settle": 1}
    results = check(app, contract=DOCUMENT, select="*.acme.*", settings=settings, report=arguments[0])
    return results.exit_code


def test_rules_are_judged_and_stand_in_the_reports(tmp_path: Path) -> None:
    main: Callable[[list[str]], int] = judged
    done = forked.program(main, [str(tmp_path / "r")], tmp_path, environment())
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {row["id"]: row for row in json.loads((tmp_path / "r" / "results.json").read_text())["requirements"]}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "update.acme.server": "warn",
        "update.acme.sent": "inconclusive",
    }
    told = {key: rows["update.acme.server"][key] for key in ("level", "statement", "source", "sent", "fix", "basis")}
    assert told == {
        "level": "SHOULD",
        "statement": "Every answer should name its server.",
        "source": "Acme 1",
        "sent": "Nothing of its own.",
        "fix": "Name it.",
        "basis": "operator",
    }
    assert [o["verdict"] for o in rows["update.acme.sent"]["outcomes"]] == ["inconclusive", "pass"]
    assert "Every answer should name its server." in (tmp_path / "r" / "index.html").read_text()
