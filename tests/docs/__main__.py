"""Writes the pages, and the catalogues in the package: `python -m tests.docs`."""

from __future__ import annotations

from tests.docs import FOLDER, api, catalogues, pages

for path, text in catalogues.texts().items():
    path.write_text(text, encoding="utf-8")
FOLDER.mkdir(parents=True, exist_ok=True)
for path in FOLDER.glob("*.md"):
    path.unlink()
for name, text in pages().items():
    (FOLDER / name).write_text(text, encoding="utf-8")
api.PAGE.write_text(api.page(), encoding="utf-8")
