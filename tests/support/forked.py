"""Processes forked from one that has imported everything, so that they begin in tens of milliseconds.

All tests of a process share one such parent, since multiprocessing has but one.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from graph_contracts import cli
from graph_contracts.contract import Contract
from graph_contracts.reference.server import Started
from graph_contracts.reference.serving import serve

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(
    [
        *(f"graph_contracts.commands.{name}" for name in cli.COMMANDS),
        *(
            "graph_contracts.engine.run",
            "graph_contracts.engine.recovery.recover",
            "graph_contracts.engine.dry_run",
            "graph_contracts.report.har",
            "graph_contracts.report.terminal",
            "graph_contracts.report.writer",
        ),
        *("graph_contracts.generation.documents", "schemathesis", "hypothesis.strategies", "pytest_html.plugin"),
        *(
            "graph_contracts.reference.serving",
            "graph_contracts.reference.faults",
            "graph_contracts.reference.variations",
        ),
        *("tests.endurance.witness", "tests.cases.sheet", __name__),
    ]
)
PATIENCE = 300.0
"""Seconds that a process gets which ought to end by itself: other work may slow it down."""


@contextmanager
def serving(serve: Callable[..., None], *arguments: Any, context: Any = FORKED) -> Iterator[Started]:
    """Run a server in a process of its own for as long as the context lasts.

    Args:
        serve: is given a connection to send its address through, and the arguments.
    """
    ours, its = context.Pipe()
    process = context.Process(target=serve, args=(its, *arguments), daemon=True)
    process.start()
    its.close()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()
        ours.close()


def reference(
    document: Path, *, faults: Sequence[str] = (), variations: Sequence[str] = (), **options: Any
) -> AbstractContextManager[Started]:
    """Run the reference in a process of its own; the options are those of `graph_contracts.reference.serving.serve`."""
    return serving(_serve, document, {"faults": faults, "variations": variations, **options})


def _serve(address: Connection, document: Path, options: Mapping[str, Any]) -> None:
    gc.freeze()  # the collector need not walk what the parent has imported
    serve(Contract.load(document), announce=address.send, **options)


def command(arguments: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> CompletedProcess[str]:
    """Run the command line to its end in a process of its own, with nothing on its standard input."""
    return program(cli.main, arguments, cwd, environ)


def program(
    main: Callable[[list[str]], int], arguments: Sequence[str], cwd: Path, environ: Mapping[str, str]
) -> CompletedProcess[str]:
    """The same of any program that a function is; its modules are found in the folder, too."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process = FORKED.Process(target=_program, args=(main, arguments, cwd, dict(environ), folder), daemon=True)
        process.start()
        process.join(PATIENCE)
        process.kill()
        process.join()
        # multiprocessing loses exit codes where threads wait for processes at the same time
        code = folder / "code"
        said = [(folder / stream).read_text(encoding="utf-8") for stream in ("out", "err")]
        assert code.exists(), f"{arguments} did not come to its end: {said}"
        return CompletedProcess(list(arguments), int(code.read_text()), *said)


def _program(
    main: Callable[[list[str]], int], arguments: Sequence[str], cwd: Path, environ: Mapping[str, str], folder: Path
) -> None:
    os.environ.clear()
    os.environ.update(environ)
    for descriptor, stream in enumerate((Path(os.devnull), folder / "out", folder / "err")):
        opened = os.open(stream, os.O_RDONLY if not descriptor else os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(cwd)
    sys.path.insert(0, str(cwd))
    code = int(main([*arguments]))
    sys.stdout.flush()
    sys.stderr.flush()
    (folder / "code").write_text(str(code))
    os._exit(code)  # as if by itself: threads that still wait are nobody's
