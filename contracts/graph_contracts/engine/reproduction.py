"""What to send, in order, so that a finding shows again: its exchanges, with whatever those rest on."""

from __future__ import annotations

from collections.abc import Sequence

from graph_contracts.http import jsontext, replay
from graph_contracts.http.exchange import SAFE, Exchange, Request
from graph_contracts.http.limits import SHORT_BODY
from graph_contracts.http.traffic import Traffic
from graph_contracts.requirements import Finding

MAX_STEPS = 40
REACH = 2000
"""Exchanges before a finding's among which those are looked for that it rests on."""
FAILED = 500
Steps = tuple[Exchange | str, ...]


def steps(finding: Finding, traffic: Traffic, *, own: bool) -> Steps:
    """The exchanges that show a finding again, in order.

    They are those of the finding, and others that they rest on: an accepted write to the object before, which says
    what state it was in; the answers that a request has an id, a tag or a link from; the creations of what is
    listed.

    Args:
        finding: what was found.
        traffic: all that was exchanged before.
        own: whether the case that found it has sent the exchanges itself, so that they are more than one answer that
            shows something by itself.
    """
    if finding.replay or not finding.exchanges:
        return finding.replay
    chosen = {each.index: each for each in finding.exchanges[-MAX_STEPS:]}
    first = min(chosen)
    earlier = traffic[max(0, first - REACH) : first]
    if own or any(_rests_on_state(each) for each in chosen.values()):
        member = finding.mismatch.path.partition(".")[0].partition("[")[0] if finding.mismatch else ""
        before = _written_before(chosen[first], member, earlier)
        if before is not None:
            chosen[before.index] = before
    waiting = list(chosen.values())
    while waiting and len(chosen) < MAX_STEPS:
        each = waiting.pop()
        before_it = [other for other in (*earlier, *finding.exchanges) if other.index < each.index]
        for source in (*replay.sources(each.request, before_it), *replay.makers(each, before_it)):
            if source.index not in chosen:
                chosen[source.index] = source
                waiting.append(source)
    return tuple(chosen[index] for index in sorted(chosen))


def _rests_on_state(exchange: Exchange) -> bool:
    """Whether what is answered depends on what the object was before."""
    request = exchange.request
    return request.method in SAFE or replay.is_conditional(request) or exchange.status >= FAILED


def _written_before(first: Exchange, member: str, earlier: Sequence[Exchange]) -> Exchange | None:
    """The accepted write to the same place, before an exchange, that says most of the state that the object was in.

    That is the last that sent a member, where one is known that the finding is about, else the last of those that sent
    most members.
    """
    found: Exchange | None = None
    most = -1
    for each in reversed(earlier):
        if each.ok and each.request.method not in SAFE and each.request.url == first.request.url:
            sent = _members(each.request)
            if member in sent:
                return each
            if len(sent) > most:
                found, most = each, len(sent)
    return found


def _members(request: Request) -> frozenset[str]:
    """The names of the members that a request sent."""
    value = jsontext.parse(request.body).value if len(request.body) <= SHORT_BODY else None
    return frozenset(value) if isinstance(value, dict) else frozenset()
