"""The contract in a user's own test suite."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from defusedxml import ElementTree

from graph_contracts import cases
from graph_contracts.library import contract_items
from graph_contracts.library.one_worker import BY_SCOPE, CONTRACT, OneWorker
from graph_contracts.pytest_plugin import TOGETHER
from graph_contracts.reference.behaviours import behaviours
from tests.support.command import ROOT

pytest_plugins = "pytester"
DOCUMENT = ROOT / "openapi.yaml"
TOML = """
auth = "none"
max-examples = 0
settle = 1
"""
APP = f"""
from graph_contracts import reference_app
app = reference_app({str(DOCUMENT)!r})
broken = reference_app({str(DOCUMENT)!r}, faults=["replace-not-merge", "status-202"])
"""
# pytester takes away what is first imported in a session of its own
cases.load()
behaviours()
assert contract_items
OWN = """
def test_own():
    pass
"""
FIRST, SECOND = "auditLogs_provisioning_update", "auditLogs_directoryProvisioning_update"


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite with a test of its own, beside an application."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makefile(".toml", **{"graph-contracts": TOML})
    # a module of a name of its own: those of other tests stay imported
    name = f"served_{pytester.path.name}".replace("-", "_")
    pytester.makepyfile(**{name: APP, "test_own": OWN})
    pytester.syspathinsert()
    pytester.makeini(f"[pytest]\ngraph_contract = {DOCUMENT}\n")
    return pytester


def run(suite: pytest.Pytester, *arguments: str, app: str = "app", select: str = "update.status.*") -> pytest.RunResult:
    (served,) = (path.stem for path in suite.path.glob("served_*.py"))
    target = (f"--graph-target={served}:{app}", f"--graph-select={select}")
    return suite.runpytest_inprocess("-p", "no:cacheprovider", *target, *arguments)


def test_nothing_is_collected_or_imported_where_nobody_asks(suite: pytest.Pytester) -> None:
    done = suite.runpytest_inprocess("--collect-only", "-q")
    assert done.outlines[0] == "test_own.py::test_own"
    assert "1 test collected" in done.outlines[2]
    loaded = "import sys, graph_contracts.pytest_plugin; print([n for n in sys.modules if n.startswith('graph_con')])"
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert found.stdout == "['graph_contracts', 'graph_contracts.pytest_plugin']\n"


def test_a_named_target_is_tested_behind_the_own_tests(suite: pytest.Pytester) -> None:
    done = run(suite, "-v", "--graph-report=r", "--junitxml=junit.xml")
    done.assert_outcomes(passed=5)
    assert done.ret == 0
    order = [line.partition(" ")[0] for line in done.outlines if "PASSED" in line]
    assert order == [
        "test_own.py::test_own",
        *(item(name, o) for name in ("success", "noerror200") for o in (FIRST, SECOND)),
    ]
    done.stdout.fnmatch_lines(
        ["*= graph contract =*", "Partial run (--select): 2 of * requirements tested, both passed."]
    )
    results = json.loads((suite.path / "r" / "results.json").read_text())
    assert (results["verdict"], results["planned"], results["complete"]) == ("conforms", 4, True)
    (case, *_) = [
        c
        for c in ElementTree.parse(suite.path / "junit.xml").iter("testcase")
        if c.get("classname") == "graph-contract"
    ]
    told = {each.get("name"): each.get("value") for each in case.iter("property")}
    assert (told["requirement"], told["level"], told["verdict"]) == ("update.status.success", "MUST", "pass")


def item(name: str, operation: str = FIRST) -> str:
    return f"graph-contract::test_contract[update.status.{name}-{operation}]"


@pytest.mark.parametrize(
    ("options", "collected"),
    [
        (("-k", "noerror200 and directory"), [item("noerror200", SECOND)]),
        (("-m", "graph_contract", "-k", "success"), [item("success", FIRST), item("success", SECOND)]),
        (("-m", "not graph_contract"), ["test_own.py::test_own"]),
        ((item("success", SECOND),), [item("success", SECOND)]),
        (("--graph-operation", "*/provisioning/*", "-k", "contract"), [item("success"), item("noerror200")]),
    ],
    ids=str,
)
def test_items_are_chosen_as_others_are(suite: pytest.Pytester, options: tuple[str, ...], collected: list[str]) -> None:
    done = run(suite, "--collect-only", "-q", *options)
    assert [line for line in done.outlines if "::" in line] == collected


def test_a_failure_fails_in_one_line_and_a_partial_run_says_so(suite: pytest.Pytester) -> None:
    done = run(suite, "-x", "-k", "siblings", app="broken", select="update.merge.*")
    done.assert_outcomes(failed=1, deselected=done.parseoutcomes()["deselected"])
    done.stdout.fnmatch_lines(["update.merge.siblings on PATCH /auditLogs/provisioning/*: expected *; got *"])
    assert "Traceback" not in done.stdout.str()
    assert "pytest's own selection" in done.stdout.str()
    assert not [*suite.path.glob("**/restore-*.jsonl")]


def test_failed_items_can_be_run_again_alone(suite: pytest.Pytester) -> None:
    (served,) = (path.stem for path in suite.path.glob("served_*.py"))
    chosen = (f"--graph-target={served}:broken", "--graph-select=update.merge.*")
    first = suite.runpytest_inprocess("-x", "-k", "siblings", *chosen)
    assert first.parseoutcomes()["failed"] == 1
    again = suite.runpytest_inprocess("--lf", "--graph-report=r", *chosen)
    again.assert_outcomes(failed=1, deselected=again.parseoutcomes()["deselected"])
    assert "ended early" not in again.stdout.str()
    assert json.loads((suite.path / "r" / "results.json").read_text())["planned"] == 1


def test_a_failure_says_what_to_do(suite: pytest.Pytester) -> None:
    done = run(suite, "-k", "siblings and provisioning_update", app="broken", select="update.merge.*")
    done.stdout.fnmatch_lines(
        ["*advice*", "Top-level properties that an update doesn't name must keep their values.", "Fix: *"]
    )
    assert "curl" not in done.stdout.str(), "no command reaches an application"


def test_a_known_failure_is_an_expected_one(suite: pytest.Pytester) -> None:
    known = "- requirement: update.merge.siblings\n  reason: we are at it\n"
    (suite.path / "known.yaml").write_text(known)
    suite.makefile(".toml", **{"graph-contracts": f'{TOML}baseline = "known.yaml"\n'})
    done = run(suite, app="broken", select="update.merge.siblings")
    done.assert_outcomes(passed=1, xfailed=2)
    assert done.ret == 0


def test_a_run_that_may_pass_no_gate_fails_the_session(suite: pytest.Pytester) -> None:
    done = run(suite, select="update.authz.insufficient")
    assert done.parseoutcomes() == {"passed": 1, "skipped": 2}
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["Inconclusive: *"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--graph-select=nonsense",), "ERROR: --graph-select nonsense: no requirement's id matches. *"),
        (("--graph-contract=no.yaml",), "ERROR: --graph-contract: there is no file 'no.yaml'"),
    ],
)
def test_what_cant_be_used_ends_pytest_in_one_line(
    suite: pytest.Pytester, arguments: tuple[str, ...], said: str
) -> None:
    done = run(suite, *arguments)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([said])


def test_a_target_that_cant_be_judged_is_an_error_of_each_item(suite: pytest.Pytester) -> None:
    options = ("--graph-target=http://127.0.0.1:1", "--graph-select=update.status.success")
    done = suite.runpytest_inprocess("-p", "no:cacheprovider", *options)
    done.assert_outcomes(passed=1, errors=2)
    assert "can't be reached" in done.stdout.str() or "refused" in done.stdout.str()
    assert "Traceback" not in done.stdout.str()


FIXTURES = """
import pytest
from graph_contracts import reference_app

