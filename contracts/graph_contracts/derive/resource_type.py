"""What a page is about: the type that its operations read and write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph_contracts.derive.examples import Message
from graph_contracts.derive.links import Link
from graph_contracts.derive.page import Facts
from graph_contracts.derive.paths import Template
from graph_contracts.derive.resources import Library, Place, Resource
from graph_contracts.derive.schemas import Schema
from graph_contracts.json_types import Json

WRITES = {"PATCH", "POST", "PUT"}
NAME = re.compile(r"#?\w+(\.\w+)+")
Named = tuple[str, Resource | None]
"""A type's qualified name, empty where there is none, and the page that describes it."""


@dataclass(frozen=True)
class Subject:
    """What the operations of one page have in common."""

    facts: Facts
    place: Place
    resource: Resource | None
    name: str
    """Of the type that the page is about; empty where it names none."""
    written: str
    """The same, where objects of the type are sent; empty where parameters of an action are."""
    aliases: Mapping[str, list[str]]
    """Every path of the page, by method."""

    def at(self, line: int) -> str:
        """A line of the page, as sources spell it."""
        return self.facts.page.place(line)

    @property
    def writes(self) -> bool:
        return bool(WRITES & set(self.aliases))


def subject(library: Library, facts: Facts, templates: list[Template]) -> Subject:
    """Find out what a page is about: whatever it links to or names that has the properties which it sends."""
    place = Place(facts.page.path, facts.namespace, facts.labels, facts.page.origins)
    aliases: dict[str, list[str]] = {}
    for template in templates:
        aliases.setdefault(template.method, []).append(template.path)
    candidates = list(_candidates(library, facts, place, writes=bool(WRITES & set(aliases))))
    sent = _sent_names(facts)
    fitting = next((each for each in candidates if sent and _fits(sent, each[1])), None)
    described = (each for each in candidates if each[1] and (each[1].properties or each[1].shape or each[1].open))
    name, resource = fitting or next(described, None) or next(iter(candidates), ("", None))
    # what is sent may be the parameters of an action instead
    updates = bool({"PATCH", "PUT"} & set(aliases)) and (not sent or not resource or _fits(sent, resource, least=0))
    written = name if fitting or updates or (facts.body_links and not sent) else ""
    return Subject(facts, place, resource, name, written, aliases)


def linked(library: Library, place: Place, link: Link) -> Named:
    """The type that a link leads to or, where no page is there, names."""
    name = link.text.rpartition(" ")[2] if re.fullmatch(r"[\w. ]+", link.text) else ""
    resource = library.find(place, link.target, name)
    if resource:
        return resource.name, resource
    return (name if not name or "." in name else f"{place.namespace}.{name}"), None


def called(library: Library, place: Place, name: str) -> Named:
    """The type of a qualified name, as its page spells it."""
    resource = library.find(place, "", name.lstrip("#"))
    return (resource.name, resource) if resource else (name.lstrip("#"), None)


def stated(body: Json) -> str:
    """The type that an object says it is of; empty where it doesn't."""
    found = body.get("@odata.type") if isinstance(body, dict) else None
    return found.lstrip("#") if isinstance(found, str) and NAME.fullmatch(found) else ""


def media(schema: Schema, shown: list[Message], subject: Subject) -> Schema:
    """A schema and the examples of it."""
    found: Schema = {"schema": schema}
    if shown:
        found["examples"] = {
            f"documented{at + 1 if at else ''}": {
                "value": message.body,
                "x-graph-source": subject.at(message.body_line),
            }
            for at, message in enumerate(shown)
        }
    return found


def _candidates(library: Library, facts: Facts, place: Place, *, writes: bool) -> Iterator[Named]:
    answered = next((answer.link for answer in facts.answers if answer.link), None)
    links = [*(facts.body_links if writes else ()), *([answered] if answered else []), *facts.links]
    for link in dict.fromkeys(links):
        if (found := linked(library, place, link))[0]:
            yield found
    for message in facts.messages:
        if message.type and message.status and not message.type.startswith("Edm."):
            yield called(library, place, message.type)
            break
    for message in facts.messages:
        if name := stated(message.body):
            yield called(library, place, name)
            break


def _sent_names(facts: Facts) -> set[str]:
    """The names of what is sent, by the table and the examples."""
    names = {row.name for row in facts.properties}
    for pair in facts.exchanges:
        if pair.request and pair.request.method in WRITES and isinstance(pair.request.body, dict):
            names |= set(pair.request.body)
    return {name for name in names if "@" not in name}


def _fits(names: set[str], resource: Resource | None, least: float = 0.5) -> bool:
    """Whether more than a share of some names are those of a type's properties."""
    if resource is None:
        return False
    known = {*resource.properties, *resource.relationships, *resource.shape}
    return len(names & known) > len(names) * least or (resource.open and bool(names & known))
