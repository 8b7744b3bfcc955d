from ops.db.patroni import Member
from ops.doctor.causes.database import CAUSES
from ops.doctor.facts import LogSign
from tests.ops.doctor.healthy import container, facts, found, members, metric, silent

LIST = "docker exec hft-dev-tsdb-0 patronictl -c /etc/hft/patroni list"
LEADER = Member("tsdb-0", "leader", "running", None)


def test_without_a_primary_nothing_can_be_written() -> None:
    assert found(CAUSES, "no-primary", metric("patroni_primary", 0, "tsdb-0")) == [
        ("database", ("tsdb-0: leads nothing", "tsdb-1: leads nothing", "tsdb-2: leads nothing"), LIST)
    ]


def test_nodes_that_do_not_answer_lead_nothing() -> None:
    stopped = container("tsdb-0", status="exited", given=silent("tsdb-0"))

    assert found(CAUSES, "no-primary", stopped) == [
        (
            "database",
            ("tsdb-1: leads nothing", "tsdb-2: leads nothing", "tsdb-0: exited"),
            "docker exec hft-dev-tsdb-1 patronictl -c /etc/hft/patroni list",
        )
    ]


def test_two_primaries_are_told_with_their_timelines() -> None:
    assert found(CAUSES, "two-primaries", metric("patroni_primary", 1, "tsdb-1")) == [
        (
            "database",
            ("tsdb-0 says that it leads, on timeline 1", "tsdb-1 says that it leads, on timeline 1"),
            LIST,
        )
    ]


def test_a_leader_that_nobody_confirms_is_told() -> None:
    alone = members(LEADER, Member("tsdb-1", "replica", "starting", None))

    assert found(CAUSES, "no-synchronous-standby", alone) == [
        ("database", ("tsdb-0: leader, running", "tsdb-1: replica, starting"), LIST)
    ]


def test_where_commits_wait_for_nobody_nobody_has_to_confirm() -> None:
    assert found(CAUSES, "no-synchronous-standby", members(LEADER, synchronous=False)) == []


def test_a_standby_that_does_not_follow_is_told() -> None:
    waiting = members(LEADER, Member("tsdb-1", "replica", "starting", None))

    assert found(CAUSES, "standby-not-following", waiting) == [
        (
            "hft-dev-tsdb-1 on local",
            ("Patroni: starting, lag unknown",),
            "docker logs --tail 50 hft-dev-tsdb-1",
        )
    ]


def test_a_standby_that_is_far_behind_is_told() -> None:
    far, near = (members(LEADER, Member("tsdb-1", "quorum_standby", "streaming", lag * 2**20)) for lag in (65, 64))

    assert found(CAUSES, "standby-not-following", far) == [
        ("hft-dev-tsdb-1 on local", ("Patroni: streaming, lag 65 MiB",), "docker logs --tail 50 hft-dev-tsdb-1")
    ]
    assert found(CAUSES, "standby-not-following", near) == []


def test_a_node_without_postgres_is_told() -> None:
    assert found(CAUSES, "postgres-not-running", metric("patroni_postgres_running", 0, "tsdb-2")) == [
        (
            "hft-dev-tsdb-2 on local",
            ("its Patroni answers, and says that PostgreSQL does not run",),
            "docker logs --tail 50 hft-dev-tsdb-2",
        )
    ]


def test_a_node_that_crashes_is_told_by_its_log() -> None:
    sign = LogSign(part="local/tsdb-0", kind="crash", words="terminated by signal 11: Segmentation fault", count=7)

    assert found(CAUSES, "postgres-crashes", facts(logged=(sign,))) == [
        (
            "hft-dev-tsdb-0 on local",
            ("its log, 7 times in two minutes: terminated by signal 11: Segmentation fault",),
            "docker logs --since 2m hft-dev-tsdb-0 2>&1 | grep -A 1 'terminated by signal'",
        )
    ]
    assert found(CAUSES, "no-space", facts(logged=(sign,))) == []


def test_a_node_without_room_is_told_by_its_log() -> None:
    sign = LogSign(part="local/tsdb-2", kind="no-space", words="No space left on device", count=1)

    assert found(CAUSES, "no-space", facts(logged=(sign,))) == [
        (
            "hft-dev-tsdb-2 on local",
            ("its log, 1 times in two minutes: No space left on device",),
            "docker exec hft-dev-tsdb-2 df -h /var/lib/hft/data",
        )
    ]
    assert found(CAUSES, "postgres-crashes", facts(logged=(sign,))) == []


def test_a_guard_that_stops_ingest_is_told_with_what_is_left() -> None:
    stopped = metric(
        "hft_disk_free_bytes", 900 * 2.0**20, "tsdb-2", given=metric("hft_disk_guard_stopped", 1, "tsdb-2")
    )

    assert found(CAUSES, "ingest-stopped", stopped) == [
        (
            "hft-dev-tsdb-2 on local",
            ("its disk has 900 MiB left, less than 1024 MiB: ticks are refused",),
            "docker exec hft-dev-tsdb-2 df -h /var/lib/hft/data",
        )
    ]


def test_connections_beyond_the_bound_are_used_up() -> None:
    query = "SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC"

    assert found(CAUSES, "connections-used-up", metric("pg_stat_activity_count", 86, "tsdb-0")) == [
        (
            "hft-dev-tsdb-0 on local",
            ("86 of 100 connections are taken",),
            f'docker exec hft-dev-tsdb-0 psql -h /run/postgresql -p 15430 -U postgres -c "{query}"',
        )
    ]
    assert found(CAUSES, "connections-used-up", metric("pg_stat_activity_count", 85, "tsdb-0")) == []


def test_a_node_that_refuses_its_exporter_is_told() -> None:
    refused = metric("pg_up", 0, "tsdb-1")

    assert found(CAUSES, "login-refused", refused) == [
        (
            "hft-dev-tsdb-1 on local",
            ("it does not let its exporter in: connections used up, or another password",),
            "docker logs --tail 50 hft-dev-tsdb-exporter-1",
        )
    ]
    assert found(CAUSES, "login-refused", container("tsdb-1", status="exited", given=refused)) == []


def test_maintenance_mode_is_told() -> None:
    paused = members(LEADER, Member("tsdb-1", "quorum_standby", "streaming", 0), in_maintenance=True)

    assert found(CAUSES, "failover-off", paused) == [
        (
            "database",
            ("Patroni is in maintenance mode: it moves the primary by itself no more",),
            "docker exec hft-dev-tsdb-0 patronictl -c /etc/hft/patroni resume",
        )
    ]


def test_a_pause_has_its_own_runbook_and_a_lost_primary_another() -> None:
    pages = {cause.name: cause.runbook for cause in CAUSES}

    assert pages["failover-off"] == "TsdbPaused"
    assert [name for name, page in pages.items() if page == "TsdbNoPrimary"] == ["no-primary"]


def test_a_parameter_that_waits_is_told() -> None:
    assert found(CAUSES, "restart-pending", metric("patroni_pending_restart", 1, "tsdb-0")) == [
        (
            "hft-dev-tsdb-0 on local",
            ("a changed parameter is not in force before its restart",),
            "hft db restart dev",
        )
    ]
