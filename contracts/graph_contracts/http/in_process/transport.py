"""The way to an application in this process, in place of connections."""

from __future__ import annotations

from graph_contracts.errors import TargetError
from graph_contracts.http import raw
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.in_process.application import NO_CONNECTION, Application
from graph_contracts.http.in_process.asgi import AsgiCaller
from graph_contracts.http.in_process.message import Incoming
from graph_contracts.http.in_process.wsgi import WsgiCaller
from graph_contracts.http.transport import make_exchange

MAX_NOTES = 20


class InProcess:
    """Calls one application; safe to use from several threads.

    Args:
        application: the target.
        notes: takes a line for each place where the application raised an exception.
    """

    def __init__(self, application: Application, notes: list[str]) -> None:
        self._caller = (AsgiCaller if application.is_async else WsgiCaller)(application.call)
        self._notes = notes

    def close(self) -> None:
        self._caller.close()

    def moved(self, connection: Connection) -> InProcess:  # noqa: ARG002 (the application is called as before)
        """The same application, wherever its URLs are said to be."""
        return self

    def holds_connection(self) -> bool:
        """Yes: an application can't end without the run."""
        return True

    def exchange(self, request: Request, timeout: float, *, fresh: bool) -> Exchange:  # noqa: ARG002 (there is none)
        """Send a request, and read its answer."""
        return make_exchange(request, lambda: self._attempt(request, timeout))

    def talk(self, request: Request, timeout: float, *, half_close: bool) -> Exchange:  # noqa: ARG002 (nothing is sent)
        """Nothing: there are no octets.

        Raises:
            TargetError: always; `Wire` asks before.
        """
        raise TargetError(NO_CONNECTION)

    def line(self) -> raw.Line:
        """Nothing: there is no connection.

        Raises:
            TargetError: always; `Wire` asks before.
        """
        raise TargetError(NO_CONNECTION)

    def _attempt(self, request: Request, timeout: float) -> tuple[Response | None, str]:
        try:
            outgoing = self._caller.ask(Incoming.of(request), timeout)
        except TimeoutError:
            return None, f"no complete answer within {timeout:g} s"
        except TargetError as error:
            return None, error.what
        note = f"the application raised {outgoing.problem}"
        if outgoing.problem and note not in self._notes and len(self._notes) < MAX_NOTES:
            self._notes.append(note)
        response = outgoing.response()
        return response, "" if response else "the application ended without an answer"
