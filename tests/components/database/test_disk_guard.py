"""The disk guard on a file system that really fills: server and guard of the timescaledb image on one small tmpfs."""

import json
import re
import time
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import count
from pathlib import Path
from types import ModuleType

import docker
import pytest
from docker.models.containers import Container

from components.database import DatabaseObjectsSettings
from components.database.render import DATA_DIR, roles_json
from tests.components.database.test_roles import (
    AUDIT,
    OPPORTUNITY,
    ORDER,
    PREPARE,
    ROLES,
    TICK,
    asked,
    migrate,
    nobody_confirming,
    psql,
)
from tests.components.postgres import postgres
from tests.components.programs import FOLDERS, beside, execute, running

PROGRAM = Path(__file__).parents[3] / "images/timescaledb/hft-disk-guard"
SIZE_MIB, STOP_MIB, RESUME_MIB = 512, 128, 192
SMALL_WAL = {"max_wal_size": "64MB", "min_wal_size": "32MB", "checkpoint_timeout": "30s"}
CONFIG = {
    "node": "tsdb-0",
    "path": DATA_DIR,
    "stop_mib": STOP_MIB,
    "resume_mib": RESUME_MIB,
    # The first answers nothing: the one that takes writes is found among all.
    "hosts": ["127.0.0.1", "127.0.0.1"],
    "ports": [15999, 15000],
    "database": "hft",
    "user": "hft_guard",
    "listen_address": "127.0.0.1",
    "listen_port": 19197,
}
REFUSED = re.compile(
    r"ERROR:  trading\.(ticks|opportunities) takes no rows: tsdb-0 has \d+ MiB of disk free, less than 128 MiB; "
    r"from 192 MiB on it takes them again"
)
MANY = (
    "INSERT INTO trading.ticks (ts, venue, symbol, bid, ask, seq)"
    " SELECT now(), 'alpha', 'BTC-USD', n, n, n FROM generate_series(1, 30000) AS n"
)


