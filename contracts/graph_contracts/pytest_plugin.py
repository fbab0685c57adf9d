"""The pytest plugin: the contract as items of a user's own test suite, where somebody asks for it.

pytest imports this module wherever the package is installed, so it imports nothing but pytest; `library/suite.py` has
the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from graph_contracts.library.suite import CaseName, ContractCase, StartedRun, Suite, Verdict

NODE = "graph-contract"
"""What the ids of the items begin with that `--graph-target` collects."""
CASE, REQUIREMENT, OPERATION = "graph_case", "graph_requirement", "graph_operation"
OPTIONS = {
    "target": ("URL", "Test this server against the contract: its base URL, or module:app for an ASGI or WSGI app."),
    "contract": ("FILE", "OpenAPI document to test by."),
    "select": ("GLOB", "Only the requirements whose id matches: 'update.merge.*'; repeatable."),
    "operation": ("GLOB", "Only the operations whose id, path or method and path match; repeatable."),
    "token": ("TOKEN", "Bearer token of an identity that may update; better in GRAPH_CONTRACTS_TOKEN."),
    "report": ("FOLDER", "Folder that the contract's reports are written to; none are without it."),
}
FIELDS = {"contract": "openapi", "operation": "operations"}
"""The settings whose fields are called otherwise."""
FILES = frozenset({"contract", "report"})
SEVERAL = frozenset({"select", "operation"})
KEY = "graph_contracts"
TOGETHER = (
    "several workers would divide the contract: have tests that need graph_contract in a module with graph_case,"
    " and name graph_contract in the ini file"
)
SUITE: pytest.StashKey[Suite] = pytest.StashKey()
CHOSEN: pytest.StashKey[list[str]] = pytest.StashKey()
VERDICT: pytest.StashKey[Verdict] = pytest.StashKey()
DIVIDED: pytest.StashKey[bool] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what is most often needed; everything else is read from the environment and the settings file."""
    group = parser.getgroup("graph-contracts", "contract tests of a server that speaks Microsoft Graph")
    for name, (metavar, text) in OPTIONS.items():
        several = {"action": "append"} if name in SEVERAL else {}
        group.addoption(f"--graph-{name}", dest=f"graph_{name}", metavar=metavar, help=text, default=None, **several)
        if name != "token":
            kind: Literal["linelist", "string"] = "linelist" if name in SEVERAL else "string"
            parser.addini(f"graph_{name}", text, kind, default=None)
    parser.addini("graph_base_path", "Where the paths of the contract begin in an application.", default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and set aside the ids that only this plugin knows."""
    config.addinivalue_line(
        "markers",
        "graph_contract(select, operation): narrows the cases of a test with graph_case. Each item of the contract has"
        " it with requirement, level and operation.",
    )
    config.stash[CHOSEN] = [each for each in config.args if each.startswith(f"{NODE}::")]
    if config.stash[CHOSEN]:
        config.args[:] = [each for each in config.args if not each.startswith(f"{NODE}::")]


def _given(config: pytest.Config, name: str) -> Any:
    """The value of an option, else of the ini file."""
    value = config.getoption(f"graph_{name}", None)
    if value or name == "token":
        return value
    value = config.getini(f"graph_{name}")
    return config.rootpath / value if value and name in FILES else value


def _is_used(config: pytest.Config) -> bool:
    """Whether an option or the ini file says anything of the contract."""
    return any(_given(config, name) for name in OPTIONS)


def _suite(config: pytest.Config) -> Suite:
    """The contract in this session, read when it is first asked for."""
    if SUITE not in config.stash:
        from graph_contracts.library.suite import Suite, read_or  # noqa: PLC0415 (it imports the whole engine)

        names = [name for name in OPTIONS if name != "target"]
        flags = {FIELDS.get(name, name): _given(config, name) for name in names}
        base_path = config.getini("graph_base_path")
        config.stash[SUITE] = read_or(pytest.UsageError, lambda: Suite(flags, config.rootpath, base_path))
    return config.stash[SUITE]


# -- collection --------------------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize tests that ask for cases, requirements or operations."""
    wanted = [name for name in (CASE, REQUIREMENT, OPERATION) if name in metafunc.fixturenames]
    if not wanted:
        return
    from graph_contracts.library.suite import MARK, params, read_or  # noqa: PLC0415

    suite = _suite(metafunc.config)
    marker = metafunc.definition.get_closest_marker(MARK)
    cases = read_or(pytest.Collector.CollectError, lambda: list(suite.cases_for(marker)))
    if CASE in wanted:
        metafunc.parametrize(CASE, params(cases), indirect=True)
    if REQUIREMENT in wanted:
        metafunc.parametrize(REQUIREMENT, dict.fromkeys(each.binding.requirement for each in cases))
    if OPERATION in wanted:
        metafunc.parametrize(OPERATION, dict.fromkeys(each.operation for each in cases))


@pytest.hookimpl(tryfirst=True, specname="pytest_collection_modifyitems")
def pytest_add_contract(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Collect the contract where a target is named, before -k, -m and --lf of pytest choose."""
    if _given(config, "target"):
        from graph_contracts.library import contract_items  # noqa: PLC0415
        from graph_contracts.library.suite import read_or  # noqa: PLC0415

        suite, chosen = _suite(config), config.stash[CHOSEN]
        read_or(pytest.UsageError, lambda: suite.cases)
        found = session.genitems(contract_items.module(session, NODE))
        items += [each for each in found if not chosen or each.nodeid in chosen]
    elif config.stash[CHOSEN]:
        raise pytest.UsageError(f"{config.stash[CHOSEN][0]}: there is no contract without --graph-target")
    config.stash[DIVIDED] = _is_divided(config, items)


def _is_divided(config: pytest.Config, items: list[pytest.Item]) -> bool:
    """Whether several workers of pytest-xdist would have a part of what needs the run."""
    ours = [item.nodeid for item in items if "graph_contract" in getattr(item, "fixturenames", ())]
    if not ours or getattr(config, "workerinput", {}).get("workercount", 1) == 1:
        return False
    from graph_contracts.library.one_worker import module, modules_with_cases  # noqa: PLC0415 (pytest-xdist's)

    return not _is_used(config) or bool({module(each) for each in ours} - modules_with_cases(ours))


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_order_contract(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the cases behind all other tests, in the order of a run: the last inputs are those that may do harm."""
    cases = [(case, item) for item in items if (case := _case(item)) is not None]
    if not cases:
        return
    suite = _suite(config)
    cases.sort(key=lambda pair: suite.turn(pair[0]))
    ours = {item for _, item in cases}
    items[:] = [*(item for item in items if item not in ours), *(item for _, item in cases)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Learn which cases are left once -k, -m and --lf of pytest have chosen."""
    cases = [case for item in session.items if (case := _case(item)) is not None]
    if cases:
        _suite(session.config).expect(cases)


def _case(item: pytest.Item) -> CaseName | None:
    """The case that an item judges."""
    found: CaseName | None = item.callspec.params.get(CASE) if hasattr(item, "callspec") else None
    return found


# -- running -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def graph_target(request: pytest.FixtureRequest) -> object:
    """What is tested: a base URL, an ASGI or WSGI application, or its name as in `package.module:app`.

    Define a fixture of this name in your conftest.py to say it there.
    """
    target = _given(request.config, "target") or _suite(request.config).target
    if not target:
        pytest.fail("no target: give --graph-target, or define a fixture graph_target", pytrace=False)
    return target


@pytest.fixture(scope="session")
def graph_contract(request: pytest.FixtureRequest, graph_target: object) -> Iterator[StartedRun]:
    """A started run on the target; what it changed is put back at the end of the session, however that comes."""
    from graph_contracts.library.suite import in_pytests_words  # noqa: PLC0415

    config = request.config
    if config.stash.get(DIVIDED, False):
        pytest.fail(TOGETHER, pytrace=False)
    run: StartedRun | None = None
    try:
        with in_pytests_words(), _suite(config).run(graph_target) as run:
            yield run
    finally:
        verdict = run.verdict() if run else None
        if verdict:
            config.stash[VERDICT] = verdict


@pytest.fixture
def graph_case(request: pytest.FixtureRequest, graph_contract: StartedRun) -> ContractCase:
    """A case and an operation: a test that asks for it runs once for each."""
    from graph_contracts.library.suite import ContractCase  # noqa: PLC0415

    return ContractCase(request.param, graph_contract, request.node)


@pytest.fixture
def graph_server() -> Iterator[Callable[..., str]]:
    """A function that starts a mock of an API and returns its base URL: `graph_server(document, faults=…)`.

    It takes the arguments of `graph_contracts.reference_app`. The servers end with the test.
    """
    from graph_contracts.library.mock import reference_server  # noqa: PLC0415

    with ExitStack() as stack:
        yield lambda *args, **more: stack.enter_context(reference_server(*args, **more))


# -- the end -----------------------------------------------------------------------------------------------------------


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a run fail the session that may pass no gate, though no item of it failed."""
    verdict = session.config.stash.get(VERDICT, None)
    if verdict is None:
        return
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[KEY] = {"lines": list(verdict.lines), "passes": verdict.passes}
    elif not verdict.passes and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what the contract came to."""
    verdict = config.stash.get(VERDICT, None)
    if verdict is not None:
        terminalreporter.section("graph contract")
        for line in verdict.lines:
            terminalreporter.line(line)


# -- with pytest-xdist -------------------------------------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True, trylast=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give one worker the whole contract, where this suite has one."""
    if not _is_used(config):
        return None
    if config.getoption("dist") == "each":
        raise pytest.UsageError("--dist each: workers would test one target at the same time; take --dist load")
    from graph_contracts.library.one_worker import OneWorker  # noqa: PLC0415 (pytest-xdist's)

    return OneWorker(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker says of the contract."""
    said = getattr(node, "workeroutput", {}).get(KEY)
    if said:
        from graph_contracts.library.suite import Verdict  # noqa: PLC0415

        node.config.stash[VERDICT] = Verdict(tuple(said["lines"]), said["passes"])
