"""What a server must do, one `Requirement` each, tied to the cases that test it by decorators.

A requirement lives where it is tested: its id, its statement, what is sent and how to fix a server that breaks it
stand at the case, in the decorators and in the docstring. What is required of updates and of reads, lists, creations or
deletions as well is a requirement of its own for each kind, `read.auth.required` beside `update.auth.required`: with
`also` the same case tests it, with `adapted` another one does. What levels and bases mean: docs/design.md, Levels.
A case raises `Inconclusive` or `NotApplicable` where it can't judge, and yields a `Finding` for each thing that is not
as it should be.
"""

from __future__ import annotations

from graph_contracts.contract import Convention
from graph_contracts.requirements.catalogue import catalogue
from graph_contracts.requirements.causes import CAUSES, Cause, causes_of
from graph_contracts.requirements.decorators import adapted, also, requirement
from graph_contracts.requirements.index import arrange, bindings, find, known, registry
from graph_contracts.requirements.model import (
    HARMFUL,
    PROFILES,
    SEVERITY_ORDER,
    Aliases,
    Binding,
    Case,
    Each,
    Finding,
    Findings,
    Inconclusive,
    Level,
    Mismatch,
    NotApplicable,
    Phase,
    Requirement,
    Severity,
    Undecided,
    Unread,
)
from graph_contracts.requirements.patterns import matches
from graph_contracts.requirements.signs import Sign, signs

__all__ = [
    "CAUSES",
    "HARMFUL",
    "PROFILES",
    "SEVERITY_ORDER",
    "Aliases",
    "Binding",
    "Case",
    "Cause",
    "Convention",
    "Each",
    "Finding",
    "Findings",
    "Inconclusive",
    "Level",
    "Mismatch",
    "NotApplicable",
    "Phase",
    "Requirement",
    "Severity",
    "Sign",
    "Undecided",
    "Unread",
    "adapted",
    "also",
    "arrange",
    "bindings",
    "catalogue",
    "causes_of",
    "find",
    "known",
    "matches",
    "registry",
    "requirement",
    "signs",
]
