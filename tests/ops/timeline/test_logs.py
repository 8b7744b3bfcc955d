import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from ops.doctor.plan import Planned
from ops.doctor.redact import Redactor
from ops.timeline import logs
from ops.timeline.event import Event
from ops.timeline.run import gathered
from tests.ops.doctor.collect.servers import Quiet, free_address, plan, served

START = datetime(2026, 3, 1, 10, 0, 0, 500000, tzinfo=UTC)
VERSION = "1.43"
PART = "hft-dev-router on local"
KNOWS_NOTHING = Redactor([])


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def line(seconds: float, message: str, level: str = "warning", **fields: object) -> str:
    """A line of a workload as Docker gives it, with nanoseconds."""
    stamp = at(seconds).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
    return f"{stamp} {json.dumps({'level': level, 'event': message, **fields})}\n"


def events(text: str, redactor: Redactor = KNOWS_NOTHING) -> list[Event]:
    return list(logs.read(PART, text, redactor))


def planned(name: str, host: str = "local") -> Planned:
    return Planned(name=name, host=host, role=name, component="", tier="", one_shot=False, cpu_set="")


@contextmanager
def docker(written: Mapping[str, str], asked: list[dict[str, list[str]]] | None = None) -> Iterator[str]:
    """Endpoint of an engine whose containers have written this; what it is asked of logs is added to `asked`."""

    class Handler(Quiet):
        def do_GET(self) -> None:  # noqa: N802 - the base's own name
            url = urlsplit(self.path)
            name, _, what = url.path.removeprefix(f"/v{VERSION}/containers/").partition("/")
            if url.path == "/version":
                self.answer(200, json.dumps({"ApiVersion": VERSION}).encode())
            elif name not in written:
                self.answer(404, json.dumps({"message": f"No such container: {name}"}).encode())
            elif what == "json":
                self.answer(200, json.dumps({"Config": {"Tty": False}}).encode())
            else:
                if asked is not None:
                    asked.append(parse_qs(url.query))
                content = written[name].encode()
                self.answer(200, struct.pack(">BxxxL", 1, len(content)) + content)

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(content)

    with served(Handler) as address:
        yield f"tcp://{address}"


def test_a_warning_is_an_event_and_what_is_none_is_left_out() -> None:
    text = line(1, "connected", "info") + line(2, "venue disconnected", venue="alpha") + line(3, "failed", "error")

    assert events(text) == [
        Event(at(2), "log", f"{PART}: venue disconnected (venue alpha)"),
        Event(at(3), "log", f"{PART}: failed"),
    ]


def test_a_log_without_a_warning_or_without_a_line_has_no_event() -> None:
    assert events(line(1, "venue connected", "info")) == []
    assert events("") == []


def test_a_line_without_the_time_that_docker_puts_before_it_is_left_out() -> None:
    assert events('{"level": "error", "event": "x"}\n2026-03-01T10:00:01 {"level": "error", "event": "x"}\n') == []


def test_a_secret_is_taken_out_before_the_message_is_cut() -> None:
    secret = "first-password"
    hidden = Redactor([secret])

    assert [each.what for each in events(line(1, f"password {secret} refused"), hidden)] == [
        f"{PART}: password [redacted] refused"
    ]
    assert [each.what for each in events(line(1, "refused", dsn={"password": secret}), hidden)] == [
        f'{PART}: refused (dsn {{"password": "[redacted]"}})'
    ]
    [cut] = events(line(1, f"{'x' * 190} {secret}"), hidden)
    assert cut.what == f"{PART}: {'x' * 190} [redacte…"


def test_what_is_no_secret_is_shown() -> None:
    assert events(line(1, "password refused"), Redactor(["first-password"]))[0].what == f"{PART}: password refused"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\n  lines\tof it", "two lines of it"),
        ("\x1b[31mred\x07", "[31mred"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
    ],
    ids=("lines", "control", "bound", "longer"),
)
def test_a_message_is_one_line(text: str, shown: str) -> None:
    assert logs.one_line(text) == shown


def test_what_is_said_again_and_again_is_counted() -> None:
    again = "".join(line(seconds, "not sent") for seconds in range(1, 13))
    text = again + line(13, "sent", "info") + line(14, "lease lost", "error") + line(15, "not sent")

    assert events(text) == [
        Event(at(1), "log", f"{PART}: not sent (12 times)"),
        Event(at(14), "log", f"{PART}: lease lost"),
        Event(at(15), "log", f"{PART}: not sent"),
    ]


def test_what_differs_in_a_number_only_is_said_again() -> None:
    tries = "".join(line(seconds, f"refused from port {33_000 + seconds}") for seconds in (1, 2))

    assert events(tries + line(3, "refused from host b")) == [
        Event(at(1), "log", f"{PART}: refused from port 33001 (2 times)"),
        Event(at(3), "log", f"{PART}: refused from host b"),
    ]


def test_the_newest_are_shown_and_the_others_counted() -> None:
    older = line(1, "lease lost") + line(2, "refused") * 3
    newest = "".join(line(10 + number, f"part {chr(ord('a') + number)}") for number in range(logs.MOST_WARNINGS))
    told = events(older + newest)

    assert told[:2] == [
        Event(at(2), "log", f"{PART}: earlier ones that are not shown: 4"),
        Event(at(10), "log", f"{PART}: part a"),
    ]
    assert len(told) == 1 + logs.MOST_WARNINGS
    assert len(events(newest)) == logs.MOST_WARNINGS


def test_a_log_that_is_not_read_to_its_beginning_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_LINES", 2)

    assert events(line(1, "connected", "info") + line(2, "disconnected")) == [
        Event(at(1), "log", f"{PART}: what it logged earlier is not read"),
        Event(at(2), "log", f"{PART}: disconnected"),
    ]
    assert events(line(2, "disconnected")) == [Event(at(2), "log", f"{PART}: disconnected")]


def test_every_container_of_every_host_is_asked_for_what_is_new() -> None:
    asked: list[dict[str, list[str]]] = []
    one, other = {"router": line(1, "down"), "cache": ""}, {"router": line(2, "up again")}
    with docker(one, asked) as a, docker(other, asked) as b:
        containers = (planned("router", "a"), planned("cache", "a"), planned("router", "b"))
        found = list(logs.look(plan(hosts={"a": a, "b": b}, containers=containers), START, KNOWS_NOTHING))

    assert found == [Event(at(1), "log", "router on a: down"), Event(at(2), "log", "router on b: up again")]
    wanted = {"since": [str(START.timestamp())], "tail": ["100000"], "timestamps": ["1"]}
    assert [{key: each[key] for key in wanted} for each in asked] == [wanted] * 3


def test_a_container_and_a_host_that_cannot_be_asked_are_named_behind_what_the_others_tell() -> None:
    silent = free_address()
    containers = (planned("gone"), planned("router"), planned("router", "far"))
    with docker({"router": line(1, "down")}) as local:
        stack = plan(hosts={"local": local, "far": f"tcp://{silent}"}, containers=containers)
        found, problems = gathered({"logs": lambda: logs.look(stack, START, KNOWS_NOTHING)})

    assert found == [Event(at(1), "log", "router on local: down")]
    assert problems == [
        "without logs: gone on local: No such container: gone",
        f"without logs: far: Docker at tcp://{silent} does not answer (Connection refused): "
        "start dockerd there, or mend the setting",
    ]
