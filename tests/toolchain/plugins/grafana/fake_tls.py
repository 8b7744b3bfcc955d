"""Certificates for a fake Grafana over TLS."""

import ssl
import subprocess
from pathlib import Path

Pair = tuple[Path, Path]
"""Certificate and key."""


def self_signed(folder: Path) -> Pair:
    """A self-signed certificate of 127.0.0.1 and its key, in files."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=grafana", "-addext", "subjectAltName=IP:127.0.0.1", "-out", str(cert), "-keyout", str(key)]
    subprocess.run([*made, *named], check=True, capture_output=True)
    return cert, key


def serving(pair: Pair, *, demands: bool) -> ssl.SSLContext:
    """A server with that certificate; where it `demands`, its clients have to show it too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    if demands:
        context.load_verify_locations(pair[0])
        context.verify_mode = ssl.CERT_REQUIRED
    return context
