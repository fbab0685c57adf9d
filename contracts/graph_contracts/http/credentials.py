"""What a run authenticates with: nothing, a fixed header, or a token that is got again when it expires.

A `Credential` gives the header fields that authenticate. One that can be renewed is, when its token is about to expire
and when the target refuses it; every token it gets is told to `on_token` before it is first sent, so that it is masked.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from graph_contracts import system
from graph_contracts.errors import ConfigurationError, TargetError
from graph_contracts.http.exchange import Headers
from graph_contracts.http.redact import Redactor
from graph_contracts.json_types import Json

MAX_COMMAND = 60.0
MAX_OUTPUT = 64 * 1024
MARGIN = 30.0
"""Seconds before its end that a token is renewed, or a tenth of its life where that is less."""
PATIENCE = 60.0
"""Seconds before the source is asked once more because of a refusal, where the last renewal changed nothing."""
JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")


class Credential:
    """No credentials at all; the base of those that are some."""

    scheme = ""
    """The scheme of Authorization; empty where there is none."""

    def __init__(self) -> None:
        self.on_token: Callable[[str], None] = lambda _: None
        """Is given each secret before it is first sent."""

    def fields(self) -> Headers:
        """The header fields that authenticate.

        Raises:
            ContractsError: there are none to be had.
        """
        return ()

    @property
    def query(self) -> Headers:
        """The parameters of the query that authenticate."""
        return ()

    @property
    def given(self) -> bool:
        """Whether there are any credentials.

        Raises:
            ContractsError: there are none to be had.
        """
        return bool(self.fields() or self.query)

    @property
    def token(self) -> str | None:
        """The bearer token, where it is one."""
        return None

    def renew(self, refused: Headers) -> str:
        """Get new credentials in place of the refused ones; what there is to say of it, empty where nothing is new.

        Raises:
            Lapsed: the old ones are known to have expired, and there are no new ones.
        """
        del refused
        return ""


class Lapsed(Exception):  # noqa: N818 (what the run makes of it is its own matter)
    """The credentials have expired in mid-run and can't be renewed."""


class Fixed(Credential):
    """A header field that stays as it is: Basic, an API key."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self._field = (name, value)
        self.scheme = value.partition(" ")[0] if name.lower() == "authorization" else ""

    def fields(self) -> Headers:
        return (self._field,)

    def with_secret(self, secret: str) -> tuple[str, str]:
        """The field with another secret in place of its own."""
        name, value = self._field
        scheme, space, rest = value.partition(" ")
        if name.lower() == "cookie":
            return name, f"{value.partition('=')[0]}={secret}"
        if name.lower() != "authorization" or not space:
            return name, secret
        if scheme.lower() != "basic":
            return name, f"{scheme} {secret}"
        with suppress(ValueError):
            user = base64.b64decode(rest).decode().partition(":")[0]
            return basic(f"{user}:{secret}").fields()[0]
        return name, value[:-6]


class QueryKey(Credential):
    """A key in the query that stays as it is."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self._parameter = (name, value)

    @property
    def query(self) -> Headers:
        return (self._parameter,)


def basic(pair: str) -> Fixed:
    """Basic credentials (RFC 7617) of `user:password`."""
    return Fixed("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")


class Token(Credential):
    """A bearer token that stays as it is."""

    scheme = "Bearer"

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    @property
    def token(self) -> str | None:
        return self._token

    def fields(self) -> Headers:
        return (("Authorization", f"Bearer {self._token}"),)

    def renew(self, refused: Headers) -> str:
        del refused
        expires = expiry(self._token)
        if expires is not None and expires <= time.time():
            raise Lapsed("the token has expired during the run: give one that lasts longer, or --token-command")
        return ""


@dataclass(frozen=True)
class Issued:
    """A token and when it expires, in seconds since the epoch; None where nobody says."""

    token: str
    expires: float | None


class Renewed(Credential):
    """A bearer token from a source that is asked again."""

    scheme = "Bearer"

    def __init__(self, source: Callable[[], Issued], name: str) -> None:
        super().__init__()
        self._source = source
        self._name = name
        self._lock = threading.Lock()
        self._issued: Issued | None = None
        self._got = 0.0
        self._refused_at = -PATIENCE
        self._failure: tuple[float, ConfigurationError | TargetError] | None = None
        self.times = 0
        """How often the source was asked."""

    @property
    def token(self) -> str | None:
        with self._lock:
            return self._current().token

    def fields(self) -> Headers:
        return (("Authorization", f"Bearer {self.token}"),)

    def renew(self, refused: Headers) -> str:
        with self._lock:
            before = self._current()
            if ("Authorization", f"Bearer {before.token}") not in refused:
                return "the token was renewed"  # by another thread, meanwhile
            if time.monotonic() - self._refused_at < PATIENCE:
                return ""
            try:
                self._ask()
            except (ConfigurationError, TargetError) as error:
                self._refused_at = time.monotonic()
                if before.expires is not None and before.expires <= time.time():
                    raise Lapsed(f"the token has expired in mid-run and could not be renewed: {error.what}") from error
                return ""
            if self._issued == before or self._current().token == before.token:
                self._refused_at = time.monotonic()
                return ""
            return f"the token was refused in mid-run and renewed through {self._name}"

    def forget_refused(self) -> None:
        """The renewed token was refused as well: the target, not the token, is the reason."""
        self._refused_at = time.monotonic()

    def _current(self) -> Issued:
        issued = self._issued
        if issued is None or self._due(issued):
            try:
                self._ask()
            except (ConfigurationError, TargetError):
                if issued is None or (issued.expires or 0) <= time.time():
                    raise
                self._got = time.time()  # still good: asked again only when half of what is left has passed
        assert self._issued is not None  # noqa: S101 (asking gives one or raises)
        return self._issued

    def _due(self, issued: Issued) -> bool:
        if issued.expires is None:
            return False
        return time.time() >= issued.expires - min(MARGIN, (issued.expires - self._got) / 10)

    def _ask(self) -> None:
        if self._failure and time.monotonic() - self._failure[0] < PATIENCE:
            raise self._failure[1]
        try:
            issued = self._source()
        except (ConfigurationError, TargetError) as error:
            self._failure = (time.monotonic(), error)
            raise
        self.on_token(issued.token)
        self._got = time.time()
        self.times += 1
        self._issued = issued


