"""All that touches the ``docker`` package: connections, TLS, streams, and its exceptions as refusals."""

import functools
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from docker import APIClient
from docker.errors import APIError, DockerException, NotFound
from docker.tls import TLSConfig
from requests.exceptions import RequestException
from urllib3 import disable_warnings
from urllib3.exceptions import InsecureRequestWarning

from toolchain.plugins.docker.endpoint import Endpoint
from toolchain.plugins.docker.refusal import Missing, Refused, reason_of
from toolchain.plugins.docker.registry import Credentials
from toolchain.plugins.docker.ssh import ssh_client
from toolchain.plugins.framework import ProviderError


class _Client(APIClient):
    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        # requests would let REQUESTS_CA_BUNDLE, meant for web sites, go before the daemon's own authority.
        verify = self.verify if verify is None else verify
        return super().merge_environment_settings(url, proxies, stream, verify, cert)


def negotiate(endpoint: Endpoint, seconds: int) -> str:
    """The daemon's API version. Raises ProviderError, with the fix, when it does not answer."""
    try:
        _knock(endpoint, seconds)
        client = connect(endpoint, None, seconds)
    except (DockerException, RequestException, OSError) as error:
        raise ProviderError(
            f"failed to connect to docker daemon at {endpoint.host}: {reason_of(error)}; start it"
            " (`systemctl start docker`), or set docker:host (DOCKER_HOST) to a daemon that answers"
        ) from error
    version: str = client._version
    client.close()
    return version


def _knock(endpoint: Endpoint, seconds: int) -> None:
    """Raises OSError where nobody listens on a unix socket; the docker package would leave its own socket open."""
    scheme, _, path = endpoint.host.partition("://")
    if scheme == "unix":
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(seconds)
            probe.connect(path)


def connect(endpoint: Endpoint, version: str | None, seconds: int) -> Any:
    """A client; it asks the daemon for its version when `version` is None."""
    if endpoint.by_ssh:
        return ssh_client(endpoint, version, seconds)
    return _Client(endpoint.host, version=version or "auto", timeout=seconds, tls=_tls(endpoint))


def request(
    client: Any,
    doing: str,
    method: str,
    path: str,
    *,
    body: Any,
    query: dict[str, Any],
    seconds: float | None,
) -> Any:
    """One call; see `Daemon.call`."""
    sent = (
        {"data": body, "headers": {"Content-Type": "application/x-tar"}} if isinstance(body, bytes) else {"json": body}
    )
    with _refusals(doing):
        response = client.request(method, client._url(quote(path, safe="/:@")), params=query, timeout=seconds, **sent)
        client._raise_for_status(response)
        return response.json() if response.content else None


def logs(client: Any, doing: str, container: str, lines: int | None, *, follow: bool) -> str:
    """What a container wrote; see `Daemon.logs`."""
    with _refusals(doing):
        if follow:
            written = b"".join(client.logs(container, stream=True, follow=True))
        else:
            written = client.logs(container, tail="all" if lines is None else lines)
    return written.decode(errors="replace")


def pull(client: Any, doing: str, image: str, platform: str, credentials: Credentials | None) -> None:
    """Pulls an image to the end."""
    options = {"platform": platform} if platform else {}
    with _refusals(doing):
        for message in client.pull(image, stream=True, decode=True, auth_config=credentials, **options):
            if "error" in message:
                raise Refused(doing, message["error"])


@contextmanager
def _refusals(doing: str) -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        raise Missing(doing, _said(error)) from error
    except APIError as error:
        raise Refused(doing, _said(error)) from error
    except (DockerException, RequestException) as error:
        raise Refused(doing, reason_of(error)) from error


def _tls(endpoint: Endpoint) -> Any:
    if endpoint.ca is None and endpoint.cert is None:
        return False
    pair = (_in_memory(endpoint.cert), _in_memory(endpoint.key)) if endpoint.cert and endpoint.key else None
    if endpoint.ca is None:
        # The official plugin does not verify the daemon either when it has no CA, and says nothing of it.
        disable_warnings(InsecureRequestWarning)
        return TLSConfig(client_cert=pair, verify=False)
    return TLSConfig(client_cert=pair, ca_cert=_in_memory(endpoint.ca), verify=True)


@functools.cache
def _in_memory(pem: str) -> str:
    """A path to the text that never touches a disk, as a key must not; it lasts as long as the process."""
    file = os.memfd_create("docker-tls")
    os.write(file, pem.encode())
    return f"/proc/self/fd/{file}"


def _said(error: APIError) -> str:
    return str(error.explanation or error).strip()
