"""After the deadline, the checks of every response judge all exchanges up to then, and send nothing.

At a slow target the deadline comes before their turn, which is last. They wait until every object is put back, since
that has the first claim on the time that is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts import requirements
from graph_contracts.engine.judge import Judge, Judgement
from graph_contracts.engine.resources import Resources
from graph_contracts.engine.selection import Selection
from graph_contracts.http.client import Client


def judge_late(judge: Judge, client: Client, selection: Selection, resources: Resources) -> Iterator[list[Judgement]]:
    """Run the checks of every response that haven't run yet over all exchanges of their operation."""
    client.silent = True
    judge.release(resources.drivers)  # the deadline may have cut a pass over the responses short
    for binding in requirements.bindings():
        for operation in selection.operations(binding) if binding.each is not None else ():
            if not judge.done(binding, operation.id):
                driver = resources.drivers[operation.id]
                unusable = resources.group(operation.id).lack(driver).reason
                yield judge.judge(binding, driver, unusable, selection.response_checks[operation.id])
