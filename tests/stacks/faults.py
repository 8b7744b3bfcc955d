"""Faults of a deployed stack, each undone when its block ends, and what doctor has to name as the cause."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from docker import DockerClient
from docker.models.containers import Container

from components._common.container import CONFIG_DIR
from components._common.tls import TLS_DIR
from ops.bench.monitoring.paging.faults import stranger
from tests.stacks.twin import NAME

_PERIOD_US = 100_000
_PATRONICTL = ["patronictl", "-c", "/etc/hft/patroni"]
# Opens connections until PostgreSQL has no more, leaves some for others, and holds the rest until a file is gone.
_TAKE_CONNECTIONS = """
import os, time, psycopg2
held = []
try:
    while True:
        held.append(psycopg2.connect(host="/run/postgresql", port=PORT, user="postgres", dbname="postgres"))
except psycopg2.OperationalError:
    for each in held[-4:]:
        each.close()
while os.path.exists("/tmp/fault"):
    time.sleep(0.2)
"""


@dataclass(frozen=True)
class Fault:
    """Something that breaks, and how doctor calls it."""

    name: str
    injected: Callable[[DockerClient], AbstractContextManager[None]]
    cause: str
    subjects: tuple[str, ...]
    """Any of these is right."""


def container(client: DockerClient, role: str) -> Container:
    return client.containers.get(f"hft-{NAME}-{role}")


def place(*roles: str) -> tuple[str, ...]:
    return tuple(f"hft-{NAME}-{role} on local" for role in roles)


@contextmanager
def paused(client: DockerClient, *roles: str) -> Iterator[None]:
    for role in roles:
        container(client, role).pause()
    try:
        yield
    finally:
        for role in roles:
            container(client, role).unpause()


@contextmanager
def stopped(client: DockerClient, role: str) -> Iterator[None]:
    container(client, role).stop(timeout=30)
    try:
        yield
    finally:
        container(client, role).start()


@contextmanager
def halted(client: DockerClient, role: str) -> Iterator[None]:
    container(client, role).kill("SIGSTOP")
    try:
        yield
    finally:
        container(client, role).kill("SIGCONT")


@contextmanager
def removed(client: DockerClient, role: str) -> Iterator[None]:
    """Under its name there is no container; it runs on under another one, so that nothing has to be made again."""
    hidden = container(client, role)
    hidden.rename(f"hft-{NAME}-hidden")
    try:
        yield
    finally:
        hidden.rename(f"hft-{NAME}-{role}")


@contextmanager
def throttled(client: DockerClient, role: str) -> Iterator[None]:
    container(client, role).update(cpu_period=_PERIOD_US, cpu_quota=_PERIOD_US // 20)
    try:
        yield
    finally:
        container(client, role).update(cpu_quota=-1)


@contextmanager
def moved(client: DockerClient, role: str, cpus: str, back: str) -> Iterator[None]:
    container(client, role).update(cpuset_cpus=cpus)
    try:
        yield
    finally:
        container(client, role).update(cpuset_cpus=back)


@contextmanager
def second_leader(client: DockerClient, port: int) -> Iterator[None]:
    """Somebody starts a copy of the engine in its free slot."""
    engine = container(client, "engine-blue")
    settings = json.loads(run(engine, ["cat", f"{CONFIG_DIR}/engine.json"]))
    with stranger(client, engine.attrs["Image"], settings, port):
        yield


@contextmanager
def maintenance(client: DockerClient, role: str) -> Iterator[None]:
    run(container(client, role), [*_PATRONICTL, "pause", "--wait"])
    try:
        yield
    finally:
        run(container(client, role), [*_PATRONICTL, "resume", "--wait"])


@contextmanager
def without_connections(client: DockerClient, port: int) -> Iterator[None]:
    """The primary has none left but a few."""
    nodes = [(container(client, f"tsdb-{index}"), port + index) for index in range(3)]
    primary, own = next(each for each in nodes if asked(*each, "SELECT pg_is_in_recovery()") == "f")
    run(primary, ["touch", "/tmp/fault"])
    primary.exec_run(["python3", "-c", _TAKE_CONNECTIONS.replace("PORT", str(own))], detach=True)
    try:
        yield
    finally:
        run(primary, ["rm", "-f", "/tmp/fault"])


@contextmanager
def crashed(client: DockerClient, role: str, port: int) -> Iterator[None]:
    """One of PostgreSQL's processes is killed, upon which it ends all of them and starts anew: nothing to undo."""
    node = container(client, role)
    query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    run(node, ["kill", "-KILL", asked(node, port, query)])
    yield


