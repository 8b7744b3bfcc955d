"""Grafana's HTTP API: login, organisation, retries, and errors that say what to do and hold no secret."""

import ssl
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from toolchain.plugins.framework import ProviderError
from toolchain.plugins.grafana.settings import Settings
from toolchain.plugins.grafana.trust import tls_context

CONFLICTS = (httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED)
"""What Grafana answers where something is there already, or is in use."""
_TIMEOUT_S = 60
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class GrafanaError(ProviderError):
    """What Grafana refused, or why it could not be reached; the text is for the user."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class _Door:
    """One request goes first; where it is not let in, none follows, and all fail as it did.

    Grafana lets nobody of that name in for five minutes after five wrong passwords.
    """

    def __init__(self) -> None:
        self._first = threading.Lock()
        self._open = False
        self._shut: GrafanaError | None = None

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Held around each request."""
        with nullcontext() if self._open else self._first:
            if self._shut is not None:
                raise GrafanaError(str(self._shut), self._shut.status)
            try:
                yield
            except GrafanaError as error:
                if error.status == httpx.codes.UNAUTHORIZED or (error.status is None and not self._open):
                    self._shut = error
                else:
                    self._open = True
                raise
            self._open = True


class Grafana:
    """One Grafana; safe to use from several threads. Does not connect before the first request."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.alerting = threading.Lock()
        """Held around changes of contact points, policies, timings and templates: one document per organisation."""
        self.service_accounts = threading.Lock()
        """Held around the creation of service accounts, which Grafana cannot do at the same time."""
        self._door = _Door()
        # As Go's client does: no proxy in front of this very machine.
        trust_env = urlsplit(settings.url).hostname not in _LOOPBACK
        self._http = httpx.Client(verify=_tls(settings), timeout=_TIMEOUT_S, trust_env=trust_env)
        weakref.finalize(self, self._http.close)

    def get(self, path: str, org: int, **query: Any) -> Any:
        """GET; the answer's JSON.

        Raises:
            GrafanaError: with `status` where Grafana answered.
        """
        return self.send("GET", path, org, query=query)

    def find(self, path: str, org: int, **query: Any) -> Any | None:
        """GET; None where there is no such thing (404)."""
        try:
            return self.get(path, org, **query)
        except GrafanaError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise

    def delete(self, path: str, org: int, **query: Any) -> None:
        """DELETE; what is gone already (404) is no error."""
        try:
            self.send("DELETE", path, org, query=query)
        except GrafanaError as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise

    def send(
        self,
        method: str,
        path: str,
        org: int,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        hidden: Iterable[str] = (),
    ) -> Any:
        """One request, repeated on connection errors and the configured status codes; gives the answer's JSON.

        `hidden` are secrets in the body: what Grafana says of a refused request may repeat them, errors must not.
        """
        if not self.settings.url:
            raise GrafanaError("no Grafana to talk to: set url on the provider, or GRAFANA_URL")
        with self._door.passing():
            return self._sent(method, path, org, body=body, query=query, headers=headers, hidden=hidden)

    def _sent(
        self,
        method: str,
        path: str,
        org: int,
        *,
        body: Any,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        hidden: Iterable[str],
    ) -> Any:
        settings = self.settings
        for attempt in range(settings.retries + 1):
            last = attempt == settings.retries
            try:
                response = self._http.request(
                    method,
                    f"{settings.url}/api{path}",
                    json=body,
                    params=query or None,
                    headers={**settings.http_headers, **self._login(org), **(headers or {})},
                )
            except httpx.LocalProtocolError:
                # Its text quotes the header that cannot be sent.
                raise GrafanaError(
                    "auth or httpHeaders on the provider hold what no header can: a line break?"
                ) from None
            except httpx.TransportError as error:
                if last:
                    raise GrafanaError(f"cannot reach Grafana at {self._shown_url()}: {error}") from None
            else:
                if response.is_success:
                    return self._answer(response)
                if last or not self._retried(response.status_code):
                    raise _refusal(method, path, response, [*hidden, *self._secrets()])
            time.sleep(settings.retry_wait_s or 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _answer(self, response: httpx.Response) -> Any:
        try:
            return response.json() if response.content else None
        except ValueError:
            raise GrafanaError(
                f"{self._shown_url()} answers, but not as Grafana does: check url on the provider"
            ) from None

    def _secrets(self) -> list[str]:
        settings = self.settings
        password = settings.basic_auth[1] if settings.basic_auth else settings.token or ""
        return [password, *settings.http_headers.values()]

    def _login(self, org: int) -> dict[str, str]:
        settings = self.settings
        if settings.basic_auth is not None:
            authorization = httpx.BasicAuth(*settings.basic_auth)._auth_header
            return {"Authorization": authorization, "X-Grafana-Org-Id": str(org)}
        return {"Authorization": f"Bearer {settings.token}"} if settings.token else {}

    def _retried(self, status: int) -> bool:
        text = str(status)
        return any(
            len(code) == len(text) and all(c in ("x", "X", t) for c, t in zip(code, text, strict=True))
            for code in self.settings.retry_status_codes
        )

    def _shown_url(self) -> str:
        parts = urlsplit(self.settings.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def part(text: str) -> str:
    """One segment of a path."""
    return quote(text, safe="")


def _refusal(method: str, path: str, response: httpx.Response, hidden: Iterable[str]) -> GrafanaError:
    try:
        answer = response.json()
        message = answer.get("message", "") if isinstance(answer, dict) else ""
    except ValueError:
        message = ""
    for secret in sorted(filter(None, hidden), key=len, reverse=True):
        message = message.replace(secret, "[secret]")
    text = f"Grafana refused {method} /api{path}: {response.status_code} {message or response.reason_phrase}"
    if response.status_code == httpx.codes.UNAUTHORIZED:
        text += "; check auth on the provider (user:password, or a token)"
    elif response.status_code == httpx.codes.FORBIDDEN:
        text += "; the account behind auth on the provider lacks the permission"
    return GrafanaError(text, response.status_code)


def _tls(settings: Settings) -> ssl.SSLContext | bool:
    if not settings.url.startswith("https://"):
        return True
    try:
        context = tls_context(ca_cert=settings.ca_cert, tls_cert=settings.tls_cert, tls_key=settings.tls_key)
    except (ssl.SSLError, OSError) as error:
        raise GrafanaError(f"caCert, tlsCert or tlsKey on the provider cannot be used: {error}") from None
    if settings.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
