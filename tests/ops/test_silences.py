"""What an Alertmanager is asked for around planned work; a played one, and the real one in test_silences_programs."""

import getpass
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rich.console import Console

from ops import silences
from ops.screen import Screen
from ops.silences import silenced
from ops.state import State
from tests.ops.doctor.collect.servers import free_address
from tests.ops.doctor.test_plan import MONITORING, component, target
from tests.ops.states import state

ENGINE = {"alertname": "TargetDown|EngineDown", "job": "engine", "instance": "engine-blue", "host": "a"}
NOBODY = {"alertname": "TradingLeaderMissing"}


@dataclass
class Asked:
    """What an Alertmanager was asked to do: method and path, document; and which alerts it was asked for."""

    address: str = ""
    log: list[tuple[str, Any]] = field(default_factory=list)
    filters: list[dict[str, list[str]]] = field(default_factory=list)

    @property
    def what(self) -> list[str]:
        return [what for what, _ in self.log]

    def ends(self) -> list[datetime]:
        return [datetime.fromisoformat(document["endsAt"]) for _, document in self.log if document]


@contextmanager
def alertmanager(
    refuses: str = "", firing: tuple[str, ...] = (), answers: Mapping[str, str] | None = None
) -> Iterator[Asked]:
    """One that takes everything but `refuses`, a method and what its path begins with; says `answers` to a method."""
    asked = Asked()
    alerts = [{"labels": {"alertname": name}} for name in firing]

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            document = json.loads(text) if text else None
            what = f"{self.command} {self.path}"
            asked.log.append((what, document))
            self.send_response(500 if refuses and what.startswith(refuses) else 200)
            self.end_headers()
            made = (document or {}).get("id") or f"id-{len(asked.log)}"
            self.wfile.write((answers or {}).get(self.command, json.dumps({"silenceID": made})).encode())

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            self.send_response(500 if refuses and f"GET {url.path}".startswith(refuses) else 200)
            self.end_headers()
            if url.path == "/api/v2/alerts":
                asked.filters.append(parse_qs(url.query))
                found: Any = alerts
            else:
                found = next(made for made in reversed(asked.log) if made[0] == "POST /api/v2/silences")[1]
                found = {**found, "id": url.path.rpartition("/")[2]}
            self.wfile.write((answers or {}).get("GET", json.dumps(found)).encode())

        do_POST = do_DELETE = _answer  # noqa: N815 - the base's own names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's own name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    asked.address = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def watched(*addresses: str) -> State:
    targets = [target("alertmanager", f"alertmanager-{at}", address) for at, address in enumerate(addresses)]
    return state(component(MONITORING, "monitoring", scrape_targets=targets), outputs={"hosts": {}})


def screen() -> tuple[Screen, StringIO]:
    out = StringIO()
    console = Console(file=out, highlight=False, soft_wrap=True)
    return Screen(out=console, err=console), out


def test_what_the_work_causes_is_silenced_with_an_author_a_reason_and_an_end() -> None:
    shown, out = screen()
    with alertmanager() as asked:
        began = datetime.now(UTC)
        with silenced(watched(asked.address), "dev", [ENGINE, NOBODY], "hft up", shown):
            (what, first), (_, second) = asked.log

    assert what == "POST /api/v2/silences"
    assert first["matchers"] == [
        {"name": "alertname", "value": "TargetDown|EngineDown", "isRegex": True, "isEqual": True},
        {"name": "job", "value": "engine", "isRegex": False, "isEqual": True},
        {"name": "instance", "value": "engine-blue", "isRegex": False, "isEqual": True},
        {"name": "host", "value": "a", "isRegex": False, "isEqual": True},
    ]
    assert [each["value"] for each in second["matchers"]] == ["TradingLeaderMissing"]
    assert "@" in first["createdBy"]
    assert first["comment"] == "hft up: caused by this work, and lifted with it"
    assert datetime.fromisoformat(first["startsAt"]) < began
    assert timedelta(seconds=50) < datetime.fromisoformat(first["endsAt"]) - began < timedelta(seconds=70)
    assert "✓ silenced for 10 min at most, as this causes it: TradingLeaderMissing, engine-blue" in out.getvalue()


