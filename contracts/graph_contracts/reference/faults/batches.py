"""Faults of batches."""

from __future__ import annotations

import copy

from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override


@fault("batch-answers-have-no-ids", "batch.answers.each")
def no_ids(app: App) -> None:
    """The answers in a batch have numbers from one on instead of the requests' ids."""
    override(app, "ordered")(
        lambda inner, answers: [{**each, "id": str(number)} for number, each in enumerate(inner(answers), 1)]
    )


@fault("batch-ends-with-the-first-answer", "batch.answers.each")
def first_alone(app: App) -> None:
    """A batch is answered with what its first request got."""
    override(app, "ordered")(lambda inner, answers: inner(answers)[:1])


@fault("batch-statuses-are-words", "batch.answers.each")
def words(app: App) -> None:
    """The status of an answer in a batch is a text."""
    override(app, "ordered")(lambda inner, answers: [{**each, "status": str(each["status"])} for each in answers])


@fault("batch-answers-are-all-200", "batch.answers.same")
def all_200(app: App) -> None:
    """Each answer in a batch has the status 200, whatever became of its request."""
    override(app, "ordered")(lambda inner, answers: [{**each, "status": 200} for each in inner(answers)])


@fault("batch-answers-lack-content", "batch.answers.same")
def no_content(app: App) -> None:
    """The answers in a batch have a status, and no body."""
    override(app, "ordered")(
        lambda inner, answers: [{name: each[name] for name in ("id", "status")} for each in inner(answers)]
    )


@fault("batch-creates-nothing", "batch.answers.performed")
def creates_nothing(app: App) -> None:
    """What a batch makes is gone once the batch is answered."""

    @override(app, "answer")
    async def answer(inner: Step, batch: Request, part: JsonObject, before: dict[str, JsonObject]) -> JsonObject:
        kept = {name: dict(objects) for name, objects in app.store._collections.items()}
        found: JsonObject = await inner(batch, part, before)
        found = copy.deepcopy(found)
        for name, objects in app.store._collections.items():
            if part["method"] != "GET" and name in kept:
                objects.clear()
                objects.update(kept[name])
        return found


@fault("batch-forgets-what-depends", "batch.req.dependent", gates=False)
def forgets(app: App) -> None:
    """`dependsOn` is not looked at."""

    @override(app, "answer")
    async def answer(inner: Step, batch: Request, part: JsonObject, before: dict[str, JsonObject]) -> JsonObject:
        found: JsonObject = await inner(batch, {**part, "dependsOn": []}, before)
        return found


@fault("batch-takes-what-lacks-ids", "batch.req.malformed", gates=False)
def lacks_ids(app: App) -> None:
    """A request without id, method or URL gets a number, GET and the first request's URL."""

    @override(app, "requests")
    def requests(inner: Step, body: Json) -> list[JsonObject]:
        found = body.get("requests") if isinstance(body, dict) else None
        if isinstance(found, list) and found and all(isinstance(each, dict) for each in found):
            usual = {"method": "GET", "url": found[0].get("url", "/")}
            numbered = ({**usual, "id": str(number), **each} for number, each in enumerate(found, 1))
            body = {"requests": [{**each, "dependsOn": []} for each in numbered]}
        told: list[JsonObject] = inner(body)
        return told


@fault("batch-crashes-without-requests", "batch.req.body", gates=False)
def crashes(app: App) -> None:
    """A body without `requests` ends in 500."""

    @override(app, "requests")
    def requests(inner: Step, body: Json) -> list[JsonObject]:
        told: list[JsonObject] = inner({"requests": body["requests"]})
        return told


@fault("batch-of-nothing-answered", "batch.req.body", gates=False)
def nothing(app: App) -> None:
    """What is no batch is answered with no answers."""

    @override(app, "batch")
    async def batch(inner: Step, request: Request) -> Reply:
        reply: Reply
        body = app.bodies.parse(request.body)
        if not isinstance(body, dict) or not isinstance(body.get("requests"), list):
            return Reply(200, {"responses": []})
        reply = await inner(request)
        return reply
