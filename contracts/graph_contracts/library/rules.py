"""Rules of a team's own, judged and reported beside the requirements of the suite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol

from graph_contracts import cases
from graph_contracts.contract import Operation, OperationKind
from graph_contracts.errors import ConfigurationError
from graph_contracts.http.exchange import Exchange
from graph_contracts.requirements import Each, Findings, Level, also, known
from graph_contracts.requirements import requirement as tie

NAME = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9]+)+")
KINDS = tuple(str(kind) for kind in OperationKind)


class TestedOperation(Protocol):
    """An operation on the target, as a rule is given it."""

    documented: Operation
    """The operation as the document has it: its `method`, `path` and `id`."""
    key: str | None
    """The id of the object that is worked on."""

    def ask(self) -> Exchange:
        """Send the documented request, fit to be performed."""

    def demand(self) -> Exchange:
        """The same; the rule ends as inconclusive where the answer is no success."""


Rule = Callable[[TestedOperation], Findings | None] | Callable[[TestedOperation, Exchange], Findings | None]


def requirement(
    name: str,
    level: Level | str = Level.MUST,
    *,
    source: str,
    kinds: Iterable[str] = KINDS,
    each: Each | None = None,
) -> Callable[[Rule], Callable[..., None]]:
    """Make a function a rule of your own, which each run judges from then on.

    The function is given the operation, and with `each` also an exchange. It yields a `Finding` for each thing that is
    wrong, and raises `Inconclusive` or `NotApplicable` where it can't judge. Its docstring is the rule as reports show
    it: the statement, then paragraphs that begin with `Sent:` and `Fix:`.

    Args:
        name: the rule's name, as in `acme.correlation`. Its id is that behind the kind of operation:
            `update.acme.correlation`.
        level: MUST fails a run, SHOULD warns, INFO notes.
        source: where the rule is written down.
        kinds: the kinds of operations that it is about: `update`, `read`, `list`, `create`, `delete`.
        each: says of an operation and an exchange of the run whether the rule is about it. The function then judges one
            exchange at a time and should send nothing.

    Raises:
        ConfigurationError: the name or a kind can't be used, the level isn't known, or the function has no docstring.
    """
    wanted = tuple(kinds)
    cases.load()
    _check(name, str(level), wanted)

    def decorate(function: Rule) -> Callable[..., None]:
        if not function.__doc__:
            raise ConfigurationError(f"{name}: the function has no docstring", "Say there what a server must do")
        statement = " ".join(function.__doc__.split("\n\n")[0].split())
        first, *others = (f"{kind}.{name}" for kind in wanted)
        case: object = function
        for other in reversed(others):
            case = also(other, statement)(case)  # type: ignore[arg-type]  # what `also` returns it takes again
        made = tie(first, Level(level), basis="operator", source=source, each=each)(case)  # type: ignore[arg-type]
        cases.load()  # puts what was declared into its order
        return made

    return decorate


def _check(name: str, level: str, kinds: tuple[str, ...]) -> None:
    if not NAME.fullmatch(name) or name.split(".", maxsplit=1)[0] in KINDS:
        raise ConfigurationError(f"{name!r} is no name of a rule", "Take two words or more with dots: acme.correlation")
    if level not in {str(each) for each in Level}:
        raise ConfigurationError(f"{name}: {level!r} is no level", "Take MUST, SHOULD or INFO")
    for kind in kinds:
        if kind not in KINDS:
            raise ConfigurationError(f"{name}: {kind!r} is no kind of operation", f"Take some of {', '.join(KINDS)}")
        if known(f"{kind}.{name}"):
            raise ConfigurationError(f"{name}: there is a requirement {kind}.{name} already", "Take another name")
    if not kinds:
        raise ConfigurationError(f"{name}: is about no kind of operation", f"Take some of {', '.join(KINDS)}")
