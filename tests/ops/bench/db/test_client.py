"""psql and pgbench against a real PostgreSQL: what they are told, what they tell, and what a refusal looks like."""

import subprocess
import time
from collections.abc import Iterator

import pytest
from docker import DockerClient

from ops.bench.db.client import Client, client, side_by_side
from ops.bench.db.pgbench import Load, Target
from ops.errors import OpsError
from tests.images.conftest import docker_client, locked

__all__ = ["docker_client", "locked"]

pytestmark = pytest.mark.images

PASSWORDS = {"hft_writer": "its own", "hft_ticks": "another"}
NAME = "hft-test-bench-server"
PORT = 31139
TARGET = Target(PORT, "hft_writer", "postgres")
START = f"""
initdb -D /tmp/data --auth=scram-sha-256 --auth-local=trust --pwfile=/dev/stdin <<< superuser > /dev/null
exec postgres -D /tmp/data -c port={PORT} -c listen_addresses=127.0.0.1 -c unix_socket_directories=/tmp
"""


@pytest.fixture(scope="module")
def asking(docker_client: DockerClient, locked: dict) -> Iterator[Client]:
    image = locked["timescaledb"].id
    server = docker_client.containers.run(
        image, ["-c", START], entrypoint=["bash"], name=NAME, network_mode="host", detach=True
    )
    try:
        roles = "".join(f"CREATE ROLE {role} LOGIN PASSWORD '{word}';" for role, word in PASSWORDS.items())
        make = ["psql", "-Xh/tmp", f"-p{PORT}", "-Upostgres", "-c", roles]
        end = time.monotonic() + 60
        while server.exec_run(make).exit_code:
            assert time.monotonic() < end, server.logs().decode()
            time.sleep(0.5)
        with client(docker_client, image, PASSWORDS) as found:
            yield found
    finally:
        server.remove(force=True, v=True)


def test_statements_are_answered_and_timed(asking: Client) -> None:
    assert asking.psql(TARGET, "SELECT current_user", "SELECT 1 + 1") == "hft_writer\n2\n"
    assert 0.2 <= asking.seconds(TARGET, "SELECT pg_sleep(0.2)") < 10


def test_a_refused_statement_is_one_error(asking: Client) -> None:
    with pytest.raises(OpsError) as refused:
        asking.psql(TARGET, "SELECT 1 / 0")

    assert refused.value.problems == ("psql in hft-benchdb-client: ERROR:  division by zero",)


def test_a_load_is_logged_by_script_and_by_weight(asking: Client) -> None:
    run = asking.pgbench((TARGET, Load({"SELECT 1;\n": 1, "SELECT pg_sleep(0.05);\n": 9}, clients=4, seconds=5)))
    quick, slow = (sorted(each.elapsed_us for each in run.transactions if each.script == script) for script in (0, 1))

    assert len(slow) > len(quick) > 0
    assert slow[0] >= 50_000
    assert run.transactions[-1].ended_us / 1e6 == pytest.approx(time.time(), abs=60)


def test_a_load_by_the_clock_keeps_its_rate(asking: Client) -> None:
    run = asking.pgbench((TARGET, Load({"SELECT 1;\n": 1}, clients=2, seconds=10, rate=20)))

    assert 100 <= len(run.transactions) <= 300


def test_two_loads_at_the_same_time_are_one_run(asking: Client) -> None:
    found = asking.pgbench(
        (TARGET, Load({"SELECT pg_sleep(0.05);\n": 1}, clients=1, seconds=4)),
        (Target(PORT, "hft_ticks", "postgres"), Load({"SELECT pg_sleep(0.2);\n": 1}, clients=1, seconds=4)),
    )
    elapsed = sorted(each.elapsed_us for each in found.transactions)

    assert found.seconds == 4
    assert 50_000 <= elapsed[0] < 200_000 <= elapsed[-1]


def test_a_load_that_is_refused_is_one_error(asking: Client) -> None:
    with pytest.raises(OpsError, match=r"^sh in hft-benchdb-client: pgbench: .*division by zero"):
        asking.pgbench((TARGET, Load({"SELECT 1 / 0;\n": 1}, clients=1, seconds=1)))


def test_commands_side_by_side_fail_where_one_does() -> None:
    def status(*commands: list[str]) -> int:
        return subprocess.run(["sh", "-c", side_by_side(commands)], check=False).returncode

    assert status(["true"], ["test", "it's", "=", "it's"]) == 0
    assert status(["false"], ["true"]) == status(["true"], ["false"]) == 1
