"""How well pages are derived: documents against facts that plain regular expressions take from the same pages.

    python -m tests.benchmarks.derive_score [FOLDER] [--wrong]

FOLDER holds `api/` and `resources/` (or versions with both); `../shared/corpus` unless told. Nothing of
graph_contracts.derive is used but `derive` itself, so that a mistake in reading is not made twice.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from graph_contracts.derive import derive
from graph_contracts.errors import PageError

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
JSON = {
    "string": "string",
    "boolean": "boolean",
    "int": "integer int32",
    "int32": "integer int32",
    "int64": "integer int64",
    "double": "number double",
    "single": "number float",
    "datetimeoffset": "string date-time",
    "date": "string date",
    "timeofday": "string time",
    "duration": "string duration",
    "guid": "string uuid",
    "binary": "string base64url",
    "stream": "string binary",
}


NOT_SAID = {"authorization", "content-type", "accept", "content-length", "header", "name", "headers", "property"}
"""Headers that OpenAPI has other words for, and titles of columns."""


@dataclass(frozen=True)
class Facts:
    """What a page says, as far as it says it beyond doubt."""

    operations: frozenset[str]
    status: str
    updated: str
    """The status of an update: the first that isn't 201, where there are several."""
    names: frozenset[str] | None
    """Of the request body's table; None where there is none."""
    types: Mapping[str, str]
    """Of the properties whose type is plain: `string date-time`, `object []`."""
    response: str
    """The type's own name, in lower case; empty where the prose links to none or to several."""
    scopes: Mapping[str, frozenset[str]]
    headers: frozenset[str]
    """In lower case, without those that OpenAPI has other words for."""


@dataclass
class Score:
    right: int = 0
    missed: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)

    def sets(self, page: str, wanted: set[str] | frozenset[str], found: set[str]) -> None:
        self.right += len(wanted & found)
        self.missed += len(wanted - found)
        self.wrong += len(found - wanted)
        if wanted != found:
            self.examples.append(f"{page}: missed {sorted(wanted - found)}, made up {sorted(found - wanted)}")

    def one(self, page: str, wanted: str, found: str) -> None:
        if wanted == found:
            self.right += 1
            return
        self.wrong += 1
        self.examples.append(f"{page}: {wanted!r} was read as {found!r}")

    @property
    def recall(self) -> float:
        return 100 * self.right / max(1, self.right + self.missed)

    @property
    def precision(self) -> float:
        return 100 * self.right / max(1, self.right + self.wrong)


# -- facts ---------------------------------------------------------------------------------------------------------


def section(text: str, title: str) -> str:
    """What stands below headings of the second level with a title."""
    found = re.findall(rf"(?ims)^##[ \t]+(?:{title})[ \t]*$(.*?)(?=^##?[ \t]+(?!\[)|\Z)", text)
    return "\n".join(found)


def normal(path: str) -> str:
    path = re.sub(r"^(?:https?://[^/]+)?/(?:beta|v1\.0)(?=/)", "", path.strip(), flags=re.IGNORECASE).lstrip("~")
    path = re.sub(r"<[^<>]*>|\{[^{}]*\}|(?<=/)\([^()']*\)(?=/|$)", "{}", path.partition("?")[0])
    path = re.sub(r"(?<=/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/|$)", "{}", path)
    return "/" + path.strip("/ ")


def table(text: str) -> Iterator[list[str]]:
    """Rows of the tables in a text, those that delimit left out; the first is a header."""
    for line in text.split("\n"):
        if line.strip().startswith("|") and not re.fullmatch(r"[|\s:-]+", line.strip()):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))]


def of_cell(cell: str, page: Path) -> str:
    """JSON type, format and `[]` of a type cell that leaves no doubt; else nothing."""
    text = cell.replace("`", "").replace("*", "").strip()
    many = re.fullmatch(r"collection\((.+)\)|(.+?) collection", text, re.IGNORECASE)
    text, suffix = ((many[1] or many[2]).strip(), " []") if many else (text, "")
    if text.lower() in JSON:
        return JSON[text.lower()] + suffix
    link = re.fullmatch(r"\[([\w.]+)\]\(((?:\.\./resources/|)[\w-]+\.md)\)", text)
    kind = kind_of(page.parent / link[2]) if link else ""
    return f"{kind}{suffix}" if kind else ""


@cache
def kind_of(path: Path) -> str:
    files = {each.name.lower(): each for each in path.parent.resolve().glob("*.md")} if path.parent.exists() else {}
    found = files.get(path.name.lower())
    text = found.read_text("utf-8") if found else ""
    if re.search(r"^## Properties[ ]*$", text, re.MULTILINE) and len(list(table(section(text, "properties")))) > 1:
        return "object"
    return "string" if "enumPageType" in text or re.search(r"^\|?\s*Member\s*(\||$)", text, re.MULTILINE) else ""


