"""Request bodies: the table, the examples and the type that the page is about, together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graph_contracts.derive.descriptions import NOTHING
from graph_contracts.derive.examples import Exchange, Message
from graph_contracts.derive.primitives import anonymous, list_members, listed_members, spelled
from graph_contracts.derive.resource_type import WRITES, Subject, media, stated
from graph_contracts.derive.schemas import Schema, Schemas, is_open, misspelled
from graph_contracts.derive.tables import PropertyRow
from graph_contracts.json_types import JsonObject

Say = Callable[[str, str, str, str], None]
"""Takes an ambiguity: subject, reading, reason, source."""


class Bodies:
    """Makes request bodies out of the schemas of one document."""

    def __init__(self, schemas: Schemas, say: Say) -> None:
        self.schemas = schemas
        self.say = say

    def body(self, subject: Subject, method: str, pairs: list[Exchange]) -> Schema | None:
        """The request body of the operations of one method on a page; None where nothing is sent."""
        facts = subject.facts
        requests = [pair.request for pair in pairs if pair.request]
        sent = [message for message in requests if isinstance(message.body, dict | list)]
        binary = [message for message in requests if message.text and message.media and "json" not in message.media]
        if method not in WRITES or (facts.bodiless and not (facts.properties or sent or binary)):
            return None
        content: Schema = {}
        prose = facts.body_links or (subject.written and method != "POST")
        if facts.properties or sent or (prose and not binary and not facts.bodiless):
            if not facts.properties and sent and isinstance(sent[0].body, list):
                schema = anonymous(sent[0].body)
            else:
                schema = self._schema(subject, method, [each for each in sent if isinstance(each.body, dict)])
            content["application/json"] = media(schema, sent, subject)
        for message in binary:
            content.setdefault(message.media, {"schema": {"type": "string", "format": "binary"}})
        return {"required": True, "content": content} if content else None

    def entity(self, subject: Subject) -> Schema:
        """The schema of the type that the page is about, from its resource page or, without one, from this page."""
        facts, name = subject.facts, subject.name
        new = name not in self.schemas.named
        schema = self.schemas.require(name, subject.resource)
        known = schema["properties"]
        if new and not subject.resource and subject.writes:
            bodies = [message.body for message in facts.messages if isinstance(message.body, dict)]
            for row in facts.properties:
                if row.name[0] != "@":
                    known[row.name] = self._own(subject, row, bodies)
        for row in facts.properties:
            if row.refinement.read_only and row.name in known:
                known[row.name]["readOnly"] = True
            if (row.refinement.overwritten or row.refinement.maintained) and row.name in known:
                known[row.name]["x-graph-computed"] = True
        if "id" in known and "$ref" not in known["id"]:
            known["id"]["readOnly"] = True
        return schema

    def _schema(self, subject: Subject, method: str, sent: list[Message]) -> Schema:
        facts, name = subject.facts, subject.written
        known = self.entity(subject)["properties"] if name else {}
        rows = {row.name: row for row in facts.properties}
        found = {row.name: self._row(subject, row, sent, known) for row in rows.values()}
        for message in sent:
            self._shown(subject, found, known, message, tabled=bool(rows))
        also = [
            each for each in dict.fromkeys(stated(message.body) for message in sent) if name and each not in {"", name}
        ]
        if subject.written:
            found = {key: self._writable(subject, key, found[key], sent) for key in found}
        whole = set(found) == set(known) or (not rows and set(found) <= set(known))
        whole = whole and not any("readOnly" in known[key] and "readOnly" not in found[key] for key in found)
        if name and subject.resource and whole:  # without a resource page, what answers show would be taken for sent
            for key in found if rows else ():  # the page that is read says where
                known[key] = {**known[key], "x-graph-source": found[key]["x-graph-source"]}
            self.schemas.roots.add(name)
            if also:
                self.schemas.also(name, also)
            return {"$ref": f"#/components/schemas/{name}"}
        required = [row.name for row in rows.values() if row.refinement.required] if method == "POST" else []
        return {
            "type": "object",
            **({"x-graph-type": name} if name else {}),
            **({"x-graph-also": also} if also else {}),
            **({"required": required} if required else {}),
            "properties": found,
        }

    def _own(self, subject: Subject, row: PropertyRow, bodies: list[JsonObject]) -> Schema:
        """What the page itself says of a property."""
        shown = next((body[row.name] for body in bodies if body.get(row.name) is not None), None)
        return self.schemas.property(subject.place, row.type, row.refinement, shown, subject.at(row.line))

    def _row(self, subject: Subject, row: PropertyRow, sent: list[Message], known: Mapping[str, Schema]) -> Schema:
        shown = next((each.body[row.name] for each in sent if each.body.get(row.name) is not None), None)
        if shown is not None and row.name in known and is_open(known[row.name]):
            self.schemas.close(subject.place, known[row.name], shown)
        own = self._own(subject, row, [each.body for each in sent])
        return self._agreed(subject, row.name, own, known.get(row.name))

    def _shown(
        self, subject: Subject, found: Schema, known: Mapping[str, Schema], message: Message, *, tabled: bool
    ) -> None:
        """Add what an example sends and no table lists."""
        for key, value in message.body.items():
            if key in found or ("@" in key and not key.endswith(("@odata.bind", "@odata.id"))):
                continue
            source = subject.at(message.lines.get((key,), message.body_line))
            if key not in known and misspelled(key, {**known, **found}):
                self.say(f"{key} in the example", "left out", "another letter case than the table's", source)
            elif key in known:
                found[key] = {**known[key], "x-graph-source": source} if tabled else known[key]
            elif related := self.schemas.related(subject.written, key):
                found[key] = {**related, "x-graph-source": source}
            else:
                found[key] = self.schemas.property(subject.place, None, NOTHING, value, source)
        if subject.written:
            self.schemas.grow(subject.place, subject.written, message, message.body)
        else:
            for key in found:
                if isinstance(value := message.body.get(key), dict | list):
                    self.schemas.grow_below(subject.place, found[key], message, value, (key,))

    def _writable(self, subject: Subject, key: str, schema: Schema, sent: list[Message]) -> Schema:
        """A property as it may be sent: what the page's own request sends isn't read-only, but the server's to set."""
        keys = {"id", subject.resource.key if subject.resource else ""}
        if key in keys or "readOnly" not in schema or not any(key in message.body for message in sent):
            return schema
        self.say(
            f"{key} in the example",
            "may be sent; the server may set it",
            "read-only in a table",
            schema["x-graph-source"],
        )
        return {name: value for name, value in schema.items() if name != "readOnly"} | {"x-graph-computed": True}

    def _agreed(self, subject: Subject, name: str, own: Schema, known: Schema | None) -> Schema:
        """A property as the operation's table and the resource page say it; the latter is right more often."""
        if known is None or (is_open(known) and not is_open(own)):
            return own
        if subject.resource and (said := spelled(own)) != (right := spelled(known)) and said and right:
            self.say(
                f"type of {subject.name}.{name}",
                f"{right}, as {known.get('x-graph-source', 'the resource page')} says",
                f"this page says {said}",
                own["x-graph-source"],
            )
        kept: Schema = {key: own[key] for key in ("deprecated", "readOnly", "x-graph-computed") if key in own}
        if "x-graph-limits" in own and spelled(own) == spelled(known):
            kept["x-graph-limits"] = known.get("x-graph-limits", own["x-graph-limits"])
        found: Schema = dict(known) | kept | {"x-graph-source": own["x-graph-source"]}
        if (members := listed_members(own)) and "type" in known and "items" not in known:
            list_members(found, members)
        return found
