"""The programs of a switchover beside a real PgBouncer and a real HAProxy."""

import io
import json
import shlex
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient
from docker.models.containers import Container

from components._common.endpoint import DatabaseMember, Endpoint
from components.pooling import PoolerSettings, RouteFailoverSettings, RouterSettings
from components.pooling.render import PGBOUNCER_INI, haproxy_cfg, pgbouncer_files
from ops.db import held
from ops.db.conversation import Conversation, converse
from ops.errors import OpsError
from tests.components.authority import Authority, certified
from tests.components.pooling.processes import Pooled, conninfo, pooled
from tests.components.programs import FOLDERS
from tests.ops.conftest import LABELS, LOCK, STACK

pytestmark = pytest.mark.images

PORT = 26432
HERE = "127.0.0.1"
AUTHORITY = Authority()
MEMBERS = [
    DatabaseMember(name=f"tsdb-{index}", address=HERE, postgres_port=25432 + index, patroni_port=28008 + index)
    for index in range(2)
]
Start = Callable[..., Container]


def packed(name: str, text: str) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()


@pytest.fixture
def start(clean_host: DockerClient) -> Start:
    def start(image: str, path: str, text: str, volumes: Sequence[str] = ()) -> Container:
        if not LOCK.exists():
            pytest.skip(f"{LOCK} is missing: run `hft images build`")
        locked = json.loads(LOCK.read_text())["images"][image]["id"]
        container = clean_host.containers.create(
            locked,
            ["-f", path] if image == "haproxy" else [path],
            name=f"hft-{STACK}-{image}",
            labels=LABELS,
            network_mode="none",
            tmpfs={"/tmp": ""},
            read_only=True,
            volumes=[*FOLDERS, *volumes],
        )
        for file, content in {path: text, **AUTHORITY.client_files}.items():
            container.put_archive(str(Path(file).parent), packed(Path(file).name, content))
        container.start()
        return container

    return start


@pytest.fixture
def pooler(start: Start) -> Iterator[Container]:
    listen = Endpoint(HERE, PORT)
    files = pgbouncer_files(PoolerSettings(hosts=("a",)), RouteFailoverSettings(), listen, listen, listen)
    with certified("pgbouncer", AUTHORITY.server_files(HERE)) as mount:
        container = start("pgbouncer", PGBOUNCER_INI, files[PGBOUNCER_INI], volumes=[mount])
        await_true(lambda: paused(container) == "0")
        yield container
        container.remove(force=True, v=True)


@pytest.fixture
def router(start: Start) -> Container:
    settings = RouterSettings(hosts=("a",), writer_port=25000, reader_port=25100, stats_port=28404)
    container = start("haproxy", "/etc/hft/haproxy.cfg", haproxy_cfg(settings, RouteFailoverSettings(), HERE, MEMBERS))
    await_true(lambda: container.exec_run(["test", "-S", "/tmp/haproxy.sock"])[0] == 0)
    return container


