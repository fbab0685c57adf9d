"""Creations: what is said to be made is there, once, with an id of its own; what is refused leaves nothing behind."""

from __future__ import annotations

from urllib.parse import unquote, urljoin, urlsplit

from graph_contracts.cases.any.atomicity import note_what_is_made_in_spite
from graph_contracts.cases.update.concurrency import parallel, rounds
from graph_contracts.cases.values import finding_of
from graph_contracts.contract import CollectionShape, OperationKind, TypeKind
from graph_contracts.contract.collection_shape import same_id
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.creations import created_id
from graph_contracts.operations.equality import short
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.settable_locations import settable_locations
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    adapted,
    requirement,
)

AT_ONCE = 4
HANDED_OUT = 3
"""Objects that are made to see whether their ids differ."""


@adapted("create.body.id", terms="update.body.id", vary="any form of id")
def test_each_new_object_has_an_id_of_its_own(create: CreateDriver) -> Findings:
    """The answer to a creation must show a non-empty id, and no two objects may get the same.

    Sent: The same body three times.

    Fix: Make the id where the row is made, and return it: an id from a cache or the request comes twice.
    """
    key = create.shape.key
    if not create.shape.shows_key(create.answer_type.properties):
        raise NotApplicable("the document doesn't name the id among the properties")
    known: dict[str, Exchange] = {}
    for _ in range(HANDED_OUT):
        exchange = create.change(create.bodies.full())
        answered = exchange.object
        if answered is None:
            raise NotApplicable(f"the answer shows no object ({exchange.answer})", exchange)
        entity = create.shape.key_of(answered)
        if not entity:
            yield Finding("an id in the answer", f"{key} = {short(answered.get(key))}", (exchange,))
            return
        if entity in known:
            yield Finding("an id of its own", f"{key} = {short(entity)} twice", (known[entity], exchange))
        known[entity] = exchange


@adapted("create.persist.read", terms="update.persist.read", vary="reads that lag behind by at most --settle")
def test_a_new_object_can_be_read_by_its_id(create: CreateDriver) -> Findings:
    """An object whose creation was answered 2xx must be readable by its id.

    Sent: A creation, then a GET of the new object by its id, for as long as `--settle` allows.

    Fix: Write to where reads look, and return the id that they know it by.
    """
    if OperationKind.READ not in create.siblings:
        raise NotApplicable("the document has no read of these objects")
    if not create.observe.persists:
        return  # told by the case above
    exchange = create.change(create.bodies.full())
    entity = create.made_by(exchange)
    if not entity:
        raise Inconclusive("the answer to the creation doesn't tell the object's id", exchange)
    found, seen = create.appears(entity)
    if found is None and seen.status in GONE:
        yield Finding(f"object {short(entity)} under its id", f"{seen.answer} to GET", (exchange, seen))


@adapted(
    "create.req.id.mismatch",
    terms="update.req.id.mismatch",
    vary="the id ignored, used or refused",
    phase=Phase.NEGATIVE,
)
def test_an_id_in_the_body_takes_no_other_objects_place(create: CreateDriver) -> Findings:
    """A creation with the id of another object must leave that object as it was; the id may be ignored, used or
    refused.

    Sent: A creation with the id of an object that was just made; that object is read before and after.

    Fix: Make the id yourself, or insert and answer 409 where it is taken: an upsert overwrites.
    """
    entity = create.make(1)
    before = create.observe.state(entity)
    body = create.bodies.full(2)
    exchange = create.patch(create.keyed(body, entity))
    after, seen = create.observe.documented(entity)
    create.key = entity
    for difference in create.model.changes(before, after):
        what = f"{exchange.answer}, and the object changed: {difference}"
        yield Finding(f"object {short(entity)} unchanged", what, (exchange, seen))
        return
    shown = created_id(exchange, create.shape)
    if exchange.ok and same_id(shown, entity):
        yield Finding("an id of its own, or 409", f"{exchange.answer} with the id of another object", (exchange,))


