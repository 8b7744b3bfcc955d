"""etcd's v3 API in JSON over HTTPS, asked at one member after another."""

import base64
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from workloads.tls import ClientTls

FAILURES: Final = (aiohttp.ClientError, OSError, KeyError, ValueError)
"""What a call raises when no member answered, or not with what was asked for, or the certificate cannot be read."""


class Etcd:
    """The members that answer at `endpoints` (`https://address:port`), the first one preferred.

    Use it as an asynchronous context manager. Each member has `timeout_seconds` for its answer.
    """

    def __init__(self, endpoints: Sequence[str], tls: ClientTls, timeout_seconds: float) -> None:
        self._endpoints = endpoints
        self._tls = tls
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def __aenter__(self) -> "Etcd":
        """Open the connections' pool."""
        self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self._session.close()

    async def call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of the first member that gives one; raises one of FAILURES, the last member's.

        A refusal (status 4xx) is an answer too: another member could only hide it by not answering at all.
        """
        for endpoint in self._endpoints[:-1]:
            try:
                return await self._ask(endpoint, method, body)
            except aiohttp.ClientResponseError as error:
                if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
            except (aiohttp.ClientError, OSError):
                continue
        return await self._ask(self._endpoints[-1], method, body)

    async def _ask(self, endpoint: str, method: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(f"{endpoint}/v3/{method}", json=body, ssl=self._tls.context()) as response:
            response.raise_for_status()
            # The keep-alive answers a stream of JSON lines, of which one request makes one.
            return dict(json.loads(await response.text()))


def encoded(text: str) -> str:
    """Return a key or a value as the API takes it."""
    return base64.b64encode(text.encode()).decode()


def decoded(text: str) -> str:
    """Return a key or a value that the API gave."""
    return base64.b64decode(text).decode()