def loaded() -> ModuleType:
    spec = spec_from_loader("hft_disk_guard", SourceFileLoader("hft_disk_guard", str(PROGRAM)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("stopped", "free", "wanted"),
    [(False, 128, False), (False, 127, True), (True, 128, True), (True, 191, True), (True, 192, False)],
)
def test_it_stops_below_one_bound_and_goes_on_at_the_other(
    monkeypatch: pytest.MonkeyPatch, stopped: bool, free: int, wanted: bool
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg2", ModuleType("psycopg2"))

    assert loaded().wants_stop(stopped, free, STOP_MIB, RESUME_MIB) is wanted


@pytest.fixture(scope="module")
def disk() -> Iterator[str]:
    """A volume that is a small file system of its own."""
    client = docker.from_env()
    options = {"type": "tmpfs", "device": "tmpfs", "o": f"size={SIZE_MIB}m,uid=10002,gid=10002"}
    volume = client.volumes.create(driver_opts=options, labels={"hft.stack": "programs"})
    yield str(volume.name)
    volume.remove()
    client.close()


@pytest.fixture(scope="module")
def server(disk: str) -> Iterator[Container]:
    with postgres(settings=SMALL_WAL, volume=f"{disk}:{DATA_DIR}") as container:
        asked(container, ROLES, database="postgres")
        asked(container, "CREATE DATABASE hft OWNER hft_owner", database="postgres")
        asked(container, PREPARE)
        ended = migrate(container, roles_json(DatabaseObjectsSettings()))
        assert ended.status == 0, ended.output
        yield container


@pytest.fixture(scope="module")
def guard(server: Container, disk: str) -> Iterator[Container]:
    with running(
        "timescaledb",
        ["/etc/hft/guard.json"],
        {"/etc/hft/guard.json": json.dumps(CONFIG), "/run/secrets/db-guard": "x"},
        ["curl", "-fsSo", "/dev/null", "http://127.0.0.1:19197/metrics"],
        entrypoint=["hft-disk-guard"],
        network_mode=beside(server),
        volumes=[*FOLDERS, f"{disk}:{DATA_DIR}:ro"],
    ) as container:
        yield container


def metrics(guard: Container) -> dict[str, float]:
    said = execute(guard, ["curl", "-fsS", "http://127.0.0.1:19197/metrics"]).output
    return {name: float(value) for name, value in re.findall(r"^(hft_\w+) (\S+)$", said, re.MULTILINE)}


def free_mib(server: Container) -> int:
    """As the file system says now; the guard's metric is up to half a second old."""
    blocks, size = execute(server, ["stat", "--file-system", "--format=%a %S", DATA_DIR]).output.split()
    return int(blocks) * int(size) // 1024**2


def until(what: str, holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.2)


def leave(server: Container, mib: int) -> None:
    """Leave so much of the disk free, by a file beside the database that grows or shrinks."""
    more, file = free_mib(server) - mib, f"{DATA_DIR}/ballast"
    grow = ["dd", "if=/dev/zero", f"of={file}", "bs=1M", f"count={more}", "oflag=append", "conv=notrunc"]
    ended = execute(server, grow if more > 0 else ["truncate", f"--size=-{-more}M", file])
    assert ended.status == 0, ended.output


def give_back(server: Container) -> None:
    assert execute(server, ["rm", "-f", f"{DATA_DIR}/ballast"]).status == 0


def stopped(server: Container) -> list[str]:
    return asked(server, "SELECT node FROM hft.ingest_stops")


def told(guard: Container) -> list[tuple[str, str]]:
    """Level and event of each line that it has logged."""
    return [(line["level"], line["event"]) for line in map(json.loads, guard.logs().decode().splitlines())]


@pytest.mark.images
def test_with_room_everything_is_taken_and_the_guard_says_so(server: Container, guard: Container) -> None:
    for role, statement in (("hft_ticks", TICK), ("hft_ticks", OPPORTUNITY), ("hft_writer", ORDER)):
        assert asked(server, statement, role) == []
    until("it is confirmed", lambda: metrics(guard)["hft_disk_guard_confirmed_timestamp_seconds"] > time.time() - 10)
    found = metrics(guard)

    assert (found["hft_disk_guard_stopped"], found["hft_disk_free_bytes"] > RESUME_MIB * 1024**2) == (0, True)
    assert found["hft_disk_guard_stop_bytes"] == STOP_MIB * 1024**2
    assert found["hft_disk_guard_resume_bytes"] == RESUME_MIB * 1024**2


@pytest.mark.images
def test_a_disk_filled_by_ticks_refuses_ticks_and_takes_orders_and_recovers_by_itself(
    server: Container, guard: Container
) -> None:
    for number in count(1):
        ended = psql(server, MANY, "hft_ticks")
        if ended.status != 0:
            break
        assert number < 200, "the disk does not fill"
    assert REFUSED.search(ended.output), ended.output
    assert stopped(server) == ["tsdb-0"]
    assert REFUSED.search(psql(server, OPPORTUNITY, "hft_ticks").output)
    assert REFUSED.search(psql(server, TICK, "hft_writer").output)
    for statement in (ORDER, AUDIT) * 20:
        assert asked(server, statement, "hft_writer") == []
    assert metrics(guard)["hft_disk_guard_stopped"] == 1
    assert free_mib(server) > 0

    asked(server, "SET ROLE hft_owner; TRUNCATE trading.ticks")
    # The second gives back the WAL that only the first made superfluous.
    asked(server, "CHECKPOINT")
    asked(server, "CHECKPOINT")
    until("ticks are taken again", lambda: psql(server, TICK, "hft_ticks").status == 0)
    assert (stopped(server), metrics(guard)["hft_disk_guard_stopped"]) == ([], 0)
    assert told(guard)[-2:] == [("warning", "ingest stopped"), ("info", "ingest goes on")]
    assert "No space left" not in server.logs().decode()


@pytest.mark.images
def test_between_the_bounds_it_stays_as_it_was_also_after_a_restart(server: Container, guard: Container) -> None:
    between = (STOP_MIB + RESUME_MIB) // 2
    leave(server, STOP_MIB - 20)
    until("it stops", lambda: stopped(server) == ["tsdb-0"])
    leave(server, between)
    time.sleep(2)
    assert stopped(server) == ["tsdb-0"]
    guard.restart()
    until("it is back", lambda: metrics(guard).get("hft_disk_guard_confirmed_timestamp_seconds", 0) > 0)
    time.sleep(2)
    assert stopped(server) == ["tsdb-0"]

    give_back(server)
    until("it goes on", lambda: stopped(server) == [])
    leave(server, between)
    time.sleep(2)
    assert stopped(server) == []
    give_back(server)


@pytest.mark.images
def test_a_stop_waits_for_no_standby(server: Container, guard: Container) -> None:
    with nobody_confirming(server):
        leave(server, STOP_MIB - 20)
        until("it stops", lambda: stopped(server) == ["tsdb-0"])
        give_back(server)
        until("it goes on", lambda: stopped(server) == [])


@pytest.mark.images
def test_chunks_are_made_ahead_all_the_same(server: Container) -> None:
    asked(server, "SELECT hft.stop_ingest('test', 'test')")
    try:
        assert psql(server, TICK, "hft_ticks").status != 0
        assert asked(server, TICK, "hft_owner") == []
    finally:
        asked(server, "SELECT hft.resume_ingest('test')")


@pytest.mark.images
@pytest.mark.parametrize("role", ["hft_ticks", "hft_writer", "hft_reader", "hft_monitoring"])
def test_only_the_guard_may_stop_and_resume(server: Container, role: str) -> None:
    for call in ("hft.stop_ingest('x', 'y')", "hft.resume_ingest('x')"):
        ended = psql(server, f"SELECT {call}", role)
        assert (ended.status != 0, "permission denied" in ended.output) == (True, True), ended.output
    assert "permission denied for table" in psql(server, "DELETE FROM hft.ingest_stops", "hft_guard").output
    assert "permission denied for" in psql(server, TICK, "hft_guard").output
