"""A secret given in any way, to a server that echoes it in every spelling, stands in nothing that a command writes."""

from __future__ import annotations

import base64
import html
import json
import os
from pathlib import Path
from urllib.parse import quote

import pytest

from graph_contracts import cli
from tests.http.test_tunnel import proxying
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, Request
from tests.support import recorded
from tests.support.spellings import SPELLINGS, cuts

CANARY = "C4n4ry-T0ken+51f8e0/zz~QX"


def spellings(secret: str) -> set[str]:
    """How a secret may be written, and stays a secret."""
    raw = secret.encode()
    return {
        secret,
        secret[::-1],
        secret.swapcase(),
        quote(secret, safe=""),
        "".join(f"%{byte:02X}" for byte in raw),
        raw.hex(),
        raw.hex().upper(),
        "".join(f"\\u{ord(char):04x}" for char in secret),
        "".join(f"\\u{ord(char):04x}" for char in reversed(secret)),
        "".join(f"&#{ord(char)};" for char in secret),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
        base64.b64encode(b"user:" + raw + b"!").decode(),
        base64.b64encode(b"Bearer " + raw + b" and more").decode(),
    }


def tell_tales(secret: str) -> set[str]:
    """What of those spellings must stand nowhere: all that isn't shared with other text."""
    return {each[10:-6] if each.endswith("=") or len(each) in {36, 44, 52} else each for each in spellings(secret)}


def echo(request: Request) -> bool:
    """Answers with every spelling of whatever secret there is, in status line, headers and body."""
    if request.command == "GET" and not request.path.endswith("/things"):
        return False
    secret = CANARY
    text = " ".join(sorted(spellings(secret)))
    if request.command == "GET":
        request.reply(200, {"value": [{**each, "echo": text} for each in request.shelf.objects.values()]})
        return True
    if request.octets.startswith(b"{") and b"name" in request.octets:
        return False
    raw = json.dumps({"error": {"code": secret, "message": text, "x" * 4070: secret}}).encode()
    escaped = "".join(f"\\u{ord(char):04x}" for char in secret).encode()
    octets = raw.replace(b'"code"', b'"' + escaped + b'": 1, "code"')
    request.send_response(400, f"Bad {secret}")
    request.send_header("X-Echo", quote(secret))
    request.send_header(f"X-{secret.replace('/', '-').replace('~', '-')}", secret)
    request.send_header("Location", f"http://elsewhere.example/{secret}?t={quote(secret, safe='')}")
    request.send_header("Set-Cookie", f"t={secret}")
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(octets)))
    request.end_headers()
    request.wfile.write(octets)
    return True


