"""From a request's head to the operation and the object that it addresses, and back to an object's address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote, unquote_to_bytes

from graph_contracts.contract import ON_OBJECTS, Contract, ObjectPath, blank
from graph_contracts.contract.composite_key import CompositeKey
from graph_contracts.reference.call_segments import Calls
from graph_contracts.reference.message import Refusal, Request, Scope
from graph_contracts.reference.routes import Place, Role, Routes
from graph_contracts.reference.store import Store

SAFE = "$'()*+,;=:@!~"
"""What stands in a path's segment as it is (RFC 3986 §3.3)."""
LITERAL = "'=,"
"""What stands in a key of several properties as it is, for it parts them."""
SINGLE = "-"
"""Stands for the id of an object that is alone and gone."""


class Addresses:
    """The steps that say what a path and a method are for."""

    def __init__(self, contract: Contract, store: Store) -> None:
        self.store = store
        self.routes = Routes(contract)
        self.bound_path = contract.bound_path
        self.fresh: Callable[[Request], None] = lambda _: None
        """Brings the objects of a collection up to date that is made of those of another."""
        paths = tuple(each.path for each in contract.operations)
        self.spellings = Spellings.of(path for path in paths if blank(path) not in contract.functions)
        self.calls = Calls.of(paths)
        self.base = [part for part in contract.base_path.split("/") if part]

    def request(self, scope: Scope) -> Request:
        """The request's head."""
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        raw = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
        raw = re.sub(rb"^https?://[^/]*", b"", raw)  # the absolute form (RFC 9112 §3.2.2)
        segments = tuple(unquote_to_bytes(part).decode("utf-8", "replace") for part in raw.split(b"/") if part)
        below = list(segments[: len(self.base)]) == self.base
        segments = segments[len(self.base) :] if below else ("", *segments)
        segments, key_property = self.spellings.plain(segments)
        query = scope["query_string"].decode("latin-1")
        segments, arguments = self.read_calls(segments, query)
        return Request(
            method=scope["method"],
            path="/" + "/".join(segments),
            segments=segments,
            query=query,
            headers=headers,
            scope=scope,
            key_property=key_property,
            arguments=arguments,
        )

    def read_calls(self, segments: tuple[str, ...], query: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
        """A path's segments with the arguments of functions left blank, and these arguments."""
        return self.calls.plain(segments, query)

    def route(self, request: Request) -> None:
        """Find the operation and the object; 404 where there is none."""
        request.place = self.locate(request.segments)
        if request.place is None:
            raise Refusal(404, "ResourceNotFound", "The resource does not exist.")
        request.operation = request.place.operation(request.method)
        self.parents(request)
        self.fresh(request)
        if request.place.role is Role.ITEM:
            request.entity = request.segments[-1]
        elif request.place.role is Role.SINGLE:
            request.entity = next(iter(self.store.objects(request)), SINGLE)
        if request.entity:
            self.find(request)
        if request.place.role is Role.OTHER or request.kind not in {None, *ON_OBJECTS}:
            request.bound = self.bound(request)

    def bound(self, request: Request) -> Request | None:
        """A request for what an operation is bound to; 404 where that is an object which isn't there."""
        operation = request.operation
        above = self.bound_path(operation) if operation is not None else ""
        segments = request.segments[: len(self.routes.split(above))]
        place = self.locate(segments) if segments else None
        if place is None or place.resource is None:
            return None
        found = replace(request, path="/" + "/".join(segments), segments=segments, place=place, operation=None)
        self.parents(found)
        if place.role is Role.ITEM:
            found.entity = segments[-1]
            self.find(found)
        elif place.role is Role.SINGLE:
            found.entity = next(iter(self.store.objects(found)), SINGLE)
        return found

    def locate(self, segments: tuple[str, ...]) -> Place | None:
        """What a path leads to."""
        return self.routes.find(segments)

    def parents(self, request: Request) -> None:
        """404 below an object that isn't there; whoever first asks below one names one that is."""
        place = request.place
        for above in self.routes.above(place) if place else ():
            keys = request.segments[: len(self.routes.split(above.template))]
            resource = above.resource
            if resource is None or self.locate(keys) is not above:
                continue  # what has a path of its own is none of the collection's objects
            known = {*self.store.collection(resource, request.tenant, request.below), *self.store.named}
            if keys[-1] not in known:
                if self.store.nested(request.resource):
                    raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")
                self.store.named.add(keys[-1])
            request.below = (*request.below, keys[-1])

    def find(self, request: Request) -> None:
        """404 where the object isn't there."""
        objects = self.store.objects(request)
        if request.key_property in request.resource.type.properties:
            other = (each for each, shown in objects.items() if shown.get(request.key_property) == request.entity)
            request.entity = next(other, "")
        if request.entity not in objects:
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")

    def method(self, request: Request) -> None:
        """405 for what an object or a collection doesn't do."""
        if request.method not in self.allow(request).split(", "):
            raise Refusal(405, "Request_BadRequest", "The method is not allowed here.", Allow=self.allow(request))

    def allow(self, request: Request) -> str:
        """The methods that a path has: objects can be looked at, whatever the document has for them."""
        assert request.place is not None  # noqa: S101 (routed)
        methods = {"OPTIONS", *request.place.operations}
        if "GET" in methods or request.stored:
            methods |= {"GET", "HEAD"}
        return ", ".join(sorted(methods))

    def url(self, request: Request, *more: str) -> str:
        """The address of what a request is for, or of something below it."""
        path = "".join(f"/{quote(segment, safe=SAFE)}" for segment in self.base)
        path += self._spelled((*request.segments, *more))
        host = request.headers.get("host", "")
        return f"{request.scope.get('scheme', 'http')}://{host}{path}" if host else path

    def _spelled(self, segments: tuple[str, ...]) -> str:
        """A path as the document spells it: keys in parentheses where it has them there."""
        path = ""
        for end, segment in enumerate(segments, 1):
            special = self.spellings.keys or self.spellings.several
            place = self.routes.find(segments[:end]) if special else None
            written = ObjectPath.of(place.template) if place is not None else None
            key = segment if written and written.composite else quote(segment, safe=SAFE)
            path += written.form.replace("{}", key) if written and written.form.startswith("(") else f"/{key}"
        return path


@dataclass(frozen=True, slots=True)
class Spellings:
    """How a document's paths write what others have in segments: keys in parentheses, and casts."""

    keys: tuple[tuple[re.Pattern[str], str], ...]
    """What a segment with a key looks like; and the property that is the key, where it isn't the usual one."""
    casts: frozenset[str]
    """Types that the path of an object may be cast to."""
    several: tuple[tuple[re.Pattern[str], str, CompositeKey], ...] = ()
    """What a segment with a key of several properties looks like, the collection's name, and the key."""

    @classmethod
    def of(cls, paths: Iterable[str]) -> Self:
        """Read a document's path templates."""
        found = [each for path in dict.fromkeys(paths) if (each := ObjectPath.of(path)) is not None]
        usual = {each.collection for each in found if not each.form.startswith("(")}
        keys: dict[tuple[str, str], str] = {}
        several: list[tuple[re.Pattern[str], str, CompositeKey]] = []
        for each in found:
            if each.form.startswith("("):
                name = each.collection.rpartition("/")[2]
                if each.composite is not None:
                    several.append((re.compile(rf"{re.escape(name)}\((.+)\)", re.DOTALL), name, each.composite))
                    continue
                named = each.form.partition("=")[0][1:] if "=" in each.form else ""
                keys[name, named] = named if each.collection in usual else ""
        patterns = (
            (re.compile(rf"({re.escape(name)})\({re.escape(named)}{'=' if named else ''}('?)(.+)\2\)", re.DOTALL), key)
            for (name, named), key in keys.items()
        )
        return cls(tuple(patterns), frozenset(each.cast for each in found if each.cast), tuple(several))

    def plain(self, segments: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        """A path's segments, each key in one of its own and no cast; and the property that the last key is of."""
        plain: list[str] = []
        last = ""
        for written in segments:
            if written in self.casts:
                continue
            last, segment = "", written.removesuffix("()")
            if composite := self._composite(segment):
                plain += composite
                continue
            for pattern, key in self.keys:
                if match := pattern.fullmatch(segment):
                    plain += [match[1], match[3].replace("''", "'") if match[2] else match[3]]
                    last = key
                    break
            else:
                plain.append(segment)
        return tuple(plain), last

    def _composite(self, segment: str) -> tuple[str, ...]:
        """The collection's name and the key of several properties that a segment has; nothing where it has none."""
        for pattern, name, composite in self.several:
            if (match := pattern.fullmatch(segment)) and (
                key := composite.shown_in(f"({quote(match[1], safe=LITERAL)})")
            ):
                return name, key
        return ()
