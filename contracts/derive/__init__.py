"""From API reference pages to one OpenAPI 3.1 document: the only thing that testing takes from reading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from contracts.derive import markdown
from contracts.derive.openapi import Builder
from contracts.derive.page import facts, is_operation_page
from contracts.derive.resources import Library
from contracts.errors import PageError

__all__ = ["derive", "pages_in", "write"]


def derive(pages: Sequence[Path], resources: Sequence[Path] = ()) -> dict[str, Any]:
    """The document that pages say.

    Args:
        pages: operation pages, or folders of them.
        resources: folders with resource pages, for links that lead nowhere beside their page.

    Raises:
        PageError: a page can't be read, or documents no request; it names the page and, where there is one, the line.
    """
    files = [file for path in pages for file in pages_in(path)]
    if not files:
        raise PageError("no page was named", "Name API reference pages or a folder of them")
    builder = Builder(Library(resources))
    titles = []
    for file in files:
        page = markdown.read(file)
        builder.add(file, facts(page))
        titles.append(page.title)
    title = titles[0] if len(titles) == 1 else f"{titles[0]} and {len(titles) - 1} more"
    return builder.document(title, files[0].name if len(files) == 1 else f"{len(files)} pages")


def pages_in(path: Path) -> list[Path]:
    """A page itself, or the operation pages in a folder.

    Raises:
        PageError: there is no such file, or the folder holds no operation page.
    """
    if not path.is_dir():
        return [path]
    found = [file for file in sorted(path.rglob("*.md")) if is_operation_page(file.read_bytes()[:20_000])]
    if not found:
        raise PageError(f"{path}: the folder holds no operation page", "Name API reference pages or a folder of them")
    return found


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes every value in full: an alias would hide where a fact came from."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (PyYAML's signature)
        return True


def write(document: dict[str, Any]) -> str:
    """The document as YAML, the same text for the same document."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text