@contextmanager
def broken_certificate(client: DockerClient, role: str) -> Iterator[None]:
    """The certificate that a part reads at each handshake is none; the volume is the part's own."""
    _in_volume(client, role, TLS_DIR, "cp tls.crt kept; echo broken > tls.crt")
    try:
        yield
    finally:
        _in_volume(client, role, TLS_DIR, "cat kept > tls.crt; rm kept")


@contextmanager
def little_room(client: DockerClient, role: str) -> Iterator[None]:
    """A guard that wants more of its disk free than there is: as if the disk were nearly full."""
    more = r's/"(stop|resume)_mib": *[0-9]+/"\1_mib": 900000000/'
    _in_volume(client, role, CONFIG_DIR, f"cp guard.json kept; sed -E '{more}' kept > guard.json")
    container(client, role).restart()
    try:
        yield
    finally:
        _in_volume(client, role, CONFIG_DIR, "cat kept > guard.json; rm kept")
        container(client, role).restart()


def run(part: Container, argv: list[str]) -> str:
    status, output = part.exec_run(argv)
    assert isinstance(output, bytes)
    assert status == 0, output.decode()
    return output.decode()


def asked(node: Container, port: int, query: str) -> str:
    """What a node answers the superuser."""
    return run(node, ["psql", "-XAtq", "-h", "/run/postgresql", "-p", str(port), "-U", "postgres", "-c", query]).strip()


def _in_volume(client: DockerClient, role: str, folder: str, script: str) -> None:
    """Run a script as root in the volume that a container has at a folder."""
    part = container(client, role)
    mounts: list[dict[str, Any]] = part.attrs["Mounts"]
    volume = next(mount["Name"] for mount in mounts if mount["Destination"] == folder)
    helper = client.containers.create(
        part.attrs["Image"],
        entrypoint=["/bin/sh", "-euc", script],
        command=[],
        user="0",
        network_mode="none",
        working_dir="/volume",
        volumes={volume: {"bind": "/volume", "mode": "rw"}},
    )
    try:
        helper.start()
        assert helper.wait()["StatusCode"] == 0, helper.logs()
    finally:
        helper.remove(force=True, v=True)


def faults(postgres_port: int, free_port: int) -> tuple[Fault, ...]:
    """Those that are tried, one after the other.

    `postgres_port`: of the first node, the others' follow. `free_port`: of the slot that the engine is not in.
    """
    return (
        Fault("a venue is paused", lambda host: paused(host, "venue-alpha"), "container-paused", place("venue-alpha")),
        Fault("Prometheus is stopped", lambda host: stopped(host, "prometheus-0"), "container-stopped",
              place("prometheus-0")),
        Fault("Alertmanager stands still", lambda host: halted(host, "alertmanager-0"), "process-halted",
              place("alertmanager-0")),
        Fault("the pooler is stopped", lambda host: stopped(host, "pooler"), "container-stopped", place("pooler")),
        Fault("the pooler stands still", lambda host: halted(host, "pooler"), "process-halted", place("pooler")),
        Fault("the router is stopped", lambda host: stopped(host, "router"), "container-stopped", place("router")),
        Fault("one member of etcd is paused", lambda host: paused(host, "etcd-2"), "container-paused",
              place("etcd-2")),
        Fault("etcd has lost its majority", lambda host: paused(host, "etcd-0", "etcd-1"), "container-paused",
              place("etcd-0", "etcd-1")),
        Fault("a certificate of etcd is broken", lambda host: broken_certificate(host, "etcd-1"),
              "certificate-refused", place("etcd-1")),
        Fault("an engine has a quota", lambda host: throttled(host, "engine-blue"), "engine-throttled",
              place("engine-blue")),
        Fault("an engine is on other CPUs", lambda host: moved(host, "engine-blue", "0", "1"),
              "engine-on-other-cpus", place("engine-blue")),
        Fault("two engines lead", lambda host: second_leader(host, free_port), "two-leaders", ("engines",)),
        Fault("the cache is gone", lambda host: removed(host, "cache"), "container-missing", place("cache")),
        Fault("failover is switched off", lambda host: maintenance(host, "tsdb-1"), "failover-off", ("database",)),
        Fault("connections are used up", lambda host: without_connections(host, postgres_port),
              "connections-used-up", place("tsdb-0", "tsdb-1", "tsdb-2")),
        Fault("a disk is nearly full", lambda host: little_room(host, "tsdb-guard-2"), "ingest-stopped",
              place("tsdb-2")),
        Fault("a node is stopped", lambda host: stopped(host, "tsdb-2"), "container-stopped", place("tsdb-2")),
        Fault("another node is stopped", lambda host: stopped(host, "tsdb-0"), "container-stopped", place("tsdb-0")),
        Fault("PostgreSQL crashes", lambda host: crashed(host, "tsdb-1", postgres_port + 1), "postgres-crashes",
              place("tsdb-1")),
    )  # fmt: skip
