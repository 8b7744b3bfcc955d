"""Whom a client of Grafana trusts over TLS, and as whom it shows itself."""

import ssl
import tempfile
from pathlib import Path


def tls_context(*, ca_cert: str = "", tls_cert: str = "", tls_key: str = "") -> ssl.SSLContext:
    """The system's authorities and `ca_cert`, with a client certificate where it and its key are given.

    Each is a PEM text or the path of its file, empty where there is none.

    Raises:
        ssl.SSLError, OSError: one of them cannot be used.
    """
    context = ssl.create_default_context()
    if ca_cert:
        context.load_verify_locations(cadata=_text(ca_cert))
    if tls_cert and tls_key:
        with tempfile.TemporaryDirectory(prefix="pulumi-grafana-") as folder:
            both = Path(folder, "client.pem")
            both.touch(mode=0o600)
            both.write_text(f"{_text(tls_cert)}\n{_text(tls_key)}")
            context.load_cert_chain(both)
    return context


def _text(pem: str) -> str:
    return pem if "-----BEGIN" in pem else Path(pem).read_text()
