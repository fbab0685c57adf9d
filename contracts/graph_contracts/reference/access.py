"""Who may do what: authentication and authorization."""

from __future__ import annotations

from typing import NoReturn

from graph_contracts.contract import OperationKind
from graph_contracts.reference.message import Refusal, Request, Tokens


class Access:
    """The steps that look at a request's credentials."""

    def __init__(self, tokens: Tokens, auth: str = "enforced") -> None:
        self.tokens = tokens
        self.auth = auth

    def authenticate(self, request: Request) -> None:
        """401 for whoever can't be told."""
        if self.auth == "none":
            return
        given = request.headers.get("authorization", "")
        scheme, _, token = given.partition(" ")
        if not given:
            self.unauthenticated("Access token is empty.")
        if scheme.lower() != "bearer" or not token.strip():
            self.unauthenticated("A bearer token is needed.", error="invalid_request")
        if not self.known(token.strip()):
            self.unauthenticated("The access token is not valid.", error="invalid_token")

    def known(self, token: str) -> bool:
        """Whether a token is somebody's."""
        return self.auth == "any-token" or (token in self.tokens.all and token != self.tokens.expired)

    def unauthenticated(self, message: str, error: str = "") -> NoReturn:
        """Refuse with a challenge (RFC 6750 §3)."""
        challenge = 'Bearer realm="", authorization_uri="https://login.example/authorize"'
        challenge += f', error="{error}"' if error else ""
        raise Refusal(401, "InvalidAuthenticationToken", message, WWW_Authenticate=challenge)

    def authorize(self, request: Request) -> None:
        """403 for whoever may not."""
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        if token in {self.tokens.forbidden, self.tokens.personal}:
            raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        if token == self.tokens.foreign:
            if request.kind in {OperationKind.LIST, OperationKind.CREATE}:
                request.tenant = token
                return
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")
