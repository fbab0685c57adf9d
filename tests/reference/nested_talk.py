"""A conversation about boxes on shelves: every fault of nested collections gives itself away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from graph_contracts.reference.app import App
from tests.reference.conversation import stable
from tests.reference.desk import Answer, Ask, answer

SHELVES = "/beta/library/shelves"
FIRST = "5f0c2a4e-7d3b-4c1a-9e8f-0b6d2c4a1e37"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
BOX: Mapping[str, Any] = {"label": "Maps", "weight": 12}


def transcript(app: App) -> list[str]:
    """All that an app says in the conversation, but for what differs from one run to the next."""
    said: list[Answer] = []
    made: list[str] = []

    async def ask(method: str, target: str, body: Any = None) -> Any:
        said.append(await answer(app, Ask(method, f"{SHELVES}{target}", body)))
        shown = json.loads(said[-1].body or b"{}")
        if said[-1].status == 201:
            made.append(shown["id"])
        return shown

    async def all_of_it() -> None:
        second = next(each["id"] for each in (await ask("GET", ""))["value"] if each["id"] != FIRST)
        box = (await ask("POST", f"/{FIRST}/boxes", BOX))["id"]
        for shelf in (FIRST, second, UNKNOWN):
            await ask("GET", f"/{shelf}/boxes")
            await ask("GET", f"/{shelf}/boxes/{box}")
            await ask("PATCH", f"/{shelf}/boxes/{box}", {"label": f"on {shelf}"})
            await ask("POST", f"/{shelf}/boxes", BOX)
        for shelf in (UNKNOWN, second, FIRST):
            await ask("DELETE", f"/{shelf}/boxes/{box}")
        new = (await ask("POST", "", {"displayName": "South"}))["id"]
        await ask("POST", f"/{new}/boxes", BOX)
        await ask("DELETE", f"/{new}")
        await ask("GET", f"/{new}/boxes")

    asyncio.run(all_of_it())
    return [stable(each, made) for each in said]
