"""Objects and lists of them as they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference import query
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.store import Objects, Store

PAGE_SIZE = re.compile(r"(?i:odata\.)?maxpagesize=([1-9][0-9]{0,5})\b")
"""The preference for how many objects a page has (OData 4.01 §8.2.8.5)."""


class Reads:
    """The steps that show objects."""

    def __init__(self, store: Store, addresses: Addresses) -> None:
        self.store = store
        self.addresses = addresses

    def get(self, request: Request) -> Reply:
        """An object, or all of them."""
        status = request.documented_status(200)
        try:
            asked = query.options(request.query)
            query.check(asked, query.KNOWN - query.LISTS if request.entity else query.KNOWN)
            return Reply(status, self.shown(request)) if request.entity else self.listed(request, asked, status)
        except query.QueryError as error:
            raise Refusal(400, "BadRequest", str(error)) from error

    def listed(self, request: Request, asked: Mapping[str, str], status: int) -> Reply:
        """A page of the collection's objects."""
        prefer = PAGE_SIZE.search(request.headers.get("prefer", ""))
        size = int(prefer[1]) if prefer else self.page_size(request)
        page = query.page(self.visible(request), asked, request.resource.type, size)
        applied = {"Preference-Applied": prefer[0]} if prefer else {}
        shown = [self.represent(request, dict(entity)) for _, entity in page.objects]
        items = request.resource.shape.items
        names = ("value",) if items is None else items
        if not names:
            return Reply(status, shown, applied)
        value: JsonObject = {} if page.count is None else {"@odata.count": page.count}
        listed: Json = shown
        for name in reversed(names[1:]):
            listed = {name: listed}
        value[names[0]] = listed
        if page.following:
            value["@odata.nextLink"] = f"{self.addresses.url(request)}?{page.following}"
        return Reply(status, value, applied)

    def page_size(self, request: Request) -> int | None:  # noqa: ARG002 (variations have one)
        """How many objects a page has where nothing else is asked; None for all."""
        return None

    def visible(self, request: Request) -> Objects:
        """The objects as reads see them."""
        return self.store.objects(request)

    def shown(self, request: Request) -> JsonObject:
        """The addressed object as a read shows it."""
        visible = self.visible(request)
        if request.entity not in visible:
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")
        return self.represent(request, dict(visible[request.entity]))

    def represent(self, request: Request, entity: JsonObject) -> JsonObject:
        """An object as it is shown, with types named where the documented example names them."""
        resource = request.resource
        kind = resource.type
        inline = self.inline(request, entity)
        named = {"@odata.type": f"#{kind.name}"} if kind.name else {}
        if resource.secret:
            entity = {name: value for name, value in entity.items() if name not in resource.secret}
        wanted = query.selected(query.options(request.query), resource.shape.keys)
        if wanted is not None:
            entity = {name: value for name, value in entity.items() if name in wanted}
        spelling = resource.nested_type
        return {**named, **(typed(entity, kind, spelling) if spelling else entity), **inline, **named}

    def inline(self, request: Request, entity: JsonObject) -> JsonObject:
        """The objects of the relations that are expanded."""
        found: JsonObject = {}
        names = query.expanded(query.options(request.query)) if request.method in {"GET", "HEAD"} else ()
        for name in names:
            key = () if request.entity else (str(entity.get(resource_key(request), "")),)
            segments = (*request.segments, *key, name)
            place = self.addresses.locate(segments)
            if place is None or place.resource is None:
                continue  # whoever asks for a property gets it anyway
            below = replace(request, segments=segments, place=place, operation=None, entity="", below=(), query="")
            self.addresses.parents(below)
            found[name] = [self.represent(below, dict(each)) for each in self.store.objects(below).values()]
        return found


def resource_key(request: Request) -> str:
    """The property that is the key of a resource's objects."""
    return request.resource.shape.key


def typed(value: Json, type_: Type, spelling: str) -> Json:
    """A value with the types of its complex parts named in front."""
    if isinstance(value, list) and type_.item:
        return [typed(item, type_.item, spelling) for item in value]
    if not isinstance(value, dict) or type_.kind is not TypeKind.COMPLEX:
        return value
    known = type_.properties
    members = {name: typed(item, known[name].type, spelling) if name in known else item for name, item in value.items()}
    return {"@odata.type": spelling.format(type_.name), **members} if type_.name else members
