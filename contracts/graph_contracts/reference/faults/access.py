"""Faults of authentication, authorization, throttling and of what security asks."""

from __future__ import annotations

from urllib.parse import unquote

from graph_contracts.contract import OperationKind, TypeKind
from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, apply, names, override


@fault("noauth-accepted", "auth.required")
def noauth(app: App) -> None:
    """No Authorization header is needed."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        if "authorization" in request.headers:
            inner(request)


@fault("garbage-token-accepted", "auth.invalid")
def garbage(app: App) -> None:
    """Whatever follows Bearer is accepted, even nothing."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        if not request.headers.get("authorization", "").lower().startswith("bearer"):
            inner(request)


@fault("token-compared-by-prefix", "auth.invalid")
def prefix(app: App) -> None:
    """A token is accepted when it begins like a valid one, or a valid one begins like it."""

    @override(app, "known")
    def known(inner: Step, token: str) -> bool:
        full = app.access.tokens.full
        return inner(token) or (token != full and (full.startswith(token) or token.startswith(full)))


@fault("token-case-folded", "auth.invalid")
def token_case(app: App) -> None:
    """Tokens are compared without regard to letter case."""

    @override(app, "known")
    def known(inner: Step, token: str) -> bool:
        return inner(token) or token.lower() == app.access.tokens.full.lower()


@fault("expired-token-accepted", "auth.status", gates=False)
def expired(app: App) -> None:
    """Whether a token has expired is not checked."""

    @override(app, "known")
    def known(inner: Step, token: str) -> bool:
        return inner(token) or token == app.access.tokens.expired


@fault("wrong-scheme-accepted", "auth.wrongscheme")
def scheme(app: App) -> None:
    """Only the presence of Authorization is checked: another scheme works."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not given or given.lower().startswith("bearer") or " " not in given:
            inner(request)


@fault("missing-token-422", "auth.status", gates=False)
def unprocessable_for_missing(app: App) -> None:
    """A missing token is answered 422."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        if "authorization" not in request.headers:
            raise Refusal(422, "UnprocessableEntity", "No credentials.")
        inner(request)


@fault("401-no-challenge", "auth.challenge")
def no_challenge(app: App) -> None:
    """401 comes without WWW-Authenticate."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        reply.headers.pop("WWW-Authenticate", None)
        return reply


@fault("basic-challenge", "auth.challenge.bearer", gates=False)
def basic_challenge(app: App) -> None:
    """401 asks for Basic credentials."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        if reply.status == 401:
            reply.headers["WWW-Authenticate"] = 'Basic realm="here"'
        return reply


@fault("bearer-case-rejected", "auth.schemecase")
def scheme_case(app: App) -> None:
    """The scheme's name is compared with regard to letter case."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        if request.headers.get("authorization", "").startswith("bearer"):
            app.access.unauthenticated("A bearer token is needed.")
        inner(request)


def _write_first(app: App, step: str, status: int) -> None:
    """Let a refusal with a status come after the write."""

    @override(app, step)
    def late(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal as refusal:
            if refusal.status == status:
                apply(app, request)
            raise


@fault("401-but-applied", "auth.notapplied")
def applied_401(app: App) -> None:
    """Credentials are checked after the write: 401 is answered, the change stays."""
    _write_first(app, "authenticate", 401)


@fault("403-but-applied", "auth.notapplied authz.insufficient")
def applied_403(app: App) -> None:
    """Permissions are checked after the write."""
    _write_first(app, "authorize", 403)


@fault("noperm-accepted", "authz.insufficient")
def noperm(app: App) -> None:
    """A valid token without the permission may update."""

    @override(app, "authorize")
    def authorize(inner: Step, request: Request) -> None:
        if app.access.tokens.forbidden not in request.headers.get("authorization", ""):
            inner(request)


@fault("noperm-409", "authz.status", gates=False)
def noperm_409(app: App) -> None:
    """A missing permission is answered 409."""

    @override(app, "authorize")
    def authorize(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal as refusal:
            if refusal.status == 403:
                raise Refusal(409, "Conflict", "Not now.") from refusal
            raise


@fault("personal-account-accepted", "authz.personal")
def personal(app: App) -> None:
    """A personal account's token may update although the page says it is not supported."""

    @override(app, "authorize")
    def authorize(inner: Step, request: Request) -> None:
        if app.access.tokens.personal not in request.headers.get("authorization", ""):
            inner(request)


