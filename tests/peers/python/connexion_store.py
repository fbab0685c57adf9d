"""A store as connexion's quick start has it: functions behind a document, which validates what they are sent."""

from __future__ import annotations

import json
import os
import socket
import uuid
from pathlib import Path
from typing import Any

import connexion
import uvicorn

things: dict[str, dict[str, Any]] = {each["id"]: each for each in json.loads(os.environ["THINGS"])}
Answer = tuple[Any, int]
NONE: Answer = ({"title": "no such thing"}, 404)


def create(body: dict[str, Any]) -> Answer:
    """Make an object."""
    entity = str(uuid.uuid4())
    things[entity] = {**body, "id": entity}
    return things[entity], 201


def read(thing_id: str) -> Answer:
    """Show an object."""
    return (things[thing_id], 200) if thing_id in things else NONE


def update(thing_id: str, body: dict[str, Any]) -> Answer:
    """Update the members that are sent."""
    if thing_id not in things:
        return NONE
    things[thing_id].update({name: value for name, value in body.items() if name != "id"})
    return things[thing_id], 200


def delete(thing_id: str) -> Answer:
    """Delete an object."""
    return ("", 204) if things.pop(thing_id, None) else NONE


def main() -> None:
    """Serve what the document in the environment says, each operation by the function of its id."""
    document = json.loads(Path(os.environ["DOCUMENT"]).read_text()) | {"openapi": "3.0.3"}  # the newest that it reads
    for path in document["paths"].values():
        for operation in path.values():
            operation["operationId"] = f"{__name__}.{operation['operationId']}"
    app = connexion.FlaskApp(__name__)
    app.add_api(document, pythonic_params=True)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listener])


if __name__ == "__main__":
    main()
