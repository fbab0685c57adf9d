"""The settings of a run as one typed model; its fields are the table of options."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from graph_contracts.settings import base_url, spelling
from graph_contracts.settings.spelling import (
    ANY_PATH,
    COMMAND_LINE,
    FILE,
    HEADERS,
    NAMED,
    SECONDS,
    SWITCH,
    TEXT,
    TOKEN,
    WORDS,
    Kind,
    Secret,
    choice,
    real,
    whole,
)

CREDENTIALS = ("token", "token_command", "entra", "basic", "credential")
"""The ways to authenticate, of which a run takes one."""


class UnusableSettingError(ValueError):
    """A value can't be used; the message says why, without the value where that may be a secret."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _about(
    help: str,  # noqa: A002 (click's and pytest's word)
    kind: Kind,
    default: Any = None,
    *,
    flag: str = "",
    short: str = "",
    metavar: str = "",
    repr: bool = True,  # noqa: A002 (dataclasses' word)
) -> Any:
    """A field with what an option needs besides: help, and a flag or metavar where they don't follow from the field."""
    metadata = {"help": help, "kind": kind, "flag": flag, "short": short, "metavar": metavar}
    if isinstance(default, type):
        return field(default_factory=default, repr=repr, metadata=metadata)
    return field(default=default, repr=repr, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a run is told. Built directly it is exactly what it is given; `load` reads the three sources.

    Raises:
        UnusableSettingError: a value can't be used, or says nothing beside another.
    """

    target: str | None = _about(
        "Base URL of the server, version segment included: https://host:8443/beta. Without it, the embedded reference.",
        spelling.text(base_url.normalize),
        metavar="URL",
        repr=False,
    )
    openapi: Path | None = _about(
        "OpenAPI document to test by. Default: openapi.yaml in the current folder, else the one in the package.",
        FILE,
        metavar="FILE",
    )
    token: Secret | None = _about("Bearer token of an identity that may update.", TOKEN, metavar="TOKEN")
    token_command: Secret | None = _about(
        "Command that prints such a token; run again when the token expires or is refused.",
        spelling.COMMAND,
        metavar="COMMAND",
    )
    entra: bool = _about("Get the token from Microsoft Entra ID (needs the extra 'entra').", SWITCH, False)
    entra_scope: str | None = _about(
        "Scope to ask Entra ID for. Default: the target's origin and /.default.", TEXT, metavar="SCOPE"
    )
    basic: Secret | None = _about("Basic credentials instead of a token.", spelling.BASIC, metavar="USER:PASSWORD")
    credential: Secret | None = _about(
        "Header that authenticates instead of a token, or ?NAME=VALUE for a key in the query; left out where a case "
        "sends no credentials.",
        spelling.CREDENTIAL,
        metavar="'NAME: VALUE'",
    )
    forbidden_token: Secret | None = _about("Token of an identity that lacks the permission.", TOKEN, metavar="TOKEN")
    personal_token: Secret | None = _about("Token of a personal Microsoft account.", TOKEN, metavar="TOKEN")
    expired_token: Secret | None = _about("Token that has expired.", TOKEN, metavar="TOKEN")
    foreign_token: Secret | None = _about(
        "Token of an identity of another tenant, which must be refused.", TOKEN, metavar="TOKEN"
    )
    auth: Literal["none", "any-token", "enforced"] = _about(
        "What the target promises about credentials.", choice("none", "any-token", "enforced"), "enforced"
    )
    ids: Mapping[str, str] = _about(
        "Value of a path parameter, by its name or with its segment: messages.id. Else made by POST where DELETE can "
        "take it away, else found by GET on the collection, else the documented example's.",
        NAMED,
        dict,
        flag="--id",
        metavar="NAME=VALUE",
    )
    second_ids: Mapping[str, str] = _about(
        "The same for a second object, which must stay as it is.", NAMED, dict, flag="--second-id", metavar="NAME=VALUE"
    )
    objects: tuple[str, ...] = _about(
        "Path of the object to work on, as the target has it: /me/messages/AAMk…. A second one must stay as it is.",
        WORDS,
        (),
        flag="--object",
        metavar="PATH",
    )
    headers: tuple[tuple[str, str], ...] = _about(
        "Header to send with every request.", HEADERS, (), flag="--header", metavar="'NAME: VALUE'", repr=False
    )
    proxy: str | None = _about(
        "Proxy to reach the target through; none is taken from the environment.",
        spelling.text(base_url.proxy),
        metavar="URL",
        repr=False,
    )
    ca: Path | None = _about("Certificates (PEM) to trust for the target's TLS.", FILE, metavar="FILE")
    insecure: bool = _about("Accept any TLS certificate.", SWITCH, False)
    client_cert: Path | None = _about("Certificate (PEM) to show to the target.", FILE, metavar="FILE")
    client_key: Path | None = _about("Its private key, where that is in another file.", FILE, metavar="FILE")
    restart_command: str | None = _about(
        "Command that starts the target again, where an input has ended it and nobody else restarts it.",
        COMMAND_LINE,
        metavar="COMMAND",
    )
    timeout: float = _about("Longest wait for one answer.", SECONDS, 30.0, metavar="SECONDS")
    connect_timeout: float = _about("Longest wait for a connection.", SECONDS, 5.0, metavar="SECONDS")
    deadline: float = _about("Longest time for the whole run.", SECONDS, 600.0, metavar="SECONDS")
    settle: float = _about("How long reads may lag behind writes.", real(least=0, most=3600), 10.0, metavar="SECONDS")
    retries: int = _about(
        "How many 429 and 503 answers to wait out for one request.", whole(least=0, most=100), 5, metavar="N"
    )
    rate: float | None = _about("Most requests to send in a second.", spelling.RATE, metavar="R/s")
    profile: Literal["page", "odata", "http"] = _about(
        "What gates: every MUST; or also the marked SHOULDs of OData; or also the RFC rules that are widely ignored.",
        choice("page", "odata", "http"),
        "page",
    )
    conventions: Literal["auto", "plain", "odata", "graph"] = _about(
        "Whose conventions count beside HTTP's and the document's: none (plain), OData's, or Graph's and OData's. "
        "auto: those that the document or the target's answers claim.",
        choice("auto", "plain", "odata", "graph"),
        "auto",
    )
    select: tuple[str, ...] = _about(
        "Only the requirements whose id matches: 'update.merge.*'.", WORDS, (), metavar="GLOB"
    )
    deselect: tuple[str, ...] = _about("Not the requirements whose id matches.", WORDS, (), metavar="GLOB")
    quick: bool = _about(
        "Only what matters most: routes, credentials, statuses, the shape of answers, storing, merging and errors.",
        SWITCH,
        False,
    )
    operations: tuple[str, ...] = _about(
        "Only the operations whose id, path or method and path match: 'GET /users/*'.",
        WORDS,
        (),
        flag="--operation",
        metavar="GLOB",
    )
    computed: tuple[str, ...] = _about("Property that the server itself maintains.", WORDS, (), metavar="NAME")
    readonly: tuple[str, ...] = _about("Property that can't be written.", WORDS, (), metavar="NAME")
    max_examples: int = _about(
        "Generated requests for an operation; 0 leaves them out.", whole(least=0, most=100_000), 25, metavar="N"
    )
    seed: int = _about(
        "Seed of the generated requests: same seed, same requests, but for the run's own number in texts.",
        whole(least=0, below=2**63),
        1,
        metavar="N",
    )
    read_only: bool = _about(
        "Send nothing that could change anything; most requirements can't be tested then.", SWITCH, False
    )
    restore: bool = _about("Restore the objects at the end of the run.", SWITCH, True)
    dry_run: bool = _about("Print what would be sent, as curl lines, and send nothing to the target.", SWITCH, False)
    destructive: bool = _about(
        "Also send what could harm other objects: PATCH or DELETE to the collection, ids like *; and PUT, DELETE.",
        SWITCH,
        False,
    )
    burst: bool = _about("Also send many requests at once, to see how the target throttles.", SWITCH, False)
    lock: Path | None = _about(
        "Lock file, made by `lock`: requirements that it doesn't have are tested and told, and gate nothing.",
        ANY_PATH,
        metavar="FILE",
    )
    baseline: Path | None = _about(
        "Known failures, which don't gate: YAML, each with requirement, operation and reason.", ANY_PATH, metavar="FILE"
    )
    update_baseline: bool = _about("Write what fails now into the file of --baseline.", SWITCH, False)
    since: Path | None = _about("An earlier results.json: the reports tell what changed since.", FILE, metavar="FILE")
    fail_on: Literal["failure", "regression"] = _about(
        "What gates: every failure, or only what is worse than in the file of --since.",
        choice("failure", "regression"),
        "failure",
    )
    processes: int = _about(
        "Worker processes, each with objects of its own to update; auto for one a processor.",
        spelling.PROCESSES,
        1,
        short="-n",
        metavar="N",
    )
    concurrency: int = _about(
        "Requests in flight for each of them, for slow targets: as many more workers.",
        whole(least=1, most=64),
        1,
        metavar="K",
    )
    splits: int = _about(
        "Run one part of so many, to be put together with merge.", whole(least=1, most=100), 1, metavar="K"
    )
    group: int = _about("Which part to run, from 1 on.", whole(least=1, most=100), 1, metavar="I")
    durations: Path | None = _about(
        "Report or results.json of an earlier run: by the time that its cases took, parts are cut alike.",
        ANY_PATH,
        metavar="FILE",
    )
    report: Path = _about("Folder that the reports are written to.", ANY_PATH, "reports", metavar="FOLDER")
    allow_production: bool = _about("Let the target be one of Microsoft's public Graph hosts.", SWITCH, False)

    def __post_init__(self) -> None:
        for each in fields(self):
            given = getattr(self, each.name)
            if given is None and each.default is None:
                continue
            try:
                value = each.metadata["kind"].read(given)
            except ValueError as error:
                raise UnusableSettingError(each.name, str(error)) from None
            object.__setattr__(self, each.name, value)
        self._check_how_it_is_reached()
        self._check_what_gates()

    def _check_how_it_is_reached(self) -> None:
        if self.target and not self.allow_production and base_url.is_production(self.target):
            raise UnusableSettingError(
                "target",
                f"{base_url.host(self.target)} is a public Microsoft Graph host, and a run changes what it finds. "
                "Name your own server, or add --allow-production",
            )
        given = [name for name in CREDENTIALS if getattr(self, name)]
        if len(given) > 1:
            names = " and ".join(f"--{name.replace('_', '-')}" for name in given[:2])
            raise UnusableSettingError(given[1], f"{names} are two ways to authenticate; give one")
        if self.entra_scope and not self.entra:
            raise UnusableSettingError("entra_scope", "says nothing without --entra")
        if self.entra and not (self.target or self.entra_scope):
            raise UnusableSettingError("entra", "the embedded reference takes no token of Entra ID; name a --target")
        if self.client_key and not self.client_cert:
            raise UnusableSettingError("client_key", "says nothing without --client-cert")
        if self.read_only and (self.destructive or self.burst):
            which = "destructive" if self.destructive else "burst"
            raise UnusableSettingError("read_only", f"--{which} sends what --read-only forbids; give one")

    def _check_what_gates(self) -> None:
        if self.update_baseline and not self.baseline:
            raise UnusableSettingError("update_baseline", "needs a file: give --baseline FILE")
        if self.fail_on == "regression" and not self.since:
            raise UnusableSettingError("fail_on", "regression needs an earlier run: give --since FILE")
        if self.splits > 1 and (self.baseline or self.since or self.lock):
            raise UnusableSettingError(
                "splits", "parts are judged together: give --baseline, --lock and --since to merge instead"
            )
        if self.durations and self.splits == 1:
            raise UnusableSettingError("durations", "says nothing without --splits")
        if self.group > self.splits:
            raise UnusableSettingError("group", "there are not so many parts; give their number with --splits K")

    def changed(self, **values: Any) -> Self:
        """The same with other values, which are taken as they are."""
        other = copy(self)
        vars(other).update(values)
        return other

    @property
    def workers(self) -> int:
        """How many workers are wanted in parallel; 1 where the run does everything itself."""
        return self.processes * self.concurrency

    def secrets(self) -> tuple[str, ...]:
        """Every secret value that must not leave the process: tokens, credential headers, userinfo of URLs."""
        given = {name: value.get_secret_value() for name, value in vars(self).items() if isinstance(value, Secret)}
        # the name of a program is no secret; what it is told may be
        plain = {"token_command"} if len(given.get("token_command", "").split()) == 1 else set()
        found = [text for name, text in given.items() if name not in plain | {"credential"}]
        if self.basic:
            found += _of_basic(self.basic.get_secret_value())
        own = self.credential_pair()
        for name, value in (*self.headers, own):
            if is_credential(name) or (name, value) == own:
                found += [value, *_parts(name, value)]
        for url in (self.target, self.proxy):
            found += _of_userinfo(url or "")
        return tuple(dict.fromkeys(value for value in found if value))

    def public(self) -> str:
        """What is no secret, though secrets have parts in common with it: names of hosts, users, headers, and words."""
        urls = (self.target or "", self.proxy or "")
        users = [urlsplit(url).netloc.rpartition("@")[0].partition(":")[0] for url in urls]
        users += [self.basic.get_secret_value().partition(":")[0]] if self.basic else []
        names = [name for name, _ in (*self.headers, self.credential_pair())]
        words = self.token_command.get_secret_value().split() if self.token_command else []
        known = [word for word in words if re.fullmatch(r"[A-Za-z-]+|\w+://\S*", word)]
        return "\n".join((base_url.without_userinfo(urls[0]), *(f"{user}:" for user in users), *names, *known))

    def token_variables(self) -> dict[str, str]:
        """A shell variable for the token of each other identity, by the token."""
        others = ("forbidden_token", "personal_token", "expired_token", "foreign_token")
        given = {name: getattr(self, name) for name in others}
        return {token.get_secret_value(): name.upper() for name, token in given.items() if token}

    def credential_pair(self) -> tuple[str, str]:
        """The name and value of `--credential`: a header field's, or a parameter's of the query; empty without."""
        return spelling.credential(self.credential.get_secret_value()) if self.credential else ("", "")

    @property
    def credential_in_query(self) -> bool:
        """Whether `--credential` is a parameter of the query."""
        return bool(self.credential and self.credential.get_secret_value().startswith(spelling.QUERY))


def _of_basic(pair: str) -> list[str]:
    return [pair.partition(":")[2], base64.b64encode(pair.encode()).decode()]


def _of_userinfo(url: str) -> list[str]:
    userinfo, at, _ = urlsplit(url).netloc.rpartition("@")
    if not at:
        return []
    found = [userinfo, unquote(userinfo)]
    for part in userinfo.split(":", 1)[1:]:
        found += [part, unquote(part)]
    return [*found, base64.b64encode(unquote(userinfo).encode()).decode()]


def _parts(header: str, value: str) -> list[str]:
    """What a peer may echo of a credential: the part after its scheme, or one cookie of several."""
    if header.lower() == "cookie":
        return [cookie.strip().partition("=")[2] for cookie in value.split(";")]
    return value.split(" ", 1)[1:]


def is_credential(header: str) -> bool:
    """Whether a header of this name usually holds a secret."""
    name = header.lower()
    return name in {"authorization", "proxy-authorization", "cookie"} or name.endswith(("-key", "-token", "-secret"))
