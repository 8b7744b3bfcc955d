"""A whole cluster brought back in place: exactly the rows of the time are there, on every node, and WAL goes on."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from components.backup import BackupSettings
from tests.drills.cluster import STACK, Cluster, deployed
from tests.drills.conftest import require_rig
from tests.drills.rig import Host, await_true, rig
from tests.drills.writer import INSERT

pytestmark = [pytest.mark.drills, pytest.mark.timeout(1800)]

_FIRST_BACKUP_SECONDS = 180
_AGAIN_SECONDS = 60
_ACTOR = "restore"
# The queue holds 16 of them.
_FILES_OVER_THE_QUEUE = 20
# PostgreSQL tries thrice, and once a minute again.
_GIVEN_UP_SECONDS = 240
_SEEN_SECONDS = 120


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The database on three hosts, one of which serves the repository to all, and a first full backup in it."""
    require_rig()
    with rig() as hosts:
        # The smallest queue, so that WAL is soon given up.
        backup = {"repository": {"host": hosts[-1].name}, "archive_queue_mib": 256}
        with deployed(hosts, tmp_path_factory.mktemp("drills") / "checkout", {"backup": backup}) as made:
            await_true(
                lambda: "full" in made.hft("backup", "list", STACK), _FIRST_BACKUP_SECONDS, "there is a full backup"
            )
            yield made


@pytest.fixture
def whole(cluster: Cluster) -> Cluster:
    """The cluster, nothing of an earlier drill in the way."""
    cluster.await_whole()
    return cluster


def write(cluster: Cluster, numbers: range, at: Host | None = None) -> datetime:
    """Rows through a pooler, one commit each; the server's time after the last one was acknowledged."""
    host = at or cluster.hosts[0]
    login = cluster.connection(host, "hft_writer")
    with psycopg.connect(login, password=cluster.passwords["hft_writer"], autocommit=True) as session:
        for number in numbers:
            session.execute(INSERT, (_ACTOR, str(number)))
        row = session.execute("SELECT clock_timestamp()").fetchone()
    assert row
    time.sleep(1)
    return row[0].astimezone(UTC)


def rows(cluster: Cluster) -> list[list[int]]:
    """As each node has them; a standby is a moment behind."""
    return [cluster.rows(host, _ACTOR) for host in cluster.hosts]


def await_rows(cluster: Cluster, *ranges: range) -> None:
    wanted = [number for each in ranges for number in each]
    await_true(lambda: rows(cluster) == [wanted] * len(cluster.hosts), 30, f"every node has exactly {ranges}")


def restore(cluster: Cluster, to: datetime | None) -> str:
    when = ["--to", to.isoformat()] if to else []
    return cluster.hft("backup", "restore", STACK, "--in-place", *when, "--yes", STACK)


def kept_by(told: str) -> str:
    return told.rsplit(maxsplit=1)[-1]


def test_given_rows_when_restored_twice_and_to_the_newest_then_exactly_those_of_each_time_are_there(
    whole: Cluster,
) -> None:
    # Given
    first = write(whole, range(100))
    write(whole, range(100, 200))
    before = whole.members()[0].timeline

    # When the cluster goes back to before the second hundred
    told = restore(whole, first)

    # Then
    whole.await_whole()
    await_rows(whole, range(100))
    assert (whole.members()[0].timeline or 0) > (before or 0)

    # When it goes back to a time on the timeline that the first restore began
    second = write(whole, range(200, 300))
    write(whole, range(300, 400))
    restore(whole, second)

    # Then
    whole.await_whole()
    await_rows(whole, range(100), range(200, 300))

    # When it goes back to before the first one's time again, and to the newest after that
    write(whole, range(400, 500))
    restore(whole, first)
    whole.await_whole()
    await_rows(whole, range(100))
    write(whole, range(500, 600))
    restore(whole, None)

    # Then nothing is lost
    whole.await_whole()
    await_rows(whole, range(100), range(500, 600))
    # And WAL and backups go on, and a drill passes over all timelines
    await_true(lambda: gap(whole, whole.leader()) == 0, _AGAIN_SECONDS, "WAL goes on")
    write(whole, range(600, 700))
    assert "none missing" in whole.hft("backup", "drill", STACK)
    # And what was before is there until it is forgotten
    leader = whole.leader()
    assert kept_by(told) in whole.execute(leader, "ls", "/var/lib/hft/data")
    whole.hft("backup", "forget", STACK, kept_by(told))
    assert [kept_by(told) in whole.execute(host, "ls", "/var/lib/hft/data") for host in whole.hosts] == [False] * 3


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--in-place", "--to", "2001-01-01T00:00:00", "--yes", STACK], "is before the oldest backup"),
        (["--in-place", "--to", "2101-01-01T00:00:00", "--yes", STACK], "has not come yet"),
        (["--in-place", "--to", "yesterday", "--yes", STACK], "is no time"),
        (["--in-place", "--yes", "prod"], "'prod' is not 'drills': nothing was changed"),
        (["--in-place"], "confirm with --yes drills"),
        (["--in-place", "--as", "copy"], "give one"),
    ],
)
def test_given_a_wrong_order_then_one_error_says_so_and_nothing_is_changed(
    whole: Cluster, arguments: list[str], problem: str
) -> None:
    # Given
    before = whole.members()

    # When
    told = whole.refused("backup", "restore", STACK, *arguments)

    # Then
    assert problem in told
    assert told.count("error:") == 1
    assert whole.members() == before


