"""junit.xml: a test suite a subject, a test case a requirement and operation, for CI servers that read that."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contracts.report.results import Outcome, RequirementResult, Results, Verdict
from contracts.report.visible import visible

SKIPPED = {Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE, Verdict.WAIVED}


def render(results: Results) -> str:
    """The document; characters that XML can't hold are made visible."""
    root = Element("testsuites", name="graph-contracts", time=f"{results.seconds:.3f}")
    rows = sorted(results.requirements, key=lambda row: row.subject)
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for subject, group in groupby(rows, key=lambda row: row.subject):
        suite = SubElement(root, "testsuite", name=subject, timestamp=results.started[:19])
        counted = dict.fromkeys(totals, 0)
        for row in group:
            for outcome in row.outcomes:
                _case(suite, row, outcome)
                counted["tests"] += 1
                counted["failures"] += outcome.verdict is Verdict.FAIL
                counted["errors"] += outcome.verdict is Verdict.ERROR
                counted["skipped"] += outcome.verdict in SKIPPED
        for name, number in counted.items():
            suite.set(name, str(number))
            totals[name] += number
    for name, number in totals.items():
        root.set(name, str(number))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _case(suite: Element, row: RequirementResult, outcome: Outcome) -> None:
    where = f" [{visible(outcome.operation)}]" if outcome.operation else ""
    case = SubElement(suite, "testcase", classname=f"graph-contracts.{row.subject}", name=f"{row.id}{where}", time="0")
    properties = SubElement(case, "properties")
    for name, value in (
        ("requirement", row.id),
        ("level", row.level),
        ("verdict", str(outcome.verdict)),
        ("source", row.source),
    ):
        SubElement(properties, "property", name=name, value=visible(value))
    message = visible(outcome.message)
    if outcome.verdict in {Verdict.FAIL, Verdict.ERROR}:
        tag = "failure" if outcome.verdict is Verdict.FAIL else "error"
        failure = SubElement(case, tag, message=message, type=row.level)
        failure.text = visible(
            f"{row.statement}\nexpected: {outcome.expected}\nactual:   {outcome.actual}\n"
            f"source:   {row.source}\nreplay:   {outcome.curl}"
        )
    elif outcome.verdict in SKIPPED:
        SubElement(case, "skipped", message=f"{outcome.verdict}: {message}")
    elif message:
        SubElement(case, "system-out").text = f"{outcome.verdict}: {message}"
