"""Which credentials a document asks of an operation: one of several sets, and all of that set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph_contracts.contract.message import mapping
from graph_contracts.json_types import Json, JsonMapping

AUTHORIZATION = "authorization"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of credentials."""

    place: str
    """Where they stand: `header`, `query`, `cookie`; empty where they are no part of a request, as a certificate is."""
    field: str
    """The name of the header field, in lower case, of the parameter or of the cookie."""
    word: str = ""
    """The scheme of Authorization, in lower case; empty where there is none."""

    @property
    def option(self) -> str:
        """How a run is given such credentials."""
        match self.place, self.word:
            case "header", "bearer":
                return "--token TOKEN"
            case "header", "basic":
                return "--basic USER:PASSWORD"
            case "header", _:
                return f"--credential '{self.field}: VALUE'"
            case "query", _:
                return f"--credential '?{self.field}=VALUE'"
            case "cookie", _:
                return f"--credential 'Cookie: {self.field}=VALUE'"
        return "--client-cert FILE"


@dataclass(frozen=True, slots=True)
class Security:
    """What a document says of the credentials for an operation."""

    alternatives: tuple[tuple[Scheme, ...], ...] = ()
    """Each of them is enough; one without schemes needs none."""
    said: bool = False
    """Whether the document says anything."""

    @property
    def needed(self) -> bool:
        """Whether the document asks for credentials."""
        return bool(self.alternatives) and () not in self.alternatives

    @property
    def open_to_all(self) -> bool:
        """Whether the document says that nobody needs credentials; one that says nothing of security doesn't."""
        return self.said and not self.needed

    @property
    def words(self) -> frozenset[str]:
        """The schemes of Authorization that the document names; empty for a key without a scheme."""
        schemes = (scheme for each in self.alternatives for scheme in each)
        return frozenset(scheme.word for scheme in schemes if scheme.field == AUTHORIZATION)

    @property
    def beside_authorization(self) -> frozenset[str]:
        """The header fields that are enough without Authorization: whoever tries that without must leave them out."""
        enough = (each for each in self.alternatives if all(scheme.field != AUTHORIZATION for scheme in each))
        fields = {"cookie" if scheme.place == "cookie" else scheme.field for each in enough for scheme in each}
        headers = {scheme.field for each in self.alternatives for scheme in each if scheme.place == "header"}
        return frozenset(fields & (headers | {"cookie"}))

    @property
    def options(self) -> str:
        """How a run is given what the document asks for; empty where it asks for nothing."""
        ways = (" and ".join(dict.fromkeys(scheme.option for scheme in each)) for each in self.alternatives if each)
        return " or ".join(dict.fromkeys(ways))


def security(requirements: Json, schemes: JsonMapping, resolve: Callable[[Json], JsonMapping]) -> Security:
    """What the requirements of an operation, or of the document, say.

    Args:
        requirements: the list of them; null where the document has none.
        schemes: the schemes that they name.
        resolve: follows references.
    """
    listed = requirements if isinstance(requirements, list) else []
    found = (tuple(_schemes(mapping(each), schemes, resolve)) for each in listed)
    return Security(tuple(found), requirements is not None)


def key_names(document: JsonMapping) -> frozenset[str]:
    """The names of the header fields, query parameters and cookies that keys stand in, in lower case."""
    schemes = mapping(mapping(document.get("components")).get("securitySchemes")).values()
    found = (known for each in schemes if (known := mapping(each)).get("type") == "apiKey")
    return frozenset(str(each.get("name", "")).lower() for each in found)


def _schemes(names: Iterable[str], schemes: JsonMapping, resolve: Callable[[Json], JsonMapping]) -> Iterable[Scheme]:
    for name in names:
        known = resolve(schemes.get(name))
        match known.get("type"):
            case "http":
                yield Scheme("header", AUTHORIZATION, str(known.get("scheme", "")).lower())
            case "oauth2" | "openIdConnect":
                yield Scheme("header", AUTHORIZATION, "bearer")
            case "apiKey":
                place, field = str(known.get("in", "")), str(known.get("name", ""))
                yield Scheme(place, field.lower() if place == "header" else field)
            case _:
                yield Scheme("", name)
