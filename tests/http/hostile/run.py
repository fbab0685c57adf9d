"""A whole run against a hostile peer, in a process of its own whose time, memory and output are measured."""

from __future__ import annotations

import json
import os
import resource
import ssl
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.http.hostile.behaviours import Behaviour
from tests.http.hostile.peer import Peer
from tests.support.forked import FORKED

ROOT = Path(__file__).parents[3]
CANARY = "c4n4ry/T0ken+51f8e0-zz"
DEADLINE = 8.0
PATIENCE = 300.0
"""Seconds after which a run that ought to have ended is ended, and has failed: other work may slow it down."""
SELECTED = (
    "update.status.*",
    "update.resp.*",
    "update.body.*",
    "update.merge.siblings",
    "update.persist.read",
    "update.type.*",
    "update.error.envelope",
    "update.error.noleak",
    "update.throttle.*",
    "update.auth.challenge",
)
MEMORY = 2 * 1024**3
"""Octets of addresses that a run may take: the process is ended before the machine is."""


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int | None
    """None where it had to be ended."""
    seconds: float
    busy: float
    """Seconds of processor time."""
    megabytes: float
    out: str
    err: str
    folder: Path
    contacted: bool
    """Whether the other origin was contacted."""
    asked: int


def run(behaviour: Behaviour, folder: Path, certificates: Certificates) -> Ended:
    """Run the contract against a peer."""
    peer = Peer(behaviour.act, behaviour.when, certificates.context(behaviour.tls), behaviour.greeting)
    with peer.serving() as url:
        target = url if not behaviour.scheme else f"{behaviour.scheme}{url[url.index(':') :]}"
        arguments = [
            *("run", "--openapi", str(ROOT / "openapi.yaml"), "--target", target, "--report", str(folder / "reports")),
            *("--auth", "any-token", "--timeout", "0.7", "--connect-timeout", "0.7", "--settle", "0.1"),
            *("--deadline", str(DEADLINE), "--retries", "1", "--max-examples", "3"),
            *("--ca", str(certificates.authority)),
            *(word for glob in SELECTED for word in ("--select", glob)),
        ]
        process = FORKED.Process(target=_child, args=(arguments, str(folder)))
        started = time.monotonic()
        process.start()
        process.join(PATIENCE)
        seconds = time.monotonic() - started
        if process.is_alive():
            process.kill()
            process.join()
        contacted = peer.elsewhere.contacted()
    told = json.loads((folder / "told.json").read_text()) if (folder / "told.json").exists() else {}
    out, err = ((folder / name).read_text("utf-8", "backslashreplace") for name in ("out", "err"))
    return Ended(
        told.get("code"),
        seconds,
        told.get("busy", 0.0),
        told.get("megabytes", 0.0),
        out,
        err,
        folder / "reports",
        contacted,
        peer.asked,
    )


def _child(arguments: list[str], folder: str) -> None:
    place = Path(folder)
    for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
        descriptor = os.open(place / name, os.O_WRONLY | os.O_CREAT)
        os.dup2(descriptor, stream.fileno())
    os.chdir(place)
    for name in [name for name in os.environ if name.startswith(("GRAPH_CONTRACTS_", "PYTEST_"))]:
        del os.environ[name]
    os.environ["GRAPH_CONTRACTS_TOKEN"] = CANARY
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from graph_contracts.cli import main  # noqa: PLC0415 (there already: imported before the fork)

    code = main(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"code": code, "megabytes": used.ru_maxrss / 1024, "busy": used.ru_utime + used.ru_stime}
    (place / "told.json").write_text(json.dumps(told))


class Certificates:
    """An authority that runs trust, and what it has issued."""

    def __init__(self, folder: Path) -> None:
        import trustme  # noqa: PLC0415 (takes a moment)

        authority = trustme.CA()
        self.authority = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        past = datetime.now(UTC) - timedelta(days=1)
        self.issued: Mapping[str, Any] = {
            "sound": authority.issue_cert("localhost"),
            "expired": authority.issue_cert("localhost", not_before=past - timedelta(days=9), not_after=past),
            "self-signed": trustme.CA().issue_cert("localhost"),
            "wrong-name": authority.issue_cert("elsewhere.example"),
        }

    def context(self, name: str) -> ssl.SSLContext | None:
        """The server's side of TLS with one of the certificates; None for none."""
        if not name:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.issued[name].configure_cert(context)
        return context
