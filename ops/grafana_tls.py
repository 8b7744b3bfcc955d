"""Whom the command line trusts to be the firm's Grafana: whom the provider trusts."""

import os
import ssl

from ops.errors import OpsError
from toolchain.plugins.grafana.trust import tls_context

_CA_CERT, _TLS_CERT, _TLS_KEY = "GRAFANA_CA_CERT", "GRAFANA_TLS_CERT", "GRAFANA_TLS_KEY"


def context() -> ssl.SSLContext:
    """The system's authorities, and what the provider's environment variables add. Raises OpsError: it is unusable."""
    ca_cert, tls_cert, tls_key = (os.environ.get(name, "") for name in (_CA_CERT, _TLS_CERT, _TLS_KEY))
    try:
        return tls_context(ca_cert=ca_cert, tls_cert=tls_cert, tls_key=tls_key)
    except (ssl.SSLError, OSError) as error:
        raise OpsError(
            f"{_CA_CERT}, {_TLS_CERT} or {_TLS_KEY} cannot be used ({error}): each is a PEM text or the path of a file"
        ) from None
