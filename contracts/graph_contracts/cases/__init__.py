"""The cases: a folder a kind of operation, a file an area, in the order in which a run goes through them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from graph_contracts.requirements import arrange

MODULES = (
    "update.route",
    "update.keys",
    "update.spellings",
    "update.method",
    "any.auth",
    "any.auth_answers",
    "any.authz",
    "any.status",
    "any.complete_body",
    "update.partial_body",
    "any.type_annotations",
    "update.body_id",
    "any.unknown_members",
    "update.odd_bodies",
    "any.request_headers",
    "any.unusual_requests",
    "any.media_types",
    "any.preferences",
    "any.request_framing",
    "update.connections",
    "any.answer_framing",
    "update.no_content",
    "any.response",
    "any.response_headers",
    "any.latency",
    "any.answer_id",
    "update.stored_properties",
    "any.types",
    "update.collection_sizes",
    "any.structure",
    "any.texts",
    "any.collections",
    "any.date_times",
    "any.numbers",
    "any.enums_and_nulls",
    "update.merge",
    "any.atomicity",
    "any.persistence",
    "update.isolation",
    "any.json_text",
    "any.hostile",
    "update.conditional",
    "any.etag_syntax",
    "update.etags",
    "update.concurrency",
    "update.generated",
    "any.errors",
    "update.error_codes",
    "any.error_details",
    "any.error_forms",
    "update.reflection",
    "any.throttling",
    "update.burst",
    "any.security",
    "any.calls",
    "any.long_running",
    "action.parameters",
    "action.bodies",
    "action.answers",
    "action.effects",
    "delta.rounds",
    "delta.changes",
    "batch.answers",
    "batch.requests",
    "read.documented",
    "list.documented",
    "create.documented",
    "delete.documented",
    "read.objects",
    "list.objects",
    "create.objects",
    "delete.objects",
    "function.answers",
    "function.arguments",
    "replace.objects",
    "replace.refused",
    "any.head",
    "list.concurrency",
    "delete.concurrency",
    "list.freshness",
    "list.paging",
    "list.options",
    "list.filters",
    "list.documented_filters",
    "list.searching",
    "any.expanding",
    "read.documented_options",
    "count.counts",
    "read.other_objects",
    "create.other_objects",
    "delete.other_objects",
    "read.parents",
    "list.parents",
    "create.parents",
    "update.parents",
    "delete.parents",
    "reference.relations",
    "reference.bodies",
    "media.stored_octets",
    "media.shown_octets",
)


def load() -> None:
    """Import every case, so that `graph_contracts.requirements.registry()` is complete."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
    arrange([f"{__name__}.{name}" for name in MODULES])


def files() -> tuple[Path, ...]:
    """The files of the cases, for pytest."""
    return tuple(Path(__file__).parent.joinpath(_file(name)) for name in MODULES)


def node(function: Callable[..., object]) -> str:
    """How pytest calls a case, seen from this folder."""
    return f"{_file(function.__module__.removeprefix(f'{__name__}.'))}::{function.__name__}"


def _file(module: str) -> str:
    return f"{module.replace('.', '/')}.py"
