"""What PUT and operations on references and octets have in common: an object to change, put back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph_contracts.contract import Operation
from graph_contracts.http.exchange import SAFE
from graph_contracts.operations import parameters
from graph_contracts.operations.bound import BoundDriver
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.undo_requests import UndoRequests
from graph_contracts.requirements import Inconclusive

if TYPE_CHECKING:
    from graph_contracts.http.client import Client


class ChangingDriver(BoundDriver):
    """An operation that reads or changes an object, what it refers to, or the octets that it has."""

    def __init__(
        self, client: Client, operation: Operation, options: Options, primary_path: OperationUnderTest | None = None
    ) -> None:
        super().__init__(client, operation, options, primary_path)
        self.undo = UndoRequests(self)
        self._own: dict[int, str] = {}
        """Objects of the run's own by the number that a case gave them."""
        self._none_made = ""
        """Why no object of the run's own could be made."""

    @property
    def reads(self) -> bool:
        """Whether the operation itself changes nothing."""
        return self.documented.method in SAFE

    @property
    def changes_freely(self) -> bool:
        """Whether what is changed need not be put back."""
        return self.options.destructive or self.options.any_parent

    def own(self, n: int = 1) -> str:
        """An object of the run's own to change, the same for a number as long as it is there.

        Raises:
            Inconclusive: none can be made.
        """
        maker = self.on_bound(CreateDriver)
        known = self._own.get(n, "")
        if maker is not None and known in maker.objects.created:
            return known
        if self._none_made:
            raise Inconclusive(self._none_made)
        try:
            self._own[n] = self.own_object(n)
        except Inconclusive as reason:
            self._none_made = reason.reason
            raise
        return self._own[n]

    def subject(self, n: int = 1) -> str:
        """The `n`-th object that may be changed: of the run's own, else, for the first, the one that was there.

        Raises:
            Inconclusive: there is none.
        """
        try:
            return self.own(n)
        except Inconclusive:
            if n > 1:
                raise
        return self.there()

    def there(self) -> str:
        """The object that was there before the run and that it works on; empty where that has no key.

        Raises:
            Inconclusive: none is known.
        """
        if self.bound_key is not None and not self.bound_to:
            flags = parameters.flags(self.documented, name=self.bound_key)
            raise Inconclusive(f"not tested: no object is known that has it (give {flags})", give=flags)
        return self.bound_to

    def tidy(self) -> None:
        for _ in self.undo.follow():
            pass

    def not_restored(self) -> Iterator[tuple[str, str]]:
        """Paths of what was put back and is not as it was, each with what differs in words."""
        yield from ()
