"""A daemon behind ssh, as the docker command line reaches it: each connection is ``ssh … docker system dial-stdio``."""

import os
import shlex
import socket
import subprocess
from typing import Any
from urllib.parse import urlsplit

from docker import APIClient
from docker.errors import DockerException
from docker.transport.unixconn import UnixHTTPAdapter, UnixHTTPConnection, UnixHTTPConnectionPool

from toolchain.plugins.docker.endpoint import Endpoint
from toolchain.plugins.docker.refusal import reason_of
from toolchain.plugins.framework import ProviderError

_OLDEST_API = "1.24"
"""Only to make a client that asks nobody; the daemon's own version takes its place."""
_MOST_SAID = 65536


def command(endpoint: Endpoint) -> list[str]:
    """The argument vector that joins stdin and stdout to the daemon."""
    url = urlsplit(endpoint.host)
    if not url.hostname or url.path not in ("", "/") or url.password:
        shown = endpoint.host.replace(f":{url.password}@", ":[secret]@")
        raise ProviderError(f"docker host {shown!r}: expected ssh://[user@]host[:port] and nothing else")
    target = [
        *(["-l", url.username] if url.username else []),
        *(["-p", str(url.port)] if url.port else []),
    ]
    return ["ssh", *endpoint.ssh_options, *target, "--", url.hostname, "docker", "system", "dial-stdio"]


def ssh_client(endpoint: Endpoint, version: str | None, timeout: int) -> Any:
    """A client whose connections are ssh processes; they end with the connection, so also with this process."""
    client: Any = APIClient("unix:///unused", version=version or _OLDEST_API, timeout=timeout)
    adapter = _Adapter(command(endpoint), timeout)
    client.mount("http+docker://", adapter)
    if version is None:
        client._version = _version(client, endpoint, adapter)
    return client


def _version(client: Any, endpoint: Endpoint, adapter: "_Adapter") -> str:
    try:
        version: str = client._retrieve_server_version()
    except DockerException as error:
        reason = adapter.said() or reason_of(error)
        client.close()
        by_hand = shlex.join(adapter.argv)
        raise ProviderError(
            f"failed to connect to docker daemon at {endpoint.host}: {reason}; try it by hand: {by_hand}"
        ) from error
    return version


class _Connection(UnixHTTPConnection):
    def __init__(self, argv: list[str], errors: int, base_url: str, timeout: int) -> None:
        super().__init__(base_url, "unused", timeout)
        self._argv = argv
        self._errors = errors
        self._ssh: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._ssh = subprocess.Popen(
                    self._argv,
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=self._errors,
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                raise
        ours.settimeout(self.timeout)
        self.sock = ours

    def close(self) -> None:
        super().close()
        ssh, self._ssh = self._ssh, None
        if ssh is not None:
            # Its input has ended, but a connection that hangs would not let it go.
            ssh.terminate()
            ssh.wait()


class _Pool(UnixHTTPConnectionPool):
    def __init__(self, argv: list[str], errors: int, base_url: str, timeout: int) -> None:
        super().__init__(base_url, "unused", timeout=timeout)
        self._argv = argv
        self._errors = errors
        self._seconds = timeout

    def _new_conn(self) -> Any:
        return _Connection(self._argv, self._errors, self.base_url, self._seconds)


class _Adapter(UnixHTTPAdapter):
    def __init__(self, argv: list[str], timeout: int) -> None:
        super().__init__("http+unix:///unused", timeout)
        self.argv = argv
        # A file takes what ssh writes without a reader, as a pipe would not.
        self._errors = os.fdopen(os.memfd_create("ssh-errors"), "rb")

    def said(self) -> str:
        """The last line that ssh wrote about itself, if any."""
        written = os.pread(self._errors.fileno(), _MOST_SAID, 0).decode(errors="replace").split("\n")
        return next((line.strip(". \r") for line in reversed(written) if line.strip()), "")

    def close(self) -> None:
        super().close()
        self._errors.close()

    def get_connection(self, url: Any, proxies: Any = None) -> _Pool:  # noqa: ARG002
        with self.pools.lock:
            pool: _Pool | None = self.pools.get(url)
            if pool is None:
                pool = _Pool(self.argv, self._errors.fileno(), url, self.timeout)
                self.pools[url] = pool
            return pool
