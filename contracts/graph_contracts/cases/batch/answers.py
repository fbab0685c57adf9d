"""What a batch is answered with: an answer to each request, as the request alone would get it."""

from __future__ import annotations

from graph_contracts.contract import Convention
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.batch import BatchDriver, Batched
from graph_contracts.operations.equality import same_json, short
from graph_contracts.operations.read import ReadDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, requirement


@requirement(
    "batch.answers.each",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (a batch); OData 4.01 JSON §19.4 (a response for each request, with its id)",
    vary="answers in any order; an @odata.nextLink to more of them",
)
def test_each_request_is_answered_by_its_id(batch: BatchDriver) -> Findings:
    """The answer to a batch must have exactly one answer to each request, with the id of the request and a status.

    Sent: A batch of three requests for the list, with ids that are a number, a word and a GUID.

    Fix: Copy the id of each request to its answer, as the text that it is, and leave none out that failed.
    """
    ids = ["1", "second", batch.values.guid()]
    path = batch.listing().head
    found = batch.performed([batch.get(each, path) for each in ids])
    for name in ids:
        answers = [each for each in found.answers if each.get("id") == name]
        if len(answers) != 1:
            yield Finding(
                f"one answer with the id {short(name)}", f"{len(answers)} of {len(found.answers)}", _seen(found)
            )
            return
        if not found.status(name):
            yield Finding("a status as a number", f"status: {short(answers[0].get('status'))}", _seen(found))
            return
    if len(found.answers) > len(ids):
        yield Finding(f"{len(ids)} answers", f"{len(found.answers)} answers", _seen(found))


def _seen(found: Batched) -> tuple[Exchange, ...]:
    return (found.exchange,)


@requirement(
    "batch.answers.same",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (a batch: the same requests as one); OData 4.01 §11.7 (each as if it were sent alone)",
    vary="annotations; the order of a list; what others change meanwhile; links to further pages",
)
def test_an_answer_is_the_one_that_the_request_gets_alone(batch: BatchDriver) -> Findings:
    """Each answer in a batch must have the status and the content that its request alone is answered with.

    Sent: A batch of requests for the list, for an object and for one that doesn't exist, and each of these alone,
    before and after.

    Fix: Run each request of a batch through the same handlers as one that comes alone, permissions included.
    """
    listing, read = batch.listing(), batch.on_bound(ReadDriver)
    paths = {"list": listing.head}
    if read is not None:
        paths["none"] = read.path(read.unknown_id())
        shown = listing.shape.items_in(listing.get().json) or []
        entity = next((key for each in shown if (key := listing.shape.key_of(each))), "")
        paths |= {"object": read.path(entity)} if entity else {}
    for _ in range(2):  # others may write meanwhile
        before = {name: batch.send("GET", path) for name, path in paths.items()}
        found = batch.performed([batch.get(name, path) for name, path in paths.items()])
        after = {name: batch.send("GET", path) for name, path in paths.items()}
        differing = [name for name in paths if not any(_same(found, name, each[name]) for each in (before, after))]
        if not differing:
            return
    for name in differing[:1]:
        alone = after[name]
        what = f"{found.status(name) or 'no status'}: {short((found.of(name) or {}).get('body'))}"
        yield Finding(f"{alone.answer}, as alone: {short(alone.json)}", what, (alone, found.exchange))


def _same(found: Batched, name: str, alone: Exchange) -> bool:
    """Whether an answer in a batch is the one that its request got alone."""
    answer = found.of(name)
    if answer is None or found.status(name) != alone.status:
        return False
    return not alone.ok or same_json(_sorted(answer.get("body")), _sorted(alone.json))


def _sorted(value: Json) -> Json:
    """Content without annotations, and with the objects of a list in an order of their own."""
    if not isinstance(value, dict):
        return value
    plain = {name: each for name, each in value.items() if "@" not in name}
    items = plain.get("value")
    return {**plain, "value": sorted(map(_sorted, items), key=str)} if isinstance(items, list) else plain


@requirement(
    "batch.answers.performed",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (a batch: its requests are performed); OData 4.01 §11.7",
    vary="a batch that allows no changes; an object that reads show late, by at most --settle",
)
def test_a_creation_in_a_batch_is_performed(batch: BatchDriver) -> Findings:
    """A creation in a batch that is answered 2xx must make the object that its answer shows.

    Sent: A batch with a creation, and a GET of the object whose id the answer shows.

    Fix: Commit what a request of a batch does before the batch is answered.
    """
    found, entity = batch.create("1", [])
    if not found.answers:
        raise Inconclusive(f"the batch is answered {found.exchange.answer}, without answers", found.exchange)
    if found.status("1") // 100 != 2 or not entity:
        raise Inconclusive(f"the creation is answered {found.status('1')}, without an id", found.exchange)
    shown, seen = batch.maker().appears(entity)
    if shown is None:
        yield Finding(f"object {short(entity)}", f"{seen.answer} to GET", (found.exchange, seen))
