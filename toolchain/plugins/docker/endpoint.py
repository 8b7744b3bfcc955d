"""Which daemon the provider configuration names, and with what TLS material."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolchain.plugins.framework import ProviderError


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where the daemon listens. The three texts are PEM; all None means no TLS."""

    host: str
    ssh_options: tuple[str, ...] = ()
    ca: str | None = field(default=None, repr=False)
    cert: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)

    @property
    def by_ssh(self) -> bool:
        """Reached through ``ssh … docker system dial-stdio``."""
        return self.host.startswith("ssh://")


def resolve(settings: dict[str, Any]) -> Endpoint:
    """The endpoint; `context` goes before `host`. Raises ProviderError for what does not fit together."""
    host = _context_host(settings["context"]) if settings.get("context") else settings["host"]
    scheme = host.partition("://")[0]
    if scheme not in ("unix", "tcp", "http", "https", "ssh"):
        raise ProviderError(f"docker host {host!r} has an unknown scheme: use unix://, tcp:// or ssh://")
    if scheme == "ssh":
        return Endpoint(host=host, ssh_options=tuple(settings.get("sshOpts", [])))
    ca, cert, key = _tls(settings)
    return Endpoint(host=host, ca=ca, cert=cert, key=key)


def _tls(settings: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    ca, cert, key = (settings.get(f"{part}Material") for part in ("ca", "cert", "key"))
    path = settings.get("certPath")
    if (cert is None) != (key is None):
        raise ProviderError("docker certMaterial and keyMaterial belong together: give both or neither")
    if cert is not None and path:
        raise ProviderError(f"docker certPath={path!r} and certMaterial are both given: leave one out")
    if cert is None and path:
        return _pem(path, "ca"), _pem(path, "cert"), _pem(path, "key")
    return ca, cert, key


def _pem(folder: str, part: str) -> str:
    path = Path(folder) / f"{part}.pem"
    try:
        return path.read_text()
    except OSError as error:
        raise ProviderError(f"docker certPath: cannot read {path}: {error.strerror}") from error


def _context_host(name: str) -> str:
    """The endpoint of a context of the docker command line, from its own files."""
    for path in sorted((Path.home() / ".docker" / "contexts" / "meta").glob("*/meta.json")):
        try:
            meta = json.loads(path.read_text())
            if meta["Name"] == name:
                return str(meta["Endpoints"]["docker"]["Host"])
        except (OSError, ValueError, KeyError):
            continue
    raise ProviderError(f"docker context {name!r} not found: `docker context ls` lists those there are")
