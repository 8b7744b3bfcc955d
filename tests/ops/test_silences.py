"""What an Alertmanager is asked for around planned work; a played one, and at the end the real one."""

import getpass
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import httpx
import pytest
from rich.console import Console

from components.monitoring.routing import alertmanager_yml
from ops.screen import Screen
from ops.silences import silenced
from ops.state import State
from tests.components.monitoring.test_render import settings
from tests.components.programs import running
from tests.ops.doctor.collect.servers import free_address
from tests.ops.doctor.test_plan import MONITORING, component, target
from tests.ops.states import state

ENGINE = {"alertname": "TargetDown|EngineDown", "job": "engine", "instance": "engine-blue", "host": "a"}
NOBODY = {"alertname": "TradingLeaderMissing"}


@dataclass
class Asked:
    """What an Alertmanager was asked: method and path, document."""

    address: str = ""
    log: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def what(self) -> list[str]:
        return [what for what, _ in self.log]


@contextmanager
def alertmanager(refuses: str = "", answer: str = "") -> Iterator[Asked]:
    """One that takes everything but `refuses`, a method and what its path begins with; or that says `answer` to all."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            document = json.loads(text) if text else None
            what = f"{self.command} {self.path}"
            asked.log.append((what, document))
            self.send_response(500 if refuses and what.startswith(refuses) else 200)
            self.end_headers()
            made = (document or {}).get("id") or f"id-{len(asked.log)}"
            self.wfile.write((answer or json.dumps({"silenceID": made})).encode())

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
    assert timedelta(minutes=9) < datetime.fromisoformat(first["endsAt"]) - began < timedelta(minutes=11)
    assert "✓ silenced for 10 min at most, as this causes it: TradingLeaderMissing, engine-blue" in out.getvalue()


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
        assert asked.what == ["POST /api/v2/silences"]


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


def test_one_that_cannot_be_lifted_says_when_it_ends() -> None:
    shown, out = screen()
    with (
        alertmanager("DELETE") as asked,
        pytest.raises(ValueError, match="broken"),
        silenced(watched(asked.address), "dev", [ENGINE, NOBODY], "hft up", shown),
    ):
        raise ValueError("broken")

    assert out.getvalue().splitlines()[1:] == [
        "warning: silences of hft up end by themselves after 10 min: "
        f"Alertmanager at http://{asked.address}: HTTP status 500"
    ]


@pytest.mark.parametrize("answer", ["no JSON", "{}", "[]"])
def test_what_is_no_alertmanager_stops_no_work(answer: str) -> None:
    shown, out = screen()
    with alertmanager(answer=answer) as asked, silenced(watched(asked.address), "dev", [ENGINE], "hft up", shown):
        pass

    assert out.getvalue() == (
        "warning: no silence for hft up, so what it causes may page: "
        f"http://{asked.address}/api/v2/silences answers no id of a silence\n"
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


@pytest.mark.images
def test_the_real_one_silences_and_ends_it_as_asked() -> None:
    address = free_address()
    arguments = [f"--web.listen-address={address}", "--cluster.listen-address=", "--storage.path=/tmp"]
    files = {"/etc/hft/alertmanager.yml": alertmanager_yml(settings())}
    ready = ["curl", "-fsS", f"http://{address}/-/ready"]
    command = ["--config.file=/etc/hft/alertmanager.yml", *arguments]
    with running("alertmanager", command, files, ready, network_mode="host"):
        with silenced(watched(address), "dev", [ENGINE], "hft up", screen()[0]):
            (found,) = silences(address, "active")
        (ending,) = silences(address, "active")
        assert found["matchers"] == ending["matchers"]
        assert 20 < (datetime.fromisoformat(ending["endsAt"]) - datetime.now(UTC)).total_seconds() < 40

        with pytest.raises(ValueError, match="broken"), silenced(watched(address), "dev", [NOBODY], "x", screen()[0]):
            raise ValueError("broken")
        assert [each["matchers"][0]["value"] for each in silences(address, "active")] == ["TargetDown|EngineDown"]
        assert "TradingLeaderMissing" in [each["matchers"][0]["value"] for each in silences(address, "expired")]


def silences(address: str, status: str) -> list[dict[str, Any]]:
    found = httpx.get(f"http://{address}/api/v2/silences", trust_env=False).raise_for_status().json()
    return [each for each in found if each["status"]["state"] == status]