WAYS: dict[str, tuple[list[str], dict[str, str], str]] = {
    "flag": (["--token", CANARY], {}, ""),
    "environment": ([], {"GRAPH_CONTRACTS_TOKEN": CANARY}, ""),
    "file": ([], {}, f'token = "{CANARY}"\n'),
    "command": (["--token-command", f"echo {CANARY}"], {}, ""),
    "basic": (["--basic", f"user:{CANARY}"], {}, ""),
    "credential": (["--credential", f"X-Api-Key: {CANARY}"], {}, ""),
    "header": (["--header", f"Authorization: Bearer {CANARY}"], {}, ""),
    "forbidden": (["--token", "another-token", "--forbidden-token", CANARY], {}, ""),
    "userinfo": ([], {}, ""),
}


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("GRAPH_CONTRACTS_", "PYTEST_ADDOPTS"))]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_stands_in_no_artefact_and_no_output(
    way: str, outside: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    flags, environ, settings = WAYS[way]
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (outside / "graph-contracts.toml").write_text(settings)
    document = str(shelf.write_document(outside, example=True))
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = echo
        basic = base64.b64encode(f"user:{CANARY}".encode()).decode()
        server.allowed = {f"Bearer {CANARY}", f"Basic {basic}", "Bearer another-token"}
        if way == "credential":
            server.header, server.allowed = "X-Api-Key", {CANARY}
        target = server.url.replace("://", f"://user:{quote(CANARY, safe='')}@") if way == "userinfo" else server.url
        common = ["--target", target, "--openapi", document, "--settle", "0.1", *flags]
        chosen = ["update.status.success", "update.auth.invalid", "update.json.malformed", "update.error.envelope"]
        select = [word for name in chosen for word in ("--select", name)]
        codes = {
            "run": cli.main(["run", *common, *select, "--no-restore", "--debug"]),
            "doctor": cli.main(["doctor", *common]),
            "show": cli.main(["run", *common, "--show-settings"]),
            "refused": cli.main(["run", *common, "--select", CANARY]) if way != "command" else 2,
            "restore": cli.main(["restore", "reports", *common]),
        }
        assert server.seen
    out, err = capfd.readouterr()
    written = recorded.texts(outside / "reports")
    assert {"results.json", "index.html", "pytest.html", "junit.xml", "evidence.har"} <= set(written)
    assert codes["run"] in {0, 1}, out + err
    assert json.loads(written["results.json"])["redacted"] > 0
    for name, text in {**written, "stdout": out, "stderr": err}.items():
        found = [each for each in tell_tales(CANARY) if each in text]
        assert not found, f"{name}: {found}"
        assert CANARY[:14] not in text, name


@pytest.mark.full
def test_lines_that_send_again_reach_the_target_as_the_run_did_without_a_secret(outside: Path) -> None:
    document = str(shelf.write_document(outside, example=True))
    with shelf.serving(FIRST, SECOND) as server, proxying() as (proxy, asked):
        server.hook = echo
        server.allowed = {"Bearer another-token"}
        secret = proxy.replace("pa%3Ass", quote(CANARY, safe=""))
        flags = ["--token", "another-token", "--proxy", secret, "--insecure", "--select", "update.status.success"]
        cli.main(["run", "--target", server.url, "--openapi", document, "--settle", "0.1", "--no-restore", *flags])
        assert asked
    results = json.loads((outside / "reports" / "results.json").read_text())
    shown = proxy.replace("user:pa%3Ass@", "")
    scripts = [each["curl"] for row in results["requirements"] for each in row["outcomes"] if each["curl"]]
    lines = [line for script in scripts for line in script.splitlines() if "curl " in line]
    assert lines
    assert all(f'--insecure --proxy {shown} --proxy-user "$PROXY_USER"' in line for line in lines)
    assert '--proxy "$PROXY" --insecure' in results["command"]
    assert not [name for name, text in recorded.texts(outside / "reports").items() if CANARY[:14] in text]


def test_a_dry_run_masks_what_it_was_given(outside: Path, capfd: pytest.CaptureFixture[str]) -> None:
    document = str(shelf.write_document(outside, example=True))
    flags = ["--token", CANARY, "--header", f"Cookie: a={CANARY}", "--select", "update.status.*"]
    with shelf.serving(FIRST, SECOND) as server:
        assert cli.main(["run", "--dry-run", "--target", server.url, "--openapi", document, *flags]) == 0
    out, err = capfd.readouterr()
    assert "curl" in out
    assert not [each for each in tell_tales(CANARY) if each in out + err]


def parts() -> dict[str, list[str]]:
    """Every twelve characters of the secret, in each spelling."""
    return {name: [spell(part) for part in cuts(CANARY)] for name, spell in SPELLINGS.items()}


def echo_parts(request: Request) -> bool:
    """Answers with parts of the secret, in another spelling each time, and never with the first character of it."""
    if request.command == "GET" and not request.path.endswith("/things"):
        return False
    text = " ".join([*parts().values()][len(request.shelf.seen) % len(SPELLINGS)][1:])
    if request.command == "GET":
        request.reply(200, {"value": [{**each, "echo": text} for each in request.shelf.objects.values()]})
        return True
    if request.octets.startswith(b"{") and b"name" in request.octets:
        return False
    octets = json.dumps({"error": {"code": text[:300], "message": text, text: 1}}).encode()
    request.send_response(400, f"Bad {text[:200]}")
    request.send_header("X-Echo", text)
    request.send_header(f"X-{CANARY[1:].replace('/', '-').replace('~', '-')}", text)
    request.send_header("Location", f"http://elsewhere.example/{CANARY[1:]}?t={quote(CANARY[1:], safe='')}")
    request.send_header("ETag", f'W/"{CANARY[2:]}"')
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(octets)))
    request.end_headers()
    request.wfile.write(octets)
    return True


