"""What is in force and where each value came from, with every secret masked; and a file to begin with."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from graph_contracts import system
from graph_contracts.settings import base_url
from graph_contracts.settings.model import is_credential
from graph_contracts.settings.options import OPTIONS, Option
from graph_contracts.settings.sources import FILE, Loaded

MASK = "[redacted]"


def show(loaded: Loaded) -> str:
    """A line for each option: name, value, where it was given."""
    rows = []
    for option in OPTIONS:
        value = getattr(loaded.settings, option.field)
        rows.append((option.key, _shown(option, value), loaded.places.get(option.field, "default")))
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    second = min(second, 48)
    return "\n".join(f"{name:<{first}}  {value:<{second}}  {place}" for name, value, place in rows)


def _shown(option: Option, value: Any) -> str:
    if value is None or value in ((), {}):
        return "-"
    match value:
        case bool():
            return str(value).lower()
        case SecretStr():
            # which program is asked is worth knowing; what it is told may be a secret
            program = system.split_command(value.get_secret_value())[:1] if option.field == "token_command" else []
            return " ".join([*program, MASK])
        case str() if option.field == "restart_command":
            words = system.split_command(value)
            return " ".join([words[0], *([MASK] if len(words) > 1 else [])])
        case float():
            return f"{value:g}"
        case dict():
            return ", ".join(f"{name}={text}" for name, text in value.items())
        case tuple() if option.field == "headers":
            return ", ".join(f"{name}: {MASK if is_credential(name) else text}" for name, text in value)
        case tuple():
            return ", ".join(value)
        case str() if urlsplit(value).username:
            plain = base_url.without_userinfo(value)
            return plain.replace("://", f"://{MASK}@", 1)
        case _:
            return str(value)


HEAD = f"""\
# Settings of graph-contracts. Every line is an option of `graph-contracts run`: take away the # to set it.
# A flag beats the environment (GRAPH_CONTRACTS_TIMEOUT=10), which beats this file.
# Tokens do not belong here: put them in the environment, or name a command that prints one.
# Check what is in force: graph-contracts run --show-settings
#
# This file is {FILE}; the same lines may stand in pyproject.toml under [tool.graph-contracts].
"""
SECRET = frozenset(
    {"token", "basic", "credential", "forbidden_token", "personal_token", "expired_token", "foreign_token"}
)
EXAMPLES = {
    "target": "https://localhost:8443/beta",
    "token-command": "az account get-access-token --query accessToken -o tsv",
    "entra-scope": "api://my-server/.default",
    "id": ["NAME=VALUE"],
    "second-id": ["NAME=VALUE"],
    "header": ["X-Environment: test"],
    "openapi": "openapi.yaml",
    "proxy": "http://proxy.example:3128",
    "ca": "ca.pem",
    "client-cert": "client.pem",
    "client-key": "client.key",
    "rate": 10.0,
    "select": ["update.merge.*"],
    "deselect": ["update.throttle.*"],
    "operation": ["GET /users/*"],
    "computed": ["modifiedDateTime"],
    "readonly": ["createdDateTime"],
}


def template() -> str:
    """The text of a settings file with every option in it, each commented out."""
    blocks = [HEAD]
    for option in OPTIONS:
        lines = [f"# {option.help}"]
        if option.field in SECRET:
            lines.append(f"# Better given as {option.variable} in the environment.")
        else:
            lines.append(f"#{option.key} = {_literal(option)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _literal(option: Option) -> str:
    """A value for the file: the default where there is one, else an example."""
    if option.is_flag:
        return "true" if option.off else "false"
    if option.number and option.default:
        return option.default
    value = EXAMPLES.get(option.key, [option.metavar] if option.multiple else option.metavar)
    return json.dumps(option.default or value)
