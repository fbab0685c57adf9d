"""What a run says of requests that ended the target, with how to run without them, and of those without an answer."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from graph_contracts.http.client import Client
from graph_contracts.http.lifeline import Death
from graph_contracts.operations.deaths import told
from graph_contracts.report.words import plural
from graph_contracts.requirements import known

MAX_TOLD = 3
RESTART = "--restart-command COMMAND has it started again"


def end_notes(client: Client) -> Iterator[str]:
    """What there is to say of a target that ended, or that left requests without an answer."""
    yield from death_notes([death for death in client.lifeline.deaths if death.is_ours])
    yield from silence_notes(client)


def death_notes(deaths: Sequence[Death]) -> Iterator[str]:
    """A line that says how often the target was started again, and one for its end where it was not."""
    restarted = [death for death in deaths if death.restarted]
    if restarted:
        times = "once" if len(restarted) == 1 else f"{len(restarted)} times"
        what = "; ".join(map(told, restarted[:MAX_TOLD]))
        more = f"; and {len(restarted) - MAX_TOLD} more" if len(restarted) > MAX_TOLD else ""
        yield f"the target ended and was started again {times}: {what}{more}"
    for death in deaths:
        if not death.restarted:
            ways = [without(death), "" if death.problem else RESTART]
            yield f"the run ended with the target: {told(death)}. {'; '.join(filter(None, ways))}"


def without(death: Death) -> str:
    """The option that leaves out the requirement whose case ended the target, ready to be pasted."""
    name = death.culprit.requirement
    return f"To run without that input: --deselect {shlex.quote(name)}" if known(name) else ""


def silence_notes(client: Client) -> Iterator[str]:
    """A line for requests that were waited for less long than others, and one for a target that was given up."""
    for why, count in client.patience.shortened.most_common(MAX_TOLD):
        yield f"no answer came to {plural(count, 'request')} within a limit that was shortened, since {why}"
    if client.dead is not None and not client.lifeline.hopeless:
        yield f"the run ended early, since {client.why_dead}"