def expiry(token: str) -> float | None:
    """When a JSON web token expires, in seconds since the epoch; None where that can't be read from it."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return _number(claims.get("exp")) if isinstance(claims, dict) else None


def parse_token(output: str) -> Issued:
    """A token as commands print it: alone, or in a JSON object as `az`, `gcloud` and token endpoints write it.

    Raises:
        ValueError: there is none in it.
    """
    text = output.strip()
    if not text.startswith("{"):
        token = re.sub(r"(?i)^bearer\s+", "", text)
        return Issued(_checked(token), expiry(token))
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("printed what is neither a token nor JSON") from None
    data = {**data, **data["status"]} if isinstance(data.get("status"), dict) else data
    named = (data.get(name) for name in ("accessToken", "access_token", "token"))
    token = _checked(next((value for value in named if isinstance(value, str)), ""))
    until = _number(data.get("expires_on")) or _moment(data.get("expirationTimestamp"))
    seconds = _number(data.get("expires_in"))
    if until is None and seconds is not None:
        until = time.time() + seconds
    return Issued(token, until if until is not None else expiry(token))


def _checked(token: str) -> str:
    if not token:
        raise ValueError("printed no token")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise ValueError("printed something other than a token alone")
    return token


def _number(value: Json) -> float | None:
    with suppress(ValueError, TypeError, OverflowError):
        if not isinstance(value, bool):
            return float(value)
    return None


def _moment(value: Json) -> float | None:
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(value).timestamp()
    return None


# -- a command that prints a token -------------------------------------------------------------------------------------


def command(line: str, redactor: Redactor, longest: float = MAX_COMMAND) -> Renewed:
    """A token that a command prints; the command is run when a token is first needed."""
    words = system.split_command(line)
    return Renewed(lambda: _run(words, redactor, longest), "--token-command")


def _run(words: list[str], redactor: Redactor, longest: float) -> Issued:
    import subprocess  # noqa: PLC0415 (few runs need it)

    program = words[0]
    try:
        process = subprocess.Popen(  # noqa: S603 (the command is the operator's own)
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=system.OWN_GROUP,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no command"
        raise ConfigurationError(
            f"--token-command: {program} can't be started: {reason}", "Give a command on the PATH; for pipes, sh -c '…'"
        ) from error
    try:
        out, err = process.communicate(timeout=longest)
    except subprocess.TimeoutExpired:
        raise TargetError(f"--token-command: {program} printed no token within {longest:g} s") from None
    finally:
        if process.returncode is None:
            # what the command started ends with it
            system.end_tree(process)
            process.wait()
    output = out[:MAX_OUTPUT].decode("utf-8", "replace")
    if process.returncode:
        raise TargetError(
            f"--token-command: {program} failed with exit code {process.returncode}{_said(err, output, redactor)}"
        )
    try:
        return parse_token(output)
    except ValueError as error:
        raise TargetError(f"--token-command: {program} {error}{_said(err, '', redactor)}") from None


def _said(err: bytes, output: str, redactor: Redactor) -> str:
    """The end of what a command wrote to stderr, without anything in it that is or looks like a secret."""
    text = " ".join(err[-2000:].decode("utf-8", "replace").split())
    masked = JWT.sub("[redacted]", Redactor(output.split()).text(redactor.text(text)))
    return f": {masked[-300:]}" if masked else ""


# -- Microsoft Entra ID ------------------------------------------------------------------------------------------------


def entra(scope: str, redactor: Redactor) -> Renewed:
    """A token of Microsoft Entra ID, by whichever means azure-identity finds: environment, workload, az login …

    Raises:
        ConfigurationError: azure-identity isn't installed.
    """
    try:
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise ConfigurationError(
            "--entra needs a package that isn't installed", "pip install 'graph-contracts[entra]'"
        ) from error
    # what it would log on stderr is in its errors as well, and there secrets are masked
    logging.getLogger("azure").addHandler(logging.NullHandler())
    known = DefaultAzureCredential()

    def ask() -> Issued:
        try:
            token = known.get_token(scope)
        except Exception as error:
            # each of azure's many classes means that there is no token
            words = JWT.sub("[redacted]", redactor.text(" ".join(str(error).split())))
            raise TargetError(f"--entra: no token for {scope}: {words[:300]}", "Try az login") from error
        return Issued(token.token, float(token.expires_on))

    return Renewed(ask, "Entra ID")
