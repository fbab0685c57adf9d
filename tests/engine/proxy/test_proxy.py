"""A client's own tests through a proxy: what they meet is judged, and ends as a run does."""

from __future__ import annotations

import json
import os
import secrets
import signal
import ssl
import sys
from pathlib import Path

import pytest
import requests
import trustme

from graph_contracts import cli
from graph_contracts.contract import Contract
from graph_contracts.engine.proxy.copy import Copy
from graph_contracts.engine.proxy.traffic_judge import TrafficJudge
from graph_contracts.engine.replay import answer_judge, judged_reports
from graph_contracts.errors import NothingTestedError
from graph_contracts.gate import Gate
from graph_contracts.gate.lock import Lock
from graph_contracts.gate.verdict import Known
from graph_contracts.report.results import MAX_EXCHANGES
from graph_contracts.report.screen import Screen
from graph_contracts.report.verdict import Verdict
from tests.support import forked
from tests.support.mocks import RIGHT, WRONG, failed, lamps
from tests.support.upstream import PATIENCE, Asked, Upstream, proxied

TOKEN = "s3cret-t0ken-0123456789"


@pytest.fixture(name="document")
def _document(tmp_path: Path) -> Path:
    return lamps(tmp_path)


def clients_own_test(base: str) -> None:
    """What a client's end-to-end test may do; it looks at no types."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        lamp = session.post(f"{base}/lamps", json={"level": 3}, timeout=PATIENCE).json()
        assert session.get(f"{base}/lamps/{lamp['id']}", timeout=PATIENCE).ok
        assert session.patch(f"{base}/lamps/{lamp['id']}", json={"level": 4}, timeout=PATIENCE).ok
        listed = session.get(f"{base}/lamps", timeout=PATIENCE).json()["value"]
        assert lamp["id"] in {each["id"] for each in listed}


def test_the_proxys_help_shows_where_it_listens_apart_from_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["proxy", "--help"]) == 0
    listening, _, output = capsys.readouterr().out.partition("\nListening:\n")[2].partition("\nOutput:\n")
    for flag in ("--host", "--port", "--duration"):
        assert f"  {flag}" in listening
        assert f"  {flag}" not in output


@pytest.mark.parametrize(("fault", "code"), [("read-number-as-text", 1), ("", 0)])
def test_a_clients_own_test_finds_a_fault(fault: str, code: int, document: Path, tmp_path: Path) -> None:
    faults = [fault] if fault else []
    with (
        forked.reference(document, faults=faults, auth="any-token") as server,
        proxied(server.url, document) as running,
    ):
        clients_own_test(running.url)
        found = running.ended()
    judged_reports.prepare(tmp_path / "out")
    assert judged_reports.write(found, Gate(), tmp_path / "out", Screen()) == code
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert results["exchanges"] == 4
    assert failed(found) == (["read.type.int32"] if fault else [])
    assert [line.partition(" 200: ")[2] for line in running.lines] == (
        ['read.type.int32: level = "3"'] if fault else []
    )
    assert results["summary"]["pass"] > 20
    written = b"".join(each.read_bytes() for each in (tmp_path / "out").rglob("*") if each.is_file())
    assert TOKEN.encode() not in written


def _command(arguments: list[str], written: Path) -> None:
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT)
    os.dup2(descriptor, sys.stdout.fileno())
    os._exit(cli.main(arguments))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_reports_and_the_runs_exit_code(
    number: signal.Signals, document: Path, tmp_path: Path
) -> None:
    with Upstream(lambda asked: asked.json(json.dumps(WRONG))).serving() as target:
        written, out = tmp_path / "written", tmp_path / "out"
        arguments = ["proxy", "--target", f"{target}/v1.0", "--openapi", str(document), "--report", str(out)]
        process = forked.FORKED.Process(target=_command, args=(arguments, written), daemon=True)
        process.start()
        try:
            while not (written.exists() and "Point the client there" in written.read_text()):
                assert process.is_alive()
                process.join(0.02)
            url = written.read_text().partition(" stands for ")[0]
            requests.get(f"{url}/lamps/a1", timeout=PATIENCE)
            os.kill(process.pid or 0, number)
            process.join(PATIENCE)
            assert process.exitcode == 1
        finally:
            process.kill()
        shown = written.read_text()
        assert 'FAIL GET /v1.0/lamps/a1 200: read.type.int32: level = "5"' in shown
        assert "This traffic shows that the target does not conform" in shown
        assert json.loads((out / "results.json").read_text())["exit_code"] == 1


def test_it_ends_by_itself_after_its_duration(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--target", "http://127.0.0.1:9/v1.0", "--openapi", str(document), "--report", str(tmp_path / "out")]
    assert cli.main(["proxy", *options, "--duration", "0.01"]) == 3
    out, err = capsys.readouterr()
    assert "/v1.0 stands for http://127.0.0.1:9/v1.0" in out
    assert "Point the client at the URL that the proxy prints" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Name its base URL with --target"),
        (["--target", "https://graph.microsoft.com/v1.0"], "add --allow-production"),
        (["--target", "https://127.0.0.1:9/v1.0", "--ca", __file__], "holds no certificate in PEM"),
        (["--target", "http://127.0.0.1:9", "--host", "192.0.2.1"], "192.0.2.1 can't be served"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["proxy", *arguments, "--report", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert told in err


def test_the_target_is_reached_by_tls_as_a_run_reaches_it(document: Path, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Upstream(lambda asked: asked.json(json.dumps(RIGHT)), context).serving() as target:
        with proxied(f"{target}/v1.0", document, ca=tmp_path / "ca.pem") as running:
            assert requests.get(f"{running.url}/lamps/a1", timeout=PATIENCE).json() == RIGHT
            assert failed(running.ended()) == []
        with proxied(f"{target}/v1.0", document) as running:
            answer = requests.get(f"{running.url}/lamps/a1", timeout=PATIENCE)
            assert answer.status_code == 502
            assert "certificate verify failed" in answer.text


def test_what_is_not_below_the_target_passes_and_is_not_judged(document: Path) -> None:
    with (
        Upstream(lambda asked: asked.json(json.dumps(WRONG))).serving() as target,
        proxied(f"{target}/v1.0", document) as running,
    ):
        beta = running.url.replace("/v1.0", "/beta")
        assert requests.get(f"{beta}/lamps/a1", timeout=PATIENCE).json() == WRONG
        with pytest.raises(NothingTestedError, match=r"its path is not below --target \(GET http"):
            running.ended()


def test_a_credential_that_an_answer_shows_again_comes_out_nowhere(document: Path) -> None:
    def reply(asked: Asked) -> None:
        asked.json(json.dumps({**WRONG, "level": TOKEN}), f"Set-Cookie: sid={TOKEN[::-1]}; Path=/")

    with Upstream(reply).serving() as target, proxied(f"{target}/v1.0", document) as running:
        requests.get(f"{running.url}/lamps/a1", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=PATIENCE)
        found = running.ended()
    told = json.dumps([found.results.to_json(), list(found.evidence), running.lines])
    assert "[redacted]" in told
    assert TOKEN not in told
    assert TOKEN[::-1] not in told


# -- memory ------------------------------------------------------------------------------------------------------------


def passed(number: int, body: str, status: int = 200, token: str = TOKEN) -> Copy:
    copy = Copy("GET", f"http://host.example/v1.0/lamps/a{number}", [(b"authorization", f"Bearer {token}".encode())])
    copy.begin(status, b"", b"HTTP/1.1", [(b"Content-Type", b"application/json")])
    copy.answered(body.encode())
    copy.end()
    return copy


def test_thousands_of_exchanges_take_no_more_memory_than_the_first(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_judge, "MAX_MET", 100)
    judge = TrafficJudge(Contract.load(document), "page", "http://host.example/v1.0")
    held = []
    for number in range(500):
        judge.take(passed(number, json.dumps({"id": f"a{number}", "level": "x"})))
        judge.take(passed(number, "{}", status=500))
        judge.take(passed(number, json.dumps({"id": f"a{number}", "level": 5})))
        held.append((judge.held, judge.sizes))
    assert held[110] == held[-1]
    assert 0 < judge.held <= 2 * MAX_EXCHANGES
    found = judge.judged("graph-contracts proxy")
    ((_, outcome),) = (each for each in found.results.outcomes(Verdict.FAIL) if each[0].id == "read.type.int32")
    assert f"(and {500 - MAX_EXCHANGES} further answers like these)" in outcome.message
    assert found.results.exchanges == 1500


@pytest.mark.parametrize(
    ("profiles", "told"), [({"read.type.int32": ("page",)}, 1), ({"read.type.int32": ()}, 0), ({}, 0)]
)
def test_what_a_lock_file_keeps_from_gating_is_not_told_as_a_failure(
    profiles: dict[str, tuple[str, ...]], told: int, document: Path
) -> None:
    lines: list[str] = []
    gate = Gate(lock=Lock("my.lock", "0.1.0", profiles))
    judge = TrafficJudge(Contract.load(document), "page", "http://host.example/v1.0", say=lines.append, gate=gate)
    judge.take(passed(1, json.dumps({"id": "a1", "level": "x"})))
    assert len(lines) == told
    results = gate.hold(judge.judged("graph-contracts proxy").results, Known(list(profiles), ()))
    assert len([row for row in results.requirements if row.verdict is Verdict.FAIL]) == told


def test_of_many_credentials_the_latest_are_known(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph_contracts.engine.proxy.traffic_judge.MAX_SECRETS", 20)
    judge = TrafficJudge(Contract.load(document), "page", "http://host.example/v1.0")
    tokens = [secrets.token_urlsafe(24) for _ in range(60)]
    for number, token in enumerate(tokens):
        judge.take(passed(number, json.dumps({"id": f"a{number}", "level": token}), token=token))
        assert max(judge.sizes[:1]) <= 20
    found = judge.judged("graph-contracts proxy")
    told = json.dumps([found.results.to_json(), list(found.evidence)])
    assert not [token for token in tokens if token in told]


def test_long_bodies_of_kept_exchanges_are_shortened(document: Path) -> None:
    judge = TrafficJudge(Contract.load(document), "page", "http://host.example/v1.0")
    for number in range(5):
        judge.take(passed(number, json.dumps({"id": f"a{number}", "level": "x" * 1_000_000})))
    assert judge.octets < 200_000
    assert failed(judge.judged("graph-contracts proxy")) == ["read.type.int32"]
