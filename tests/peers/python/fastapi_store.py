"""The store of FastAPI's tutorial: a model, and updates by `model_copy` as its chapter "Body - Updates" has them."""

from __future__ import annotations

import json
import os
import socket
import uuid
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel

app = FastAPI()


class Place(BaseModel):
    """A nested value."""

    city: str | None = None
    street: str | None = None


class Thing(BaseModel):
    """An object without its id."""

    name: str | None = None
    label: str | None = None
    count: int | None = None
    bag: dict[str, Any] = {}
    place: Place | None = None


things: dict[str, dict[str, Any]] = {each["id"]: each for each in json.loads(os.environ["THINGS"])}


def found(thing_id: str) -> dict[str, Any]:
    """A stored object."""
    if thing_id not in things:
        raise HTTPException(404, "no such thing")
    return things[thing_id]


@app.post("/things", status_code=201)
def create(thing: Thing) -> dict[str, Any]:
    """Make an object."""
    entity = str(uuid.uuid4())
    things[entity] = {"id": entity, **jsonable_encoder(thing)}
    return things[entity]


@app.get("/things/{thing_id}")
def read(thing_id: str) -> dict[str, Any]:
    """Show an object."""
    return found(thing_id)


@app.patch("/things/{thing_id}")
def update(thing_id: str, thing: Thing) -> dict[str, Any]:
    """Update the members that are sent."""
    stored = Thing(**found(thing_id))
    updated = stored.model_copy(update=thing.model_dump(exclude_unset=True))
    things[thing_id] = {**found(thing_id), **jsonable_encoder(updated)}
    return things[thing_id]


@app.delete("/things/{thing_id}", status_code=204)
def delete(thing_id: str) -> None:
    """Delete an object."""
    found(thing_id)
    del things[thing_id]


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listener])