@adapted(
    "create.value.enum.invalid",
    terms="update.value.enum.invalid",
    vary="enumerations without that member",
    phase=Phase.NEGATIVE,
)
def test_the_member_that_only_answers_have_is_not_taken(create: CreateDriver) -> Findings:
    """A creation should refuse `unknownFutureValue`, which stands in answers for members yet to come.

    Sent: A creation with `unknownFutureValue` for an enumeration that has it.

    Fix: Answer 400: it is no value that an object can have.
    """
    locations = [
        location
        for location in settable_locations(create, TypeKind.STRING)
        if "unknownFutureValue" in location.type.members
    ]
    if not locations:
        raise NotApplicable("the document declares no evolvable enumeration")
    create.demand()
    exchange = create.patch(locations[0].body("unknownFutureValue"))
    value = locations[0].value(exchange.object)
    if exchange.ok and value == "unknownFutureValue":
        what = f"{exchange.answer}, {locations[0].name} = {short(value)}"
        yield Finding("400", what, (exchange,), Severity.WARN)


@adapted(
    "create.req.prefer.minimal",
    terms="update.req.prefer.minimal",
    vary="the preference ignored; Location or OData-EntityId",
)
def test_a_minimal_answer_says_where_the_object_is(create: CreateDriver) -> Findings:
    """A 204 to a creation with `Prefer: return=minimal` says where the new object is.

    Sent: A creation with `Prefer: return=minimal`.

    Fix: Send Location, and OData-EntityId with a 204 (OData 4.01 §8.3.4).
    """
    exchange = create.change(create.bodies.small(), headers={"Prefer": "return=minimal"})
    response = exchange.response
    if response is None or response.status != 204:
        return
    if response.header("Location") is None and response.header("OData-EntityId") is None:
        yield Finding("Location or OData-EntityId", "204 with neither", (exchange,))


@adapted(
    "create.req.emptybody",
    terms="update.req.emptybody",
    vary="201 where nothing is required, 400, 411, 415, 422",
    phase=Phase.NEGATIVE,
)
def test_an_empty_body_is_taken_or_refused(create: CreateDriver) -> Findings:
    """A creation without content should be refused or make an object, and not be a failure of the server.

    Sent: `{}`, a request without content, with Content-Type and without, and JSON that breaks off; the collection
    is listed before and after.

    Fix: Answer 400 where properties are required, and to a missing body; make nothing before that is known.
    """
    create.change(create.bodies.full(1))
    for note, body in (
        ("{}", b"{}"),
        ("no content", b""),
        ("no content and no Content-Type", None),
        ("JSON that breaks off", b'{"a": '),
    ):
        attempt = Attempt(note, body)
        (trial,) = create.watch.attempt([attempt])
        exchange = trial.exchange
        if not (exchange.ok or exchange.refused):
            yield Finding("2xx, or 4xx", f"{exchange.answer} to {note}", (exchange,))
        if exchange.refused and not trial.effects:
            list(note_what_is_made_in_spite(create, attempt))  # create.error.nochange tells of it


@adapted(
    "create.conc.disjoint", terms="update.conc.disjoint", vary="409, 429 or 503 for one of them", phase=Phase.CONCURRENT
)
def test_parallel_creations_are_all_there(create: CreateDriver) -> Findings:
    """Parallel creations must each make an object with its own id, and lose none.

    Sent: Four parallel creations, several times; the objects are read afterwards.

    Fix: Make ids without a shared counter that is read and written in two steps, and insert rather than save a list.
    """
    both = 0
    for round_ in rounds():
        bodies = [create.bodies.small() for _ in range(AT_ONCE)]
        answers: list[Exchange] = parallel(*[lambda body=body: create.patch(body, wait=False) for body in bodies])
        bodies = [body for body, answer in zip(bodies, answers, strict=True) if answer.ok]
        answers = [answer for answer in answers if answer.ok]
        ids = [created_id(answer, create.shape) for answer in answers]
        if len(answers) < 2 or not all(ids):
            continue
        both += 1
        if len(set(ids)) < len(ids):
            twice = next(each for each in ids if ids.count(each) > 1)
            yield Finding("an id for each object", f"two got {short(twice)}", tuple(answers))
            return
        if round_ % 5 == 0:
            yield from _all_there(create, bodies, answers)
        create.tidy()
    if not both:
        raise Inconclusive("the target never accepted two creations at once")