@fault("other-tenants-object", "authz.crosstenant")
def foreign(app: App) -> None:
    """A token of another tenant reaches the object by its id."""

    @override(app, "authorize")
    def authorize(inner: Step, request: Request) -> None:
        if app.access.tokens.foreign not in request.headers.get("authorization", ""):
            inner(request)


def _throttle(app: App, headers: dict[str, str], every: int = 30) -> None:
    counted = {"updates": 0}

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        counted["updates"] += 1
        if counted["updates"] % every == 0:
            raise Refusal(429, "TooManyRequests", "Too many requests.", **headers)
        return await inner(request)


def _throttle_reads(app: App, headers: dict[str, str]) -> None:
    counted = {OperationKind.READ: 0, OperationKind.LIST: 0}
    every = {OperationKind.READ: 40, OperationKind.LIST: 25}

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        if request.kind in counted:
            counted[request.kind] += 1
            if counted[request.kind] % every[request.kind] == 0:
                raise Refusal(429, "TooManyRequests", "Too many requests.", **headers)
        reply: Reply = inner(request)
        return reply


@fault("reads-throttled-in-silence", "read.throttle.retryafter list.throttle.retryafter", gates=False)
def reads_in_silence(app: App) -> None:
    """Throttles reads and lists without saying when to try again."""
    _throttle_reads(app, {})


@fault("reads-throttled-for-words", "read.throttle.syntax list.throttle.syntax")
def reads_for_words(app: App) -> None:
    """Retry-After of reads and lists says: soon."""
    _throttle_reads(app, {"Retry_After": "soon"})


@fault("429-without-retry-after", "throttle.retryafter", gates=False)
def no_retry_after(app: App) -> None:
    """Throttles without saying when to try again."""
    _throttle(app, {}, every=150)


@fault("retry-after-with-a-unit", "throttle.syntax")
def retry_after_unit(app: App) -> None:
    """Retry-After says 0s."""
    _throttle(app, {"Retry_After": "0s"}, every=150)


@fault("cors-credentials-reflect", "sec.cors", gates=False)
def cors(app: App) -> None:
    """Any Origin is let in, with credentials."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields = inner(request, reply, body)
        if "origin" in request.headers:
            fields += [("Access-Control-Allow-Origin", request.headers["origin"])]
            fields += [("Access-Control-Allow-Credentials", "true")]
        return fields


@fault("prototype-pollution", "sec.injection", gates=False)
def pollution(app: App) -> None:
    """A member called __proto__ changes every object."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        planted = value.pop("__proto__", None) if isinstance(value, dict) else None
        checked = inner(request, value)
        if isinstance(planted, dict):
            for entity in app.store.objects(request).values():
                entity.update(planted)
        return checked


@fault("header-injection", "sec.injection", gates=False)
def header_injection(app: App) -> None:
    """The client's request id is percent-decoded into the response's head."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields = [field for field in inner(request, reply, body) if field[0] != "client-request-id"]
        for line in f"client-request-id: {unquote(request.headers.get('client-request-id', 'none'))}".splitlines():
            name, colon, value = line.partition(":")
            if colon and name.strip().replace("-", "").isalnum():
                fields.append((name.strip(), value.strip()))
        return fields


@fault("401-touches-the-object", "auth.notapplied")
def touches(app: App) -> None:
    """A refused request clears a property although its body is not applied."""
    name = names(app, TypeKind.STRING)[0]

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            app.addresses.route(request)
            if request.method == "PATCH" and request.entity:
                app.store.objects(request)[request.entity] = {**app.store.objects(request)[request.entity], name: None}
            raise
