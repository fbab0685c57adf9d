"""Parts of a run: what each tests, how long each takes, and that together they say what the whole does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts import requirements
from graph_contracts.cases.update import concurrency
from graph_contracts.engine import judge, run
from graph_contracts.engine.pytest_cases import Plugin
from graph_contracts.engine.resource_group import group_of
from graph_contracts.engine.session import Session
from graph_contracts.engine.sharding import durations
from graph_contracts.engine.sharding.shard import Shard, Weigh
from graph_contracts.errors import ResultsError
from graph_contracts.operations import effect_watch
from graph_contracts.reference.server import Started
from graph_contracts.report import merge, results_reader
from graph_contracts.report.results import Results
from graph_contracts.report.results_reader import Run
from graph_contracts.requirements import Phase
from graph_contracts.settings import Settings
from tests.benchmarks.scale import document
from tests.cases.sheet import DOCUMENT, SHELF
from tests.contract.test_any_document import MUSEUM
from tests.support import command
from tests.support.forked import reference

Pairs = set[tuple[str, str]]
WHOLE = {path: Session(Settings(openapi=path)) for path in (DOCUMENT, SHELF, MUSEUM)}
ORDER = [each.id for each in requirements.registry()]
OVER_ALL = {binding.requirement for binding in requirements.bindings() if binding.phase is Phase.EVERY_RESPONSE}


def parts(path: Path, splits: int, **more: Any) -> list[Session]:
    return [Session(Settings(openapi=path, splits=splits, group=n, **more)) for n in range(1, splits + 1)]


def shard(session: Session) -> Shard:
    assert session.selection.shard is not None
    return session.selection.shard


def summary(session: Session) -> Mapping[str, Any]:
    return shard(session).summary


def asked(session: Session) -> Pairs:
    return {(b.requirement, o.id) for b in requirements.bindings() for o in session.selection.operations(b)}


def dealt(session: Session) -> Pairs:
    return {(requirement, operation) for requirement, operation in asked(session) if requirement not in OVER_ALL}


def things(folder: Path, resources: int, *, five: bool = False) -> Path:
    path = folder / "things.json"
    path.write_text(json.dumps(document(resources, five=five)))
    return path


# -- what is cut -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("splits", [2, 3, 7])
@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_each_pair_of_operation_and_requirement_is_in_one_part(path: Path, splits: int) -> None:
    found = parts(path, splits)
    assert Counter(pair for each in found for pair in dealt(each)) == Counter(dealt(WHOLE[path]))
    assert len({summary(each)["partition"] for each in found}) == 1
    assert sum(summary(each)["pairs"][0] for each in found) == summary(found[0])["pairs"][1] > 0


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_what_is_judged_over_all_is_in_each_part_that_tests_the_operation(path: Path) -> None:
    over_all = asked(WHOLE[path]) - dealt(WHOLE[path])
    for part in parts(path, 3):
        operations = {operation for _, operation in dealt(part)}
        assert asked(part) - dealt(part) == {pair for pair in over_all if pair[1] in operations}


def test_the_paths_of_one_operation_stay_together() -> None:
    first, further = (operation.id for operation in WHOLE[DOCUMENT].selection.tested)
    for part in parts(DOCUMENT, 5):
        own = dealt(part)
        about_one = {b.requirement for b in requirements.bindings() if b.aliases != "each"}
        paths = [{name for name, each in own if each == path} - about_one for path in (first, further)]
        assert paths[0] == paths[1]


def test_a_part_is_about_few_of_many_resources(tmp_path: Path) -> None:
    found = parts(things(tmp_path, 12, five=True), 4)
    resources = [{group_of(o) for o in each.selection.tested if o.id in shard(each).tested} for each in found]
    assert len(set().union(*resources)) == 12
    assert all(3 <= len(each) <= 4 for each in resources)


def test_what_only_looks_at_all_answers_is_cut_where_nothing_else_is_selected() -> None:
    select = tuple(sorted(OVER_ALL))
    found = parts(SHELF, 2, select=select)
    assert not any(dealt(each) for each in found)
    assert not asked(found[0]) & asked(found[1])
    assert set().union(*map(asked, found)) == asked(Session(Settings(openapi=SHELF, select=select)))


def test_parts_that_were_cut_by_other_operations_or_durations_are_not_of_one_whole(tmp_path: Path) -> None:
    measured = uneven(tmp_path / "results.json")
    told = [
        parts(SHELF, 2)[0],
        parts(SHELF, 2, operations=("PATCH *", "GET *"))[0],
        parts(SHELF, 2, durations=measured)[0],
        parts(SHELF, 3)[0],
    ]
    assert len({summary(each)["partition"] for each in told}) == 4


# -- how long parts take -----------------------------------------------------------------------------------------------


def timed(seconds: dict[tuple[str, int], float]) -> Results:
    """Results of a run on the shelf that measured so many seconds, by requirement and place of the operation."""
    from tests.report.samples import row, run  # noqa: PLC0415

    names = [str(operation) for operation in WHOLE[SHELF].selection.tested]
    rows = [
        replace(
            row(name, "pass"),
            outcomes=(replace(row(name, "pass").outcomes[0], operation=names[place], seconds=took),),
        )
        for (name, place), took in seconds.items()
    ]
    return run(*rows)


SLOW = ("update.auth.required", 2)
PATCH = WHOLE[SHELF].selection.tested[SLOW[1]]


def uneven(path: Path) -> Path:
    """A run in which one requirement took most of the time."""
    place = {operation.id: number for number, operation in enumerate(WHOLE[SHELF].selection.tested)}
    rest = {(name, place[each]): 0.01 for name, each in dealt(WHOLE[SHELF])}
    path.write_text(json.dumps(timed({**rest, SLOW: 60.0}).to_json()))
    return path


def weight(session: Session, weigh: Weigh) -> int:
    by_id = {operation.id: operation for operation in session.selection.tested}
    return sum(weigh(name, by_id[operation]) for name, operation in dealt(session))


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_parts_take_about_equally_long(path: Path) -> None:
    weigh = durations.weigher(None)
    pairs = dealt(WHOLE[path])
    single = [sum(weigh(name, o) for o in WHOLE[path].selection.tested if (name, o.id) in pairs) for name in ORDER]
    for splits in (2, 3):
        weights = [weight(part, weigh) for part in parts(path, splits)]
        assert max(weights) <= sum(weights) / splits + max(single)
        assert min(weights) > 0


def test_what_was_measured_goes_before_what_is_estimated(tmp_path: Path) -> None:
    found = parts(SHELF, 3, durations=uneven(tmp_path / "results.json"))
    alone = next(part for part in found if (SLOW[0], PATCH.id) in dealt(part))
    assert dealt(alone) == {(SLOW[0], PATCH.id)}
    assert all(len(dealt(part)) > 50 for part in found if part is not alone)


def test_what_was_not_measured_is_estimated_on_the_scale_of_what_was() -> None:
    estimated = durations.estimates()
    weigh = durations.known(timed({SLOW: 0.1 * estimated[SLOW[0]]}), estimated)
    assert weigh("update.merge.siblings", PATCH) == 0.1 * durations.TICKS * estimated["update.merge.siblings"]
    absurd = durations.known(timed({SLOW: 1e300}), estimated)
    assert absurd("update.merge.siblings", PATCH) == estimated["update.merge.siblings"]
    none = durations.known(timed({}), estimated)
    assert none("update.auth.required", PATCH) > 0


def test_there_is_an_estimate_for_each_requirement() -> None:
    measured = json.loads(durations.FILE.read_text())
    assert list(measured) == ORDER
    assert min(measured.values()) > 0
    assert max(measured.values()) > 20 * min(measured.values())


def test_durations_that_cannot_be_read_are_told_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no results"):
        parts(DOCUMENT, 2, durations=tmp_path)


def test_operations_of_one_kind_share_what_is_said_of_them(tmp_path: Path) -> None:
    part = Session(Settings(openapi=things(tmp_path, 300, five=True), splits=5, group=3)).selection.shard
    assert part is not None
    assert len(part.tested) >= 300
    assert len({id(names) for names in part.tested.values()}) <= 5 + 2


# -- parts that are run ------------------------------------------------------------------------------------------------


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effect_watch, "RESTART_GRACE_S", 2.0)
    monkeypatch.setattr(judge, "TIMES", 1)
    monkeypatch.setattr(concurrency, "ROUNDS", 4)


def judged(server: Started, path: Path, folder: Path, **more: Any) -> Run:
    """A run, without pytest in between."""
    tokens = server.tokens
    settings = Settings(
        target=server.url,
        openapi=path,
        token=SecretStr(tokens.full),
        forbidden_token=SecretStr(tokens.forbidden),
        personal_token=SecretStr(tokens.personal),
        expired_token=SecretStr(tokens.expired),
        foreign_token=SecretStr(tokens.foreign),
        settle=0.1,
        max_examples=1,
        report=folder,
        **more,
    )
    session = Session(settings)
    plugin = Plugin(session)
    with session.open():
        plugin.begin()
        session.batches(run.MAX_CASES)
        for binding in requirements.bindings():
            for operation in session.selection.operations(binding):
                plugin.judge(binding, operation.id)
    return Run(str(folder), plugin.finish(complete=True), plugin.record.evidence)


def verdicts(results: Results) -> dict[tuple[str, str], str]:
    return {(row.id, outcome.operation): outcome.verdict for row in results.requirements for outcome in row.outcomes}


@pytest.mark.usefixtures("brisk")
@pytest.mark.parametrize(
    ("path", "faults"),
    [
        pytest.param(DOCUMENT, (), marks=pytest.mark.full),
        pytest.param(SHELF, (), marks=pytest.mark.full),
        pytest.param(MUSEUM, (), marks=pytest.mark.full),
        pytest.param(DOCUMENT, ("alias2-read-only",), marks=pytest.mark.full),
        pytest.param(SHELF, ("int-as-string",), marks=pytest.mark.full),
    ],
    ids=lambda each: each.stem if isinstance(each, Path) else "+".join(each) or "clean",
)
def test_parts_say_what_the_whole_says(path: Path, faults: tuple[str, ...], tmp_path: Path) -> None:
    with reference(path, faults=faults) as server:
        whole = judged(server, path, tmp_path / "whole").results
        found = [judged(server, path, tmp_path / f"{n}", splits=3, group=n) for n in (1, 2, 3)]
    merged, evidence = merge.merge(found, ORDER)
    assert verdicts(merged) == verdicts(whole)
    assert ("fail" in verdicts(whole).values()) == bool(faults)
    assert (merged.planned, merged.complete) == (merged.executed, True)
    assert len(evidence) == merged.exchanges == sum(each.results.exchanges for each in found)
    assert [entry["index"] for entry in evidence] == list(range(merged.exchanges))


def test_a_part_with_nothing_to_test_says_so_and_is_part_of_the_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    select = ("update.auth.required", "update.status.success")
    codes = [
        run.run(Settings(openapi=DOCUMENT, select=select, splits=3, group=n, report=tmp_path / f"{n}"))
        for n in (1, 2, 3)
    ]
    assert codes == [0, 0, 3]
    assert "part 3 of 3 has nothing to test" in " ".join(capsys.readouterr().out.split())
    found = [results_reader.load(tmp_path / f"{n}") for n in (1, 2, 3)]
    assert (found[2].results.planned, found[2].results.complete) == (0, True)
    # each had an embedded reference of its own, whose address is another
    whole, _ = merge.merge(found, ORDER)
    assert whole.complete
    assert {row.id for row in whole.requirements} == set(select)
    assert set(verdicts(whole).values()) == {"pass"}


@pytest.mark.parametrize(("objects", "used"), [(6, 3), (2, 1)])
def test_parts_have_objects_of_their_own_where_there_are_enough(objects: int, used: int) -> None:
    keys: list[set[str | None]] = []
    with reference(DOCUMENT, objects=objects) as server:
        token = SecretStr(server.tokens.full)
        for part in parts(DOCUMENT, 3, target=server.url, token=token):
            with part.connect():
                (group,) = part.resources.groups.values()
                assert not [check.error for check in part.resources.checks(group, may_write=False) if check.error]
                keys.append({name for update in group.updates for name in (update.key, update.second)})
    assert len(set().union(*keys)) == 2 * used
    assert all(len(each) == 2 for each in keys)


def test_parts_at_the_same_time_leave_one_another_alone(tmp_path: Path) -> None:
    words = ("run", "--openapi", str(DOCUMENT), "--splits", "2", "--settle", "1", "--max-examples", "1")
    some = [word for name in ("persist", "merge", "isolation", "error") for word in ("--select", f"update.{name}.*")]
    with reference(DOCUMENT, objects=4) as server:
        environ = {"GRAPH_CONTRACTS_TARGET": server.url, "GRAPH_CONTRACTS_TOKEN": server.tokens.full}
        running = [
            command.start(*words, *some, "--group", n, "--report", f"part{n}", cwd=tmp_path, **environ) for n in "12"
        ]
        assert [process.communicate(timeout=300) and process.returncode for process in running] == [0, 0]
    done = command.call("merge", "part1", "part2", "-o", "whole", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    found = results_reader.results(tmp_path / "whole")
    assert {"fail", "warn", "error"}.isdisjoint(verdicts(found).values())
    used = [row["value"] for row in found.capabilities if row["name"].endswith(": object")]
    assert len(set(used)) == 2
