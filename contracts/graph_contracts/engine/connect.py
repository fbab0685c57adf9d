"""From settings to what a run reaches and authenticates to its target with."""

from __future__ import annotations

import ssl
from urllib.parse import unquote, urlsplit

from graph_contracts.errors import ConfigurationError
from graph_contracts.http import credentials
from graph_contracts.http.connection import Connection
from graph_contracts.http.credentials import Credential
from graph_contracts.http.redact import Redactor
from graph_contracts.settings import Settings, base_url


def chosen(settings: Settings, redactor: Redactor) -> Credential:
    """The credentials that the settings name, else those in the target's URL, else none.

    Raises:
        ConfigurationError: what they need isn't there.
    """
    target = settings.target or ""
    userinfo = unquote(urlsplit(target).netloc.rpartition("@")[0])
    if settings.token:
        return credentials.Token(settings.token.get_secret_value())
    if settings.token_command:
        return credentials.command(settings.token_command.get_secret_value(), redactor)
    if settings.entra:
        parts = urlsplit(base_url.without_userinfo(target))
        return credentials.entra(settings.entra_scope or f"{parts.scheme}://{parts.netloc}/.default", redactor)
    if settings.basic:
        return credentials.basic(settings.basic.get_secret_value())
    if settings.credential:
        name, value = settings.credential_pair()
        return (credentials.QueryKey if settings.credential_in_query else credentials.Fixed)(name, value)
    return credentials.basic(userinfo) if ":" in userinfo else Credential()


def check_files(connection: Connection) -> None:
    """Find out now whether certificates can be read, for on a connection it would look like the target's failure.

    Raises:
        ConfigurationError: a file holds no certificate or key that can be used.
    """
    if isinstance(connection.verify, str):
        try:
            ssl.create_default_context(cafile=connection.verify)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(f"--ca: {connection.verify} holds no certificate in PEM") from error
    if connection.cert:
        files = [connection.cert] if isinstance(connection.cert, str) else list(connection.cert)

        def no_password() -> str:
            raise ValueError("encrypted")

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(
                files[0], files[1] if files[1:] else None, password=no_password
            )
        except ValueError as error:
            raise ConfigurationError("--client-cert: the key is encrypted", "Give it without a password") from error
        except (OSError, ssl.SSLError) as error:
            hint = "Both in PEM; a key in another file is named with --client-key"
            raise ConfigurationError(f"--client-cert: {files[0]} and its key can't be used", hint) from error
