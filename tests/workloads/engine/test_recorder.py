"""The recorder against a server of the timescaledb image with the migrations and the roles of a stack."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from docker.models.containers import Container

from components.database import DatabaseObjectsSettings
from components.database.render import roles_json
from tests.components.database.test_migrations import MIGRATIONS
from tests.components.database.test_roles import PREPARE, ROLES
from tests.components.postgres import postgres
from tests.components.programs import execute, run
from workloads.bench import free_port
from workloads.engine import rows
from workloads.engine.gate import Gate
from workloads.engine.recorder import Recorder
from workloads.engine.settings import DatabaseSettings, RouteSettings
from workloads.metrics import EngineMetrics

pytestmark = pytest.mark.images

PORT = free_port()
ORDER_ID = "00000000-0000-0000-0000-000000000001"


@pytest.fixture(scope="module")
def server() -> Iterator[Container]:
    with postgres(port=PORT, network_mode="host") as container:
        asked(container, ROLES, database="postgres")
        asked(container, "CREATE DATABASE hft OWNER hft_owner", database="postgres")
        asked(container, PREPARE)
        roles = roles_json(DatabaseObjectsSettings())
        files = {**MIGRATIONS, "/etc/hft/roles.json": roles, "/run/secrets/db-owner": "x"}
        ended = run("migrate", ["hft-migrate", "127.0.0.1", str(PORT), "hft", "hft_owner"], files, network_mode="host")
        assert ended.status == 0, ended.output
        yield container


def asked(server: Container, sql: str, database: str = "hft") -> list[str]:
    login = [f"--port={PORT}", "--host=/run/postgresql", f"--dbname={database}", "--username=postgres"]
    argv = ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", *login]
    ended = execute(server, [*argv, f"--command={sql}"])
    assert ended.status == 0, ended.output
    return ended.output.splitlines()


class Desk:
    """A recorder at work, and the gate that it may put caps on."""

    def __init__(self, folder: Path, *, standby_confirms: bool, pooler: int, route: RouteSettings | None) -> None:
        password = folder / "password"
        password.write_text("x")
        settings = DatabaseSettings(
            host="127.0.0.1", port=pooler, orders_route=route, dbname="hft", user="hft_writer", password_file=password,
            ticks_user="hft_ticks", ticks_password_file=password, standby_confirms=standby_confirms,
        )  # fmt: skip
        self.metrics = EngineMetrics()
        self.gate = Gate(lambda before, after, reason: None)
        self.gate.want("active", "test")
        self.gate.cap("no_lease", on=False)
        self.gate.cap("not_ready", on=False)
        self.recorder = Recorder(settings, self.metrics, self.gate.cap)

    def order(self, order_id: str = ORDER_ID) -> None:
        stamp = rows.stamp(time.time_ns())
        what = (stamp, order_id, "submitted", "alpha", "BTC-USD", "buy", 1.0, 1.0, "", "a", "t", 1, "blue")
        self.recorder.add(rows.ORDER_EVENTS, what)

    def tick(self) -> None:
        stamp = rows.stamp(time.time_ns())
        self.recorder.add(rows.TICKS, (stamp, "alpha", "BTC-USD", 1.0, 1.0, 2.0, 1.0, stamp, 1))

    @property
    def synchronous(self) -> float | None:
        return self.metrics.registry.get_sample_value("hft_record_synchronous")

    def waiting(self, table: rows.Table) -> int:
        return len(self.recorder.buffers[table.name].waiting)


@asynccontextmanager
async def recording(
    folder: Path, *, standby_confirms: bool = False, pooler: int = PORT, route: RouteSettings | None = None
) -> AsyncIterator[Desk]:
    desk = Desk(folder, standby_confirms=standby_confirms, pooler=pooler, route=route)
    task = asyncio.create_task(desk.recorder.run())
    try:
        yield desk
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(desk: Desk, synchronous: float) -> None:
    end = time.monotonic() + 20
    while desk.synchronous != synchronous:
        assert time.monotonic() < end, f"hft_record_synchronous is {desk.synchronous} for 20 s"
        await asyncio.sleep(0.05)


async def test_orders_and_ticks_are_written_by_their_roles(server: Container, tmp_path: Path) -> None:
    counts = "SELECT (SELECT count(*) FROM trading.order_events), (SELECT count(*) FROM trading.ticks)"
    assert asked(server, counts) == ["0|0"]
    async with recording(tmp_path) as desk:
        desk.order()
        desk.tick()
        assert await desk.recorder.flushed(20)
        sessions = asked(
            server, "SELECT usename FROM pg_stat_activity WHERE application_name = 'hft-engine' ORDER BY 1"
        )

        assert (sessions, asked(server, counts)) == (["hft_ticks", "hft_writer"], ["1|1"])
        assert (desk.synchronous, desk.gate.state) == (1.0, "active")


async def test_a_lowered_role_writes_no_order_and_only_reduces_until_it_is_raised(
    server: Container, tmp_path: Path
) -> None:
    count = "SELECT count(*) FROM trading.order_events"
    before = asked(server, count)
    asked(server, "ALTER ROLE hft_writer SET synchronous_commit = local")
    try:
        async with recording(tmp_path) as desk:
            desk.order()
            desk.tick()
            await until(desk, 0.0)
            await asyncio.sleep(1)

            assert (desk.gate.state, desk.gate.caps) == ("reducing", ["not_synchronous"])
            assert (desk.waiting(rows.ORDER_EVENTS), desk.waiting(rows.TICKS)) == (1, 0)
            assert asked(server, count) == before
            asked(server, "ALTER ROLE hft_writer SET synchronous_commit = on")
            await until(desk, 1.0)
            assert await desk.recorder.flushed(20)
            assert (desk.gate.state, asked(server, count)) == ("active", [str(int(before[0]) + 1)])
    finally:
        asked(server, "ALTER ROLE hft_writer SET synchronous_commit = on")


async def test_without_a_standby_that_is_waited_for_a_running_engine_stops_writing_orders(
    server: Container, tmp_path: Path
) -> None:
    count = "SELECT count(*) FROM trading.order_events"
    before = int(asked(server, count)[0])
    _wait_for(server, "nobody")
    try:
        async with recording(tmp_path, standby_confirms=True) as desk:
            await until(desk, 1.0)
            _wait_for(server, "")
            desk.order()
            await until(desk, 0.0)

            assert (desk.gate.caps, desk.waiting(rows.ORDER_EVENTS)) == (["not_synchronous"], 1)
            assert asked(server, count) == [str(before)]
    finally:
        _wait_for(server, "")


async def test_where_none_is_to_be_waited_for_it_writes_on(server: Container, tmp_path: Path) -> None:
    async with recording(tmp_path) as desk:
        desk.order()
        assert await desk.recorder.flushed(20)
        assert (desk.synchronous, desk.gate.caps) == (1.0, [])


async def test_orders_with_a_route_of_their_own_need_no_pooler(server: Container, tmp_path: Path) -> None:
    nobody = free_port()
    async with recording(tmp_path, pooler=nobody, route=RouteSettings(host="127.0.0.1", port=PORT)) as desk:
        desk.order()
        desk.tick()
        await until(desk, 1.0)
        await _stored(desk)

        assert desk.waiting(rows.TICKS) == 1


async def test_rows_that_the_database_refuses_are_counted_and_kept(server: Container, tmp_path: Path) -> None:
    def refusals(table: str) -> float | None:
        return desk.metrics.registry.get_sample_value("hft_record_refused_total", {"table": table})

    async with recording(tmp_path) as desk:
        desk.order(order_id="no UUID")
        desk.tick()
        end = time.monotonic() + 20
        while not refusals("order_events"):
            assert time.monotonic() < end, "nothing is refused in 20 s"
            await asyncio.sleep(0.05)

        assert (desk.waiting(rows.ORDER_EVENTS), refusals("ticks"), refusals("audit_log")) == (1, 0, 0)


async def test_a_cut_connection_is_replaced_before_the_next_row(server: Container, tmp_path: Path) -> None:
    async with recording(tmp_path) as desk:
        await until(desk, 1.0)
        first = await _another_session(server, than=[])
        asked(server, f"SELECT pg_terminate_backend({first[0]}, 5000)")
        await _another_session(server, than=first)

        desk.order()
        await _stored(desk)


async def _stored(desk: Desk) -> None:
    end = time.monotonic() + 20
    while desk.waiting(rows.ORDER_EVENTS):
        assert time.monotonic() < end, "an order waits for 20 s"
        await asyncio.sleep(0.05)


async def _another_session(server: Container, than: list[str]) -> list[str]:
    end = time.monotonic() + 20
    while True:
        found = asked(server, "SELECT pid FROM pg_stat_activity WHERE usename = 'hft_writer'")
        if found and found != than:
            return found
        assert time.monotonic() < end, f"sessions of hft_writer are {found} for 20 s"
        await asyncio.sleep(0.05)


def _wait_for(server: Container, standby: str) -> None:
    asked(server, f"ALTER SYSTEM SET synchronous_standby_names = '{standby}'")
    asked(server, "SELECT pg_reload_conf()")
    end = time.monotonic() + 20
    while asked(server, "SHOW synchronous_standby_names") != [standby]:
        assert time.monotonic() < end
        time.sleep(0.1)
