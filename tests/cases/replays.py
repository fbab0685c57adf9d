"""Whether what a failure's replay does shows the same wrong thing again, on a fresh server with the same fault.

A replay is run as a person would run it: bash reads the lines that the report prints. What counts is a feature of an
answer (its status, a header field, a value in its body) that was recorded with the failure, that the faulty server
shows again, and that a server without the fault doesn't show.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from graph_contracts.engine.session import Session
from graph_contracts.http import raw, replay
from graph_contracts.http.exchange import Exchange, Response
from graph_contracts.json_types import Json
from graph_contracts.reference.behaviours import Behaviour
from graph_contracts.reference.server import Started
from tests.cases import sheet
from tests.support.forked import reference

MOVING = frozenset({"date", "content-length", "connection", "keep-alive", "transfer-encoding", "server"})
"""Header fields that say nothing of a fault: they differ from one server or one client to the next."""
VARYING = (
    (re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"), "<guid>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r'(W/)?"[^"\s]{6,}"'), '"<tag>"'),
    (re.compile(r"\b[0-9a-f]{12,}\b"), "<hex>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<host>"),
)
"""What is another value each time."""
PATIENCE = 300.0
Features = Mapping[str, str]


@dataclass(frozen=True)
class Replay:
    """How a report says that a failure can be seen again, and what was answered when it was seen."""

    requirement: str
    message: str
    script: str
    recorded: tuple[Features, ...]
    """What each of its requests was answered."""
    sent: tuple[tuple[str, Features], ...]
    """Where each of them went, the values that it sent, and the id that its path ends with."""
    expected: Features
    """What the value must be that the failure is about."""
    url: str
    """The server that it was seen on."""


@dataclass
class Replays:
    """Collects the replays of a row's failures."""

    found: list[Replay]

    def __call__(self, session: Session) -> None:
        """Take one of each requirement that failed or warned."""
        for each in session.tally.judgements:
            if (
                each.verdict == "fail"
                and each.replay
                and each.requirement not in {one.requirement for one in self.found}
            ):
                exchanges = [step for step in each.replay if isinstance(step, Exchange)]
                script = replay.script(each.replay, session.redactor)
                recorded = tuple(_recorded(exchange) for exchange in exchanges)
                sent = tuple(_sent(exchange) for exchange in exchanges)
                about = each.mismatch
                expected = {f".{about.path}": json.dumps(about.expected)} if about else {}
                self.found.append(
                    Replay(each.requirement, each.message, script, recorded, sent, expected, session.client.base)
                )


def of_updates(behaviour: Behaviour, *, brief: bool) -> list[Replay]:
    """The replays of what a fault fails in updates."""
    found = Replays([])
    sheet.update_row(behaviour, brief=brief, look=found)
    return found.found


def of_the_shelf(behaviour: Behaviour, *, brief: bool) -> list[Replay]:
    """The replays of what a fault fails on the shelf."""
    found = Replays([])
    sheet.shelf_row(behaviour, brief=brief, look=found)
    return found.found


def lost(found: Sequence[Replay], behaviour: Behaviour, document: Path, folder: Path) -> dict[str, str]:
    """The requirements whose failure a replay doesn't show, each with the replay and why."""
    return {
        each.requirement: f"{why}\n{each.message}\n{each.script}"
        for number, each in enumerate(found)
        if (why := _unlike(each, behaviour, document, folder / str(number)))
    }


def _unlike(found: Replay, behaviour: Behaviour, document: Path, folder: Path) -> str:
    """Why a replay doesn't show its failure; empty where it does."""
    with reference(document, faults=[behaviour.name]) as server:
        faulty = play(found, server, folder / "faulty")
    if len(faulty) != len(found.recorded):
        return f"{len(found.recorded)} requests were recorded, {len(faulty)} answers came"
    before, now = found.recorded[-1].get("status"), faulty[-1].get("status")
    if before != now:
        return f"the last request was answered {before}, and now {now}"
    with reference(document) as server:
        sound = play(found, server, folder / "sound")
    all_answers = (_related(answers, found) for answers in (found.recorded, faulty, sound))
    for recorded, again, right in zip(*all_answers, strict=True):
        names = {*recorded, *again, *right}
        if any(recorded.get(name) == again.get(name) != right.get(name) for name in names):
            return ""
    return f"a server without the fault answers the same: {_brief(faulty)}"


def _related(answers: Sequence[Features], replay: Replay) -> list[Features]:
    """The answers, each with the first that shows the same id, and whether it shows what was sent and is expected."""
    ids = [each.get(".id") for each in answers]
    found: list[Features] = []
    sent: dict[str, dict[str, str]] = {}
    for each, (url, body) in zip(answers, replay.sent, strict=True):
        last = sent.setdefault(url, {})
        last |= body
        as_sent = {f"{name} as sent": str(each[name] == last[name]) for name in each if name in last}
        values = {*each.values()}
        shows = {
            f"shows {name} of {n}": str(value in values)
            for n, (_, body) in enumerate(replay.sent)
            for name, value in body.items()
        }
        right = {f"{name} as expected": str(each.get(name) == value) for name, value in replay.expected.items()}
        found.append(
            {**each, **as_sent, **shows, **right, "id as in": str(ids.index(each[".id"]) if ".id" in each else "")}
        )
    return found