@pytest.fixture(scope="session")
def graph_target():
    return reference_app({document!r})
"""
TESTS = """
import pytest

@pytest.mark.graph_contract(select="update.status.success", operation="*/provisioning/*")
def test_contract(graph_case):
    assert (graph_case.requirement, graph_case.operation) == ("update.status.success", "auditLogs_provisioning_update")
    graph_case.judge()

def test_run(graph_contract):
    first, second = graph_contract.judge("update.persist.read")
    assert (first.verdict, second.verdict) == ("pass", "pass")
    assert graph_contract.url == "http://testserver/beta"
    assert graph_contract.results is None

@pytest.mark.graph_contract(select="update.persist.read")
def test_operations(graph_contract, graph_operation, graph_requirement):
    assert [o.verdict for o in graph_contract.judge(graph_requirement, graph_operation)] == ["pass"]

def test_unknown(graph_contract):
    from graph_contracts import ConfigurationError
    with pytest.raises(ConfigurationError, match="tests no such requirement"):
        graph_contract.judge("update.nothing")
"""


def test_fixtures_give_cases_and_a_started_run(suite: pytest.Pytester) -> None:
    suite.makeconftest(FIXTURES.format(document=str(DOCUMENT)))
    suite.makepyfile(test_with_fixtures=TESTS)
    done = suite.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers", "-v")
    done.assert_outcomes(passed=6)
    assert done.ret == 0
    done.stdout.fnmatch_lines(["test_with_fixtures.py::test_contract[[]update.status.success-*[]] PASSED*"])
    done.stdout.fnmatch_lines(["Partial run (*pytest's own selection): 2 of * requirements tested, both passed."])


def test_a_test_without_a_target_says_what_is_missing(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_with_fixtures="def test_run(graph_contract): pass")
    done = suite.runpytest_inprocess("-p", "no:cacheprovider")
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["no target: give --graph-target, or define a fixture graph_target"])


INTERRUPTING = """
import pytest
@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if "noerror200" in item.nodeid:
        raise KeyboardInterrupt
    return result
