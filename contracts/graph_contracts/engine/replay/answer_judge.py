"""Judges answers one by one, as they come or as they were recorded, by the checks of every response.

One mechanism is for all traffic that the suite did not send itself: archives, mocks, and what a proxy passes on.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from graph_contracts import cases, requirements
from graph_contracts.contract import Contract, Operation, OperationKind
from graph_contracts.contract.conventions import Conventions
from graph_contracts.engine.answer_checks import MAX_FINDINGS, Checked, check_answer
from graph_contracts.engine.conventions_in_answers import in_answers
from graph_contracts.engine.judge import Judge, Judgement
from graph_contracts.engine.replay.recorded import Recorded
from graph_contracts.engine.resources import DRIVERS
from graph_contracts.engine.sharding.shard import applies
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.sender import SERVER_FAILURES
from graph_contracts.requirements import SEVERITY_ORDER, Binding, Each, Finding, Inconclusive, Severity

FRAMING = ".resp.framing"
"""Requirements about octets that nobody holds any more who has an answer whole."""
MAX_MET = 1000
"""Objects of an operation that are known to be there."""
MAX_FAILED = 1000
"""Requests that the server failed at: where one succeeds later, the failure was for a time."""
MAX_ALIKE = 10
"""Failures of one such request."""
NO_ANSWER = "the run got no answer that the requirement is about"


class _Silent(Client):
    """Stands where a client does; whoever only reads traffic can't ask anything."""

    def send(self, *_: object, **__: object) -> Exchange:
        """Refuse.

        Raises:
            Inconclusive: always.
        """
        raise Inconclusive("a recording can't be asked anything")

    send_raw = send


@dataclass(frozen=True)
class BrokenRequirement:
    """A requirement that an answer breaks."""

    requirement: str
    severity: Severity
    finding: Finding


@dataclass
class _Said:
    """What one check said of the answers of an operation so far."""

    own: Checked = field(default_factory=Checked)
    otherwise: Checked = field(default_factory=Checked)
    """What it said of those that it judges where there is none of its own."""
    further: int = 0
    """Findings beyond those that are kept."""

    @property
    def checked(self) -> Checked:
        return self.own if self.own.any or self.own.problem else self.otherwise


@dataclass
class Seen:
    """What is counted of all answers."""

    answers: int = 0
    seconds: float = 0.0
    started: float = 0.0
    """When the first was asked for, in seconds since the epoch; 0 where that is unknown."""
    server: str = ""
    in_part: int = 0
    """Answers whose content can't be judged."""
    other_methods: Counter[str] = field(default_factory=Counter)

    def count(self, exchange: Exchange, method: str) -> None:
        """Count one, to a path whose operation has a method."""
        response = exchange.response
        self.answers += 1
        self.seconds += exchange.seconds
        self.started = min(filter(None, (self.started, exchange.started)), default=0.0)
        self.server = self.server or (response.header("Server") if response else None) or ""
        self.in_part += bool(response and response.broken)
        if exchange.request.method != method:
            self.other_methods[exchange.request.method] += 1


