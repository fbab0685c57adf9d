"""What a run is told: which source wins, what is refused, and what counts as a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_contracts.errors import ConfigurationError
from graph_contracts.http.redact import MASK, Redactor
from graph_contracts.settings import OPTIONS, Settings, load


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path, flags: dict[str, Any] | None = None, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(flags or {}, environ or {}, folder)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    settings = load({}, {}, tmp_path)
    assert settings == Settings()
    assert settings.target is None
    assert (settings.timeout, settings.connect_timeout, settings.deadline, settings.settle) == (30, 5, 600, 10)
    assert (settings.auth, settings.profile, settings.restore, settings.report) == (
        "enforced", "page", True, Path("reports"),
    )  # fmt: skip


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    folder = write(tmp_path, "graph-contracts.toml", "timeout = 1\nsettle = 1\nseed = 1\n")
    environ = {"GRAPH_CONTRACTS_TIMEOUT": "2", "GRAPH_CONTRACTS_SETTLE": "2"}
    settings = load({"timeout": "3"}, environ, folder)
    assert (settings.timeout, settings.settle, settings.seed) == (3, 2, 1)


def test_a_repeatable_option_replaces_what_weaker_sources_list(tmp_path: Path) -> None:
    folder = write(tmp_path, "graph-contracts.toml", 'select = ["a", "b"]\n')
    assert load({"select": ("c",)}, {}, folder).select == ("c",)
    assert load({"select": ()}, {}, folder).select == ("a", "b")


def test_a_boolean_can_be_turned_off_by_a_stronger_source(tmp_path: Path) -> None:
    folder = write(tmp_path, "graph-contracts.toml", "burst = true\n")
    assert load({}, {}, folder).burst
    assert not load({}, {"GRAPH_CONTRACTS_BURST": "false"}, folder).burst
    assert load({"restore": False}, {"GRAPH_CONTRACTS_RESTORE": "true"}, folder).restore is False


def test_settings_can_stand_in_pyproject_toml(tmp_path: Path) -> None:
    folder = write(tmp_path, "pyproject.toml", "[tool.graph-contracts]\nmax-examples = 7\n[tool.other]\nx = 1\n")
    assert load({}, {}, folder).max_examples == 7


def test_a_file_of_its_own_is_read_instead_of_pyproject_toml(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool.graph-contracts]\nseed = 2\n")
    folder = write(tmp_path, "graph-contracts.toml", "settle = 3\n")
    assert load({}, {}, folder).seed == 1


def test_keys_in_a_file_may_be_spelled_like_the_flag_or_like_the_field(tmp_path: Path) -> None:
    folder = write(tmp_path, "graph-contracts.toml", 'connect_timeout = 9\nid = ["a=1"]\n[second-ids]\na = "2"\n')
    settings = load({}, {}, folder)
    assert (settings.connect_timeout, settings.ids, settings.second_ids) == (9, {"a": "1"}, {"a": "2"})


def test_repeatable_options_are_separated_by_commas_or_lines_in_the_environment(tmp_path: Path) -> None:
    environ = {
        "GRAPH_CONTRACTS_ID": "a=1,b=2=3",
        "GRAPH_CONTRACTS_SELECT": "update.merge.*\nupdate.value.*\n",
        "GRAPH_CONTRACTS_HEADER": "X-One: a, b\nX-Two: c",
    }
    settings = load({}, environ, tmp_path)
    assert settings.ids == {"a": "1", "b": "2=3"}
    assert settings.select == ("update.merge.*", "update.value.*")
    assert settings.headers == (("X-One", "a, b"), ("X-Two", "c"))


def test_an_empty_variable_counts_as_not_given(tmp_path: Path) -> None:
    assert load({}, {"GRAPH_CONTRACTS_TOKEN": "", "GRAPH_CONTRACTS_TIMEOUT": " "}, tmp_path) == Settings()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"timeout": "-1"}, "--timeout: must be greater than 0"),
        ({"timeout": "soon"}, "--timeout: must be a number"),
        ({"timeout": "inf"}, "--timeout: must be a finite number"),
        ({"max_examples": "1.5"}, "--max-examples: must be a whole number"),
        ({"auth": "maybe"}, "--auth: must be one of 'none', 'any-token' or 'enforced'"),
        ({"profile": "strict"}, "--profile: must be one of 'page', 'odata' or 'http'"),
        ({"ids": ("a",)}, "--id: must be written NAME=VALUE"),
        ({"ids": ("a=",)}, "--id: must be written NAME=VALUE; a name or a value is missing"),
        ({"ids": ("a=1", "a=2")}, "--id: gives one name two values"),
        ({"headers": ("X-One",)}, "--header: must be written 'Name: value'"),
        ({"headers": ("X One: 1",)}, "--header: 'X One' is no header name"),
        (
            {"headers": ("X-One: a\r\nHost: b",)},
            "--header: the value of X-One holds a character that no header may have",
        ),
        ({"select": ("",)}, "--select: is empty"),
        ({"ca": "nowhere.pem"}, "--ca: there is no file 'nowhere.pem'"),
        ({"openapi": "nowhere.yaml"}, "--openapi: there is no file 'nowhere.yaml'"),
        ({"token": " "}, "--token: is empty"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_flag(flags: dict[str, Any], message: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, flags) == message


def test_a_bad_value_is_refused_by_the_name_of_its_variable(tmp_path: Path) -> None:
    assert refusal(tmp_path, environ={"GRAPH_CONTRACTS_RESTORE": "perhaps"}) == (
        "GRAPH_CONTRACTS_RESTORE: must be true or false"
    )


def test_a_bad_value_is_refused_by_its_file_and_key(tmp_path: Path) -> None:
    write(tmp_path, "graph-contracts.toml", "retries = -1\n")
    assert refusal(tmp_path) == f"{tmp_path}/graph-contracts.toml: retries: must be greater than or equal to 0"


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool.graph-contracts]\nforbiden_token = 'x'\n")
    assert refusal(tmp_path).endswith("pyproject.toml: 'forbiden_token' is no setting. Did you mean 'forbidden-token'?")


def test_a_misspelt_variable_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    message = refusal(tmp_path, environ={"GRAPH_CONTRACTS_FORBIDEN_TOKEN": "x"})
    assert message == "GRAPH_CONTRACTS_FORBIDEN_TOKEN: no such setting. Did you mean GRAPH_CONTRACTS_FORBIDDEN_TOKEN?"


def test_variables_that_resemble_no_setting_are_left_alone(tmp_path: Path) -> None:
    assert load({}, {"GRAPH_CONTRACTS_DEBUG": "1", "GRAPH_CONTRACTS_OF_OUR_TEAM": "x"}, tmp_path) == Settings()


@pytest.mark.parametrize("text", ["timeout = \n", "timeout = 1\ntimeout = 2\n", "\udcff"])
def test_a_file_that_is_not_toml_is_refused_by_its_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "graph-contracts.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert refusal(tmp_path).startswith(f"{tmp_path}/graph-contracts.toml: can't be read as TOML: ")


def test_a_table_of_settings_that_is_no_table_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool]\ngraph-contracts = 1\n")
    assert refusal(tmp_path).endswith("pyproject.toml: [tool.graph-contracts] must be a table")


# -- the target --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://host:8443/beta/", "https://host:8443/beta"),
        ("HTTP://LocalHost:80", "http://localhost:80"),
        ("http://127.0.0.1:5000/v1.0//", "http://127.0.0.1:5000/v1.0"),
        ("http://[::1]:5000/beta", "http://[::1]:5000/beta"),
        ("https://user:p%40ss@host/Beta", "https://user:p%40ss@host/Beta"),
        ("https://bücher.example/beta", "https://xn--bcher-kva.example/beta"),
        ("https://graph.microsoft.com.example.org/beta", "https://graph.microsoft.com.example.org/beta"),
        ("https://notgraph.microsoft.com/beta", "https://notgraph.microsoft.com/beta"),
    ],
)
def test_a_target_is_kept_without_the_slash_at_its_end(given: str, kept: str) -> None:
    assert Settings(target=given).target == kept


@pytest.mark.parametrize(
    "target",
    [
        "localhost:8000/beta",
        "ftp://host/",
        "http://",
        "http:///beta",
        "https://host/beta?x=1",
        "https://host/beta#x",
        "https://host/beta?",
        "https://host:0/",
        "https://host:99999/",
        "https://host:port/",
        "https://ho st/",
        "https://host\\@other/",
        "https://host/\x1b[2J",
        "https://%67raph.microsoft.com/",
        "https://[::g]/",
        "https://a..b/",
    ],
)
def test_what_is_no_base_url_is_refused(target: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, {"target": target}).startswith("--target: ")


@pytest.mark.parametrize(
    "target",
    [
        "https://graph.microsoft.com/v1.0",
        "http://graph.microsoft.com",
        "https://GRAPH.Microsoft.COM:443/beta",
        "https://graph.microsoft.com./beta",
        "https://someone:secret@graph.microsoft.com/beta",
        "https://graph。microsoft．com/beta",
        "https://ｇraph.microsoft.com/beta",
        "https://gra\u00adph.microsoft.com/beta",
        "https://eu.graph.microsoft.com/beta",
        "https://canary.graph.microsoft.com/testprodbeta",
        "https://graph.microsoft.us/v1.0",
        "https://dod-graph.microsoft.us/v1.0",
        "https://microsoftgraph.chinacloudapi.cn/v1.0",
        "https://graph.microsoft.de/v1.0",
        "https://graph.microsoft-ppe.com/beta",
        "https://GRAPH.microsoft-ppe.COM./beta",
        "https://x@graph.microsoft.us:443/v1.0",
        "https://evil.example:1@graph.microsoft.com/beta",
    ],
)
def test_the_public_graph_hosts_are_refused_however_they_are_spelled(target: str, tmp_path: Path) -> None:
    message = refusal(tmp_path, {"target": target})
    assert "is a public Microsoft Graph host" in message or "holds a character that no URL has" in message
    assert "secret" not in message


def test_the_refusal_of_a_public_host_names_where_it_was_set(tmp_path: Path) -> None:
    message = refusal(tmp_path, environ={"GRAPH_CONTRACTS_TARGET": "https://graph.microsoft.com/beta"})
    assert message.startswith("GRAPH_CONTRACTS_TARGET: graph.microsoft.com is a public Microsoft Graph host")


def test_a_public_host_is_accepted_when_production_is_allowed(tmp_path: Path) -> None:
    settings = load({"target": "https://graph.microsoft.com/beta", "allow_production": True}, {}, tmp_path)
    assert settings.target == "https://graph.microsoft.com/beta"


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_every_token_and_credential_is_listed_as_a_secret(tmp_path: Path) -> None:
    tokens = {f"{name}token": f"{name}value" for name in ("", "forbidden_", "personal_", "expired_")}
    headers = ("Authorization: Basic dXNlcg==", "Cookie: a=one; b=two", "Ocp-Apim-Subscription-Key: key", "Accept: no")
    settings = load({**tokens, "headers": headers, "target": "http://user:p%40ss@host/"}, {}, tmp_path)
    assert set(settings.secrets()) == {
        "value", "forbidden_value", "personal_value", "expired_value",
        "Basic dXNlcg==", "dXNlcg==", "a=one; b=two", "one", "two", "key",
        "user:p%40ss", "user:p@ss", "p%40ss", "p@ss", "dXNlcjpwQHNz",
    }  # fmt: skip


def test_what_a_secret_has_in_common_with_other_text_is_known(tmp_path: Path) -> None:
    given = {"basic": "administrator:a-long-password", "target": "http://some-user:pw@graph.example.com/beta"}
    settings = load(given, {}, tmp_path)
    mask = Redactor(settings.secrets(), settings.public)
    plain = "administrator: http://graph.example.com/beta"
    assert mask.text(plain) == plain
    assert mask.text("administrator:a") == MASK
    command = load(
        {"token_command": "az account get-access-token --resource https://host/x -s hush0hush0hush"}, {}, tmp_path
    )
    mask = Redactor(command.secrets(), command.public)
    plain = "get-access-token of https://host/x"
    assert mask.text(plain) == plain
    assert mask.text("hush0hush0hus") == MASK
    key = load({"credential": "Ocp-Apim-Subscription-Key: 0123456789abcdef"}, {}, tmp_path)
    mask = Redactor(key.secrets(), key.public)
    assert mask.text("Ocp-Apim-Subscription-Key: 123456789abcd") == f"Ocp-Apim-Subscription-Key: {MASK}"


def test_settings_print_without_their_secrets(tmp_path: Path) -> None:
    flags = {"token": "hush-hush", "headers": ("Cookie: a=hush",), "target": "http://user:hush@host/"}
    assert "hush" not in repr(load(flags, {}, tmp_path))


@pytest.mark.parametrize("token", ["Bearer hush", "hush\x00", "hüsh"])
def test_a_token_that_cannot_be_sent_is_refused_without_being_shown(token: str, tmp_path: Path) -> None:
    message = refusal(tmp_path, {"token": token})
    assert message.startswith("--token: holds a character that no bearer token has")
    assert token not in message


def test_a_line_end_around_a_token_is_dropped(tmp_path: Path) -> None:
    token = load({"token": "abc\n"}, {}, tmp_path).token
    assert token is not None
    assert token.get_secret_value() == "abc"


# -- options -----------------------------------------------------------------------------------------------------------


def test_every_field_is_an_option_with_help() -> None:
    assert [option.field for option in OPTIONS] == list(Settings.model_fields)
    assert len({option.flag for option in OPTIONS}) == len(OPTIONS)
    for option in OPTIONS:
        assert option.help.endswith("."), option
        assert option.is_flag or option.metavar, option


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().seed = 2


def test_settings_built_directly_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPH_CONTRACTS_SEED", "9")
    monkeypatch.setenv("SEED", "9")
    assert Settings().seed == 1
