"""After the deadline: the checks over every response judge what was exchanged until then, and send nothing.

At a slow target the deadline comes before their turn, which is last. They wait until every object is put back, since
that has the first claim on the time that is left.
"""

from __future__ import annotations

from contracts import requirements
from contracts.plugin.judge import judge
from contracts.plugin.session import Session


def judge_late(session: Session) -> None:
    """Run the checks over every response that had no turn, over whatever was exchanged for their operation."""
    session.client.silent = True
    for subject in session.subjects.values():
        subject.log.checked.clear()  # the deadline may have cut a pass over the responses short
    for binding in requirements.bindings():
        for operation in session.operations(binding) if binding.each is not None else ():
            if (binding.requirement, operation.id) not in session.checked:
                subject, unusable = session.subjects[operation.id], session.family(operation.id).unusable
                together = session.checks_of(operation.id)
                session.take_down(judge(binding, subject, session.settings.profile, unusable, together))
