"""OData metadata (CSDL XML 4.0 and 4.01): the types of an API as it declares them itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from graph_contracts import files
from graph_contracts.errors import MetadataError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST = 128 << 20
"""Of the metadata's octets; Graph's own has some 6 MB."""
CORE = "Org.OData.Core.V1."
CAPABILITIES = "Org.OData.Capabilities.V1."
HINT = "Metadata is the XML that an OData service answers at $metadata"


@dataclass(frozen=True, slots=True)
class Member:
    """A property, navigation property or parameter."""

    name: str
    type: str
    """Qualified, without `Collection(…)`."""
    collection: bool = False
    nullable: bool = True
    computed: bool = False
    """The server makes it up; what a client sends is ignored or refused."""
    immutable: bool = False
    """A client may give it on creation only."""


@dataclass(frozen=True)
class Structured:
    """An entity type or a complex type."""

    name: str
    base: str = ""
    open: bool = False
    abstract: bool = False
    members: Mapping[str, Member] = field(default_factory=dict)
    navigation: Mapping[str, Member] = field(default_factory=dict)


@dataclass(frozen=True)
class Enumeration:
    """An enumeration; of one with flags, a value may name several members."""

    name: str
    members: tuple[str, ...]
    flags: bool = False


@dataclass(frozen=True)
class Model:
    """What metadata declares, by qualified name."""

    structured: Mapping[str, Structured]
    enumerations: Mapping[str, Enumeration]
    definitions: Mapping[str, str]
    """Type definitions: a name for a primitive type."""
    actions: Mapping[str, Sequence[Mapping[str, Member]]]
    """Parameters of each action and function of a name, without what it is bound to."""
    refused: Mapping[str, frozenset[str]]
    """Of each entity set or singleton, the methods that its capabilities rule out."""
    sets: Mapping[str, str]
    """The type of each entity set and singleton."""

    def members(self, name: str) -> Mapping[str, Member]:
        """The properties of a type, those that it inherits included."""
        found: dict[str, Member] = {}
        for each in self._line(name):
            found = {**each.members, **found}
        return found

    def links(self, name: str) -> Mapping[str, Member]:
        """The navigation properties of a type, those that it inherits included."""
        found: dict[str, Member] = {}
        for each in self._line(name):
            found = {**each.navigation, **found}
        return found

    def _line(self, name: str) -> Iterator[Structured]:
        """A type and those that it derives from, nearest first."""
        seen: set[str] = set()
        while name and name not in seen and (each := self.structured.get(name)):
            seen.add(name)
            yield each
            name = each.base

    def heirs(self) -> Mapping[str, list[str]]:
        """The types that derive from each type, however far below."""
        found: dict[str, list[str]] = {}
        for each in self.structured.values():
            above, seen = each.base, {each.name}
            while above and above not in seen:
                seen.add(above)
                found.setdefault(above, []).append(each.name)
                above = self.structured[above].base if above in self.structured else ""
        return found


def load(source: str) -> Model:
    """Read metadata from a file or an address.

    Raises:
        MetadataError: it can't be had, isn't XML, holds a document type declaration, or isn't CSDL.
    """
    octets = _fetch(source) if "://" in source else _open(source)
    return parse(octets, source)


def _open(source: str) -> bytes:
    try:
        return files.read(Path(source))
    except OSError as error:
        raise MetadataError(
            f"{source}: {error.strerror or error}", "Name a file or an address with --metadata"
        ) from error


def _fetch(source: str) -> bytes:
    import requests  # noqa: PLC0415 (slow to import, seldom needed)

    if not source.startswith(("http://", "https://")):
        raise MetadataError(f"{source}: only http and https addresses can be read", HINT)
    with requests.Session() as session:
        session.trust_env = False  # no credentials from .netrc
        try:
            with session.get(source, timeout=(10, 60), stream=True, headers={"Accept": "application/xml"}) as response:
                response.raise_for_status()
                octets = bytearray()
                for part in response.iter_content(1 << 16):
                    octets += part
                    if len(octets) > LARGEST:
                        raise MetadataError(f"{source}: more than {LARGEST >> 20} MB of metadata", HINT)
        except requests.RequestException as error:
            raise MetadataError(f"{source}: {type(error).__name__}", "Save the metadata and name the file") from error
    return bytes(octets)


def parse(octets: bytes, source: str) -> Model:
    """Read metadata from its bytes; `source` names it in errors.

    Raises:
        MetadataError: as for `load`.
    """
    from defusedxml import ElementTree  # noqa: PLC0415
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415

    try:
        root = ElementTree.fromstring(octets, forbid_dtd=True)
    except DefusedXmlException as error:
        raise MetadataError(f"{source}: XML with a document type declaration is not read", HINT) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise MetadataError(f"{source}: not readable as XML: {error}", HINT) from error
    schemas = [each for each in root.iter() if _tag(each) == "Schema"]
    if _tag(root) != "Edmx" or not schemas:
        raise MetadataError(f"{source}: XML, but no OData metadata", HINT)
    return _Reader(root, schemas).model()


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class _Reader:
    def __init__(self, root: Element, schemas: Sequence[Element]) -> None:
        self.schemas = schemas
        self.aliases = {"Core": CORE[:-1], "Capabilities": CAPABILITIES[:-1]}
        for each in root.iter():
            if _tag(each) in {"Include", "Schema"} and each.get("Alias"):
                self.aliases[each.get("Alias", "")] = each.get("Namespace", "")
        self.outside = {
            self.full(each.get("Target", "")): list(each)
            for schema in schemas
            for each in schema
            if _tag(each) == "Annotations"
        }

    def full(self, name: str) -> str:
        """A qualified name with its alias resolved."""
        head, dot, rest = name.partition(".")
        return f"{self.aliases[head]}.{rest}" if dot and head in self.aliases else name

    def model(self) -> Model:
        structured: dict[str, Structured] = {}
        enumerations: dict[str, Enumeration] = {}
        definitions: dict[str, str] = {}
        actions: dict[str, list[Mapping[str, Member]]] = {}
        sets: dict[str, str] = {}
        refused: dict[str, frozenset[str]] = {}
        for schema in self.schemas:
            space = schema.get("Namespace", "")
            for each in schema:
                name = f"{space}.{each.get('Name', '')}"
                match _tag(each):
                    case "EntityType" | "ComplexType":
                        structured[name] = self.structure(name, each)
                    case "EnumType":
                        names = tuple(child.get("Name", "") for child in each if _tag(child) == "Member")
                        enumerations[name] = Enumeration(name, names, each.get("IsFlags") == "true")
                    case "TypeDefinition":
                        definitions[name] = each.get("UnderlyingType", "Edm.String")
                    case "Action" | "Function":
                        actions.setdefault(each.get("Name", ""), []).append(self.parameters(each))
                    case "EntityContainer":
                        for child in each:
                            if _tag(child) in {"EntitySet", "Singleton"}:
                                sets[child.get("Name", "")] = self.full(
                                    child.get("EntityType") or child.get("Type") or ""
                                )
                                refused[child.get("Name", "")] = self.restrictions(child, name)
        return Model(structured, enumerations, definitions, actions, refused, sets)

    def structure(self, name: str, element: Element) -> Structured:
        members: dict[str, Member] = {}
        navigation: dict[str, Member] = {}
        for child in element:
            tag = _tag(child)
            if tag in {"Property", "NavigationProperty"}:
                member = self.member(child, f"{name}/{child.get('Name', '')}")
                (members if tag == "Property" else navigation)[member.name] = member
        return Structured(
            name,
            self.full(element.get("BaseType", "")),
            element.get("OpenType") == "true",
            element.get("Abstract") == "true",
            members,
            navigation,
        )

    def member(self, element: Element, target: str) -> Member:
        stated = element.get("Type", "Edm.String")
        collection = stated.startswith("Collection(")
        terms = dict(self.terms(element, target))
        permission = terms.get(f"{CORE}Permissions", "")
        return Member(
            element.get("Name", ""),
            self.full(stated[len("Collection(") : -1] if collection else stated),
            collection,
            element.get("Nullable") != "false",
            terms.get(f"{CORE}Computed") == "true" or permission.rpartition("/")[2] == "Read",
            terms.get(f"{CORE}Immutable") == "true",
        )

    def terms(self, element: Element, target: str) -> Iterator[tuple[str, str]]:
        """Each annotation of an element and its value; one without a value is true."""
        for each in [*element, *self.outside.get(target, ())]:
            if _tag(each) == "Annotation":
                member = each.get("EnumMember") or next((c.text for c in each if _tag(c) == "EnumMember"), "")
                yield self.full(each.get("Term", "")), each.get("Bool") or member or "true"

    def parameters(self, element: Element) -> Mapping[str, Member]:
        found = [self.member(child, "") for child in element if _tag(child) == "Parameter"]
        return {member.name: member for member in found[1 if element.get("IsBound") == "true" else 0 :]}

    def restrictions(self, element: Element, container: str) -> frozenset[str]:
        """The methods that the capabilities of an entity set rule out."""
        words = {"Updatable": "PATCH", "Insertable": "POST", "Deletable": "DELETE", "Readable": "GET"}
        found = set()
        for each in [*element, *self.outside.get(f"{container}/{element.get('Name', '')}", ())]:
            if _tag(each) == "Annotation" and self.full(each.get("Term", "")).startswith(CAPABILITIES):
                for value in each.iter():
                    said = value.get("Bool") or next((c.text for c in value if _tag(c) == "Bool"), "")
                    if _tag(value) == "PropertyValue" and said == "false":
                        found.add(words.get(value.get("Property", ""), ""))
        return frozenset(found - {""})