"""


def test_what_was_changed_is_put_back_after_ctrl_c(suite: pytest.Pytester) -> None:
    suite.makeconftest(INTERRUPTING)
    with pytest.raises(KeyboardInterrupt):  # pytester passes it on
        run(suite, "--graph-report=r")
    results = json.loads((suite.path / "r" / "results.json").read_text())
    assert not results["complete"]
    assert not [*(suite.path / "r").glob("restore-*.jsonl")], "everything is back"
    assert "left" not in results


def test_a_mock_is_served_for_a_test(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        test_own=f"""
        import json
        from urllib.error import HTTPError
        from urllib.request import urlopen

        def test_mock(graph_server):
            base = graph_server({str(DOCUMENT)!r}, objects=3)
            with urlopen(f"{{base}}/auditLogs/provisioning", timeout=60) as answer:
                assert len(json.load(answer)["value"]) == 3
        """
    )
    suite.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


class Items(OneWorker):
    """The scheduler without workers."""

    def __init__(self, dist: str, *collection: str) -> None:
        self._others, self._modules, self.collection = BY_SCOPE.get(dist), None, list(collection)

    def scopes(self) -> list[str]:
        return [self._split_scope(each) for each in self.collection]


def test_the_contract_is_one_unit_however_tests_are_handed_out() -> None:
    case, beside = "t/test_c.py::test_contract[update.status.success-op]", "t/test_c.py::test_run"
    others = ("t/test_o.py::A::test_a", "t/test_o.py::A::test_b[x-y.z]")
    units = {dist: Items(dist, item("success"), case, beside, *others).scopes() for dist in ("load", "loadscope")}
    assert units["load"] == [CONTRACT] * 3 + [*others]
    assert units["loadscope"] == [CONTRACT] * 3 + ["t/test_o.py::A"] * 2
    assert Items("loadfile", *others).scopes() == ["t/test_o.py"] * 2


@pytest.mark.full
@pytest.mark.parametrize("dist", ["load", "loadgroup"])
def test_one_worker_has_the_whole_contract(suite: pytest.Pytester, dist: str) -> None:
    suite.makepyfile(test_many="import pytest\n@pytest.mark.parametrize('n', range(20))\ndef test_many(n): pass")
    done = run(suite, "-n", "2", "--dist", dist, "-v", "--graph-report=r")
    done.assert_outcomes(passed=25)
    workers = {line.split("]")[0] for line in done.outlines if line.startswith("[gw") and "test_contract" in line}
    assert len(workers) == 1
    done.stdout.fnmatch_lines(["Partial run (--select): 2 of * requirements tested, both passed."])
    assert json.loads((suite.path / "r" / "results.json").read_text())["executed"] == 4


@pytest.mark.full
def test_a_run_that_workers_would_divide_is_refused(suite: pytest.Pytester) -> None:
    suite.makeconftest(FIXTURES.format(document=str(DOCUMENT)))
    suite.makepyfile(test_with_fixtures="def test_run(graph_contract): pass")
    done = suite.runpytest_inprocess("-p", "no:cacheprovider", "-n", "2")
    done.assert_outcomes(passed=1, errors=1)
    assert TOGETHER in done.stdout.str()
