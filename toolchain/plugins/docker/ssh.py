"""A daemon behind ssh, as the docker command line reaches it: each connection is ``ssh … docker system dial-stdio``."""

import socket
import subprocess
from typing import Any
from urllib.parse import urlsplit

from docker import APIClient
from docker.transport.unixconn import UnixHTTPAdapter, UnixHTTPConnection, UnixHTTPConnectionPool

from toolchain.plugins.docker.endpoint import Endpoint
from toolchain.plugins.framework import ProviderError

_OLDEST_API = "1.24"
"""Only to make a client that asks nobody; the daemon's own version takes its place."""


def command(endpoint: Endpoint) -> list[str]:
    """The argument vector that joins stdin and stdout to the daemon."""
    url = urlsplit(endpoint.host)
    if not url.hostname or url.path not in ("", "/") or url.password:
        raise ProviderError(f"docker host {endpoint.host!r}: expected ssh://[user@]host[:port] and nothing else")
    target = [
        *(["-l", url.username] if url.username else []),
        *(["-p", str(url.port)] if url.port else []),
    ]
    return ["ssh", *endpoint.ssh_options, *target, "--", url.hostname, "docker", "system", "dial-stdio"]


def ssh_client(endpoint: Endpoint, version: str | None, timeout: int) -> Any:
    """A client whose connections are ssh processes; they end with the connection, so also with this process."""
    client: Any = APIClient("unix:///unused", version=version or _OLDEST_API, timeout=timeout)
    client.mount("http+docker://", _Adapter(command(endpoint), timeout))
    if version is None:
        client._version = client._retrieve_server_version()
    return client


class _Connection(UnixHTTPConnection):
    def __init__(self, argv: list[str], base_url: str, timeout: int) -> None:
        super().__init__(base_url, "unused", timeout)
        self._argv = argv

    def connect(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._ssh = subprocess.Popen(
                self._argv, stdin=theirs.fileno(), stdout=theirs.fileno(), start_new_session=True
            )
        ours.settimeout(self.timeout)
        self.sock = ours


class _Pool(UnixHTTPConnectionPool):
    def __init__(self, argv: list[str], base_url: str, timeout: int) -> None:
        super().__init__(base_url, "unused", timeout=timeout)
        self._argv = argv
        self._seconds = timeout

    def _new_conn(self) -> Any:
        return _Connection(self._argv, self.base_url, self._seconds)


class _Adapter(UnixHTTPAdapter):
    def __init__(self, argv: list[str], timeout: int) -> None:
        super().__init__("http+unix:///unused", timeout)
        self._argv = argv

    def get_connection(self, url: Any, proxies: Any = None) -> _Pool:  # noqa: ARG002
        with self.pools.lock:
            pool: _Pool | None = self.pools.get(url)
            if pool is None:
                pool = _Pool(self._argv, url, self.timeout)
                self.pools[url] = pool
            return pool