def await_true(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def console(pooler: Container, command: str) -> str:
    argv = ["psql", "-XAt", "-h", "/tmp", "-p", str(PORT), "-U", "pgbouncer", "-P", "tuples_only=off", "-c", command]
    output: Any = pooler.exec_run([*argv, "pgbouncer"])[1]
    return str(output.decode())


def paused(pooler: Container) -> str | None:
    """PgBouncer's own word for the database `hft`; None while it does not answer."""
    lines = [line.split("|") for line in console(pooler, "SHOW DATABASES").splitlines()]
    return next((line[lines[0].index("paused")] for line in lines[1:] if line[0] == "hft"), None)


@contextmanager
def program(client: DockerClient, container: Container, script: str, *arguments: object) -> Iterator[Conversation]:
    text = Path(held.__file__).with_name(script).read_text()
    argv = [str(each) for each in arguments]
    with converse(client, str(container.name), text, argv, host="alpha") as conversation:
        yield conversation


def test_clients_are_held_back_and_let_go_on_a_word(clean_host: DockerClient, pooler: Container) -> None:
    with program(clean_host, pooler, "pooler.sh", PORT, "hft", 2, 8) as holding:
        holding.expect("ready", 5)
        assert paused(pooler) == "0"
        holding.say("pause")
        holding.expect("paused", 5)
        assert paused(pooler) == "1"
        holding.say("go")
        holding.expect("resumed", 5)
        assert paused(pooler) == "0"


def test_clients_are_let_go_where_nobody_gives_the_word_any_more(clean_host: DockerClient, pooler: Container) -> None:
    with program(clean_host, pooler, "pooler.sh", PORT, "hft", 2, 60) as holding:
        holding.expect("ready", 5)
        holding.say("pause")
        holding.expect("paused", 5)
    await_true(lambda: paused(pooler) == "0")


def test_clients_are_let_go_after_a_time(clean_host: DockerClient, pooler: Container) -> None:
    with program(clean_host, pooler, "pooler.sh", PORT, "hft", 2, 1) as holding:
        holding.expect("ready", 5)
        holding.say("pause")
        holding.expect("paused", 5)
        holding.expect("resumed", 5)
        assert paused(pooler) == "0"


def test_somebody_elses_pause_is_left_alone(clean_host: DockerClient, pooler: Container) -> None:
    console(pooler, "PAUSE hft")
    with (
        program(clean_host, pooler, "pooler.sh", PORT, "hft", 2, 8) as holding,
        pytest.raises(OpsError) as error,
    ):
        holding.expect("ready", 5)
    assert str(error.value) == (
        "hft-opstest-pgbouncer on alpha: clients of hft are held back already; let them go: RESUME hft on PgBouncer's "
        "console"
    )
    assert paused(pooler) == "1"


def test_a_database_that_the_pooler_lacks_is_named(clean_host: DockerClient, pooler: Container) -> None:
    with program(clean_host, pooler, "pooler.sh", PORT, "hftx", 2, 8) as holding, pytest.raises(OpsError) as error:
        holding.expect("ready", 5)
    assert str(error.value) == "hft-opstest-pgbouncer on alpha: the pooler shows no database hftx"


@pytest.fixture(scope="module")
def both() -> Iterator[Pooled]:
    """A pooler of two processes in front of a PostgreSQL."""
    with pooled() as found:
        yield found


def both_paused(both: Pooled) -> list[str]:
    """What each process says of the database `hft`."""
    shown = [row for number in (1, 2) for row in both.rows(number, "SHOW DATABASES")]
    return [row["paused"] for row in shown if row["name"] == "hft"]


def asking(both: Pooled, address: str) -> list[float]:
    """When a client of one process has had its answers, in s: 80, one every 50 ms where nobody holds it back."""
    asked = "SELECT extract(epoch FROM clock_timestamp());\n\\! sleep 0.05\n"
    client = f"psql -XAtq -v ON_ERROR_STOP=1 '{conninfo(address)}'"
    ended = both.shell(f"for _ in {{1..80}}; do printf %s {shlex.quote(asked)}; done | {client}")
    assert ended.status == 0, ended.output
    return [float(line) for line in ended.output.splitlines()]


def test_clients_of_every_process_are_held_back_and_see_no_error(docker_host: DockerClient, both: Pooled) -> None:
    with ThreadPoolExecutor() as threads, program(docker_host, both.pooler, "pooler.sh", 16432, "hft", 2, 8) as holding:
        clients = [threads.submit(asking, both, address) for address in both.addresses]
        holding.expect("ready", 5)
        time.sleep(1)
        holding.say("pause")
        holding.expect("paused", 5)
        assert both_paused(both) == ["1", "1"]
        time.sleep(1)
        holding.say("go")
        holding.expect("resumed", 5)
        assert both_paused(both) == ["0", "0"]
        for client in clients:
            answers = client.result(timeout=60)
            assert len(answers) == 80
            assert max(later - earlier for earlier, later in pairwise(answers)) > 1


def test_a_transaction_of_one_process_makes_the_pooler_busy(docker_host: DockerClient, both: Pooled) -> None:
    with ThreadPoolExecutor() as threads, program(docker_host, both.pooler, "pooler.sh", 16432, "hft", 1, 8) as holding:
        holding.expect("ready", 5)
        slow = threads.submit(both.ask, "SELECT pg_sleep(4)", at=both.addresses[1])
        await_true(lambda: any(row["sv_active"] == "1" for row in both.rows(2, "SHOW POOLS")))
        holding.say("pause")
        holding.expect("busy", 3)
        holding.say("go")
        holding.expect("resumed", 5)
        assert both_paused(both) == ["0", "0"]
        assert slow.result(timeout=60).status == 0


def test_where_one_process_is_held_back_already_none_is(docker_host: DockerClient, both: Pooled) -> None:
    both.console(2, "PAUSE hft")
    with (
        program(docker_host, both.pooler, "pooler.sh", 16432, "hft", 2, 8) as holding,
        pytest.raises(OpsError) as error,
    ):
        holding.expect("ready", 5)
    assert "clients of hft are held back already" in str(error.value)
    assert both_paused(both) == ["0", "1"]
    both.console(2, "RESUME hft")


def test_clients_of_every_process_are_let_go_where_nobody_gives_the_word(
    docker_host: DockerClient, both: Pooled
) -> None:
    with program(docker_host, both.pooler, "pooler.sh", 16432, "hft", 2, 60) as holding:
        holding.expect("ready", 5)
        holding.say("pause")
        holding.expect("paused", 5)
    await_true(lambda: both_paused(both) == ["0", "0"])


def test_a_router_leads_to_the_other_node(clean_host: DockerClient, router: Container) -> None:
    with program(clean_host, router, "router.sh", "/tmp/haproxy.sock", "tsdb-0", "tsdb-1") as routing:
        routing.expect("ready", 5)
        routing.say("go")
        routing.expect("routed", 5)
    log = router.logs().decode()
    assert "Server primary/tsdb-1 is UP, changed from CLI." in log


def test_a_node_that_the_router_lacks_is_named(clean_host: DockerClient, router: Container) -> None:
    with program(clean_host, router, "router.sh", "/tmp/haproxy.sock", "tsdb-0", "tsdb-7") as routing:
        routing.expect("ready", 5)
        routing.say("go")
        with pytest.raises(OpsError, match=r"on alpha: No such server"):
            routing.expect("routed", 5)