def test_what_fires_already_is_left_alone_as_somebody_was_told() -> None:
    shown, out = screen()
    with (
        alertmanager(firing=("TargetDown", "TradingLeaderMissing")) as asked,
        silenced(watched(asked.address), "dev", [ENGINE, NOBODY], "hft up", shown),
    ):
        ((_, made),) = asked.log

    assert asked.filters == [
        {
            "filter": ['alertname=~"TargetDown|EngineDown"', 'job="engine"', 'instance="engine-blue"', 'host="a"'],
            "silenced": ["false"],
        },
        {"filter": ['alertname="TradingLeaderMissing"'], "silenced": ["false"]},
    ]
    assert made["matchers"][0] == {"name": "alertname", "value": "EngineDown", "isRegex": False, "isEqual": True}
    assert [each["value"] for each in made["matchers"][1:]] == ["engine", "engine-blue", "a"]
    assert out.getvalue().startswith("✓ silenced for 10 min at most, as this causes it: engine-blue")


def test_where_all_of_it_fires_already_nothing_is_silenced() -> None:
    shown, out = screen()
    with (
        alertmanager(firing=("TargetDown", "EngineDown")) as asked,
        silenced(watched(asked.address), "dev", [ENGINE], "hft up", shown),
    ):
        pass

    assert (asked.log, out.getvalue()) == ([], "")


def test_it_is_renewed_while_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silences, "RENEWED_SECONDS", 0.02)
    with alertmanager() as asked:
        with silenced(watched(asked.address), "dev", [ENGINE, NOBODY], "hft up", screen()[0]):
            wait(lambda: len(asked.log) >= 6)
            worked = list(asked.log)
        ended = len(asked.log)
        time.sleep(0.1)

    # In turns, each under the id it has had from the first.
    assert [document["id"] for _, document in worked[2:6]] == ["id-1", "id-2"] * 2
    assert all(earlier < later for earlier, later in pairwise(asked.ends()[0:6:2]))
    assert timedelta(seconds=50) < asked.ends()[4] - datetime.now(UTC) < timedelta(seconds=61)
    assert len(asked.log) == ended


def test_it_is_renewed_no_longer_than_planned_work_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silences, "RENEWED_SECONDS", 0.02)
    monkeypatch.setattr(silences, "MOST_SECONDS", silences.LEASE_SECONDS)
    with alertmanager() as asked, silenced(watched(asked.address), "dev", [ENGINE], "hft up", screen()[0]):
        time.sleep(0.2)
        assert asked.what == ["POST /api/v2/silences"]


def test_one_that_answers_nonsense_meanwhile_stops_neither_the_work_nor_the_renewals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(silences, "RENEWED_SECONDS", 0.02)
    answers = {"GET": "[]"}
    with (
        alertmanager(answers=answers) as asked,
        silenced(watched(asked.address), "dev", [ENGINE], "hft up", screen()[0]),
    ):
        answers["GET"] = "no JSON"
        time.sleep(0.1)
        answers.clear()
        wait(lambda: len(asked.log) > 1)
        assert asked.log[1][1]["id"] == "id-1"


