"""`serve` and `derive` on the command line."""

from __future__ import annotations

import json
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from graph_contracts.derive import derive
from graph_contracts.listening import listen
from graph_contracts.packaged import USUAL_PORT
from tests.test_cli import DOCUMENT, PAGES, clean_environment, run


def test_serve_prints_a_command_line_that_reaches_it_until_it_is_interrupted(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "graph_contracts", "serve", "--token", "a-token", "--openapi", str(DOCUMENT)],
        cwd=tmp_path,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        where, line = process.stdout.readline(), shlex.split(process.stdout.readline())
        try:
            assert line[:2] == ["graph-contracts", "run"]
            options = dict(zip(line[2::2], line[3::2], strict=True))
            assert options["--token"] == "a-token"
            assert where == f"{options['--target']} with the token a-token\n"
            assert requests.get(f"{options['--target']}/", timeout=300).status_code in {401, 404}
        finally:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("kind", ["fault", "variation"])
def test_serve_refuses_an_unknown_behaviour(kind: str, tmp_path: Path) -> None:
    done = run("serve", "--openapi", str(DOCUMENT), f"--{kind}", "nonsense", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"graph-contracts: no {kind} is called 'nonsense'. Did you mean ")


def test_serve_says_which_port_it_cannot_have(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--openapi", str(DOCUMENT), "--port", str(port), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"graph-contracts: 127.0.0.1:{port} can't be served: ")


def test_derive_writes_the_document_to_stdout_or_to_a_file(tmp_path: Path) -> None:
    shown = run("derive", str(PAGES), folder=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("openapi: 3.1")
    written = run("derive", str(PAGES), "-o", "document.yaml", folder=tmp_path)
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    assert (tmp_path / "document.yaml").read_text(encoding="utf-8") == shown.stdout


def test_derive_says_which_file_it_cannot_write(tmp_path: Path) -> None:
    done = run("derive", str(PAGES), "-o", "missing/document.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("graph-contracts: --output missing/document.yaml: No such file or directory.")


def test_derive_refuses_a_folder_without_pages(tmp_path: Path) -> None:
    done = run("derive", ".", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("graph-contracts: .: the folder holds no operation page.")


def test_derive_writes_json_where_the_name_or_the_format_says_so(tmp_path: Path) -> None:
    assert run("derive", str(PAGES), "-o", "document.json", folder=tmp_path).returncode == 0
    shown = run("derive", str(PAGES), "--format", "json", folder=tmp_path)
    document = json.loads(shown.stdout)
    assert json.loads((tmp_path / "document.json").read_text(encoding="utf-8")) == document
    assert document["openapi"] == "3.1.0"


def test_derive_reports_what_it_left_out_and_strict_makes_that_an_error(tmp_path: Path) -> None:
    page = next(PAGES.glob("*.md")).read_text(encoding="utf-8")
    (tmp_path / "good.md").write_text(page.replace("PATCH /auditLogs/d", "PATCH **\nPATCH /auditLogs/d"), "utf-8")
    (tmp_path / "bad.md").write_bytes(b"\xff")
    arguments = ("derive", "good.md", "bad.md", "-o", "document.yaml")
    done = run(*arguments, "--report", "report.txt", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    report = (tmp_path / "report.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split(": ")[:2] for line in report] == [["good.md:34", "skipped"], ["bad.md:1", "skipped"]]
    assert run(*arguments, folder=tmp_path).stderr.startswith("derive: 0 guessed, 0 repaired, 2 skipped")
    strict = run(*arguments, "--strict", folder=tmp_path)
    assert (strict.returncode, strict.stderr.count("\n")) == (2, 1)
    assert strict.stderr.startswith("graph-contracts: good.md:34: no path can be read")
    alone = run("derive", "bad.md", folder=tmp_path)
    assert (alone.returncode, alone.stdout, alone.stderr.count("\n")) == (2, "", 1)


def test_derive_names_metadata_that_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "metadata.xml").write_text("<!DOCTYPE x><x/>", encoding="utf-8")
    done = run("derive", str(PAGES), "--metadata", "metadata.xml", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("graph-contracts: metadata.xml: XML with a document type declaration is not read.")


class FakeSocket:
    """A socket that listens at a port."""

    def __init__(self, port: int) -> None:
        self.port = port

    def setsockopt(self, *_: object) -> None:
        """Do nothing."""

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", self.port


@pytest.mark.parametrize("taken", [False, True])
def test_serve_listens_where_derived_documents_say_or_where_it_can(
    taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def create_server(address: tuple[str, int], **_: object) -> FakeSocket:
        asked.append(address)
        if taken and len(asked) == 1:
            raise OSError(98, "Address already in use")
        return FakeSocket(address[1])

    monkeypatch.setattr(socket, "create_server", create_server)
    _, url = listen("127.0.0.1", None)
    assert url == f"http://127.0.0.1:{0 if taken else USUAL_PORT}"
    assert asked[0] == ("127.0.0.1", USUAL_PORT)
    (given,) = derive([PAGES])["servers"]
    assert given["variables"]["host"]["default"] == "http://{}:{}".format(*asked[0])
