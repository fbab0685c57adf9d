"""The folder that keeps runs, and the file that says whose they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.errors import ConfigurationError, ContractsError, ResultsError
from graph_contracts.site import implementations
from graph_contracts.site.history import History
from tests.report.samples import EVIL
from tests.site.runs import day, row, written

ID = "update.a.b"


def test_a_run_is_taken_once(tmp_path: Path) -> None:
    history, run = History(tmp_path / "history"), written(tmp_path / "run", 1, row(ID, "pass"))
    assert history.add("a", run, "1")
    assert not history.add("a", run, "1")
    assert [each.version for each in history.records("a")] == ["1"]
    assert history.slugs() == ["a"]
    assert history.catalogue()[ID]["level"] == "MUST"


def test_runs_are_kept_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    for at in (2, 3, 1):
        history.add("a", written(tmp_path / str(at), at, row(ID, "pass")), str(at))
    assert [each.started for each in history.records("a")] == [day(1), day(2), day(3)]


def test_evidence_and_words_are_those_of_the_latest_whole_run(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.add("a", written(tmp_path / "2", 2, row(ID, "fail", text="of day 2")), "")
    history.add("a", written(tmp_path / "1", 1, row(ID, "fail", text="of day 1")), "")
    history.add("a", written(tmp_path / "3", 3, row(ID, "fail", text="of day 3"), complete=False), "")
    assert history.evidence("a")[ID][0]["actual"] == "actual of day 2"
    assert history.catalogue()[ID]["statement"] == "Statement of day 3."


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add("a", written(tmp_path / "1", 1, row(ID, "pass")), "")
    with (tmp_path / "runs" / "a.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(ResultsError, match=r"a\.jsonl:2: no record"):
        list(history.records("a"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("verdicts", 5),
        ("verdicts", {ID: 5}),
        ("verdicts", {ID: "ZZ"}),
        ("verdicts", {ID: ""}),
        ("started", 5),
        ("seconds", "x"),
        ("version", None),
        ("operations", "abc"),
        ("conventions", [5]),
    ],
)
def test_a_record_with_a_value_of_another_kind_is_named(name: str, value: object, tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add("a", written(tmp_path / "1", 1, row(ID, "pass")), "")
    file = tmp_path / "runs" / "a.jsonl"
    file.write_text(json.dumps({**json.loads(file.read_text()), name: value}))
    with pytest.raises(ResultsError, match=r"a\.jsonl:1: no record"):
        list(history.records("a"))


def test_a_history_of_other_octets_or_of_other_json_is_named(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add("a", written(tmp_path / "1", 1, row(ID, "fail")), "")
    (tmp_path / "runs" / "a.jsonl").write_bytes(b"\xff\n")
    with pytest.raises(ResultsError, match=r"a\.jsonl:1: no record"):
        list(history.records("a"))
    for said in ({ID: 5}, {ID: [5]}, {ID: [{"verdict": "fail"}]}, {ID: [{"verdict": "x"}]}, [5]):
        (tmp_path / "evidence" / "a.json").write_text(json.dumps(said))
        with pytest.raises(ResultsError, match=r"a\.json: not what a run shows"):
            history.evidence("a")
    for told in ({ID: 5}, [5]):
        (tmp_path / "requirements.json").write_text(json.dumps(told))
        with pytest.raises(ResultsError, match=r"requirements\.json: not what requirements say"):
            history.catalogue()


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("[]")
    with pytest.raises(ResultsError):
        History(tmp_path / "history").add("a", tmp_path, "")
    with pytest.raises(ResultsError):
        History(tmp_path / "history").add("a", tmp_path / "nowhere.json", "")


# -- implementations.toml ----------------------------------------------------------------------------------------------


def listing(tmp_path: Path, text: str) -> implementations.Listing:
    path = tmp_path / "implementations.toml"
    path.write_text(text, encoding="utf-8")
    return implementations.read(path)


def test_the_file_says_who_is_shown_and_names_their_runs(tmp_path: Path) -> None:
    for name in ("runs/1", "runs/2"):
        written(tmp_path / name, 1, row(ID, "pass"))
    found = listing(
        tmp_path,
        """
        title = "Servers"
        address = "https://example.org/site/"
        [[implementation]]
        name = "SAP CAP"
        language = "JavaScript"
        licence = "Apache-2.0"
        home = "https://cap.cloud.sap"
        start = "npx cds-serve"
        document = "openapi.json"
        version = "9"
        runs = ["runs/1", { path = "runs/2", version = "10" }]
        [[implementation]]
        name = "other"
        runs = "runs/*"
        """,
    )
    assert (found.title, found.address) == ("Servers", "https://example.org/site")
    assert [each.slug for each in found.implementations] == ["sap-cap", "other"]
    assert [(run.name, run.path.name, run.version) for run in found.runs] == [
        ("SAP CAP", "1", "9"),
        ("SAP CAP", "2", "10"),
        ("other", "1", ""),
        ("other", "2", ""),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title =", "no TOML"),
        ("colour = 'red'", "colour"),
        ("[[implementation]]\nlanguage = 'C'", "name"),
        ("[[implementation]]\nname = '???'", "no letter or digit"),
        ("[[implementation]]\nname = 'a'\nhome = 'javascript:alert(1)'", "home"),
        ("[[implementation]]\nname = 'a'\nruns = 'none/*'", "no run is at none"),
        ("[[implementation]]\nname = 'a'\nruns = '/etc/*'", "/etc/* is no pattern of paths"),
        ("[[implementation]]\nname = 'a'\nruns = 'x***'", "x*** is no pattern of paths"),
        ("x = " + "[" * 5000 + "]" * 5000, "no TOML"),
        ("[[implementation]]\nname = 'A b'\n[[implementation]]\nname = 'a-B'", "another id"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        listing(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value).split("no TOML")[0]


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ContractsError, match="No such file"):
        implementations.read(tmp_path / "none.toml")


def test_a_run_may_be_named_by_name_or_id(tmp_path: Path) -> None:
    who = listing(tmp_path, "[[implementation]]\nname = 'SAP CAP'\nid = 'cap'").implementations
    assert implementations.slug_of("SAP CAP", who) == "cap"
    assert implementations.slug_of("cap", who) == "cap"
    assert implementations.slug_of("New one", who) == "new-one"
    with pytest.raises(ConfigurationError):
        implementations.slug_of("…", who)
    assert implementations.slug_of(EVIL, who).isascii()
