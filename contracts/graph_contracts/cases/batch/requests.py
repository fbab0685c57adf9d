"""What a batch asks: requests that depend on each other, and batches that can't be read."""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts.json_types import Json
from graph_contracts.operations.batch import BatchDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.read import ReadDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, Severity, requirement

FAILED_DEPENDENCY = 424


@requirement(
    "batch.req.dependent",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 JSON §19.1 and Graph, JSON batching (dependsOn: 424 where what it depends on failed)",
    vary="a whole batch refused for it; another 4xx than 424",
    promoted=True,
)
def test_what_depends_on_a_failure_is_not_performed(batch: BatchDriver) -> Findings:
    """A request that depends on one which failed should be answered 424, and one that depends on a success performed.

    Sent: A batch of four requests: one for an object that doesn't exist, and one for the list that depends on it; one
    for the list, and another for the list that depends on that.

    Fix: Perform requests in the order of `dependsOn`, and answer 424 where one of those before failed.
    """
    path, read = batch.listing().head, batch.on_bound(ReadDriver)
    nowhere = read.path(read.unknown_id()) if read is not None else f"{path}/{batch.values.guid()}"
    found = batch.performed(
        [
            batch.get("fails", nowhere),
            batch.get("after", path, dependsOn=["fails"]),
            batch.get("works", path),
            batch.get("then", path, dependsOn=["works"]),
        ]
    )
    if found.status("fails") // 100 != 4 or found.status("works") // 100 != 2:
        statuses = f"{found.status('fails')} and {found.status('works')}"
        raise Inconclusive(f"the two that others depend on are answered {statuses}", found.exchange)
    if (status := found.status("after")) != FAILED_DEPENDENCY:
        grade = Severity.FAIL if status // 100 == 2 else Severity.WARN
        yield Finding("424", f"{status} to what depends on a request that failed", (found.exchange,), grade)
    if (status := found.status("then")) // 100 != 2:
        yield Finding("2xx", f"{status} to what depends on a request that was performed", (found.exchange,))


@requirement(
    "batch.req.malformed",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 JSON §19.1 (id, method and url are there, ids are unique, dependsOn names ids before)",
    vary="400 for the whole batch, or 4xx for the request; 422",
    promoted=True,
    phase=Phase.NEGATIVE,
)
def test_a_batch_that_cannot_be_read_is_refused(batch: BatchDriver) -> Findings:
    """A batch whose requests lack what they need should be refused: as a whole, or where that is missing.

    Sent: Batches with a request without id, without method, without URL, with the id of another, and with `dependsOn`
    on an id that no request has; one without `requests`, and one where that is no array.

    Fix: Check the whole batch before its first request is performed, and answer 400.
    """
    batch.performed([batch.get("1", batch.listing().head)])
    for what, requests in _malformed(batch):
        found = batch.send_all(requests)
        performed = [each for each in found.answers if found.exchange.ok and _succeeded(each)]
        if found.exchange.ok and len(performed) == len(requests):
            yield Finding(f"400 to {what}", f"{found.exchange.answer}: {short(performed)}", (found.exchange,))
        elif not found.exchange.ok and not found.exchange.refused:
            yield Finding(f"400 to {what}", found.exchange.answer, (found.exchange,))


def _succeeded(answer: Json) -> bool:
    status = answer.get("status")
    return isinstance(status, int) and status // 100 == 2


def _malformed(batch: BatchDriver) -> Iterator[tuple[str, list[Json]]]:
    """Batches that can't be performed as a whole, each with what is wrong with it."""
    path = batch.listing().head
    right = batch.get("1", path)
    for name in ("id", "method", "url"):
        yield f"a request without {name}", [right, {k: v for k, v in batch.get("2", path).items() if k != name}]
    yield "two requests with one id", [right, batch.get("1", path)]
    yield "a request that depends on none of the batch", [right, batch.get("2", path, dependsOn=["nobody"])]


@requirement(
    "batch.req.body",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 JSON §19.1 (a batch request is an object with an array `requests`)",
    vary="400, 415 or 422",
    promoted=True,
    phase=Phase.NEGATIVE,
)
def test_what_is_no_batch_is_refused(batch: BatchDriver) -> Findings:
    """A body that is no batch should be refused with 4xx.

    Sent: An object without `requests`, one where that is an object, a bare array, and a word.

    Fix: Answer 400 where the body is no object with an array of requests.
    """
    batch.performed([batch.get("1", batch.listing().head)])
    right = batch.get("1", batch.listing().head)
    for octets in (b"{}", b'{"requests": {}}', b"[]", b'"batch"'):
        exchange = batch.call("", octets=octets)
        if not exchange.refused:
            yield Finding(f"400 to {octets.decode()}", exchange.answer, (exchange,))
    nested = batch.send_all([{**right, "method": "POST", "url": batch.url("/$batch"), "body": {"requests": [right]}}])
    if nested.status("1") // 100 == 2:
        what = "2xx to a batch within a batch"
        yield Finding("400 to a batch within a batch", what, (nested.exchange,), Severity.NOTE)
