"""Silences in Alertmanager while planned work runs: with an end of their own, and lifted when it is over."""

import getpass
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from ops.caused import Matchers
from ops.doctor.collect.targets import why
from ops.doctor.plan import plan
from ops.screen import Screen
from ops.state import State

MOST_SECONDS: Final = 600
"""A deployment takes some minutes. What is still silent after ten is no part of it, or it hangs: both should page."""
AFTER_SECONDS: Final = 30
"""What has just come back is seen by its next scrape, 15 s for the slowest, and by the next evaluation."""
_EARLIER = timedelta(minutes=1)
"""So that it is in force at once where this machine's clock is ahead of Alertmanager's."""
_ANSWER_SECONDS = 4


class _RefusedError(Exception):
    """Alertmanager did not do what it was asked; the text says why."""


@contextmanager
def silenced(state: State, stack: str, caused: Sequence[Matchers], work: str, screen: Screen) -> Iterator[None]:
    """Have no message sent of what `work` causes, such as `hft up`, until some seconds after it ended well.

    Where it fails, what is down then is told at once. Where no Alertmanager takes a silence, it says so, and goes on.
    """
    urls = plan(state, stack).urls("alertmanager")
    if not caused or not urls:
        yield
        return
    with httpx.Client(timeout=_ANSWER_SECONDS, trust_env=False) as client:
        silences = _Silences(client, urls, work, screen)
        silences.begin(caused)
        try:
            yield
        except BaseException:
            silences.lift()
            raise
        silences.end_soon()


class _Silences:
    """Those of one work; several Alertmanagers tell each other of them."""

    def __init__(self, client: httpx.Client, urls: Sequence[str], work: str, screen: Screen) -> None:
        self._client, self._urls, self._work, self._screen = client, urls, work, screen
        self._made: dict[str, Matchers] = {}

    def begin(self, caused: Sequence[Matchers]) -> None:
        try:
            for matchers in caused:
                self._made[self._set(matchers, MOST_SECONDS)] = matchers
        except _RefusedError as refused:
            self._screen.warning(f"no silence for {self._work}, so what it causes may page: {refused}")
        else:
            what = ", ".join(sorted({each.get("instance", each["alertname"]) for each in caused}))
            self._screen.step(f"silenced for {MOST_SECONDS // 60} min at most, as this causes it: {what}")

    def end_soon(self) -> None:
        self._each(lambda silence, matchers: self._set(matchers, AFTER_SECONDS, silence))

    def lift(self) -> None:
        self._each(lambda silence, _: self._ask("DELETE", f"/api/v2/silence/{silence}"))

    def _each(self, do: Callable[[str, Matchers], object]) -> None:
        try:
            for silence, matchers in self._made.items():
                do(silence, matchers)
        except _RefusedError as refused:
            self._screen.warning(
                f"silences of {self._work} end by themselves after {MOST_SECONDS // 60} min: {refused}"
            )

    def _set(self, matchers: Matchers, seconds: int, silence: str = "") -> str:
        """Make one, or let one end at another time; its id."""
        answer = self._ask("POST", "/api/v2/silences", _document(matchers, self._work, seconds, silence))
        try:
            return str(answer.json()["silenceID"])
        except (ValueError, KeyError, TypeError):
            raise _RefusedError(f"{answer.url} answers no id of a silence") from None

    def _ask(self, method: str, path: str, document: Any = None) -> httpx.Response:
        """The answer of the first Alertmanager that does. Raises _RefusedError where none does."""
        problems = []
        for url in self._urls:
            try:
                return self._client.request(method, f"{url}{path}", json=document).raise_for_status()
            except httpx.HTTPError as error:
                problems.append(f"Alertmanager at {url}: {why(error)}")
        raise _RefusedError("; ".join(problems))


def _document(matchers: Matchers, work: str, seconds: int, silence: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        **({"id": silence} if silence else {}),
        "matchers": [
            {"name": name, "value": value, "isRegex": "|" in value, "isEqual": True} for name, value in matchers.items()
        ],
        "startsAt": (now - _EARLIER).isoformat(),
        "endsAt": (now + timedelta(seconds=seconds)).isoformat(),
        "createdBy": f"{_user()}@{socket.gethostname()}",
        "comment": f"{work}: caused by this work, and lifted with it",
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
