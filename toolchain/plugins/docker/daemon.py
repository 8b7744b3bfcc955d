"""One Docker daemon: a client per worker thread, plain calls to its Engine API."""

import threading
import weakref
from types import ModuleType
from typing import Any

from toolchain.plugins.docker.endpoint import Endpoint
from toolchain.plugins.docker.registry import Credentials, for_image

_CHECK_SECONDS = 10
_CALL_SECONDS = 120
"""Longest silence of the daemon within one call; the client's default of 60 is short for removing large volumes."""


class Daemon:
    """Connects on first use. Safe to share: each thread has a client of its own, as requests' sessions must not be.

    Its connections, and the ssh processes behind them, end with it.
    """

    def __init__(self, endpoint: Endpoint, credentials: dict[str, Credentials] | None = None) -> None:
        self.endpoint = endpoint
        self._credentials = credentials or {}
        self._local = threading.local()
        self._lock = threading.Lock()
        self._version: str | None = None
        self._clients: list[Any] = []
        weakref.finalize(self, _close, self._clients)

    def check(self) -> None:
        """Raises ProviderError when the daemon does not answer."""
        self.api_version()

    def api_version(self) -> str:
        """The Engine API version in use, such as ``1.41``: the daemon's own, as far as the client knows it."""
        with self._lock:
            version = self._version or str(_transport().negotiate(self.endpoint, _CHECK_SECONDS))
            self._version = version
            return version

    def at_least(self, version: str) -> bool:
        """Whether the daemon's API has this version."""
        return _number(self.api_version()) >= _number(version)

    def call(
        self,
        doing: str,
        method: str,
        path: str,
        body: Any = None,
        /,
        *,
        seconds: float | None = _CALL_SECONDS,
        **query: Any,
    ) -> Any:
        """One call; `doing` completes "cannot …" in the error, `body` is JSON or, as bytes, a tar archive.

        Gives the JSON answer, None when there is none. Raises Missing for what is not there, else Refused. `seconds` of
        silence end the call, None waits for ever.
        """
        client = self._client()
        return _transport().request(client, doing, method, path, body=body, query=query, seconds=seconds)

    def logs(self, doing: str, container: str, *, lines: int | None = None, follow: bool = False) -> str:
        """The last lines that the container wrote, all of them without `lines`; `follow` waits for its end."""
        text: str = _transport().logs(self._client(), doing, container, lines, follow=follow)
        return text

    def pull(self, doing: str, image: str, platform: str) -> None:
        """Pulls an image with the credentials for its registry."""
        _transport().pull(self._client(), doing, image, platform, for_image(image, self._credentials))

    def _client(self) -> Any:
        client = getattr(self._local, "client", None)
        if client is None:
            client = _transport().connect(self.endpoint, self.api_version(), _CALL_SECONDS)
            self._local.client = client
            self._clients.append(client)
        return client


def _transport() -> ModuleType:
    from toolchain.plugins.docker import transport  # noqa: PLC0415 - 130 ms that a preview over ssh need not pay

    return transport


def _close(clients: list[Any]) -> None:
    for client in clients:
        client.close()


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
