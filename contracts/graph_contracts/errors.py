"""The errors a user can cause or meet, one class a situation, each with the exit code it ends in.

Every class renders as one line: what is wrong, where, and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class ContractsError(Exception):
    """Base of all errors that end a command with one line on stderr.

    `what` names the thing and the place, `hint` the next step.
    """

    what: str
    hint: str = ""
    exit_code = 2

    def __str__(self) -> str:
        return f"{self.what}. {self.hint}" if self.hint else self.what


class ConfigurationError(ContractsError):
    """An option, environment variable or settings file can't be used."""


class PageError(ContractsError):
    """An API reference page can't be read."""


class MetadataError(ContractsError):
    """OData metadata can't be read."""


class DocumentError(ContractsError):
    """An OpenAPI document can't be read or says nothing that could be tested."""


class TargetError(ContractsError):
    """The target can't be judged: unreachable, or it refuses the credentials."""

    exit_code = 3


@dataclass
class UnknownObjectError(ContractsError):
    """Nothing says on which object, or below which parent, an operation is to be tested; the operator can."""

    exit_code = 3
    give: str = ""
    """The options that say it, as they are typed."""


@dataclass
class UnknownParentError(UnknownObjectError):
    """Nothing says below which object an operation is to be tested."""

    maker: str = ""
    """The creation by which a run makes such an object, where it was not to be sent."""


class BodyNotKeptError(TargetError):
    """A body is to be judged that was let go of, to make room for later ones."""


class NothingTestedError(ContractsError):
    """The selection of requirements left nothing to test."""

    exit_code = 3


class ResultsError(ContractsError):
    """What an earlier run or a recording left can't be read, or can't be used for what it was named for."""


class BaselineError(ContractsError):
    """A baseline of known failures can't be used."""


class LockError(ContractsError):
    """A lock file of requirements can't be used, or can't be written."""


def nearest(word: str, known: Iterable[str], least: float = 0) -> str:
    """The one of some names that a word was likely meant to be; empty where none is as like it as `least` (0 to 1)."""
    from difflib import get_close_matches  # noqa: PLC0415 (only who mistypes needs it)

    return next(iter(get_close_matches(word, [*known], 1, least)), "")