@cache
def own_name(path: Path) -> str:
    files = {each.name.lower(): each for each in path.parent.resolve().glob("*.md")} if path.parent.exists() else {}
    found = files.get(path.name.lower())
    text = found.read_text("utf-8") if found else ""
    block = re.search(r'"blockType":\s*"resource".*?-->', text, re.DOTALL)
    stated = re.search(r'"@odata\.type":\s*"#?([\w.]+)"', block[0]) if block else None
    return stated[1].rpartition(".")[2].lower() if stated else ""


def facts(page: Path) -> Facts:
    text = page.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    requests = re.findall(r"(?m)^[ \t]*(GET|POST|PATCH|PUT|DELETE)[ \t]+(.+?)[ \t]*$", section(text, "http requests?"))
    operations = {f"{method} {normal(path)}" for method, path in requests if "**" not in path}
    prose = re.sub(r"(?ms)^```.*?^```|<!--.*?-->", "", section(text, "response"))
    stated = re.search(r"(?<![\w.-])([23]\d\d)(?![\w.])", prose) or re.search(r"HTTP/1\.1 ([23]\d\d)", text)
    body = section(text, "request body")
    rows = list(table(re.sub(r"(?ms)^```.*?^```", "", body)))
    header = [re.sub(r"\W", "", cell).lower() for cell in rows[0]] if rows else []
    writes = {operation.partition(" ")[0] for operation in operations} <= {"PATCH", "POST", "PUT"}
    names, types = None, {}
    if header[:2] in (["property", "type"], ["parameter", "type"], ["name", "type"]) and writes:
        named = [(row[0].strip("`* "), row) for row in rows[1:] if re.fullmatch(r"[`* ]*@?[A-Za-z]\w*[`* ]*", row[0])]
        names = frozenset(name for name, row in named if len(row) > 2 and name not in {"Property", "Parameter", "Name"})
        types = {name: kind for name, row in named if len(row) > 1 and (kind := of_cell(row[1], page))}
    links = {link.partition("#")[0].lower() for link in re.findall(r"\]\((\.\./resources/[\w.-]+\.md[^)]*)\)", prose)}
    several = list(dict.fromkeys(re.findall(r"(?<![\w.-])2\d\d(?![\w.])", prose)))
    response = own_name(page.parent / next(iter(links))) if len(links) == 1 and len(several) < 2 else ""
    scopes: dict[str, set[str]] = {}
    for row in table(section(text, "permissions|prerequisites")):
        kind = next(
            (
                k
                for w, k in (
                    ("personal", "delegatedPersonal"),
                    ("delegated", "delegatedWork"),
                    ("application", "application"),
                )
                if w in row[0].lower()
            ),
            "",
        )
        if kind and len(row) == 2:
            scopes.setdefault(kind, set()).update(re.findall(r"[A-Z][\w-]+(?:\.[A-Z][\w-]+)+", row[1]))
    said = table(section(text, "(?:(?:optional |required )?request )?headers?"))
    cells = (re.split(r":|\s\(", row[0].strip("`*_\"' "))[0].strip("`*_\"' ").lower() for row in said)
    headers = frozenset(cell for cell in cells if re.fullmatch(r"[a-z][\w-]*", cell)) - NOT_SAID
    return Facts(
        frozenset(operations),
        stated[1] if stated else "",
        next((each for each in several if each != "201"), stated[1] if stated else ""),
        names,
        types,
        response,
        {k: frozenset(v) for k, v in scopes.items()},
        headers,
    )


# -- documents -----------------------------------------------------------------------------------------------------


