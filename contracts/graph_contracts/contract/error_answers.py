"""What a document says of the answers to requests that are refused: by status, by range, or for all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from graph_contracts.contract.message import essence, is_json, json_content, mapping
from graph_contracts.contract.value_type import Type, TypeKind
from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json, JsonMapping

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """The answers of one status, of a range or of all others."""

    status: str
    """As in `422`, `4XX` or `default`."""
    schemas: Mapping[str, Json]
    """The schema of each media type, by its name in lower case without parameters; null where there is none."""
    shape: Type | None = None
    """The type of its JSON; None where the document gives it none."""
    document: JsonMapping = field(default_factory=dict, compare=False, repr=False)
    """What the schemas refer to."""
    graph: bool = False
    """Whether the document claims Graph's conventions, which say what an error looks like unless it is `own`."""

    @property
    def exact(self) -> bool:
        """Whether it is of one status."""
        return self.status.isdecimal()

    @property
    def own(self) -> bool:
        """Whether its JSON has another shape than an object with Graph's `error`."""
        return self.shape is not None and all(map(_is_own, self.shape.alternatives or (self.shape,)))

    def schema(self, media_type: str) -> Json:
        """The schema of JSON with a media type; null where the document has none, or another kind of content, for it.

        JSON under a name that the document doesn't have is held to the document's other JSON.
        """
        ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
        named = [each for each in ranges if each in self.schemas]
        others = [each for each in self.schemas if is_json(each)]
        return next((self.schemas[each] for each in (*named, *others)), None)

    @property
    def json_alone(self) -> bool:
        """Whether the document has JSON, and nothing else, for it."""
        return bool(self.schemas) and all(map(is_json, self.schemas))


def error_answers(
    answers: Mapping[str, JsonMapping], read: Callable[[Json], Type], document: JsonMapping, *, graph: bool
) -> Iterator[tuple[str, ErrorAnswer]]:
    """What the responses of an operation say of errors, by their status in capitals.

    Args:
        answers: the responses, by status.
        read: reads the type that a schema describes.
        document: what the schemas refer to.
        graph: whether the document claims Graph's conventions.
    """
    for status, answer in answers.items():
        if status != DEFAULT and status[:1] not in {"4", "5"}:
            continue
        content = mapping(answer.get("content"))
        schemas = {essence(media): mapping(each).get("schema") for media, each in content.items()}
        shape, schema = None, json_content(answer).get("schema")
        with suppress(DocumentError):  # what can't be read claims nothing
            shape = read(schema) if schema is not None else None
        name = status if status == DEFAULT else status.upper()
        yield name, ErrorAnswer(name, schemas, shape, document, graph)


def _is_own(shape: Type) -> bool:
    """Whether an error of this shape has no member `error` as Graph's have."""
    if shape.kind is TypeKind.COMPLEX:
        return bool(shape.properties) and "error" not in shape.properties
    return shape.kind is not TypeKind.ANY
