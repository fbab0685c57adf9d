"""The settings of a run as one typed model; its fields are the table of options."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from graph_contracts.settings import base_url, spelling
from graph_contracts.settings.spelling import AnyPath, File, Headers, Named, Seconds, Token, Words

CREDENTIALS = ("token", "token_command", "entra", "basic", "credential")
"""The ways to authenticate, of which a run takes one."""


def _about(help: str, default: Any = None, *, flag: str = "", short: str = "", metavar: str = "", **more: Any) -> Any:  # noqa: A002 (click's and pytest's word)
    """A field with what an option needs besides: help, and a flag or metavar where they don't follow from the field."""
    if isinstance(default, type):
        more["default_factory"] = default
    else:
        more["default"] = default
    return Field(description=help, json_schema_extra={"flag": flag, "short": short, "metavar": metavar}, **more)


class Settings(BaseModel):
    """Everything a run is told. Built directly it is exactly what it is given; `load` reads the three sources."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    target: Annotated[str, AfterValidator(base_url.normalize)] | None = _about(
        "Base URL of the server, version segment included: https://host:8443/beta. Without it, the embedded reference.",
        metavar="URL",
        repr=False,
    )
    openapi: File | None = _about(
        "OpenAPI document to test by. Default: openapi.yaml in the current folder, else the one in the package.",
        metavar="FILE",
    )
    token: Token | None = _about("Bearer token of an identity that may update.", metavar="TOKEN")
    token_command: spelling.Command | None = _about(
        "Command that prints such a token; run again when the token expires or is refused.", metavar="COMMAND"
    )
    entra: bool = _about("Get the token from Microsoft Entra ID (needs the extra 'entra').", False)
    entra_scope: str | None = _about(
        "Scope to ask Entra ID for. Default: the target's origin and /.default.", metavar="SCOPE", min_length=1
    )
    basic: spelling.Basic | None = _about("Basic credentials instead of a token.", metavar="USER:PASSWORD")
    credential: spelling.Credential | None = _about(
        "Header that authenticates instead of a token, or ?NAME=VALUE for a key in the query; left out where a case "
        "sends no credentials.",
        metavar="'NAME: VALUE'",
    )
    forbidden_token: Token | None = _about("Token of an identity that lacks the permission.", metavar="TOKEN")
    personal_token: Token | None = _about("Token of a personal Microsoft account.", metavar="TOKEN")
    expired_token: Token | None = _about("Token that has expired.", metavar="TOKEN")
    foreign_token: Token | None = _about(
        "Token of an identity of another tenant, which must be refused.", metavar="TOKEN"
    )
    auth: Literal["none", "any-token", "enforced"] = _about("What the target promises about credentials.", "enforced")
    ids: Named = _about(
        "Value of a path parameter, by its name or with its segment: messages.id. Else made by POST where DELETE can "
        "take it away, else found by GET on the collection, else the documented example's.",
        dict,
        flag="--id",
        metavar="NAME=VALUE",
    )
    second_ids: Named = _about(
        "The same for a second object, which must stay as it is.", dict, flag="--second-id", metavar="NAME=VALUE"
    )
    objects: Words = _about(
        "Path of the object to work on, as the target has it: /me/messages/AAMk…. A second one must stay as it is.",
        (),
        flag="--object",
        metavar="PATH",
    )
    headers: Headers = _about(
        "Header to send with every request.", (), flag="--header", metavar="'NAME: VALUE'", repr=False
    )
    proxy: Annotated[str, AfterValidator(base_url.proxy)] | None = _about(
        "Proxy to reach the target through; none is taken from the environment.", metavar="URL", repr=False
    )
    ca: File | None = _about("Certificates (PEM) to trust for the target's TLS.", metavar="FILE")
    insecure: bool = _about("Accept any TLS certificate.", False)
    client_cert: File | None = _about("Certificate (PEM) to show to the target.", metavar="FILE")
    client_key: File | None = _about("Its private key, where that is in another file.", metavar="FILE")
    restart_command: spelling.CommandLine | None = _about(
        "Command that starts the target again, where an input has ended it and nobody else restarts it.",
        metavar="COMMAND",
    )
    timeout: Seconds = _about("Longest wait for one answer.", 30.0, metavar="SECONDS")
    connect_timeout: Seconds = _about("Longest wait for a connection.", 5.0, metavar="SECONDS")
    deadline: Seconds = _about("Longest time for the whole run.", 600.0, metavar="SECONDS")
    settle: float = _about(
        "How long reads may lag behind writes.", 10.0, metavar="SECONDS", ge=0, le=3600, allow_inf_nan=False
    )
    retries: int = _about("How many 429 and 503 answers to wait out for one request.", 5, metavar="N", ge=0, le=100)
    rate: spelling.Rate | None = _about("Most requests to send in a second.", metavar="R/s")
    profile: Literal["page", "odata", "http"] = _about(
        "What gates: every MUST; or also the marked SHOULDs of OData; or also the RFC rules that are widely ignored.",
        "page",
    )
    conventions: Literal["auto", "plain", "odata", "graph"] = _about(
        "Whose conventions count beside HTTP's and the document's: none (plain), OData's, or Graph's and OData's. "
        "auto: those that the document or the target's answers claim.",
        "auto",
    )
    select: Words = _about("Only the requirements whose id matches: 'update.merge.*'.", (), metavar="GLOB")
    deselect: Words = _about("Not the requirements whose id matches.", (), metavar="GLOB")
    quick: bool = _about(
        "Only what matters most: routes, credentials, statuses, the shape of answers, storing, merging and errors.",
        False,
    )
    operations: Words = _about(
        "Only the operations whose id, path or method and path match: 'GET /users/*'.",
        (),
        flag="--operation",
        metavar="GLOB",
    )
    computed: Words = _about("Property that the server itself maintains.", (), metavar="NAME")
    readonly: Words = _about("Property that can't be written.", (), metavar="NAME")
    max_examples: int = _about(
        "Generated requests for an operation; 0 leaves them out.", 25, metavar="N", ge=0, le=100_000
    )
    seed: int = _about(
        "Seed of the generated requests: same seed, same requests, but for the run's own number in texts.",
        1,
        metavar="N",
        ge=0,
        lt=2**63,
    )
    read_only: bool = _about("Send nothing that could change anything; most requirements can't be tested then.", False)
    restore: bool = _about("Restore the objects at the end of the run.", True)
    dry_run: bool = _about("Print what would be sent, as curl lines, and send nothing to the target.", False)
    destructive: bool = _about(
        "Also send what could harm other objects: PATCH or DELETE to the collection, ids like *; and PUT, DELETE.",
        False,
    )
    burst: bool = _about("Also send many requests at once, to see how the target throttles.", False)
    lock: AnyPath | None = _about(
        "Lock file, made by `lock`: requirements that it doesn't have are tested and told, and gate nothing.",
        metavar="FILE",
    )
    baseline: AnyPath | None = _about(
        "Known failures, which don't gate: YAML, each with requirement, operation and reason.", metavar="FILE"
    )
    update_baseline: bool = _about("Write what fails now into the file of --baseline.", False)
    since: File | None = _about("An earlier results.json: the reports tell what changed since.", metavar="FILE")
    fail_on: Literal["failure", "regression"] = _about(
        "What gates: every failure, or only what is worse than in the file of --since.", "failure"
    )
    processes: spelling.Processes = _about(
        "Worker processes, each with objects of its own to update; auto for one a processor.",
        1,
        short="-n",
        metavar="N",
    )
    concurrency: int = _about(
        "Requests in flight for each of them, for slow targets: as many more workers.", 1, metavar="K", ge=1, le=64
    )
    splits: int = _about("Run one part of so many, to be put together with merge.", 1, metavar="K", ge=1, le=100)
    group: int = _about("Which part to run, from 1 on.", 1, metavar="I", ge=1, le=100)
    durations: AnyPath | None = _about(
        "Report or results.json of an earlier run: by the time that its cases took, parts are cut alike.",
        metavar="FILE",
    )
    report: AnyPath = _about("Folder that the reports are written to.", "reports", metavar="FOLDER")
    allow_production: bool = _about("Let the target be one of Microsoft's public Graph hosts.", False)

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        if self.target and not self.allow_production and base_url.is_production(self.target):
            raise _conflict(
                "target",
                f"{base_url.host(self.target)} is a public Microsoft Graph host, and a run changes what it finds. "
                "Name your own server, or add --allow-production",
            )
        given = [name for name in CREDENTIALS if getattr(self, name)]
        if len(given) > 1:
            names = " and ".join(f"--{name.replace('_', '-')}" for name in given[:2])
            raise _conflict(given[1], f"{names} are two ways to authenticate; give one")
        if self.entra_scope and not self.entra:
            raise _conflict("entra_scope", "says nothing without --entra")
        if self.entra and not (self.target or self.entra_scope):
            raise _conflict("entra", "the embedded reference takes no token of Entra ID; name a --target")
        if self.client_key and not self.client_cert:
            raise _conflict("client_key", "says nothing without --client-cert")
        if self.read_only and (self.destructive or self.burst):
            which = "destructive" if self.destructive else "burst"
            raise _conflict("read_only", f"--{which} sends what --read-only forbids; give one")
        return self

    @model_validator(mode="after")
    def _gated(self) -> Settings:
        if self.update_baseline and not self.baseline:
            raise _conflict("update_baseline", "needs a file: give --baseline FILE")
        if self.fail_on == "regression" and not self.since:
            raise _conflict("fail_on", "regression needs an earlier run: give --since FILE")
        if self.splits > 1 and (self.baseline or self.since or self.lock):
            raise _conflict("splits", "parts are judged together: give --baseline, --lock and --since to merge instead")
        if self.durations and self.splits == 1:
            raise _conflict("durations", "says nothing without --splits")
        if self.group > self.splits:
            raise _conflict("group", "there are not so many parts; give their number with --splits K")
        return self

    @property
    def workers(self) -> int:
        """How many workers are wanted in parallel; 1 where the run does everything itself."""
        return self.processes * self.concurrency

    def secrets(self) -> tuple[str, ...]:
        """Every secret value that must not leave the process: tokens, credential headers, userinfo of URLs."""
        given = {name: value.get_secret_value() for name, value in self if isinstance(value, SecretStr)}
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


def _conflict(field: str, message: str) -> PydanticCustomError:
    return PydanticCustomError("conflict", "{message}", {"message": message, "field": field})


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