class AnswerJudge:
    """Holds each answer to the requirements that one answer alone can break.

    Args:
        contract: what to judge by.
        profile: what gates.
        conventions: whose requirements apply; by default, the conventions that the document and the answers claim.
        keep: how many findings of a check on an operation are kept, and no exchanges but theirs. Without it, all are.
    """

    def __init__(
        self, contract: Contract, profile: str, *, conventions: Conventions | None = None, keep: int | None = None
    ) -> None:
        cases.load()
        self.contract = contract
        self.profile = profile
        self.conventions = conventions or contract.conventions
        self.seen = Seen()
        self.planned = 0
        self.places: dict[int, str] = {}
        """Where each kept exchange was recorded, by its index."""
        self._follows_answers = conventions is None
        self._keep = keep
        self._client = _Silent(Connection("http://recorded"))
        self._kinds = contract.kinds
        self._bound = [b for b in requirements.bindings() if b.each and not b.requirement.endswith(FRAMING)]
        self._operations = {each.id: each for each in contract.tested}
        self._drivers: dict[str, OperationUnderTest] = {}
        self._checks: dict[str, list[Binding]] = {}
        """Those that are about an operation, by its id."""
        self._said: defaultdict[str, dict[Binding, _Said]] = defaultdict(dict)
        self._begun: set[str] = set()
        """Operations that had a request accepted."""
        self._kept = 0
        """How many findings were kept."""
        self._failed: dict[tuple[str, str, str], list[Exchange]] = {}
        """Failures of the server, by what was asked."""

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges that are kept."""
        return list(self._client.exchanges)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many objects, failures and findings are held."""
        found = (each for said in self._said.values() for each in said.values())
        findings = sum(len(each.own.findings) + len(each.otherwise.findings) for each in found)
        failed = sum(map(len, self._failed.values()))
        transient = sum(len(each.log.transient) for each in self._drivers.values())
        return sum(len(each.met) for each in self._drivers.values()), failed, transient, findings

    def meet(self, exchanges: Iterable[Exchange]) -> None:
        """Know the objects and conventions that answers show before any of them is judged."""
        for exchange in exchanges:
            self._learn(self._driver(exchange.operation), exchange)

    def take(self, recorded: Recorded) -> list[BrokenRequirement]:
        """Judge an answer to a request that knows its operation; returns what it breaks."""
        driver = self._driver(recorded.exchange.operation)
        recorded = replace(recorded, exchange=replace(recorded.exchange, index=len(self._client.exchanges)))
        exchange = recorded.exchange
        self._learn(driver, exchange)
        self.seen.count(exchange, driver.documented.method)
        kept = self._kept
        found = [each for binding in self._of(driver.documented) for each in self._check(binding, driver, recorded)]
        if self._keep is None or self._kept > kept:
            self._client.exchanges.append(exchange)
            self.places[exchange.index] = recorded.place
            self._note_failure(exchange)
            if self._keep is not None and exchange.response is not None:
                exchange.response.shorten()
        if exchange.ok:
            self._forgive(driver, exchange.request)
        return found

    def judgements(self) -> Iterator[Judgement]:
        """What all answers came to, by requirement and operation."""
        judge = Judge(self.profile, self.conventions)
        for name, said in self._said.items():
            judge.take(name, {binding: each.checked for binding, each in said.items()})
        self.planned = 0
        for binding in self._bound:
            for operation in self.contract.tested:
                if binding in self._of(operation):
                    self.planned += 1
                    yield from self._judged(judge, binding, operation)

    def broken(self, requirement: str, operation: str) -> Iterator[BrokenRequirement]:
        """The kept findings of a requirement on an operation, by its id."""
        for binding, said in self._said.get(operation, {}).items():
            if binding.requirement == requirement:
                yield from self._broken(requirement, said.checked.findings)

    def _judged(self, judge: Judge, binding: Binding, operation: Operation) -> Iterator[Judgement]:
        if operation.id not in self._said:
            unclaimed = self.conventions.unclaimed(requirements.find(binding.requirement).convention)
            yield Judgement(binding.requirement, str(operation), "not-applicable", unclaimed or NO_ANSWER)
            return
        further = self._said[operation.id][binding].further
        for each in judge.judge(binding, self._driver(operation.id)):
            more = further if each.requirement == binding.requirement else 0
            yield replace(each, message=f"{each.message} (and {more} further answers like these)") if more else each

    # -- one answer ------------------------------------------------------------------------------------------------

    def _driver(self, operation: str) -> OperationUnderTest:
        if operation not in self._drivers:
            self._drivers[operation] = self._made(self._operations[operation])
        return self._drivers[operation]

    def _made(self, operation: Operation) -> OperationUnderTest:
        kind: OperationKind = self._kinds[operation.id]
        return DRIVERS[kind](self._client, operation, Options())

    def _of(self, operation: Operation) -> list[Binding]:
        """The checks that are about an operation."""
        if operation.id not in self._checks:
            kind = self._kinds[operation.id]
            self._checks[operation.id] = [b for b in self._bound if b.kind is kind and applies(b, operation)]
        return self._checks[operation.id]

    def _learn(self, driver: OperationUnderTest, exchange: Exchange) -> None:
        if self._follows_answers:
            self.conventions = in_answers(self.conventions, (exchange,))
        if exchange.ok and exchange.entity and exchange.entity not in driver.met and len(driver.met) < MAX_MET:
            driver.met.append(exchange.entity)
            driver.key = driver.met[0]

    def _check(self, binding: Binding, driver: OperationUnderTest, recorded: Recorded) -> list[BrokenRequirement]:
        operation, exchange = driver.documented, recorded.exchange
        said = self._said[operation.id].setdefault(binding, _Said())
        if exchange.response is None or binding.requirement.partition(".")[2] in recorded.unseen:
            return []
        own = exchange.entity and exchange.ok and exchange.request.method == operation.method
        if own:
            self._begun.add(operation.id)
        found = self._add(said, said.own, _checked(binding, binding.each, driver, exchange))
        if binding.otherwise and operation.id in self._begun:
            self._add(said, said.otherwise, _checked(binding, binding.otherwise, driver, exchange))
        return self._broken(binding.requirement, found)

    def _broken(self, name: str, findings: Iterable[Finding]) -> list[BrokenRequirement]:
        """What findings amount to; nothing where the requirement's convention isn't applied."""
        requirement = requirements.find(name)
        if requirement.convention not in self.conventions.applied:
            return []
        level = requirement.severity(self.profile)
        return [BrokenRequirement(name, min(level, each.at_most, key=SEVERITY_ORDER.index), each) for each in findings]

    def _add(self, said: _Said, whole: Checked, one: Checked) -> list[Finding]:
        """Add what a check said of one answer to what it said of others."""
        room = max((MAX_FINDINGS if self._keep is None else self._keep) - len(whole.findings), 0)
        whole.findings += one.findings[:room]
        self._kept += len(one.findings[:room])
        said.further += len(one.findings[room:])
        whole.any = whole.any or one.any
        whole.problem = whole.problem or one.problem
        whole.unread = one.unread or whole.unread
        return one.findings

    def _note_failure(self, exchange: Exchange) -> None:
        """Remember a failure of the server: the same may succeed later."""
        if exchange.status in SERVER_FAILURES:
            alike = self._failed.setdefault(_asked(exchange.request), [])
            alike.append(exchange)
            del alike[:-MAX_ALIKE]
            if len(self._failed) > MAX_FAILED:
                del self._failed[next(iter(self._failed))]

    def _forgive(self, driver: OperationUnderTest, request: Request) -> None:
        """Grade failures of the server lower where the same succeeds later: they did not come again."""
        for failed in self._failed.pop(_asked(request), ()):
            driver.log.transient.add(failed.index)
            for binding, said in self._said[driver.documented.id].items():
                others = [each for each in said.own.findings if not _shows(each, failed)]
                if len(others) < len(said.own.findings):
                    said.own.findings[:] = [*others, *_checked(binding, binding.each, driver, failed).findings]


def _asked(request: Request) -> tuple[str, str, str]:
    return request.method, request.url, hashlib.sha256(request.body).hexdigest()


def _shows(finding: Finding, exchange: Exchange) -> bool:
    return bool(finding.exchanges) and finding.exchanges[-1].index == exchange.index


def _checked(binding: Binding, is_about: Each | None, driver: OperationUnderTest, exchange: Exchange) -> Checked:
    """What one check says of one answer."""
    found = Checked()
    driver.requirement = binding.requirement
    check_answer(binding, is_about, driver, exchange, found)
    driver.requirement = ""
    return found
