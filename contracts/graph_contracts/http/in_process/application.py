"""Which of the two interfaces an application has."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from graph_contracts.errors import ConfigurationError

ORIGIN = "http://testserver"
"""Where an application is taken to be: the name that frameworks let their own test clients use."""
NO_CONNECTION = "it is about octets on a connection, and the target is an application in this process"


@dataclass(frozen=True)
class Application:
    """An application that is called for each request."""

    call: Callable[..., Any]
    is_async: bool
    """Whether it is an ASGI application; else a WSGI one."""


def application(target: object) -> Application:
    """The application that an object is.

    Raises:
        ConfigurationError: it is none.
    """
    plain = target.func if isinstance(target, partial) else target
    if not callable(target) or inspect.isclass(plain):
        what = f"neither a URL nor an application, but of type {type(target).__name__}"
        hint = "Give a base URL, or an ASGI or WSGI application"
        raise ConfigurationError(f"target: {what}", hint)
    called = plain if inspect.isroutine(plain) else type(plain).__call__
    return Application(target, inspect.iscoroutinefunction(called))
