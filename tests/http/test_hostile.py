"""Whatever a target does, a run against it ends by itself, in time and small, with a report that tells no secret."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from graph_contracts.report import results_schema
from tests.http.hostile.behaviours import TABLE, Behaviour
from tests.http.hostile.run import CANARY, Certificates, run
from tests.support import recorded

MEGABYTES = 500
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e]")
SPELLINGS = (
    CANARY,
    CANARY[::-1],
    CANARY[:12],
    quote(CANARY, safe=""),
    base64.b64encode(CANARY.encode()).decode()[:20],
    "".join(f"\\u{ord(char):04x}" for char in CANARY)[:72],
)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("behaviour", TABLE, ids=lambda behaviour: behaviour.name.replace(" ", "-"))
def test_a_run_survives_a_peer_that(behaviour: Behaviour, certificates: Certificates, tmp_path: Path) -> None:
    ended = run(behaviour, tmp_path, certificates)
    assert ended.code is not None, f"still running after {ended.seconds:.0f} s\n{ended.out}{ended.err}"
    data = json.loads((ended.folder / "results.json").read_text())
    results_schema.validate(data)
    # on a slow machine the deadline may come first: what was measured until then is reported as inconclusive
    codes = behaviour.codes if data["complete"] else (*behaviour.codes, 3)
    assert ended.code in codes, f"{ended.out}{ended.err}"
    assert behaviour.word in ended.err
    assert ended.megabytes < MEGABYTES
    assert not ended.contacted, "another origin was contacted"
    assert len(ended.err.splitlines()) <= 1, ended.err
    assert data["exit_code"] == ended.code
    assert data["summary"]["error"] == 0, [r for r in data["requirements"] if r["verdict"] == "error"]
    written = recorded.texts(ended.folder)
    assert {"index.html", "junit.xml", "summary.md", "badge.svg", "outcomes.jsonl.gz"} <= set(written)
    written |= {"stdout": ended.out, "stderr": ended.err}
    for name, text in written.items():
        assert "Traceback" not in text, name
        assert not STEERING.search(text), f"{name}: {STEERING.search(text)}"
        assert not [spelling for spelling in SPELLINGS if spelling in text], name
    for name in ("index.html", "pytest.html"):
        assert "<script>hostile" not in written.get(name, ""), name
        assert "<img src=x" not in written.get(name, ""), name


def test_the_table_is_long_enough_and_names_each_behaviour_once() -> None:
    assert len({behaviour.name for behaviour in TABLE}) == len(TABLE) >= 50
