"""What other systems do differently, as far as it can be shown on this one."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph_contracts import cases, requirements, system
from graph_contracts.contract import Contract
from graph_contracts.engine import interrupts
from graph_contracts.settings.sources import load
from graph_contracts.system.alarms import TimerAlarm
from tests.support.command import call, environment

RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]|[. ]$')
TINY = """\
openapi: 3.1.0
info: {title: Things, version: '1', description: "first line\\nsecond line"}
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getThing, responses: {'200': {description: It., content: {application/json: {}}}}}
"""


def is_legal(name: str) -> bool:
    """Whether Windows takes a name for a file."""
    return not RESERVED.fullmatch(name) and not FORBIDDEN.search(name) and len(name) < 120


@pytest.mark.parametrize("name", ["aux", "CON.sh", "a:b", "a?", "dot.", "n" * 300])
def test_names_that_windows_refuses_are_noticed(name: str) -> None:
    assert not is_legal(name)


@pytest.mark.full  # a run, 4 s
def test_every_file_of_a_report_has_a_name_that_windows_takes(tmp_path: Path) -> None:
    call("run", "--select", "update.status.success", cwd=tmp_path)
    names = [path.name for path in tmp_path.rglob("*")]
    assert "index.html" in names
    assert [name for name in names if not is_legal(name)] == []


def test_scripts_of_all_requirements_have_names_that_windows_takes() -> None:
    cases.load()
    ids = [each.id for each in requirements.registry()]
    assert len(ids) > 300
    assert [each for each in ids if not is_legal(f"{each}.sh")] == []


def test_a_console_of_windows_gets_its_own_encoding(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "graph_contracts", "explain", "update.merge.siblings"],
        cwd=tmp_path,
        env=environment(PYTHONIOENCODING="cp1252"),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"update.merge.siblings" in done.stdout
    done.stdout.decode("cp1252")


def test_every_stream_of_the_process_replaces_what_its_encoding_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    octets = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(octets, encoding="cp1252"))
    system.escape_on_consoles()
    print("✓ done – “quoted”", flush=True)
    assert octets.getvalue() == "? done – “quoted”\n".encode("cp1252")


def document(folder: Path, text: str) -> Path:
    path = folder / "document.yaml"
    path.write_bytes(text.encode())
    return path


def test_a_document_with_the_ends_of_lines_of_windows_is_the_same_document(tmp_path: Path) -> None:
    contracts = [Contract.load(document(tmp_path, text)) for text in (TINY, TINY.replace("\n", "\r\n"))]
    shown = [[str(each) for each in (*contract.operations, *contract.others)] for contract in contracts]
    assert len(shown[0]) == 1
    assert shown[0] == shown[1]


def test_settings_with_the_ends_of_lines_of_windows_are_the_same_settings(tmp_path: Path) -> None:
    settings = []
    for number, end in enumerate(("\n", "\r\n")):
        folder = tmp_path / str(number)
        folder.mkdir()
        text = end.join(["[tool.graph-contracts]", 'target = "http://127.0.0.1:1/beta"', "seed = 7", ""])
        (folder / "pyproject.toml").write_bytes(text.encode())
        settings.append(load({}, {}, folder))
    assert settings[0].seed == 7
    assert settings[0] == settings[1]


def test_an_alarm_without_a_timer_of_the_system_ends_code_that_looks_at_no_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look_at_no_clock() -> None:
        while True:
            sum(range(1000))

    monkeypatch.setattr(system, "alarm", TimerAlarm)
    monkeypatch.setattr(interrupts, "SLACK", 0.1)
    with interrupts.interruptible(time.monotonic() - 1) as ended, pytest.raises(KeyboardInterrupt):
        look_at_no_clock()
    assert ended.overdue


def test_an_alarm_that_is_stopped_or_set_again_rings_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "alarm", TimerAlarm)
    monkeypatch.setattr(interrupts, "SLACK", 0.0)
    with interrupts.interruptible(time.monotonic() + 0.05) as ended:
        ended.interrupt_at(time.monotonic() + 1000)
        time.sleep(0.2)
    assert not ended.overdue


def test_a_process_is_alive_until_it_has_ended() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert system.is_alive(process.pid)
    process.communicate(b"\n")
    assert not system.is_alive(process.pid)
    assert not system.is_alive(10**30)


def test_a_command_ends_with_all_that_it_started(tmp_path: Path) -> None:
    script = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'input()']); print(p.pid, flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{script}; p.wait()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        creationflags=system.OWN_GROUP,
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    system.end_tree(process)
    process.communicate()
    deadline = time.monotonic() + 60
    while system.is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not system.is_alive(child)
