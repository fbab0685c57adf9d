"""The pages: what they say, where they lead, and that nothing of a target gets into them unescaped."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from defusedxml import ElementTree

from graph_contracts import cli
from graph_contracts.report.verdict import Verdict
from graph_contracts.site.catalogue import file_name
from tests.report.samples import EVIL
from tests.site.runs import row, run, written

ATOM = "{http://www.w3.org/2005/Atom}"
HELD, LOST, ODD = "update.etag.changes", "update.conc.disjoint", "update.json.odd"


class Reader(HTMLParser):
    """Where a page leads, what it is made of, and what can be read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.words += " " if tag in {"td", "th", "dd", "dt", "p", "li"} else ""
        self.tags.append(tag)
        self.attributes += told
        self.links += [told[name] or "" for name in ("href", "src") if name in told]
        if told.get("id"):
            self.ids.add(told["id"] or "")

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two implementations over time, and one whose every text is hostile."""
    folder = tmp_path_factory.mktemp("site")
    good = [row(HELD, "pass"), row(LOST, "pass"), row(ODD, "pass", level="SHOULD")]
    bad = [row(HELD, "pass"), row(LOST, "fail", text="lost"), row(ODD, "warn", level="SHOULD")]
    runs = {
        "Careful@1=": written(folder / "1", 1, *good),
        "Careless@1=": written(folder / "2", 1, *good),
        "Careless@2=": written(folder / "3", 2, *bad),
        "Careless@3=": written(folder / "4", 3, row(HELD, "pass"), complete=False, planned=9),
        f"{'E' + EVIL.replace('=', '').replace('@', '')}@1=": written(
            folder / "5",
            1,
            *(row(each.id, "fail", text=EVIL, level=each.level) for each in bad),
            target_server=EVIL,
            contract_title=EVIL,
        ),
    }
    assert cli.main(["site", "-o", str(folder / "www"), *(f"{name}{path}" for name, path in runs.items())]) == 0
    return folder / "www"


def pages(site: Path) -> Iterator[tuple[Path, Reader]]:
    for path in sorted(site.rglob("*.html")):
        yield path, Reader(path.read_text(encoding="utf-8"))


def words(site: Path, name: str) -> str:
    return " ".join(Reader((site / name).read_text(encoding="utf-8")).words.split())


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    read = dict(pages(site))
    assert len(read) > 15
    for path, page in read.items():
        for link in page.links:
            parts = urlsplit(urljoin(path.as_uri(), link))
            if parts.scheme == "https":
                assert link.startswith("https://www.rfc-editor.org/"), link
                continue
            target = Path(unquote(parts.path))
            assert target.is_file(), f"{path.name}: {link}"
            assert target.is_relative_to(site)
            if parts.fragment:
                assert unquote(parts.fragment) in read[target].ids, f"{path.name}: {link}"


def test_nothing_of_a_target_is_unescaped(site: Path) -> None:
    for path, page in pages(site):
        text = path.read_text(encoding="utf-8")
        assert page.tags.count("script") == (1 if path.name == "requirements.html" else 0), path
        assert not [name for name in page.attributes if name.startswith("on")], path
        for forbidden in ("\x1b", "\u202e", "<script>alert", "##[error]"):
            assert forbidden not in text, path
    badge = next((site / "badges").glob("e-script*.svg"))
    ElementTree.fromstring(badge.read_text())


def test_the_latest_whole_run_counts_and_a_later_cut_one_is_named(site: Path) -> None:
    text = words(site, "implementation/careless.html")
    assert "A later run of 3 January 2026, 03:04 UTC is not a whole one" in text
    assert "Careless 2" in text
    assert "0 % 0 of 1" in text, "SHOULD"


def test_a_requirement_says_who_keeps_it_and_since_when_and_how_they_differ(site: Path) -> None:
    text = words(site, f"requirement/{LOST}.html")
    assert "Careless 2 ✗ fail 2 January 2026, 03:04 UTC 2 January 2026, 03:04 UTC 1 January 2026, 03:04 UTC" in text
    assert "Careful 1 ✓ pass 1 January 2026, 03:04 UTC never 1 January 2026" in text
    assert "Expected expected lost Actual actual lost" in text


def test_any_two_are_compared_with_what_keeps_them_apart_said_first(site: Path) -> None:
    text = words(site, "compare/careful--careless.html")
    assert "Only Careful keeps (2)" in text
    assert "Only Careless keeps (0)" in text
    assert "Both keep 1 requirement" in text
    assert "different" not in text
    other = next((site / "compare").glob("careful--e-*.html"))
    assert "Only Careful keeps (3)" in words(site, f"compare/{other.name}")


def test_changes_are_told_with_their_time_and_what_else_changed(site: Path) -> None:
    text = words(site, "changes.html")
    assert text.index("Careless 3 January 2026") < text.index("Careless 2 January 2026")
    assert "Changed beside that: version 1 → 2" in text
    assert "was pass, is fail" in text


def test_a_feed_tells_the_same_with_ids_that_stay(site: Path) -> None:
    feed = ElementTree.fromstring((site / "feed.xml").read_text(encoding="utf-8"))
    entries = feed.findall(f"{ATOM}entry")
    assert [each.findtext(f"{ATOM}title") for each in entries] == ["Careless: 2 worse", "Careless: 2 worse"]
    ids = [each.findtext(f"{ATOM}id") or "" for each in (feed, *entries)]
    assert all(re.match(r"urn:graph-contracts:", each) for each in ids)
    assert len(set(ids)) == len(ids)


def test_data_can_be_taken_away(site: Path) -> None:
    rows = list(csv.DictReader(StringIO((site / "verdicts.csv").read_text(encoding="utf-8"))))
    (lost,) = [each for each in rows if each["implementation"] == "Careless" and each["requirement"] == LOST]
    assert (lost["verdict"], lost["version"], lost["since"]) == ("fail", "2", "2026-01-02T03:04:05+00:00")
    told = json.loads((site / "verdicts.json").read_text(encoding="utf-8"))
    careless = next(each for each in told["implementations"] if each["name"] == "Careless")
    assert careless["MUST"] == {"held": 1, "broken": 1, "untested": 0}
    assert (careless["runs"], careless["whole"]) == (3, True)
    assert not [each for each in rows if each["implementation"].startswith(("=", "+", "-", "@"))]


def test_badges_say_how_much_holds(site: Path) -> None:
    def badge(name: str) -> dict[str, object]:
        told: dict[str, object] = json.loads((site / "badges" / f"{name}.json").read_text())
        return told

    assert badge("careful")["message"] == "2 of 2 MUST hold"
    assert badge("careless")["message"] == "1 of 2 MUST hold"
    assert badge("careless/conc") == {
        "schemaVersion": 1,
        "label": "Concurrency",
        "message": "0 of 1 MUST hold",
        "color": "b3261e",
        "isError": True,
    }


def test_a_second_build_writes_nothing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["site", "-o", str(site)]) == 0
    assert " 0 written, 0 removed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["../../up", "a/b", "", ".hidden", "con\x00", "x-1", "a" * 300, EVIL])
def test_an_id_never_leads_a_file_out_of_its_folder(name: str) -> None:
    assert re.fullmatch(r"x-[0-9a-f]{16}", file_name(name))
    assert file_name("update.merge.siblings") == "update.merge.siblings"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing"], 2, "say whose run it is"),
        (["a=nowhere"], 2, "nowhere: No such file or directory. Name a results.json or a report folder"),
        ([], 3, "no run is there to show"),
        (["a=.", "--implementations", "none.toml"], 2, "none.toml"),
    ],
)
def test_what_cannot_be_shown_ends_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert cli.main(["site", "-o", str(tmp_path / "www"), *words]) == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "www" / "index.html").exists()


def test_a_defect_of_the_suite_is_counted_against_it(tmp_path: Path) -> None:
    path = written(tmp_path / "run", 1, row(HELD, "error"), row(LOST, "pass"))
    assert cli.main(["site", "-o", str(tmp_path / "www"), f"a={path}"]) == 0
    assert "1 defect of the suite" in words(tmp_path / "www", "index.html")
    assert "50 % 1 of 2, 1 untested" in words(tmp_path / "www", "index.html")
    assert run(row(HELD, "error")).requirements[0].verdict is Verdict.ERROR
