"""junit.xml: a test suite a requirement with its properties, a test case an operation, for CI servers that read that.

Properties stand on suites, where every schema of the format allows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from graph_contracts.report import causes
from graph_contracts.report.causes import CauseGroup
from graph_contracts.report.headline import sentence
from graph_contracts.report.results import Outcome, RequirementResult, Results, verdict_of
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.visible import visible

SKIPPED = {Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE, Verdict.WAIVED}
COUNTS = ("tests", "failures", "errors", "skipped")


def render(results: Results) -> str:
    """The document; characters that XML can't hold are made visible."""
    root = Element("testsuites", name="graph-contracts", time=f"{results.seconds:.3f}")
    _suite_of_run(root, results)
    known = causes.followers(causes.groups(results))
    for row in sorted(results.requirements, key=lambda row: row.area):
        suite = _suite(root, results, row.id, _properties(row))
        for outcome in row.outcomes:
            _case(suite, row, outcome, known.get((row.id, outcome.operation)))
        _count(suite)
    for name in COUNTS[:3]:  # suites of suites have no count of skipped ones
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite_of_run(root: Element, results: Results) -> None:
    """What no requirement says: whether the run came to its end, and what is wrong with the baseline."""
    properties = {
        "verdict": verdict_of(results),
        "summary": sentence(results),
        "target": results.target_url,
        "contract": f"{results.contract_source} sha256:{results.contract_sha256}",
        "version": results.version,
        "profile": results.profile,
        "seed": str(results.seed),
        "planned": str(results.planned),
        "executed": str(results.executed),
        "exit-code": str(results.exit_code),
    }
    suite = _suite(root, results, "run", properties.items())
    case = SubElement(suite, "testcase", classname="graph-contracts.run", name="every planned case was run", time="0")
    if not results.complete:
        SubElement(case, "error", message=visible(sentence(results)), type="incomplete")
    if results.baseline:
        name = "the baseline is up to date"
        case = SubElement(suite, "testcase", classname="graph-contracts.run", name=name, time="0")
        if results.baseline.problems:
            problems = visible("\n".join(results.baseline.problems))
            SubElement(case, "failure", message=problems.partition("\n")[0], type="baseline").text = problems
    _count(suite)


def _suite(root: Element, results: Results, name: str, properties: Iterable[tuple[str, str]]) -> Element:
    suite = SubElement(root, "testsuite", name=visible(name), timestamp=results.started[:19], time="0")
    group = SubElement(suite, "properties")
    for key, value in properties:
        SubElement(group, "property", name=key, value=visible(value))
    return suite


def _properties(row: RequirementResult) -> Iterator[tuple[str, str]]:
    yield "requirement", row.id
    yield "level", row.level
    yield "basis", row.basis
    yield "verdict", str(row.verdict)
    yield "statement", row.statement
    yield "source", row.source


def _count(suite: Element) -> None:
    cases = suite.findall("testcase")
    tags = (None, "failure", "error", "skipped")
    for name, tag in zip(COUNTS, tags, strict=True):
        suite.set(name, str(sum(tag is None or case.find(tag) is not None for case in cases)))


def _case(suite: Element, row: RequirementResult, outcome: Outcome, group: CauseGroup | None) -> None:
    where = f" [{outcome.operation}]" if outcome.operation else ""
    classname, name = visible(f"graph-contracts.{row.area}"), visible(f"{row.id}{where}")
    case = SubElement(suite, "testcase", classname=classname, name=name, time="0")
    message = visible(outcome.message)
    if outcome.verdict in {Verdict.FAIL, Verdict.ERROR}:
        cause = f"\ncause:    likely follows from {group.requirement}: {group.says}" if group else ""
        tag = "failure" if outcome.verdict is Verdict.FAIL else "error"
        failure = SubElement(case, tag, message=message, type=row.level)
        failure.text = visible(
            f"{row.statement}\nexpected: {outcome.expected}\nactual:   {outcome.actual}\n"
            f"source:   {row.source}\nreplay:   {outcome.curl}{cause}"
        )
    elif outcome.verdict in SKIPPED:
        SubElement(case, "skipped", message=f"{outcome.verdict}: {message}")
    elif message:
        SubElement(case, "system-out").text = f"{outcome.verdict}: {message}"
