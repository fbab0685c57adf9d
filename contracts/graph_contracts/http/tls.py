"""How TLS to a target is set up."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

from graph_contracts.http.connection import Connection


def context(connection: Connection) -> ssl.SSLContext | None:
    """What trusts the target and shows the client's certificate; None where the target is reached without TLS."""
    if urlsplit(connection.base).scheme != "https":
        return None
    verify = connection.verify
    made = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    cert = connection.cert
    if cert:
        made.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
    if verify is False:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
