"""Operations that are answered 202: what was only begun can be watched to its end, and what it made can be read."""

from __future__ import annotations

from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.monitors import (
    ACCEPTED,
    FIELDS,
    STATES,
    Begun,
    State,
    Watched,
    addresses,
    begun,
    look,
    reads,
    state_in,
    status_in,
    watch,
)
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    also,
    requirement,
)


@requirement(
    "create.async.monitor",
    Level.MUST,
    basis="page",
    source="Page, Response (202 with a header field that names a monitor); RFC 9110 §15.3.3",
    vary="another status of success; a page that shows no such field",
)
@also(
    "action.async.monitor",
    "A call of an action that is answered 202 must name its status monitor in the header field that the page has.",
    sent="A call of an action as the page documents it.",
)
def test_what_was_only_begun_names_its_monitor(operation: OperationUnderTest) -> Findings:
    """A creation that is answered 202 must name its status monitor in the header field that the page has.

    Sent: A creation as the page documents it.

    Fix: Write `Location` or `Operation-Location`, as the page says, before the answer is sent.
    """
    documented = [name for name in FIELDS if name.lower() in operation.documented.answer_fields]
    if not documented:
        raise NotApplicable("the document names no header field that a monitor stands in")
    started = _started(operation)
    if not started.field:
        yield Finding(f"202 with {documented[0]}", f"{started.exchange.answer} without it", (started.exchange,))


@requirement(
    "create.async.reachable",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (202 with a link to the operation); RFC 9110 §15.3.3 (a status monitor)",
    vary="a URL or a path, below the host or below the version; 200 or 202 while it runs; a monitor on another server",
)
@also(
    "action.async.reachable",
    "The status monitor of an action that was only begun must answer whoever called the action.",
    sent="A call of an action, and a GET of the monitor with the same credentials, where it is on the same server.",
)
def test_the_monitor_answers_whoever_began(operation: OperationUnderTest) -> Findings:
    """The status monitor of a creation that was only begun must answer whoever sent it.

    Sent: A creation, and a GET of the monitor with the same credentials, where it is on the same server.

    Fix: Serve the operation under the path that the header field names before the 202 is sent.
    """
    started = _monitored(operation)
    watched = _watched(operation, started)
    if not watched.looks:
        raise Inconclusive("the monitor is on another server, to which a run sends nothing", started.exchange)
    if state_in(watched.looks[0]) is State.LOST and watched.state is State.LOST:
        what = f"{watched.last.answer} to a GET of {short(started.location)}"
        yield Finding("the state of the operation", what, (started.exchange, watched.last))


@requirement(
    "create.async.states",
    Level.SHOULD,
    basis="graph",
    source="Graph's guideline on long-running operations (`status`: notStarted, running, succeeded or failed)",
    vary="a monitor without `status`, as OData has it; further words for running; letter case",
)
@also(
    "action.async.states",
    "The monitor of an action should show its state in words that clients know, and keep to the end that it has shown.",
    sent="A call of an action, its monitor until that shows an end, and the monitor once more.",
)
def test_the_monitor_shows_known_states(operation: OperationUnderTest) -> Findings:
    """The monitor of a creation should show its state in words that clients know, and keep to the end that it has
    shown.

    Sent: A creation, its monitor until that shows an end, and the monitor once more.

    Fix: Write `status` as one of notStarted, running, succeeded and failed, and store the end of an operation.
    """
    watched = _watched(operation, _monitored(operation))
    for each in watched.looks:
        if state_in(each) is State.UNKNOWN:
            yield Finding(" or ".join(sorted(STATES)), f"status: {short(status_in(each))}", (each,))
            return
    _ended(watched)
    again = look(operation, watched.url)
    if again.ok and state_in(again) is State.RUNNING:
        yield Finding(f"{watched.state} again", f"{state_in(again)} afterwards", (watched.last, again))


@requirement(
    "create.async.result",
    Level.MUST,
    basis="page⇒",
    source="Page, Response; Graph, teamsAsyncOperation (targetResourceLocation points to the created resource)",
    vary="a result that is named nowhere; a result on another server; reads that lag behind by at most --settle",
)
@also(
    "action.async.result",
    "What the monitor of an action that succeeded names as its result must be there.",
    sent="A call of an action, its monitor until that shows an end, and a GET of what it names.",
)
def test_what_has_succeeded_can_be_read(operation: OperationUnderTest) -> Findings:
    """What the monitor of a creation that succeeded names as its result must be there.

    Sent: A creation, its monitor until that shows an end, and a GET of what it names: `targetResourceLocation`,
    `resourceLocation`, or `Location` of a 303.

    Fix: Show `succeeded` only once the object can be read, and name it by the path that reads have.
    """
    watched = _watched(operation, _monitored(operation))
    _ended(watched)
    if watched.state is State.FAILED:
        raise Inconclusive("the operation failed, as its monitor says", watched.last)
    if not watched.result:
        raise NotApplicable("the monitor names no result", watched.last)
    if not addresses(operation, watched.last, watched.result):
        raise Inconclusive("the result is on another server, to which a run sends nothing", watched.last)
    found = [*reads(operation, watched.last, watched.result)][-1]
    if found.status in GONE:
        what = f"{found.answer} to a GET of {short(watched.result)}"
        yield Finding("what was made", what, (watched.last, found))
    elif not found.ok:
        raise Inconclusive(f"the result is not shown ({found.answer})", watched.last, found)


def _started(operation: OperationUnderTest) -> Begun:
    """What the documented request has only begun.

    Raises:
        NotApplicable: it was done at once.
    """
    known = operation.creations.begun if isinstance(operation, CreateDriver) else None
    try:
        exchange = operation.demand()
    except Inconclusive:
        if known is None or not known.exchange.ok:
            raise
        return known  # what can't be taken away isn't made again, and was begun while the run looked for a body
    if exchange.status != ACCEPTED:
        raise NotApplicable(f"it was done at once ({exchange.answer})", exchange)
    return begun(operation, exchange)


def _monitored(operation: OperationUnderTest) -> Begun:
    """The same with a monitor.

    Raises:
        NotApplicable: nothing says that there is one.
    """
    if operation.documented.success not in {ACCEPTED, None} and not operation.documented.succeeds(ACCEPTED):
        raise NotApplicable("the document has no 202 for it")
    started = _started(operation)
    if not started.field:
        raise NotApplicable("the answer names no monitor; see create.async.monitor", started.exchange)
    if not started.promised:
        raise NotApplicable("nothing says that Location names a monitor rather than what is made", started.exchange)
    return started


def _watched(operation: OperationUnderTest, started: Begun) -> Watched:
    """A monitor, asked until its operation had ended: for a creation, that is done before its case goes on."""
    known = operation.creations.watched if isinstance(operation, CreateDriver) else None
    return known if known is not None and known.begun.exchange is started.exchange else watch(operation, started)


def _ended(watched: Watched) -> None:
    """Go on only where the operation was seen to end.

    Raises:
        Inconclusive: it was not.
    """
    if watched.state in {State.DONE, State.FAILED}:
        return
    raise Inconclusive(
        f"the operation was not seen to end: it is {watched.state} ({watched.last.answer})", watched.last
    )
