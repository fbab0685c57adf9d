"""How much a run costs beyond its exchanges: `python -m tests.benchmarks.replay`.

Times a whole default run in a process of its own, then a bare `http.client` that sends the same requests over one kept
connection, and the imports alone, and prints the ratio. A benchmark, not a test: machines differ.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from contracts.reference.server import start

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
IMPORTS = "import contracts.plugin.run, contracts.cases; contracts.cases.load(); import schemathesis, hypothesis"
TRIES = 3


def timed(command: list[str], cwd: str) -> float:
    """Seconds that a command takes."""
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def replay(entries: list[dict[str, object]]) -> float:
    """Seconds that a bare client needs for the same requests; those that break off on purpose are left out."""
    with start(DOCUMENT) as server:
        parts = urlsplit(server.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        started = time.perf_counter()
        for entry in entries:
            request: dict[str, object] = entry["request"]  # type: ignore[assignment]
            text = request.get("postData", {}).get("text", "")  # type: ignore[attr-defined]
            url = urlsplit(str(request["url"]))
            headers = {"Authorization": f"Bearer {server.tokens.full}", "Content-Type": "application/json"}
            try:
                target = url.path + (f"?{url.query}" if url.query else "")
                connection.request(str(request["method"]), target, text.encode("utf-8", "surrogatepass"), headers)
                connection.getresponse().read()
            except (http.client.HTTPException, OSError):
                connection.close()
        return time.perf_counter() - started


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "contracts", "run", "--openapi", str(DOCUMENT)]
        whole = min(timed(run, folder) for _ in range(TRIES))
        entries = json.loads((Path(folder) / "reports" / "evidence.har").read_text())["log"]["entries"]
        imports = min(timed([sys.executable, "-c", IMPORTS], folder) for _ in range(TRIES))
        bare = min(replay(entries) for _ in range(TRIES))
    print(f"run {whole:.2f} s, imports {imports:.2f} s, bare replay of {len(entries)} exchanges {bare:.2f} s")
    print(f"run / (replay + imports) = {whole / (bare + imports):.2f}")


if __name__ == "__main__":
    main()
