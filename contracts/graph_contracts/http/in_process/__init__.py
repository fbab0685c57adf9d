"""A target that is an ASGI or WSGI application in this process: requests reach it as calls, without a socket."""

from graph_contracts.http.in_process.application import Application, application

__all__ = ["Application", "application"]
