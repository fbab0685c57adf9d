"""Whether two of a page's paths lead to the same objects, so that one sequence may use both."""

from __future__ import annotations

from contextlib import suppress

from graph_contracts.operations.object_model import failures
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Inconclusive


def shared(one: UpdateDriver, other: UpdateDriver) -> bool:
    """Whether two paths are seen to lead to the same objects, in both directions."""
    reported = {requirement for log in (one.log, other.log) for requirement, _ in log.reported}
    if "update.route.alias.sameobject" in reported or one.known != other.known:
        return False
    with suppress(Inconclusive):
        for writer, reader in ((one, other), (other, one)):
            mark = writer.bodies.small()
            if not writer.observe.persists or not writer.patch(mark).ok or failures(reader.observe.settle(mark)[0]):
                return False
        return True
    return False
