"""What to send, in order, so that a finding shows again: its exchanges, with whatever those rest on."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from graph_contracts.http import jsontext, replay
from graph_contracts.http.exchange import SAFE, Exchange, Request
from graph_contracts.http.limits import SHORT_BODY
from graph_contracts.http.replay import Pause
from graph_contracts.http.traffic import Traffic
from graph_contracts.json_types import Json
from graph_contracts.requirements import Finding

MAX_STEPS = 40
REACH = 2000
"""Exchanges before a finding's among which those are looked for that it rests on."""
NEAR = 8
"""Exchanges before and after one among which those are looked for that have to do with it by their place alone."""
OVERLAP = 0.0005
"""Seconds that two requests share at least that were under way together; less is the clock's."""
FAILED = 500
GONE = frozenset({404, 410})
TELLING = 5
"""Characters of a value that tells which write it came from."""
QUOTED = re.compile(r'"((?:[^"\\…]|\\.){6,})"(?!\s*:)')
"""A value, and no name of a member, in the words of a finding."""
Steps = tuple[Exchange | str | Pause, ...]


def steps(finding: Finding, traffic: Traffic, *, own: bool) -> Steps:
    """The exchanges that show a finding again, in order.

    They are those of the finding, and others that they rest on: an accepted write to the object before, which says
    what state it was in, and a read before that; the deletion after which it is gone; the same write right before; the
    write that sent the value which is shown instead of the right one; what was under way at the same time; the answers
    that a request has an id, a tag or a link from; the creations of what is listed.

    Args:
        finding: what was found.
        traffic: all that was exchanged before.
        own: whether the case that found it has sent the exchanges itself, so that they are more than one answer that
            shows something by itself.
    """
    if finding.replay or not finding.exchanges:
        return finding.replay
    chosen = {each.index: each for each in finding.exchanges[-MAX_STEPS:]}
    first, last = min(chosen), finding.exchanges[-1]
    before = traffic[max(0, first - REACH) : first]
    earlier = [each for each in traffic[max(0, first - REACH) : last.index] if each.index not in chosen]
    rests = own or any(_rests_on_state(each) for each in chosen.values())
    member = finding.mismatch.path.partition(".")[0].partition("[")[0] if finding.mismatch else ""
    found = [
        *_under_way(chosen.values(), traffic),
        _written_before(chosen[first], member, before) if rests else None,
        *(_deletion(each, earlier) for each in chosen.values()),
        *(_repeated(each, earlier) for each in chosen.values()),
        _origin(finding, chosen.values(), earlier),
    ]
    chosen |= {each.index: each for each in found if each is not None}
    look = _read_before(last, min(chosen), before)
    if look is not None and any(each.request.method not in SAFE for each in chosen.values()):
        chosen[look.index] = look
    waiting = list(chosen.values())
    while waiting and len(chosen) < MAX_STEPS:
        each = waiting.pop()
        before_it = [other for other in (*before, *finding.exchanges) if other.index < each.index]
        for source in (*replay.sources(each.request, before_it), *replay.makers(each, before_it)):
            if source.index not in chosen:
                chosen[source.index] = source
                waiting.append(source)
    ordered: list[Exchange | str | Pause] = [chosen[index] for index in sorted(chosen)]
    if finding.pause:
        ordered.insert(ordered.index(finding.exchanges[0]) + 1, Pause(finding.pause))
    return tuple(ordered)


def _rests_on_state(exchange: Exchange) -> bool:
    """Whether what is answered depends on what the object was before."""
    request = exchange.request
    return request.method in SAFE or replay.is_conditional(request) or exchange.status >= FAILED


def _deletion(exchange: Exchange, earlier: Sequence[Exchange]) -> Exchange | None:
    """The deletion after which an object is not there, where that is what was answered."""
    if exchange.status not in GONE:
        return None
    url, until = exchange.request.url, exchange.index
    found = (each for each in reversed(earlier) if each.index < until and each.request.url == url)
    return next((each for each in found if each.request.method == "DELETE" and each.ok), None)


def _repeated(exchange: Exchange, earlier: Sequence[Exchange]) -> Exchange | None:
    """The same write, shortly before: the second may be answered, or applied, as the first was not."""
    request, until = exchange.request, exchange.index
    if request.method in SAFE:
        return None
    near = (each for each in reversed(earlier) if until - NEAR <= each.index < until)
    return next((each for each in near if each.request == request), None)


def _read_before(last: Exchange, until: int, earlier: Sequence[Exchange]) -> Exchange | None:
    """The same read as the last exchange, before an index: it shows the object as it was, and may fill a cache."""
    if last.request.method != "GET":
        return None
    found = (each for each in reversed(earlier) if each.index < until and each.request == last.request)
    return next((each for each in found if each.ok), None)


def _under_way(chosen: Iterable[Exchange], traffic: Traffic) -> list[Exchange]:
    """The exchanges that were under way at the same time as some others."""

    def together(one: Exchange, other: Exchange) -> bool:
        start, end = max(one.started, other.started), min(one.started + one.seconds, other.started + other.seconds)
        return end - start > OVERLAP

    return [
        near
        for each in chosen
        for near in traffic[max(0, each.index - NEAR) : each.index + NEAR + 1]
        if near.index != each.index and together(each, near)
    ]


def _origin(finding: Finding, chosen: Collection[Exchange], earlier: Sequence[Exchange]) -> Exchange | None:
    """The latest write, to any object, that sent most of what is shown instead of the right value."""
    values = [value.encode() for value in _wrong(finding)]
    if not values or any(value in each.request.body for value in values for each in chosen):
        return None
    found: Exchange | None = None
    most = 0
    for each in reversed(earlier):
        if each.request.method not in SAFE and len(each.request.body) <= SHORT_BODY:
            sent = sum(value in each.request.body for value in values)
            if sent > most:
                found, most = each, sent
    return found


def _wrong(finding: Finding) -> list[str]:
    """The values that are shown and should not be, as JSON has them."""
    if finding.mismatch is None:
        right = {*QUOTED.findall(finding.expected)}
        return [each for each in QUOTED.findall(finding.actual.partition(" instead of ")[0]) if each not in right]
    expected = {*_leaves(finding.mismatch.expected)}
    return [each for each in _leaves(finding.mismatch.actual) if len(each) >= TELLING and each not in expected]


def _leaves(value: Json) -> Iterator[str]:
    """The texts and numbers in a value, annotations left out."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from () if "@" in name else _leaves(member)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield json.dumps(value)


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
