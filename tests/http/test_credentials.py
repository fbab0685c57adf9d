"""Credentials: where they come from, when they are got again, and what is said when there are none."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest

from graph_contracts.errors import ConfigurationError, ContractsError, TargetError
from graph_contracts.http import credentials
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.credentials import Credential, Fixed, Issued, Lapsed, Renewed, Token, expiry, parse_token
from graph_contracts.http.redact import Redactor
from tests.peers import shelf
from tests.peers.shelf import FIRST, Request

PATH = f"/things/{FIRST['id']}"


def jwt(expires: float) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({'exp': expires})}.c2lnbmF0dXJl"


def python(code: str) -> str:
    return f"{sys.executable} -c '{code}'"


# -- what a command prints ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "output",
    [
        "T0k3n\n",
        "Bearer T0k3n",
        '{"accessToken": "T0k3n", "expiresOn": "2026-01-01 00:00:00.000000", "tokenType": "Bearer"}',
        '{"access_token": "T0k3n"}',
        '{"kind": "ExecCredential", "status": {"token": "T0k3n"}}',
    ],
)
def test_a_token_is_found_in_what_commands_print(output: str) -> None:
    assert parse_token(output) == Issued("T0k3n", None)


@pytest.mark.parametrize(
    "output",
    [
        '{"accessToken": "T", "expires_on": 4102444800}',
        '{"access_token": "T", "expires_on": "4102444800"}',
        '{"token": "T", "expirationTimestamp": "2100-01-01T00:00:00Z"}',
        jwt(4102444800),
    ],
)
def test_when_it_expires_is_read_from_the_output_or_from_the_token(output: str) -> None:
    assert parse_token(output).expires == 4102444800


def test_expires_in_counts_from_now() -> None:
    assert parse_token('{"access_token": "T", "expires_in": 3600}').expires == pytest.approx(time.time() + 3600, abs=60)


@pytest.mark.parametrize(
    "output", ["", " \n", "{}", '{"accessToken": 1}', "two words", "{not json", "t\xf6", '{"a":' * 99999]
)
def test_what_holds_no_token_is_refused(output: str) -> None:
    with pytest.raises(ValueError, match="printed"):
        parse_token(output)


@pytest.mark.parametrize(
    "token", ["", "opaque", "a.b", "a.b.c", "a.%%.c", "a." + base64.b64encode(b"[1]").decode() + ".c"]
)
def test_a_token_that_is_no_json_web_token_says_nothing_of_its_end(token: str) -> None:
    assert expiry(token) is None


# -- commands ----------------------------------------------------------------------------------------------------------


def test_a_command_runs_when_a_token_is_first_needed() -> None:
    credential = credentials.command(python('print("from-the-command")'), Redactor())
    told: list[str] = []
    credential.on_token = told.append
    assert credential.times == 0
    assert credential.fields() == (("Authorization", "Bearer from-the-command"),)
    assert credential.fields() == (("Authorization", "Bearer from-the-command"),)
    assert (credential.times, told) == (1, ["from-the-command"])


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("/nowhere/at-all --secret hush", ConfigurationError, "/nowhere/at-all can't be started: No such file"),
        (python("import sys; sys.exit(3)"), TargetError, "failed with exit code 3"),
        (python("print()"), TargetError, "printed no token"),
        (python('print("not a token")'), TargetError, "printed something other than a token alone"),
    ],
)
def test_a_command_that_gives_no_token_is_told_in_one_line(line: str, error: type[ContractsError], words: str) -> None:
    with pytest.raises(error) as caught:
        credentials.command(line, Redactor()).fields()
    assert words in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_a_failing_command_says_is_shown_without_its_secrets() -> None:
    known, unknown = "a-known-secret", jwt(1)
    words = f"no: {known} {unknown} half-a-token"
    code = f'import sys; print("half-a-token"); print("{words}", file=sys.stderr); sys.exit(1)'
    with pytest.raises(TargetError) as caught:
        credentials.command(python(code), Redactor([known])).fields()
    assert str(caught.value).endswith("failed with exit code 1: no: [redacted] [redacted] [redacted]")


def test_a_command_that_hangs_is_ended() -> None:
    credential = credentials.command(python("import time; time.sleep(600)"), Redactor(), longest=0.5)
    with pytest.raises(TargetError, match=r"printed no token within 0\.5 s"):
        credential.fields()


def test_a_command_that_failed_is_not_run_again_at_once() -> None:
    asked: list[int] = []

    def fail() -> Issued:
        asked.append(1)
        raise TargetError("no")

    credential = Renewed(fail, "a test")
    for _ in range(3):
        with pytest.raises(TargetError):
            credential.fields()
    assert len(asked) == 1


# -- renewal -----------------------------------------------------------------------------------------------------------


def source(*tokens: Issued) -> Callable[[], Issued]:
    left = list(tokens)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_a_token_is_renewed_before_it_expires() -> None:
    credential = Renewed(source(Issued("one", time.time() - 1), Issued("two", time.time() + 3600)), "a test")
    assert credential.token == "one"
    assert credential.token == "two"
    assert credential.times == 2


def test_a_refused_token_is_renewed_once_and_it_is_said() -> None:
    with shelf.serving(FIRST) as server:
        server.allowed = {"Bearer two"}
        credential = Renewed(source(Issued("one", None), Issued("two", None)), "a test")
        client = Client(Connection(server.url, credential=credential))
        assert client.send("GET", PATH).status == 200
        assert [e.status for e in client.exchanges] == [401, 200]
        assert client.notes == ["the token was refused in mid-run and renewed through a test"]
        assert client.send("GET", PATH).status == 200
        assert credential.times == 2


def test_a_target_that_refuses_the_renewed_token_too_does_not_have_it_renewed_for_ever() -> None:
    with shelf.serving(FIRST) as server:
        server.allowed = set()
        serial = iter(range(1000))
        credential = Renewed(lambda: Issued(f"token-{next(serial)}", None), "a test")
        client = Client(Connection(server.url, credential=credential))
        for _ in range(5):
            assert client.send("GET", PATH).status == 401
    assert credential.times == 2


@pytest.mark.parametrize("chosen", [None, "Bearer chosen", "Basic dTpw"])
def test_a_request_that_chooses_its_own_authorization_renews_nothing(chosen: str | None) -> None:
    with shelf.serving(FIRST) as server:
        credential = Renewed(source(Issued("one", None), Issued("two", None)), "a test")
        client = Client(Connection(server.url, credential=credential))
        assert client.send("GET", PATH, headers={"authorization": chosen}).status == 401
    assert credential.times == 0


def test_a_fixed_token_that_expired_in_mid_run_is_known_to_have() -> None:
    with shelf.serving(FIRST) as server:
        token = jwt(time.time() - 10)
        server.allowed = {f"Bearer {token}"}
        client = Client(Connection(server.url, credential=Token(token)))
        assert client.send("GET", PATH).status == 200
        server.allowed = set()
        assert client.send("GET", PATH).status == 401
    assert client.lapsed.startswith("the token has expired during the run")


def test_a_token_that_expired_and_cannot_be_renewed_has_lapsed(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [Issued("one", time.time() + 1000)]

    def once() -> Issued:
        if not answers:
            raise TargetError("the provider is away")
        return answers.pop()

    credential = Renewed(once, "a test")
    refused = credential.fields()
    later = time.time() + 2000
    monkeypatch.setattr("graph_contracts.http.credentials.time.time", lambda: later)
    with pytest.raises((Lapsed, TargetError), match="away"):
        credential.renew(refused)


# -- the other kinds ---------------------------------------------------------------------------------------------------


def test_basic_credentials_and_headers_authenticate() -> None:
    assert credentials.basic("user:pässword").fields() == (("Authorization", "Basic dXNlcjpww6Rzc3dvcmQ="),)
    assert Credential().fields() == ()


@pytest.mark.parametrize("chosen", [None, "Bearer random"])
def test_a_request_about_credentials_carries_no_other_kind_of_them(chosen: str | None) -> None:
    seen: list[str | None] = []

    def hook(request: Request) -> bool:
        seen.append(request.headers.get("X-Api-Key"))
        return False

    with shelf.serving(FIRST) as server:
        server.header, server.allowed, server.hook = "X-Api-Key", {"key"}, hook
        client = Client(Connection(server.url, credential=Fixed("X-Api-Key", "key")))
        assert client.send("GET", PATH).status == 200
        assert client.send("GET", PATH, headers={"Authorization": chosen}).status == 401
    assert seen == ["key", None]


def test_entra_asks_azure_identity_for_the_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Known:
        def get_token(self, scope: str) -> SimpleNamespace:
            asked.append(scope)
            return SimpleNamespace(token="from-entra", expires_on=int(time.time()) + 3600)

    module = ModuleType("azure.identity")
    module.DefaultAzureCredential = Known  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "azure", ModuleType("azure"))
    monkeypatch.setitem(sys.modules, "azure.identity", module)
    credential = credentials.entra("https://host/.default", Redactor())
    assert credential.token == "from-entra"
    assert credential.token == "from-entra"
    assert asked == ["https://host/.default"]


def test_entra_that_has_no_token_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Known:
        def get_token(self, _: str) -> None:
            raise RuntimeError(f"tried:\n many things {jwt(1)}")

    module = ModuleType("azure.identity")
    module.DefaultAzureCredential = Known  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "azure", ModuleType("azure"))
    monkeypatch.setitem(sys.modules, "azure.identity", module)
    with pytest.raises(TargetError) as caught:
        credentials.entra("scope", Redactor()).fields()
    assert str(caught.value) == "--entra: no token for scope: tried: many things [redacted]. Try az login"


def test_entra_without_its_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'graph-contracts\[entra\]'"):
        credentials.entra("scope", Redactor())