def _brief(answers: Sequence[Features]) -> str:
    return ", ".join(answer.get("status", "") for answer in answers)


def play(found: Replay, server: Started, folder: Path) -> list[Features]:
    """Do what a replay says, at another server; what each request was answered."""
    folder.mkdir(parents=True)
    here, there = urlsplit(server.url), urlsplit(found.url)
    lines = found.script.replace(there.netloc, here.netloc).replace(f"/{there.port}\n", f"/{here.port}\n")
    lines = re.sub(rf"(/dev/tcp/[^/]+)/{there.port}", rf"\1/{here.port}", lines)
    script, count = [], 0
    for line in lines.splitlines():
        if not re.match(r"(\w+=\$\()?(curl|\{|for) ", line):
            script.append(line)
            continue
        background = line.endswith(" &")
        script.append(f"{{ {line.removesuffix(' &')}\n}} >>{count}.out 2>>{count}.err{' &' if background else ''}")
        count += 1
    tokens = server.tokens
    environment = {
        "PATH": os.environ["PATH"],
        "TOKEN": tokens.full,
        "FORBIDDEN_TOKEN": tokens.forbidden,
        "PERSONAL_TOKEN": tokens.personal,
        "EXPIRED_TOKEN": tokens.expired,
        "FOREIGN_TOKEN": tokens.foreign,
    }
    (folder / "replay.sh").write_text("\n".join([*script, ""]))
    subprocess.run(
        ["bash", "replay.sh"], cwd=folder, env=environment, timeout=PATIENCE, check=False, capture_output=True
    )
    # what is searched for a value is printed on stderr alone
    printed = [(folder / f"{n}.out").read_bytes() or (folder / f"{n}.err").read_bytes() for n in range(count)]
    return [_printed(octets) for octets in printed]


def _printed(octets: bytes) -> Features:
    """What an answer shows that `curl -i` printed."""
    while octets:
        head, _, body = octets.partition(b"\r\n\r\n")
        first, *fields = raw.UNFOLDED.split(head.decode("latin-1"))
        status = re.fullmatch(r"HTTP/[\d.]+ (\d{3})( .*)?", first)
        if not status:
            break
        if status[1].startswith("1"):
            octets = body
            continue
        headers = [(name, value.strip()) for name, _, value in (field.partition(":") for field in fields)]
        return dict(_features(int(status[1]), headers, body))
    return {"status": "none"}


def _recorded(exchange: Exchange) -> Features:
    """What the answer of an exchange showed."""
    response: Response | None = exchange.response
    if response is None:
        return {"status": "none"}
    return dict(_features(response.status, response.headers, response.body))


def _sent(exchange: Exchange) -> tuple[str, Features]:
    """Where a request went, the values in its body, and the id that it names."""
    request = exchange.request
    try:
        values = dict(_values("", json.loads(request.body)))
    except (ValueError, RecursionError):
        values = {}
    named = request.url.partition("?")[0].rpartition("/")[2]
    own = {".id": json.dumps(named)} if exchange.entity and request.method != "POST" else {}
    return request.url, {**values, **own}


def _features(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> Iterator[tuple[str, str]]:
    yield "status", str(status)
    lengths = {value for name, value in headers if name.lower() == "content-length"}
    yield "lengths", str(len(lengths))
    length = next(iter(lengths), "")
    yield "cut short", str(length.isdigit() and len(body) < int(length))
    for name, value in _shown(headers, body):
        yield name, value
        yield f"{name}, but for what varies", _steady(value)


def _shown(headers: Sequence[tuple[str, str]], body: bytes) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if name.lower() not in MOVING:
            yield f"header {name.lower()}", value
    yield "first octet", body[:1].hex()  # a mark of the byte order is no part of the value
    try:
        yield from _values("", json.loads(body))
    except (ValueError, RecursionError):
        yield "body", body.decode("latin-1")


def _values(path: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield f"{path} members", " ".join(sorted(value))
        for name, member in value.items():
            yield from _values(f"{path}.{name}", member)
    elif isinstance(value, list):
        yield f"{path} items", str(len(value))
        for number, item in enumerate(value):
            if isinstance(item, dict):
                unset = " ".join(sorted(name for name in item if item[name] is None))
                yield f"{path} holds an item without {unset}", "True"
            yield from _values(f"{path}[{number}]", item)
    else:
        yield path, json.dumps(value)
        yield f"{path} type", type(value).__name__


def _steady(text: str) -> str:
    for pattern, name in VARYING:
        text = pattern.sub(name, text)
    return text
