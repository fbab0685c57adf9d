"""Judges what passes, an exchange at a time, and keeps no more than reports show: memory stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from graph_contracts.contract import Contract
from graph_contracts.contract.conventions import Conventions
from graph_contracts.engine.proxy.copy import Copy
from graph_contracts.engine.replay import answer_results
from graph_contracts.engine.replay.answer_judge import AnswerJudge, BrokenRequirement
from graph_contracts.engine.replay.answer_results import About, Judged
from graph_contracts.engine.replay.assignment import Assigned, Assignment
from graph_contracts.engine.replay.left_out import AllLeftOut, LeftOut, Reason
from graph_contracts.engine.replay.recorded import Recorded, credentials
from graph_contracts.errors import NothingTestedError
from graph_contracts.gate import Gate
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.redact import Redactor
from graph_contracts.report.results import MAX_EXCHANGES
from graph_contracts.report.scope import TRAFFIC
from graph_contracts.report.visible import one_line
from graph_contracts.requirements import Severity

NOTE = "Judged from a client's traffic: only what each answer shows by itself, for what the client happened to ask."
NO_GATE = Gate()
MAX_SECRETS = 1000
"""Credentials that are known at once, the latest."""
MAX_LINE = 240
"""Characters of a line about an answer."""


class TrafficJudge:
    """Sees each exchange once.

    Args:
        contract: what to judge by.
        profile: what gates.
        base: the target's base URL: what is not below it is not judged.
        conventions: whose requirements apply; by default, the conventions that the document and the answers claim.
        say: gets a line for each answer that breaks a requirement which gates.
        gate: what the results are held against in the end.
    """

    def __init__(
        self,
        contract: Contract,
        profile: str,
        base: str,
        conventions: Conventions | None = None,
        say: Callable[[str], None] = lambda _: None,
        gate: Gate = NO_GATE,
    ) -> None:
        self._contract = contract
        self._base = base
        parts = urlsplit(base)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._judge = AnswerJudge(contract, profile, conventions=conventions, keep=MAX_EXCHANGES)
        self._assignment = Assignment(contract)
        self._left = AllLeftOut("requests", "Point the client at the URL that the proxy prints")
        self._mask = Redactor()
        self._say = say
        self._gate = gate
        self._linking = 0
        """Answers that hold links to the target itself."""

    def take(self, copy: Copy) -> None:
        """Judge an exchange that is over."""
        match copy.recorded():
            case LeftOut() as left:
                self._left.add((left,), self._mask)
            case Recorded() as recorded:
                self._learn(recorded.exchange)
                self._count_links(recorded.exchange)
                self._hold(recorded)

    def _hold(self, recorded: Recorded) -> None:
        match self._assignment.of(recorded.exchange):
            case Assigned(exchange, base) if base.rstrip("/") == self._base.rstrip("/"):
                self._hold_to_contract(exchange)
            case Assigned():
                self._leave_out(recorded.exchange, Reason.OUTSIDE)
            case reason:
                self._leave_out(recorded.exchange, reason)

    def _hold_to_contract(self, exchange: Exchange) -> None:
        broken = self._judge.take(Recorded(exchange, ""))
        failed = [each for each in broken if each.severity is Severity.FAIL and self._gates(each.requirement)]
        if failed:
            self._say(self._line(exchange, failed))

    def _leave_out(self, exchange: Exchange, reason: Reason) -> None:
        self._left.add((LeftOut("", exchange.request.method, exchange.request.url, reason),), self._mask)

    def _gates(self, requirement: str) -> bool:
        return self._gate.lets_fail(requirement, self._judge.profile)

    def _line(self, exchange: Exchange, failed: Sequence[BrokenRequirement]) -> str:
        first = failed[0]
        path = exchange.request.url.removeprefix(self._origin)
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        words = f"{exchange.request.method} {path} {exchange.status}: {first.requirement}: {first.finding.actual}{more}"
        return one_line(self._mask.text(f"FAIL {words}"), MAX_LINE)

    def _learn(self, exchange: Exchange) -> None:
        """Know the credentials of an exchange, and forget the oldest where they are too many."""
        self._mask.add(*credentials((exchange,), self._contract.key_names))
        if len(self._mask.secrets) > MAX_SECRETS:
            self._mask = Redactor(self._mask.secrets[-MAX_SECRETS // 2 :])

    def _count_links(self, exchange: Exchange) -> None:
        response = exchange.response
        link = response and (
            self._origin.encode() in response.body or (response.header("Location") or "").startswith(self._origin)
        )
        self._linking += bool(link)

    def judged(self, command: str) -> Judged:
        """What all of it came to.

        Raises:
            NothingTestedError: no answer was one of an operation of the document.
        """
        seen = self._judge.seen.answers
        reasons = self._left.reasons(seen)
        if not seen:
            nothing = f"nothing that passed belongs to an operation of {self._contract.source}"
            raise NothingTestedError(". ".join((nothing, *reasons)), self._left.hint)
        if self._linking:
            reasons.append(
                f"{self._linking} answers hold links to {self._origin} itself, passed on unchanged: a client that "
                "follows them goes past the proxy, where nothing is judged."
            )
        # what is kept may be older than the credentials that are still known
        self._mask.add(*credentials(self._judge.exchanges, self._contract.key_names))
        return answer_results.judged(self._judge, About(NOTE, command, self._base, reasons, TRAFFIC), self._mask)

    @property
    def held(self) -> int:
        """How many exchanges are held."""
        return len(self._judge.exchanges)

    @property
    def octets(self) -> int:
        """Octets of the answers' bodies that are held."""
        return sum(len(each.response.body) for each in self._judge.exchanges if each.response)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How much is held beside exchanges: credentials, objects, failures, findings."""
        return len(self._mask.secrets), *self._judge.sizes
