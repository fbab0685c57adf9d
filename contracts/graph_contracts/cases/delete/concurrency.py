"""Objects that are deleted at the same time."""

from __future__ import annotations

from graph_contracts.cases.update.concurrency import parallel
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.monitors import ACCEPTED
from graph_contracts.requirements import Finding, Findings, Inconclusive, Phase, adapted

ROUNDS = 3
AT_ONCE = 3


@adapted("delete.conc.disjoint", terms="update.conc.disjoint", vary="409, 429 or 503 for some", phase=Phase.CONCURRENT)
def test_parallel_deletions_are_all_performed(delete: DeleteDriver) -> Findings:
    """Parallel deletions of different objects that are answered 2xx must all be performed.

    Sent: Three parallel DELETEs of objects that were just made, several times; each object is read afterwards.

    Fix: Delete a row rather than save a list, and handle conflicts of transactions by trying again.
    """
    several = 0
    for _ in range(ROUNDS):
        entities = [delete.victim(n) for n in range(1, AT_ONCE + 1)]
        answers: list[Exchange] = parallel(*[lambda entity=entity: delete.remove(entity) for entity in entities])
        done = [(entity, answer) for entity, answer in zip(entities, answers, strict=True) if answer.ok]
        several += len(done) > 1
        for entity, answer in done:
            if answer.status != ACCEPTED and not delete.gone(entity):
                yield Finding(f"object {short(entity)} gone", f"{answer.answer}, and it is still shown", tuple(answers))
                return
    if not several:
        raise Inconclusive("the target never performed two deletions at once")
