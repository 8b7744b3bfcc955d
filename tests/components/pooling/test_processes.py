"""Two PgBouncers on one port: both serve, both hear, and neither goes on without the other."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from docker.models.containers import Container

from components._common.tls import CLIENT_AUTHORITY_FILE
from tests.components.pooling.processes import AUTHORITY, HERE, PASSWORD, PORT, Pooled, conninfo, pooled
from tests.components.programs import beside, execute, running

pytestmark = pytest.mark.images


@pytest.fixture(scope="module")
def both() -> Iterator[Pooled]:
    with pooled() as found:
        yield found


def test_both_serve_clients_of_the_one_address(both: Pooled) -> None:
    # That all forty fall to one of them has odds of 1 to 2 ** 39.
    asked = f"psql -XAtq '{conninfo(HERE)}' -c 'SELECT 1'"
    ended = both.shell(f"for _ in {{1..40}}; do {asked} & done; wait")

    assert (ended.status, ended.output.split()) == (0, ["1"] * 40), ended.output
    served = [row["total_xact_count"] for n in (1, 2) for row in both.rows(n, "SHOW STATS") if row["database"] == "hft"]
    assert len(served) == 2
    assert all(int(count) > 0 for count in served), served


def test_each_is_asked_at_its_own_address(both: Pooled) -> None:
    for number, address in enumerate(both.addresses, 1):
        ended = both.shell(
            f"psql -XAtq '{conninfo(address)}' -c '\\! sleep 2' &"
            f"sleep 1; psql -XAtq -h /tmp/{number} -p {PORT} -U pgbouncer -c 'SHOW CLIENTS' pgbouncer; wait"
        )

        assert f"|{address}|{PORT}|" in ended.output


# Leads the first client to the first process, and the next one, who asks to cancel what that does, to the second.
TO_ANOTHER = f"""
import asyncio

async def handed(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)
    writer.close()

came = 0
async def client(reader, writer):
    global came
    came += 1
    to, back = await asyncio.open_connection(f"127.0.9.{{came}}", {PORT})
    await asyncio.gather(handed(reader, back), handed(to, writer))

async def main():
    await asyncio.start_server(client, "127.0.0.1", 16500)
    # Says that the first one listens.
    await (await asyncio.start_server(lambda *_: None, "127.0.0.1", 16501)).serve_forever()

asyncio.run(main())
"""
CANCELLED = """
psql -XAtq 'host=127.0.0.1 port=16500 user=hft_writer dbname=hft sslmode=require' -c 'SELECT pg_sleep(30)' 2>&1 &
psql=$!
pools() { psql -XAtq -h /tmp/1 -p 16432 -U pgbouncer -c 'SHOW POOLS' pgbouncer; }
until pools | grep -q '^hft|hft_writer|1|'; do sleep 0.1; done
kill -INT $psql
wait $psql
"""


def test_a_request_to_cancel_that_another_process_gets_finds_its_query(both: Pooled) -> None:
    listens = ["bash", "-c", "exec 3<> /dev/tcp/127.0.0.1/16501"]
    with running(
        "timescaledb", ["-c", TO_ANOTHER], {}, listens, entrypoint=["python3"], network_mode=beside(both.server)
    ):
        ended = both.shell(CANCELLED)

    assert (ended.status, ended.output) == (
        1,
        "Cancel request sent\nERROR:  canceling statement due to user request\n",
    )


def test_both_read_their_users_again(both: Pooled) -> None:
    first, second = both.addresses
    assert both.given_users("changed", at=second).output == ""
    pgpass = {"PGPASSWORD": "changed"}
    logins = [
        both.shell(
            f"psql -XAtqc 'SHOW VERSION' '{conninfo(at, 'hft_monitoring', 'pgbouncer')}'",
            pgpass,
        )
        for at in (first, second)
    ]

    assert [ended.status for ended in logins] == [0, 0], logins
    assert both.given_users(PASSWORD, at=first).output == ""


def test_one_that_hangs_is_noticed(both: Pooled) -> None:
    ping, second = f"pg-ping 127.0.9.1 {PORT} 127.0.9.2 {PORT}", signalled(2)
    hung = both.shell(f"{second} STOP; {ping}; echo $?; {second} CONT")

    assert hung.output == f"127.0.9.2:{PORT} accepts, but does not answer\n1\n"
    assert both.shell(ping) == (0, "")


def signalled(number: int) -> str:
    """The command that signals one process, less the signal's name; the launcher has the file's name as well."""
    return f"pkill --exact --full 'pgbouncer /etc/hft/pgbouncer-{number}.ini' --signal"


def exporting(both: Pooled, address: str, port: int) -> AbstractContextManager[Container]:
    """The exporter of one process, as components/pooling/pooler.py starts it."""
    password = "/run/secrets/db-monitoring"
    argv = ["pgbouncer", address, str(PORT), "pgbouncer", "hft_monitoring", password, CLIENT_AUTHORITY_FILE]
    listen = f"127.0.0.1:{port}"
    return running(
        "exporters",
        [*argv, f"--web.listen-address={listen}"],
        {password: PASSWORD, **AUTHORITY.client_files},
        ["curl", "-fsS", "-o", "/dev/null", f"http://{listen}/metrics"],
        network_mode=beside(both.server),
    )


def transactions(exporter: Container, port: int) -> int:
    """How many a process has had for the database `hft`, by its exporter."""
    metrics = execute(exporter, ["curl", "-fsS", f"http://127.0.0.1:{port}/metrics"]).output
    (count,) = re.findall(
        r'^pgbouncer_stats_sql_transactions_pooled_total{database="hft"} (\d+)$', metrics, re.MULTILINE
    )
    return int(count)


def test_an_exporter_sees_the_process_that_it_asks(both: Pooled) -> None:
    first, second = both.addresses
    with exporting(both, first, 19127) as one, exporting(both, second, 19128) as other:
        before = transactions(one, 19127), transactions(other, 19128)
        for _ in range(3):
            assert both.ask("SELECT 1", at=second) == (0, "1\n")

        after = transactions(one, 19127), transactions(other, 19128)
        assert after == (before[0], before[1] + 3)


@pytest.fixture
def ending() -> Iterator[Pooled]:
    """One that does not outlive its test."""
    with pooled() as found:
        yield found


def test_where_one_ends_by_itself_the_pooler_ends_and_says_which(ending: Pooled) -> None:
    assert ending.shell(f"{signalled(1)} KILL").status == 0

    assert ending.pooler.wait(timeout=10)["StatusCode"] == 1
    assert "pgbouncers: PgBouncer of /etc/hft/pgbouncer-1.ini ended by itself with status 137" in ending.log


def test_a_stop_lets_the_transactions_of_both_end(ending: Pooled) -> None:
    asked = [f"psql -XAtq '{conninfo(at)}' -c 'SELECT pg_sleep(2), {n}' &" for n, at in enumerate(ending.addresses, 1)]
    stop = "sleep 1; kill -INT 1;"
    # What is left of its container ends with the first process, and with it what is executed there.
    ended = ending.shell(f"({' '.join(asked)} {stop} wait) > /proc/1/fd/1")

    assert ending.pooler.wait(timeout=10)["StatusCode"] == 0, ended
    assert {"|1", "|2"} <= set(ending.log.splitlines())