KILLED = """
import sys, time
from tests.ops.test_silences import ENGINE, screen, silenced, watched

with silenced(watched(sys.argv[1]), "dev", [ENGINE], "hft up", screen()[0]):
    print("works", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("kill", [subprocess.Popen.terminate, subprocess.Popen.kill])
def test_of_a_killed_process_little_is_left(kill: Callable[[subprocess.Popen[str]], None]) -> None:
    with alertmanager() as asked:
        argv = [sys.executable, "-c", KILLED, asked.address]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout
            assert process.stdout.readline() == "works\n"
            kill(process)
        left = asked.ends()[-1] - datetime.now(UTC)

    assert asked.what == ["POST /api/v2/silences"]
    assert left < timedelta(seconds=silences.LEASE_SECONDS)


def wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_stops_it_between_two_silences_lifts_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    document = silences._document

    def interrupted(matchers: Mapping[str, str], work: str) -> dict[str, Any]:
        if matchers == NOBODY:
            raise KeyboardInterrupt
        return document(matchers, work)

    monkeypatch.setattr(silences, "_document", interrupted)
    with (
        alertmanager() as asked,
        pytest.raises(KeyboardInterrupt),
        silenced(watched(asked.address), "dev", [ENGINE, NOBODY], "hft up", screen()[0]),
    ):
        pass

    assert asked.what == ["POST /api/v2/silences", "DELETE /api/v2/silence/id-1"]


def test_it_ends_soon_after_work_that_went_well() -> None:
    with alertmanager() as asked:
        with silenced(watched(asked.address), "dev", [ENGINE], "hft up", screen()[0]):
            pass
        ended = datetime.now(UTC)

    (_, made), (what, changed) = asked.log
    assert (what, changed["id"], changed["matchers"]) == ("POST /api/v2/silences", "id-1", made["matchers"])
    assert timedelta(seconds=20) < datetime.fromisoformat(changed["endsAt"]) - ended < timedelta(seconds=40)


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_it_is_lifted_at_once_where_the_work_fails(failure: type[BaseException]) -> None:
    with (
        alertmanager() as asked,
        pytest.raises(failure),
        silenced(watched(asked.address), "dev", [ENGINE, NOBODY], "hft up", screen()[0]),
    ):
        raise failure

    assert asked.what[2:] == ["DELETE /api/v2/silence/id-1", "DELETE /api/v2/silence/id-2"]


def test_the_second_alertmanager_is_asked_where_the_first_does_not_answer() -> None:
    with alertmanager() as asked, silenced(watched(free_address(), asked.address), "dev", [ENGINE], "x", screen()[0]):
        assert (len(asked.filters), asked.what) == (1, ["POST /api/v2/silences"])


def test_where_none_answers_the_work_goes_on_and_says_so_once() -> None:
    shown, out = screen()
    silent = free_address()
    worked = []
    with silenced(watched(silent), "dev", [ENGINE, NOBODY], "hft up", shown):
        worked.append(True)

    assert worked == [True]
    assert out.getvalue() == (
        "warning: no silence for hft up, so what it causes may page: "
        f"Alertmanager at http://{silent}: Connection refused\n"
    )


def test_one_that_cannot_be_lifted_says_when_it_ends_and_keeps_no_other() -> None:
    shown, out = screen()
    with (
        alertmanager("DELETE /api/v2/silence/id-1") as asked,
        pytest.raises(ValueError, match="broken"),
        silenced(watched(asked.address), "dev", [ENGINE, NOBODY], "hft up", shown),
    ):
        raise ValueError("broken")

    assert asked.what[2:] == ["DELETE /api/v2/silence/id-1", "DELETE /api/v2/silence/id-2"]
    assert out.getvalue().splitlines()[1:] == [
        "warning: silences of hft up end by themselves within 60 s: "
        f"Alertmanager at http://{asked.address}: HTTP status 500"
    ]


@pytest.mark.parametrize(
    ("method", "answer", "told"),
    [
        *(("POST", answer, "silences answers no id of a silence") for answer in ("no JSON", "{}", "[]")),
        *(("GET", answer, "alerts answers no list of alerts") for answer in ("no JSON", '{"a": 1}', "[{}]")),
    ],
)
def test_what_is_no_alertmanager_stops_no_work(method: str, answer: str, told: str) -> None:
    shown, out = screen()
    with (
        alertmanager(answers={method: answer}) as asked,
        silenced(watched(asked.address), "dev", [ENGINE], "hft up", shown),
    ):
        pass

    assert out.getvalue() == (
        f"warning: no silence for hft up, so what it causes may page: http://{asked.address}/api/v2/{told}\n"
    )


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_who_has_no_name_is_told_by_number(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    with alertmanager() as asked, silenced(watched(asked.address), "dev", [ENGINE], "hft up", screen()[0]):
        pass

    assert asked.log[0][1]["createdBy"].startswith(f"uid {os.getuid()}@")


@pytest.mark.parametrize("caused", [[], [ENGINE]])
def test_without_an_alertmanager_or_anything_caused_nobody_is_asked(caused: list[dict[str, str]]) -> None:
    shown, out = screen()
    with (
        alertmanager() as asked,
        silenced(watched() if caused else watched(asked.address), "dev", caused, "hft up", shown),
    ):
        pass

    assert (asked.log, out.getvalue()) == ([], "")
