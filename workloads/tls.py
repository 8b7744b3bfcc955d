"""Who a program is to servers that let in none but parts of the stack: its certificate, renewed at any time."""

import ssl
from pathlib import Path

from workloads.config import Settings


class TlsSettings(Settings):
    """Files of a part's own certificate."""

    authority_file: Path
    """Certificate of the authority that the servers' must be by."""
    certificate_file: Path
    """What the program shows."""
    key_file: Path
    """The key that goes with it."""


class ClientTls:
    """TLS 1.3 to servers of the stack. Raises OSError where a file cannot be read or is no certificate."""

    def __init__(self, settings: TlsSettings) -> None:
        self._settings = settings
        self._context = ssl.create_default_context(cafile=settings.authority_file)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._loaded_ns = 0

    def context(self) -> ssl.SSLContext:
        """Return the context, always the same one, whose next connection shows the certificate that is there now."""
        written_ns = self._settings.certificate_file.stat().st_mtime_ns
        if written_ns != self._loaded_ns:
            self._context.load_cert_chain(self._settings.certificate_file, self._settings.key_file)
            self._loaded_ns = written_ns
        return self._context
