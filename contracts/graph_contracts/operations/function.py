"""An operation that calls a function, which changes nothing: its arguments stand in the path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from graph_contracts.contract import Type
from graph_contracts.contract.call_path import Argument, Call
from graph_contracts.contract.object_path import above, fill
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations import parameters
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.bound import UNBOUND, BoundDriver
from graph_contracts.operations.path_arguments import argument_type
from graph_contracts.requirements import Inconclusive

REDIRECTS = frozenset({"302", "303", "307"})
"""Statuses that tell where the result is (RFC 9110 §15.4)."""


class FunctionDriver(BoundDriver):
    """One operation that calls a function on one target."""

    safe = True

    @cached_property
    def called(self) -> Call | None:
        """The function with its arguments; None where it has none in parentheses."""
        last = self.documented.path.rstrip("/").count("/") - 1
        return next((each for each in self.calls if each.at == last), None)

    @property
    def taken(self) -> tuple[Argument, ...]:
        """The arguments that a caller chooses."""
        return self.called.varied if self.called is not None else ()

    def type_of(self, argument: Argument) -> Type:
        """What the document says of an argument's values."""
        return argument_type(self.documented, argument)

    def value_of(self, argument: Argument) -> str:
        """The value that the documented call has for an argument."""
        return self.observer.ids.get(argument.parameter, "")

    def redirects(self, exchange: Exchange) -> bool:
        """Whether an answer tells where the result is, as the document says."""
        return exchange.status // 100 == 3 and str(exchange.status) in REDIRECTS & set(self.documented.statuses)

    def performed(self, exchange: Exchange) -> bool:
        """Whether an answer is that of a function that was called."""
        return exchange.ok or self.redirects(exchange)

    def demand(self, *, headers: Fields | None = None) -> Exchange:
        """Call the function, which must be answered as it is where it succeeds for the case to go on.

        Raises:
            Inconclusive: it was not; where nobody said the arguments, with how to give them.
        """
        exchange = self.ask(headers=headers)
        if self.performed(exchange):
            return exchange
        reason = f"the documented call was answered {exchange.answer}, so there is nothing to compare with"
        give = " ".join(parameters.flags(self.documented, name=each) for each in self.made_up)
        raise Inconclusive(f"{reason}; its arguments were made up" if give else reason, exchange, give=give)

    @property
    def maintained(self) -> set[str]:
        """Properties that the server maintains itself in what it is bound to."""
        return set().union(*(each.volatile for each in self.bound.values()))

    # -- calls with other arguments -----------------------------------------------------------------------------

    def literals(self) -> dict[str, str]:
        """The arguments of the documented call by name, each as it stands in the path."""
        arguments = self.called.arguments if self.called is not None else ()
        return {
            each.name: each.literal(self.value_of(each)) if each.parameter else each.value.replace(" ", "%20")
            for each in arguments
        }

    def call_with(self, literals: Mapping[str, str], query: str = "", *, name: str = "") -> Exchange:
        """Call the function with arguments that are percent-encoded already, right or wrong.

        Args:
            literals: by the arguments' names.
            query: what follows the question mark.
            name: how the function's name is written, if not as documented.
        """
        assert self.called is not None  # noqa: S101 (whoever asks knows its arguments)
        written = ",".join(f"{argument}={literal}" for argument, literal in literals.items())
        path = f"{self._head()}/{name or self.called.name}({written})"
        path = f"{path}?{query}" if query else path
        return self.send(self.documented.method, path, entity=self.bound_to or UNBOUND)

    def _head(self) -> str:
        """The path of what the function is bound to."""
        return fill(above(self.documented.path), self.path_values(self.bound_to))