def _all_there(create: CreateDriver, bodies: list[dict[str, object]], answers: list[Exchange]) -> Findings:
    for body, answer in zip(bodies, answers, strict=True):
        mark = {name: body[name] for name in create.bodies.markers[:1] if name in body}
        left, seen = create.observe.settle(mark, created_id(answer, create.shape))
        for difference in left[:1]:
            yield finding_of(difference, *answers, seen)


@requirement(
    "create.resp.location",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §8.3.3, §11.4.2; RFC 9110 §15.3.2",
    of=Convention.HTTP,
    vary="absent, as with most of Graph; relative or absolute; OData-EntityId in its place for a 204",
)
def test_location_leads_to_the_new_object(create: CreateDriver) -> Findings:
    """If a creation is answered with `Location`, it should lead to the new object.

    Sent: A creation; its Location must have the new id, and is followed where it stays on the origin.

    Fix: Make the URL from the new id and the path that the client used.
    """
    exchange = create.change(create.bodies.full())
    location = exchange.response.header("Location") if exchange.response else None
    shown = create.shape.key_of(exchange.object)
    if location is None or not shown:
        raise NotApplicable("the answer has no Location, or shows no id to compare it with", exchange)
    if not _names(location, shown, create.shape):
        yield Finding(f"Location with {short(shown)}", f"Location: {short(location)}", (exchange,))
        return
    address = urljoin(exchange.request.url, location)
    if urlsplit(address)[:2] != urlsplit(exchange.request.url)[:2]:
        return  # a gateway may be in between, and nothing is sent to another origin
    found, seen = create.appears(shown)
    if found is None:
        return  # create.persist.read tells of it
    followed = create.send("GET", address)
    if followed.status in GONE and create.observer.item(shown)[0] is not None:
        what = f"{followed.answer} to GET {short(location)}"
        yield Finding(f"object {short(shown)}", what, (exchange, seen, followed))


def _names(location: str, key: str, shape: CollectionShape) -> bool:
    """Whether a URL has the key of an object; of several properties in whatever order."""
    if shape.composite is not None:
        return same_id(shape.composite.shown_in(location), key)
    return key.lower() in unquote(location).lower()


@requirement(
    "create.persist.once",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (“the created object”)",
    vary="objects that others make meanwhile",
)
def test_one_creation_makes_one_object(create: CreateDriver) -> Findings:
    """One creation must make exactly one object.

    Sent: A creation with a value never used before, alone and among all properties; the collection is searched for
    it.

    Fix: Insert once: a retry inside the server, or a trigger, makes another.
    """
    if OperationKind.LIST not in create.siblings:
        raise NotApplicable("the document has no list to look it up in")
    for alone in (True, False):
        mark = create.bodies.mark()
        name, value = next(iter(mark.items()))
        exchange = create.change(mark if alone else {**create.bodies.full(2), **mark})
        create.observe.settle(mark)
        states = create.watch.objects.states()
        looks = create.seen_after(exchange)
        before = create.creations.others
        if before is None:
            raise Inconclusive("it is not known which objects were there before", exchange)
        found = [entity for entity, state in states.items() if state.get(name) == value and entity not in before]
        for entity in found:
            create.creations.record_made(entity)
        if len(found) > 1:
            yield Finding("one object made", f"{len(found)} objects with {name} = {short(value)}", (exchange, *looks))
            return


@adapted(
    "create.isolation.objects", terms="update.isolation.objects", vary="other writers on a shared target", keyed=False
)
def test_a_creation_changes_no_other_object(create: CreateDriver) -> Findings:
    """A creation must change no documented property of another object.

    Sent: Two creations; an object that was made before is read before and after.

    Fix: Insert a row of its own, and copy values rather than sharing them between cached objects.
    """
    entity = create.make(1)
    before = create.observe.state(entity)
    for n in (2, 3):
        exchange = create.change(create.bodies.full(n))
        after, seen = create.observe.documented(entity)
        for difference in create.model.changes(before, after):
            yield Finding(f"object {short(entity)} unchanged", f"it changed: {difference}", (exchange, seen))
            return