def test_given_a_restore_that_is_killed_when_it_is_repeated_then_it_goes_on_to_its_end(whole: Cluster) -> None:
    # Given
    wanted = [*rows(whole)[0], *range(1000, 1100)]
    to = write(whole, range(1000, 1100))
    write(whole, range(1100, 1200))
    argv = ["backup", "restore", STACK, "--in-place", "--to", to.isoformat(), "--yes", STACK]

    # When it is killed at each of its steps
    for begun in ("the database is stopped", f"restored to {to.isoformat()}", " leads"):
        _killed_after(whole, argv, begun)
    assert "has begun and is not finished" in whole.refused("backup", "restore", STACK, "--in-place", "--yes", STACK)
    whole.hft(*argv)

    # Then
    whole.await_whole()
    await_true(lambda: rows(whole) == [wanted] * 3, _AGAIN_SECONDS, "every node has exactly the rows of the time")


def test_given_a_repository_that_lacks_wal_when_restored_then_the_cluster_goes_on_as_it_was(whole: Cluster) -> None:
    # Given
    to = write(whole, range(2000, 2010))
    write(whole, range(2010, 2020))
    wanted = rows(whole)[0]
    with _without_wal(whole, since=to):
        # When
        told = whole.refused("backup", "restore", STACK, "--in-place", "--to", to.isoformat(), "--yes", STACK)

    # Then
    assert "nothing was changed" in told
    whole.await_whole()
    assert rows(whole)[0] == wanted
    write(whole, range(2020, 2030))


def test_given_wal_that_was_given_up_then_the_gap_is_seen_and_a_backup_ends_it(whole: Cluster) -> None:
    # Given a repository that is away for longer than the queue lasts
    leader = whole.leader()
    repository(whole).chmod(0)
    try:
        first, *_ = [switched(whole, leader) for _ in range(_FILES_OVER_THE_QUEUE)]
        await_true(lambda: handed_over(whole, leader) >= first, _GIVEN_UP_SECONDS, "pgBackRest gives waiting WAL up")
    finally:
        repository(whole).chmod(0o700)

    # When it is back, then the gap is seen
    await_true(lambda: gap(whole, leader) == 1, _SEEN_SECONDS, "the agent sees the gap")

    # And a backup is made by itself, from which on every time can be restored again
    await_true(lambda: gap(whole, leader) == 0, _FIRST_BACKUP_SECONDS, "a new backup ends the gap")
    after = write(whole, range(3000, 3010))
    write(whole, range(3010, 3020))
    later = switched(whole, leader)
    await_true(lambda: handed_over(whole, leader) >= later, _AGAIN_SECONDS, "the archive has what came after it")
    assert "none missing" in whole.hft("backup", "drill", STACK, "--to", after.isoformat())


def test_given_a_failover_when_a_backup_is_made_then_it_is_the_new_primarys_and_restores_rows_of_both(
    whole: Cluster,
) -> None:
    # Given
    old = whole.leader()
    write(whole, range(4000, 4050), at=whole.beside(old))
    with whole.node(old) as container:
        container.kill()
    await_true(lambda: led_beside(whole, old), _AGAIN_SECONDS, "a standby leads and takes writes")
    write(whole, range(4050, 4100), at=whole.beside(old))

    # When
    whole.hft("backup", "now", STACK, "--type", "full")
    with whole.node(old) as container:
        container.start()

    # Then
    told = whole.hft("backup", "drill", STACK)
    assert "none missing" in told
    whole.await_whole()
    assert rows(whole)[0][-100:] == list(range(4000, 4100))
    assert gap(whole, whole.leader()) == 0


def led_beside(cluster: Cluster, old: Host) -> bool:
    """Whether another host has the primary, and its recovery has ended."""
    members = {member for view in cluster.views() for member in view if member.host != old}
    leaders = [member.host for member in members if (member.role, member.state) == ("leader", "running")]
    return any(cluster.ask(host, "SELECT pg_is_in_recovery()") == "f" for host in leaders)


def repository(cluster: Cluster) -> Path:
    """The volume on the host that serves it."""
    return cluster.hosts[-1].folder / "data" / "volumes" / f"hft-{STACK}-repository-data" / "_data"


def switched(cluster: Cluster, host: Host) -> str:
    """Name of a WAL file that is finished now."""
    return cluster.ask(host, "SELECT pg_current_xact_id()", "SELECT pg_walfile_name(pg_switch_wal())").split()[-1]


def handed_over(cluster: Cluster, host: Host) -> str:
    """Name of the last WAL file that PostgreSQL takes for archived."""
    return cluster.ask(host, "SELECT last_archived_wal FROM pg_stat_archiver")


def gap(cluster: Cluster, host: Host) -> float:
    """The metric of the agent on a host."""
    text = httpx.get(f"http://{host.address}:{BackupSettings().metrics_port}/metrics").raise_for_status().text
    return float(next(line for line in text.splitlines() if line.startswith("hft_archive_gap ")).rpartition(" ")[2])


def _killed_after(cluster: Cluster, argv: list[str], line: str) -> None:
    with cluster.begin(*argv) as process:
        assert process.stdout
        told = next((each for each in process.stdout if each.startswith("✓") and line in each), None)
        process.send_signal(signal.SIGKILL)
    assert told is not None, line


@contextmanager
def _without_wal(cluster: Cluster, since: datetime) -> Iterator[None]:
    """The archive lacks what came after a time, and gets it back when the block ends."""
    archive = repository(cluster) / "archive"
    newest = switched(cluster, cluster.leader())
    await_true(lambda: bool(list(archive.rglob(f"{newest}-*.zst"))), _AGAIN_SECONDS, f"{newest} is in the archive")
    moved = [file for file in archive.rglob("*-*.zst") if file.stat().st_mtime >= since.timestamp()]
    for file in moved:
        file.rename(file.with_suffix(".away"))
    try:
        yield
    finally:
        for file in moved:
            file.with_suffix(".away").rename(file)
