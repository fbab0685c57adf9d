"""Responses: the statuses that a page states, and what stands in the body of each."""

from __future__ import annotations

from dataclasses import replace

from graph_contracts.derive.bodies import Bodies
from graph_contracts.derive.examples import Exchange, Message
from graph_contracts.derive.paths import Template
from graph_contracts.derive.primitives import anonymous
from graph_contracts.derive.resource_type import NAME, Named, Subject, called, linked, media, stated
from graph_contracts.derive.schemas import Schema
from graph_contracts.derive.statuses import Answer
from graph_contracts.json_types import JsonMapping

USUAL = {"GET": 200, "PATCH": 200, "POST": 201, "PUT": 200, "DELETE": 204}
ERROR_REFERENCE = {"$ref": "#/components/responses/Error"}
ERROR: JsonMapping = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "minLength": 1},
                "message": {"type": "string", "minLength": 1},
                "innerError": {"type": "object"},
            },
        }
    },
}
LOCATION = {"Location": {"description": "Where the answer is.", "schema": {"type": "string"}}}

ACCEPTED = 202
MONITORS = ("Location", "Operation-Location")
"""Header fields that name the monitor of what was only begun (RFC 9110 §15.3.3)."""


class Answers:
    """Makes responses out of the schemas of one document."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.schemas = bodies.schemas
        self.library = bodies.schemas.library

    def responses(self, subject: Subject, template: Template, pairs: list[Exchange]) -> Schema:
        """The responses of the operations of one method on a page; the first answers a plain request."""
        shown = [pair.response for pair in pairs if pair.response]
        stated = self._statuses(subject, template, shown)
        found: Schema = {}
        for answer in stated:
            examples = [message for message in shown if message.status == answer.code]
            found[str(answer.code)] = self._response(subject, template, answer, examples, alone=len(stated) == 1)
        for code, _ in subject.facts.errors:
            found[str(code)] = ERROR_REFERENCE
        found["4XX"] = ERROR_REFERENCE
        return found

    def _statuses(self, subject: Subject, template: Template, shown: list[Message]) -> list[Answer]:
        """The statuses of success of one method; what only a Prefer header leads to comes last."""
        facts, method = subject.facts, template.method
        examples = [Answer(message.status, message.line, None) for message in shown if message.status < 400]
        stated = list(facts.answers)
        if not stated:
            if examples:
                return examples[:1]
            facts.page.notes.guessed(template.line, f"no status is stated: {USUAL[method]} is usual for {method}")
            return [Answer(USUAL[method], template.line, None)]
        several = len({each.method for each in facts.templates}) > 1
        if several and len(stated) > 1:  # each status belongs to a method
            own = [answer for answer in stated if any(answer.code == each.code for each in examples)]
            stated = own or stated
        if examples and not any(each.code == answer.code for each in examples for answer in stated):
            self.bodies.say(
                "status",
                f"{stated[0].code}, as the Response section says",
                f"the example shows {examples[0].code}",
                subject.at(examples[0].line),
            )
        # an update that may create answers 201 only where there was no object
        return sorted(
            stated, key=lambda each: (each.preferred, each.code >= 300, method == "PATCH" and each.code == 201)
        )

    def _response(
        self, subject: Subject, template: Template, answer: Answer, examples: list[Message], *, alone: bool
    ) -> Schema:
        found: Schema = {"description": "No content.", "x-graph-source": subject.at(answer.line)}
        if answer.preferred:
            found["x-graph-preferred"] = True
        if answer.code >= 300:
            return {**found, "description": "Elsewhere.", "headers": LOCATION}
        empty = examples and not any(message.text for message in examples)
        found |= _monitor(answer, examples)
        if answer.code in {204, 205} or (answer.code == ACCEPTED and empty):
            return found
        shown = next((message for message in examples if isinstance(message.body, dict | list)), None)
        other = next((m for m in examples if m.text and m.media and "json" not in m.media), None)
        if other and not shown and not answer.link:
            content = {other.media: {"schema": {"type": "string", "format": "binary"}}}
            return {**found, "description": "The content.", "content": content}
        plural = bool(answer.link and answer.link.plural)
        body, listed = _unwrapped(shown, plural=plural)
        listed = listed and not _says_one(template, answer)
        name, resource = self._type(subject, template, answer, shown, body)
        if shown is None and not answer.link and not (alone and template.method == "GET"):
            return found
        if not name:
            if shown is None:
                return found
            json = media(anonymous(shown.body), [shown], subject)
            return {**found, "description": "The result.", "content": {"application/json": json}}
        self.schemas.require(name, resource)
        if name == subject.name:
            self.bodies.entity(subject)
        self.schemas.roots.add(name)
        word = name.rpartition(".")[2]
        if (listed or plural or (shown and shown.collection)) and template.method in {"GET", "POST"}:
            json = self._list(subject, name, shown)
            return {**found, "description": f"A list of {word}.", "content": {"application/json": json}}
        shapes = [message for message in (body, *(_unwrapped(each, plural=False)[0] for each in examples)) if message]
        json = self._object(subject, name, list({message.line: message for message in shapes}.values()))
        return {**found, "description": f"The {word}.", "content": {"application/json": json}}

    def _list(self, subject: Subject, name: str, shown: Message | None) -> Schema:
        if shown and isinstance(shown.body, dict) and isinstance(value := shown.body.get("value"), list):
            for item in value[:4]:
                self.schemas.grow(subject.place, name, shown, item, ("value",))
        items = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
        wrapper = {"type": "object", "required": ["value"], "properties": {"value": items}}
        return media(wrapper, [shown] if shown else [], subject)

    def _object(self, subject: Subject, name: str, shown: list[Message]) -> Schema:
        schema: Schema = {"allOf": [{"$ref": f"#/components/schemas/{name}"}]}
        for message in shown:
            self.schemas.grow(subject.place, name, message, message.body)
        if shown:
            known = self.schemas.named[name]["properties"]  # without relationships, which an example may show expanded
            required = [key for key in shown[0].body if key in known and all(key in each.body for each in shown)]
            schema |= {"required": required} if required else {}
        return media(schema, shown, subject)

    def _type(
        self, subject: Subject, template: Template, answer: Answer, shown: Message | None, body: Message | None
    ) -> Named:
        """The type of what is answered; an empty name where it has none."""
        if answer.link and (found := linked(self.library, subject.place, answer.link))[0]:
            return found
        if shown and NAME.fullmatch(shown.type) and not shown.type.startswith("Edm."):
            return called(self.library, subject.place, shown.type)
        if body and (name := stated(body.body)):
            return called(self.library, subject.place, name)
        names = {key for key in body.body if "@" not in key} if body else set()
        known = {*subject.resource.properties, *subject.resource.shape} if subject.resource else set()
        fits = len(names & known) * 2 > len(names)
        updated = template.method == "PATCH" and (body or not subject.resource)
        return (subject.name, subject.resource) if fits or updated else ("", None)


def _says_one(template: Template, answer: Answer) -> bool:
    """Whether path and text both speak of one object, whatever the example shows."""
    return bool(answer.link and not answer.link.plural) and template.path[-1] == "}"


def _unwrapped(response: Message | None, *, plural: bool) -> tuple[Message | None, bool]:
    """A response whose body is the object itself, and whether it stood among others in a list.

    The reference wraps lists, and many single objects too, in a member called `value`.
    """
    body = response.body if response else None
    if response is None or not isinstance(body, dict):
        return None, False
    if {name for name in body if "@" not in name} != {"value"}:
        return response, False
    value = body["value"]
    if isinstance(value, list):
        first = next((item for item in value if isinstance(item, dict)), None)
        return (replace(response, body=first) if first else None), first is not None or plural or not value
    return (replace(response, body=value), False) if isinstance(value, dict) else (response, False)


def _monitor(answer: Answer, examples: list[Message]) -> JsonMapping:
    """What a 202 says of the header fields that name its monitor, as the examples have them."""
    if answer.code != ACCEPTED:
        return {}
    shown = {name for name in MONITORS for message in examples if name.lower() in message.headers}
    described = {"description": "Where the operation can be watched.", "schema": {"type": "string"}}
    return {"headers": {name: described for name in MONITORS if name in shown}} if shown else {}
