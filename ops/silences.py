"""Silences in Alertmanager while planned work runs: renewed as long as it does, and lifted when it is over."""

import getpass
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any, Final

import httpx

from ops.caused import Matchers
from ops.doctor.collect.targets import why
from ops.doctor.plan import plan
from ops.screen import Screen
from ops.state import State

MOST_SECONDS: Final = 600
"""A deployment takes some minutes. What is still silent after ten is no part of it, or it hangs: both should page."""
LEASE_SECONDS: Final = 60
"""How long one is in force unless it is renewed: what is left of it where nobody is there any more to lift it."""
RENEWED_SECONDS: Final = 15
"""How often it is renewed: a few tries before it ends, as Alertmanager itself may be replaced meanwhile."""
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

    What fires already is left alone: somebody was told of it, and of a silenced alert nobody is told that it is over.
    Where the work fails, what is down then is told at once. Where no Alertmanager takes a silence, it says so, and goes
    on.
    """
    urls = plan(state, stack).urls("alertmanager")
    if not caused or not urls:
        yield
        return
    with httpx.Client(timeout=_ANSWER_SECONDS, trust_env=False) as client:
        silences = _Silences(client, urls, work, screen)
        try:
            silences.begin(caused)
            with silences.renewed():
                yield
        except BaseException:
            silences.lift()
            raise
        silences.end_soon()


class _Silences:
    """Those of one work; several Alertmanagers tell each other of them."""

    def __init__(self, client: httpx.Client, urls: Sequence[str], work: str, screen: Screen) -> None:
        self._client, self._urls, self._work, self._screen = client, urls, work, screen
        self._made: list[str] = []

    def begin(self, caused: Sequence[Matchers]) -> None:
        silent = []
        try:
            for matchers in caused:
                if untold := self._untold(matchers):
                    self._made.append(self._set(_document(untold, self._work)))
                    silent.append(untold.get("instance", untold["alertname"]))
        except _RefusedError as refused:
            self._screen.warning(f"no silence for {self._work}, so what it causes may page: {refused}")
            return
        if silent:
            what = ", ".join(sorted(set(silent)))
            self._screen.step(f"silenced for {MOST_SECONDS // 60} min at most, as this causes it: {what}")

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Keep them in force while the block runs, but not for ever."""
        over = Event()
        thread = Thread(target=self._renew, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def end_soon(self) -> None:
        self._told(self._each(lambda silence: self._prolong(silence, AFTER_SECONDS)))

    def lift(self) -> None:
        self._told(self._each(self._expire))

    def _renew(self, over: Event) -> None:
        last = time.monotonic() + MOST_SECONDS - LEASE_SECONDS
        while not over.wait(RENEWED_SECONDS) and time.monotonic() < last:
            # What refuses now is asked again, and the end of the work says what refuses then.
            self._each(lambda silence: self._prolong(silence, LEASE_SECONDS))

    def _each(self, do: Callable[[str], str]) -> list[str]:
        """Do it to all of them, whatever one of them answers; what refused."""
        problems = []
        for at, silence in enumerate(self._made):
            try:
                self._made[at] = do(silence)
            except _RefusedError as refused:
                problems.append(str(refused))
        return problems

    def _told(self, problems: Sequence[str]) -> None:
        if problems:
            found = "; ".join(dict.fromkeys(problems))
            self._screen.warning(f"silences of {self._work} end by themselves within {LEASE_SECONDS} s: {found}")

    def _untold(self, matchers: Matchers) -> Matchers | None:
        """What of it does not fire yet; None where all of it does."""
        filters = [f"{name}{'=~' if '|' in value else '='}{json.dumps(value)}" for name, value in matchers.items()]
        # What another silence holds back now was not told by now.
        answer = self._ask("GET", "/api/v2/alerts", params={"filter": filters, "silenced": "false"})
        told = _read(answer, lambda alerts: {alert["labels"]["alertname"] for alert in alerts}, "list of alerts")
        names = [name for name in matchers["alertname"].split("|") if name not in told]
        return {**matchers, "alertname": "|".join(names)} if names else None

    def _prolong(self, silence: str, seconds: int) -> str:
        """Let it end so many seconds from now; its id. With another start it would be a new one each time."""
        answer = self._ask("GET", f"/api/v2/silence/{silence}")
        return self._set(_read(answer, lambda found: {**found, "endsAt": _in(seconds)}, "silence"))

    def _expire(self, silence: str) -> str:
        self._ask("DELETE", f"/api/v2/silence/{silence}")
        return silence

    def _set(self, document: Mapping[str, Any]) -> str:
        """Make one, or change the one whose id it has; its id."""
        answer = self._ask("POST", "/api/v2/silences", json=document)
        return str(_read(answer, lambda made: made["silenceID"], "id of a silence"))

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer of the first Alertmanager that does. Raises _RefusedError where none does."""
        problems = []
        for url in self._urls:
            try:
                return self._client.request(method, f"{url}{path}", **more).raise_for_status()
            except httpx.HTTPError as error:
                problems.append(f"Alertmanager at {url}: {why(error)}")
        raise _RefusedError("; ".join(problems))


def _read(answer: httpx.Response, take: Callable[[Any], Any], what: str) -> Any:
    try:
        return take(answer.json())
    except (ValueError, KeyError, TypeError):
        raise _RefusedError(f"{answer.url.copy_with(query=None)} answers no {what}") from None


def _document(matchers: Matchers, work: str) -> dict[str, Any]:
    return {
        "matchers": [
            {"name": name, "value": value, "isRegex": "|" in value, "isEqual": True} for name, value in matchers.items()
        ],
        "startsAt": (datetime.now(UTC) - _EARLIER).isoformat(),
        "endsAt": _in(LEASE_SECONDS),
        "createdBy": f"{_user()}@{socket.gethostname()}",
        "comment": f"{work}: caused by this work, and lifted with it",
    }


def _in(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
