"""Certificates of a stack's parts for programs that run here."""

import ssl
from pathlib import Path

from tests.components.authority import Authority
from workloads.tls import TlsSettings


def own(folder: Path, files: dict[str, str]) -> TlsSettings:
    """The files of a part's certificate (`Authority.server_files`) in a folder, written anew where they are there."""
    for path, text in files.items():
        (folder / Path(path).name).write_text(text)
    return TlsSettings(
        authority_file=folder / "ca.crt", certificate_file=folder / "tls.crt", key_file=folder / "tls-key"
    )


def serving(folder: Path, authority: Authority) -> ssl.SSLContext:
    """The side of a server on 127.0.0.1 that lets in whoever has a certificate by the same authority."""
    folder.mkdir()
    files = own(folder, authority.server_files("127.0.0.1"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=files.authority_file)
    context.load_cert_chain(files.certificate_file, files.key_file)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
