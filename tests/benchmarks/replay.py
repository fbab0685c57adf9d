"""How much a run costs beyond its exchanges: `python -m tests.benchmarks.replay [TRIES]`.

Times a run in a process of its own, then a bare `http.client` that sends the same requests over one kept connection,
each against a reference in a process of its own, and prints the ratio: without generated requests and with them, for a
target that answers at once and for one that takes 5 ms. The least of several tries counts, in turns, since machines
are noisy. Runs find their modules compiled, as an installation has them. A benchmark, not a test: machines differ.
"""

from __future__ import annotations

import http.client
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graph_contracts.reference.server import Running, start
from tests.support import recorded

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
IMPORTS = (
    "import graph_contracts.engine.run, graph_contracts.cases; graph_contracts.cases.load();"
    " import schemathesis, hypothesis"
)
TRIES = 3


def timed(command: Sequence[str], cwd: str, bytecode: str) -> float:
    """Seconds that a command takes; `bytecode` is where compiled modules are kept, whatever this process is told."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONPYCACHEPREFIX"] = bytecode
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def compile_modules(bytecode: str) -> None:
    """Compile what a run imports."""
    with start(DOCUMENT) as server, tempfile.TemporaryDirectory() as folder:
        timed(command(server, "--max-examples", "1", "--select", "update.value.*"), folder, bytecode)


def command(server: Running, *options: str, document: Path = DOCUMENT) -> list[str]:
    """A run against a reference, with the tokens of all its identities."""
    tokens = server.tokens
    return [
        *(sys.executable, "-m", "graph_contracts", "run", "--openapi", str(document), "--target", server.url),
        *("--token", tokens.full, "--forbidden-token", tokens.forbidden, "--personal-token", tokens.personal),
        *("--expired-token", tokens.expired, "--foreign-token", tokens.foreign, *options),
    ]


def replay(server: Running, entries: Sequence[Mapping[str, Any]]) -> float:
    """Seconds that a bare client needs for the same requests; one that breaks off is answered all the same."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    started = time.perf_counter()
    for entry in entries:
        request = entry["request"]
        url = urlsplit(str(request["url"]))
        headers = {"Authorization": f"Bearer {server.tokens.full}", "Content-Type": "application/json"}
        text = str(request.get("postData", {}).get("text", ""))
        target = url.path + (f"?{url.query}" if url.query else "")
        try:
            connection.request(str(request["method"]), target, text.encode("utf-8", "surrogatepass"), headers)
            connection.getresponse().read()
        except (http.client.HTTPException, OSError):
            connection.close()
    return time.perf_counter() - started


def compared(variations: Sequence[str], options: Sequence[str], tries: int, bytecode: str) -> tuple[float, float, int]:
    """Seconds of a run, seconds of the bare replay of its exchanges, and how many those were."""
    whole = bare = float("inf")
    entries: list[Mapping[str, Any]] = []
    for _ in range(tries):
        with tempfile.TemporaryDirectory() as folder:
            with start(DOCUMENT, variations=variations) as server:
                whole = min(whole, timed(command(server, *options), folder, bytecode))
            entries = recorded.archive(Path(folder) / "reports")["entries"]
        with start(DOCUMENT, variations=variations) as server:
            bare = min(bare, replay(server, entries))
    return whole, bare, len(entries)


def processor(options: Sequence[str] = ()) -> float:
    """How many times the processor time of a bare replay a run of written cases takes, its start included."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as bytecode:
        compile_modules(bytecode)
        with start(DOCUMENT) as server:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            timed(command(server, "--max-examples", "0", *options), folder, bytecode)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        entries = recorded.archive(Path(folder) / "reports")["entries"]
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with start(DOCUMENT) as server:
        began = time.process_time()
        replay(server, entries)
        return whole / (time.process_time() - began)


def main(tries: str = str(TRIES)) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as bytecode:
        compile_modules(bytecode)
        imports = min(timed([sys.executable, "-c", IMPORTS], folder, bytecode) for _ in range(int(tries)))
        print(f"imports alone: {imports:.2f} s")
        for answers, variations in (("at once", ()), ("after 5 ms", ("slow-answers",))):
            for what, options in (("written cases", ("--max-examples", "0")), ("with generated", ())):
                whole, bare, count = compared(variations, options, int(tries), bytecode)
                beyond = (whole - imports) / bare
                print(
                    f"answers {answers}, {what}: run {whole:.2f} s, replay of {count} exchanges {bare:.2f} s,"
                    f" ratio {whole / bare:.2f}, without imports {beyond:.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main(*sys.argv[1:])