def resolve(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    while isinstance(node, Mapping) and "$ref" in node:
        target: Any = document
        for part in node["$ref"][2:].split("/"):
            target = target[part]
        node = target
    return node if isinstance(node, Mapping) else {}


def properties(document: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    node = resolve(document, schema)
    found: dict[str, Any] = {}
    for union in ("allOf", "anyOf", "oneOf"):
        for part in node.get(union, ()):
            found.update(properties(document, part))
    return {**found, **node.get("properties", {})}


def spelled(document: Mapping[str, Any], schema: Any) -> str:
    node = resolve(document, schema)
    declared = node.get("type", "")
    word = next((each for each in declared if each != "null"), "") if isinstance(declared, list) else declared
    if word == "array":
        return f"{spelled(document, node.get('items'))} []"
    return " ".join(filter(None, (word, node.get("format", ""))))


def named(document: Mapping[str, Any], schema: Any) -> set[str]:
    """The types that a response's schema refers to, list wrapper aside."""
    if not isinstance(schema, Mapping):
        return set()
    found = {schema["$ref"].rpartition(".")[2].lower()} if "$ref" in schema else set()
    for union in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(union, ()):
            found |= named(document, part)
    value = schema.get("properties", {}).get("value", {}) if len(schema.get("properties", {})) == 1 else {}
    return found | (named(document, value["items"]) if "items" in value else set())


def score(pages: list[Path], whole: Mapping[str, Any] | None = None) -> dict[str, Score]:
    """Each figure over some pages, each derived alone, or all out of one document."""
    scores = {
        name: Score()
        for name in ("operations", "status", "names", "types", "response", "scopes", "headers", "rejected")
    }
    for page in pages:
        wanted = facts(page)
        try:
            document = whole or derive([page])
        except PageError as error:
            scores["rejected"].wrong += 1
            scores["rejected"].examples.append(str(error))
            continue
        scores["rejected"].right += 1
        ids = {
            f"{method.upper()} {normal(path)}": operation
            for path, item in document["paths"].items()
            for method, operation in item.items()
        }
        wanted_here = {operation: ids.get(operation) for operation in wanted.operations}
        scores["operations"].sets(
            page.name, wanted.operations, set(ids) if not whole else set(ids) & set(wanted.operations)
        )
        for name, operation in wanted_here.items():
            if operation:
                status = wanted.updated if name.startswith("PATCH") else wanted.status
                compare(scores, page, replace(wanted, status=status), document, operation)
    return scores


def compare(
    scores: dict[str, Score], page: Path, wanted: Facts, document: Mapping[str, Any], operation: Mapping[str, Any]
) -> None:
    status = next((code for code in operation["responses"] if code[0] in "23"), "")
    if wanted.status:
        scores["status"].one(page.name, wanted.status, status)
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    found = properties(document, sent)
    if wanted.names is not None:
        example = {
            key
            for media in operation.get("requestBody", {}).get("content", {}).values()
            for each in media.get("examples", {}).values()
            if isinstance(each["value"], dict)
            for key in each["value"]
        }
        scores["names"].sets(page.name, wanted.names, set(found) - (example - wanted.names))
    for name, kind in wanted.types.items():
        if name in found:
            scores["types"].one(f"{page.name} {name}", kind, spelled(document, found[name]))
    answered = operation["responses"].get(status, {}).get("content", {}).get("application/json", {}).get("schema")
    if wanted.response and status not in {"204", "302"}:
        types = named(document, answered)  # one document has several where pages on one operation differ
        found_type = wanted.response if wanted.response in types else ", ".join(sorted(types))
        scores["response"].one(page.name, wanted.response, found_type)
    headers = {each["name"].lower() for each in operation.get("parameters", ()) if each["in"] == "header"}
    scores["headers"].sets(page.name, wanted.headers, headers)
    for row in operation["x-graph-permissions"]:
        scores["scopes"].sets(page.name, wanted.scopes.get(row["type"], frozenset(row["scopes"])), set(row["scopes"]))


def resources(pages: list[Path], document: Mapping[str, Any]) -> dict[str, Score]:
    """What resource pages say against the components of a document."""
    scores = {"properties": Score(), "their types": Score()}
    for page in pages:
        text = page.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        block = re.search(r'"blockType":\s*"resource".*?-->', text, re.DOTALL)
        name = re.search(r'"@odata\.type":\s*"#?([\w.]+)"', block[0]) if block else None
        component = document["components"]["schemas"].get(name[1]) if name else None
        rows = list(table(section(text, "properties").partition("\n###")[0]))
        if component is None or not rows or [re.sub(r"\W", "", c).lower() for c in rows[0][:2]] != ["property", "type"]:
            continue
        cells = {
            row[0].strip("`* "): row[1]
            for row in rows[1:]
            if len(row) > 2 and re.fullmatch(r"[`*]*[a-z]\w*[`*]*", row[0])
        }
        found = component["properties"]
        scores["properties"].sets(page.name, set(cells), set(found))
        for key, cell in cells.items():
            if key in found and (kind := of_cell(cell, page)):
                scores["their types"].one(f"{page.name} {key}", kind, spelled(document, found[key]))
    return scores


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--wrong", action="store_true", help="list what differs")
    options = parser.parse_args()
    pages = sorted(options.folder.rglob("api/*.md"))
    scores = score(pages)
    for folder in sorted({page.parent.parent for page in pages}):
        document = derive([folder])
        several = {
            f"{name} ({folder.name}, one document)": each
            for name, each in score(sorted(folder.rglob("api/*.md")), document).items()
        }
        types = {
            f"{name} ({folder.name})": each
            for name, each in resources(sorted(folder.rglob("resources/*.md")), document).items()
        }
        scores |= several | types
    for name, each in scores.items():
        print(f"{name:36} found {each.recall:6.2f} %  right {each.precision:6.2f} %  of {each.right + each.missed}")
        if options.wrong:
            for example, count in Counter(each.examples).most_common():
                print(f"    {count} x {example}")
    return 0 if pages else 1


if __name__ == "__main__":
    sys.exit(main())
