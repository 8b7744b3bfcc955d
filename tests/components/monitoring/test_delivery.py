"""What the real Alertmanager and Prometheus send, when, and with what; who gets it is played by a server here."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import httpx
import pytest

from components._common.scraping import ScrapeTarget
from components.monitoring.render import prometheus_yml
from components.monitoring.routing import alertmanager_yml
from tests.components.monitoring.test_render import settings
from tests.components.programs import running
from tests.ops.doctor.collect.servers import free_address

pytestmark = pytest.mark.images

_A_DAY = timedelta(days=1)
_CONFIG = "/etc/hft/alertmanager.yml"


class Message(NamedTuple):
    """One that a receiver got, after so many seconds."""

    path: str
    token: str
    status: str
    names: tuple[str, ...]
    hosts: tuple[str, ...]
    seconds: float


@dataclass
class Received:
    """What a receiver got."""

    url: str = ""
    began: float = field(default_factory=time.monotonic)
    messages: list[Message] = field(default_factory=list)

    def of(self, path: str) -> list[tuple[str, ...]]:
        return [message.names for message in self.messages if message.path == path]

    def wait(self, done: Callable[[], bool], seconds: float) -> None:
        while not done() and time.monotonic() < self.began + seconds:
            time.sleep(0.05)


@contextmanager
def receiver() -> Iterator[Received]:
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            labels = [each["labels"] for each in document["alerts"]]
            message = Message(
                path=self.path,
                token=self.headers.get("Authorization", ""),
                status=document["status"],
                names=tuple(each["alertname"] + each.get("symbol", "") for each in labels),
                hosts=tuple(each.get("host", "") for each in labels),
                seconds=time.monotonic() - received.began,
            )
            received.messages.append(message)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's own name
            pass

    with served(Handler) as received.url:
        yield received


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Alertmanager:
    """A running one that is told of alerts by their labels, as by Prometheus."""

    address: str

    def fires(self, **labels: str) -> None:
        self._told(labels)

    def is_over(self, **labels: str) -> None:
        self._told(labels, endsAt=datetime.now(UTC).isoformat())

    def _told(self, labels: Mapping[str, str], **more: str) -> None:
        began = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        alert = {"labels": labels, "annotations": {"summary": "s"}, "startsAt": began, **more}
        httpx.post(f"http://{self.address}/api/v2/alerts", json=[alert], trust_env=False).raise_for_status()


@contextmanager
def alertmanager(received: Received, **changes: Any) -> Iterator[Alertmanager]:
    """Pages go with a token, the heartbeat to a URL that is a secret."""
    told = settings(
        **changes,
        receivers=[
            {"name": "pager", "gets": ["page"], "webhook": {"url": f"{received.url}/page", "bearer": True}},
            {"name": "desk", "gets": ["ticket"], "webhook": {"url": f"{received.url}/ticket"}},
        ],
        heartbeat={},
    )
    secrets = {"receiver-pager": "t0ken", "heartbeat": f"{received.url}/heartbeat"}
    files = {_CONFIG: alertmanager_yml(told), **{f"/run/secrets/{name}": text for name, text in secrets.items()}}
    address = free_address()
    arguments = [f"--config.file={_CONFIG}", "--storage.path=/tmp", f"--web.listen-address={address}"]

    ready = ["curl", "-fsS", f"http://{address}/-/ready"]
    command = [*arguments, "--cluster.listen-address="]
    with running("alertmanager", command, files, ready, network_mode="host"):
        received.began = time.monotonic()
        yield Alertmanager(address)


PAGE = {"severity": "page", "owner": "trading"}
STALE = {"alertname": "MarketDataStale", "reg": "rts6", "host": "a", **PAGE}


def test_what_a_regulator_asks_for_is_sent_at_once_and_each_alone() -> None:
    with receiver() as received, alertmanager(received) as it:
        it.fires(symbol="BTC", **STALE)
        received.wait(lambda: len(received.of("/page")) == 1, 5)
        it.fires(symbol="ETH", **STALE)
        received.wait(lambda: len(received.of("/page")) == 2, 5)

    assert received.of("/page") == [("MarketDataStaleBTC",), ("MarketDataStaleETH",)]
    assert {message.token for message in received.messages} == {"Bearer t0ken"}
    # Any other page waits 5 s.
    assert received.messages[-1].seconds < 4


def test_a_lost_host_is_one_page_and_what_a_regulator_asks_for() -> None:
    lost = {"host": "a", "owner": "infrastructure"}
    with receiver() as received, alertmanager(received) as it:
        for job in ("patroni", "node"):
            it.fires(alertname="TargetDown", severity="page", job=job, instance=job, **lost)
        it.fires(alertname="TargetDown", severity="page", job="node", instance="b", host="b", owner="infrastructure")
        it.fires(alertname="EngineDown", instance="engine-blue", host="a", reg="rts6", **PAGE)
        it.fires(alertname="HostDown", severity="page", **lost)
        received.wait(lambda: len(received.of("/page")) == 4, 9)

    assert sorted(received.of("/page")) == [("EngineDown",), ("HostDown",), ("TargetDown",)]


def test_planned_work_on_a_host_keeps_its_pages_back_but_what_a_regulator_asks_for() -> None:
    # The real one has no other clock than this machine's; in a test at midnight the second day is meant.
    today = datetime.now(UTC).date()
    work = [{"host": "a", "day": day.isoformat(), "start": "00:00", "end": "24:00"} for day in (today, today + _A_DAY)]
    past = {"host": "b", "day": "2020-01-01", "start": "22:00", "end": "24:00"}
    with receiver() as received, alertmanager(received, maintenance=[*work, past]) as it:
        it.fires(alertname="HostSwapping", severity="page", owner="infrastructure", host="a")
        it.fires(alertname="EngineDown", instance="engine-blue", host="a", reg="rts6", **PAGE)
        it.fires(alertname="HostSwapping", severity="page", owner="infrastructure", host="b")
        received.wait(lambda: len(received.of("/page")) == 3, 9)

    assert [(*message.names, *message.hosts) for message in received.messages] == [
        ("EngineDown", "a"),
        ("HostSwapping", "b"),
    ]


def test_the_heartbeat_goes_to_its_secret_address_and_a_ticket_waits() -> None:
    with receiver() as received, alertmanager(received) as it:
        it.fires(alertname="CacheNearlyFull", severity="ticket", owner="infrastructure")
        it.fires(alertname="DeadManSwitch", severity="heartbeat", owner="infrastructure")
        received.wait(lambda: len(received.messages) == 2, 3)

    assert [(message.path, message.names) for message in received.messages] == [("/heartbeat", ("DeadManSwitch",))]


def test_samples_are_pushed_to_a_store_with_its_token() -> None:
    pushed: list[tuple[str, str, str]] = []

    class Store(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            told = (self.headers["Authorization"], self.headers["X-Prometheus-Remote-Write-Version"])
            pushed.append((self.path, *told))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's own name
            pass

    address = free_address()
    itself = ScrapeTarget(job="prometheus", instance="prometheus-0", host="a", address=address, interval_seconds=1)
    with served(Store) as url:
        store = {"name": "near", "url": f"{url}/push", "bearer": True}
        config = prometheus_yml(settings(remote_write=[store]), "dev", [itself], [], replica="prometheus-0")
        files = {"/etc/hft/prometheus.yml": config, "/run/secrets/remote-write-near": "t0ken"}
        command = ["--config.file=/etc/hft/prometheus.yml", "--storage.tsdb.path=/tmp/data"]
        ready = ["curl", "-fsS", f"http://{address}/-/ready"]
        with running("prometheus", [*command, f"--web.listen-address={address}"], files, ready, network_mode="host"):
            deadline = time.monotonic() + 30
            while not pushed and time.monotonic() < deadline:
                time.sleep(0.1)

    assert set(pushed) == {("/push", "Bearer t0ken", "0.1.0")}
