"""All that touches the ``docker`` package: connections, TLS, streams, and its exceptions as refusals."""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from docker import APIClient
from docker.errors import APIError, DockerException, NotFound
from docker.tls import TLSConfig
from requests.exceptions import RequestException

from toolchain.plugins.docker.endpoint import Endpoint
from toolchain.plugins.docker.refusal import Missing, Refused
from toolchain.plugins.docker.registry import Credentials
from toolchain.plugins.docker.ssh import ssh_client
from toolchain.plugins.framework import ProviderError


def negotiate(endpoint: Endpoint, seconds: int) -> str:
    """The daemon's API version. Raises ProviderError, with the fix, when it does not answer."""
    try:
        client = connect(endpoint, None, seconds)
    except (DockerException, RequestException, OSError) as error:
        raise ProviderError(
            f"failed to connect to docker daemon at {endpoint.host}: {_root(error)}; start it"
            " (`systemctl start docker`), or set docker:host (DOCKER_HOST) to a daemon that answers"
        ) from error
    version: str = client._version
    client.close()
    return version


def connect(endpoint: Endpoint, version: str | None, seconds: int) -> Any:
    """A client; it asks the daemon for its version when `version` is None."""
    if endpoint.by_ssh:
        return ssh_client(endpoint, version, seconds)
    return APIClient(endpoint.host, version=version or "auto", timeout=seconds, tls=_tls(endpoint))


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


def logs(client: Any, doing: str, container: str, lines: int | None) -> str:
    """What a container wrote; see `Daemon.logs`."""
    with _refusals(doing):
        if lines is not None:
            written: bytes = client.logs(container, tail=lines)
        else:
            written = b"".join(client.logs(container, stream=True, follow=True))
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
        raise Refused(doing, _root(error)) from error


def _tls(endpoint: Endpoint) -> Any:
    if endpoint.ca is None and endpoint.cert is None:
        return False
    pair = (_in_memory(endpoint.cert), _in_memory(endpoint.key)) if endpoint.cert and endpoint.key else None
    if endpoint.ca is None:
        # The official plugin does not verify the daemon either when it has no CA.
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


def _root(error: BaseException) -> str:
    while error.__context__ is not None:
        error = error.__context__
    return str(getattr(error, "strerror", None) or error)