def leaks(text: str) -> list[str]:
    """What of the secret a text shows, as it is or once its own format is read."""
    readings = {text, html.unescape(text), text.replace("\\\\", "\\"), html.unescape(text).replace("\\\\", "\\")}
    lowered = "\n".join(readings).lower()
    return [f"{name}: {part}" for name, found in parts().items() for part in found if part.lower() in lowered]


def recording(folder: Path, url: str) -> Path:
    """What a proxy recorded of a client that has the secret."""
    text = " ".join(part for found in parts().values() for part in found[1:8])
    entries = [
        {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "time": 1,
            "request": {
                "method": "PATCH",
                "url": f"{url}/things/{FIRST['id']}",
                "httpVersion": "HTTP/1.1",
                "headers": [
                    {"name": "Authorization", "value": f"Bearer {CANARY}"},
                    {"name": "Content-Type", "value": "application/json"},
                ],
                "postData": {"mimeType": "application/json", "text": body},
            },
            "response": {
                "status": status,
                "statusText": text,
                "httpVersion": "HTTP/1.1",
                "headers": [{"name": "Content-Type", "value": "application/json"}, {"name": "X-Echo", "value": text}],
                "content": {"mimeType": "application/json", "text": answer},
            },
        }
        for status, body, answer in (
            (200, '{"name": "x"}', json.dumps({"name": text, text: 1})),
            (400, '{"name": 1}', json.dumps({"error": text})),
            (400, "{", text),
        )
    ]
    path = folder / "recorded.har"
    path.write_text(
        json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries}})
    )
    return path


def test_no_part_of_a_secret_stands_in_any_artefact_or_output(outside: Path, capfd: pytest.CaptureFixture[str]) -> None:
    document = str(shelf.write_document(outside, example=True))
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = echo_parts
        server.allowed = {f"Bearer {CANARY}"}
        common = ["--target", server.url, "--openapi", document, "--settle", "0.1", "--token", CANARY]
        select = [word for name in ("status", "json", "type", "error") for word in ("--select", f"update.{name}.*")]
        assert cli.main(["run", *common, *select, "--no-restore", "--debug"]) in {0, 1}
        cli.main(["doctor", *common])
        cli.main(["run", *common, "--select", CANARY[1:]])
        kept = [path for path in (outside / "reports").iterdir() if path.name.startswith("restore-")]
        logs = {path.name: path.read_text() for path in kept}
        assert logs
        cli.main(["restore", "reports", *common])
        assert len(server.seen) > 3 * len(SPELLINGS)
    assert cli.main(["judge", str(recording(outside, server.url)), "--openapi", document]) in {0, 1}
    cli.main(["compare", "judged", "reports"])
    cli.main(["report", "reports", "-o", "again"])
    out, err = capfd.readouterr()
    folders = ("reports", "judged", "again")
    written = {f"{name}/{file}": text for name in folders for file, text in recorded.texts(outside / name).items()}
    assert len(written) > 25
    assert "[redacted]" in written["reports/index.html"]
    assert "[redacted]" in written["judged/index.html"]
    for name, text in {**logs, **written, "stdout": out, "stderr": err}.items():
        assert not leaks(text), name
