"""`graph-contracts explain`: one requirement, why it is one, and what a server may do otherwise."""

from __future__ import annotations

from difflib import get_close_matches

import click

from contracts import cases
from contracts.commands import debug_option
from contracts.errors import ConfigurationError
from contracts.reference.sheet import proofs
from contracts.requirements import Requirement, registry

BASES = {
    "page": "the API reference page says so",
    "page-ex": "the API reference page's example shows it",
    "page⇒": "a statement of the API reference page can't hold without it",
    "rfc": "an RFC that every HTTP server is under requires it",
    "rfc-def": "it follows from how an RFC defines the method, status or format",
    "odata": "OData's convention, which Graph clients rely on",
    "graph": "Microsoft Graph's guidelines",
    "practice": "what clients rely on in practice",
}


@debug_option
@click.command(name="explain")
@click.argument("requirement")
def command(requirement: str) -> None:
    """Explain a requirement: statement, source, what may vary, when it gates, its cases, the faults that prove it."""
    cases.load()
    known = {each.id: each for each in registry()}
    if requirement not in known:
        near = get_close_matches(requirement, known, 1, 0)
        raise ConfigurationError(
            f"no requirement is called {requirement!r}", f"Did you mean {near[0]}?" if near else ""
        )
    click.echo(explain(known[requirement]))


def explain(requirement: Requirement) -> str:
    """All that is known of a requirement, as text."""
    gating = [profile for profile in ("page", "odata", "http") if requirement.severity(profile) == "fail"]
    lines = [
        requirement.id,
        "",
        requirement.statement,
        "",
        f"Level    {requirement.level}: {BASES.get(requirement.basis, requirement.basis)}",
        f"Source   {requirement.source}",
        f"Gates    {'with --profile ' + ', '.join(gating) if gating else 'never: it is reported only'}",
    ]
    if requirement.vary:
        lines.append(f"Varies   {requirement.vary}")
    lines += [f"Case     {case}" for case in requirement.cases]
    lines += [f"Proof    {fault.name}: {fault.text}" for fault in proofs(requirement.id)]
    return "\n".join(lines)
