"""Which of the things found is told as the cause: whole stacks with one fault, and what that shows everywhere."""

from dataclasses import replace

from ops.doctor.causes import CAUSES
from ops.doctor.facts import Facts, Host
from ops.doctor.rank import Verdict, diagnose
from tests.ops.doctor.healthy import alert, alerted, container, facts, metric, silent


def told(given: Facts) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(cause, subject, consequences) in their order."""
    return [
        (
            verdict.suspect.cause.name,
            verdict.suspect.finding.subject,
            [(each.cause.name, each.finding.subject) for each in verdict.consequences],
        )
        for verdict in diagnose(given, CAUSES)
    ]


def test_a_healthy_stack_has_nothing_to_tell() -> None:
    assert told(facts()) == []


def test_a_lost_host_explains_everything_on_it() -> None:
    host = Host(name="local", endpoint="ssh://one", problem="no route")
    names = {each.role for each in facts().parts} & {each.part.partition("/")[2] for each in facts().targets}
    gone = replace(silent(*names), hosts=(host,))
    gone = alerted(alert("TargetDown", instance="etcd-0", job="etcd"), alert("TsdbNoPrimary"), given=gone)
    for role in [each.role for each in facts().parts]:
        gone = container(role, status="unseen", health="", given=gone)

    assert told(gone) == [
        (
            "host-lost",
            "host local",
            [
                ("etcd-no-majority", "etcd"),
                ("no-primary", "database"),
                ("alert", "alert TargetDown"),
                ("alert", "alert TsdbNoPrimary"),
            ],
        )
    ]


def test_a_stopped_leader_explains_that_nobody_leads() -> None:
    stopped = silent("tsdb-0", given=container("tsdb-0", status="exited", exit_code=137))
    stopped = replace(metric("pg_up", 0, "tsdb-0", given=stopped), cluster=replace(facts().cluster, view=None))
    stopped = metric("haproxy_backend_active_servers", 0, given=stopped, proxy="primary")
    stopped = container("router", health="unhealthy", given=stopped)

    assert told(stopped) == [
        (
            "container-stopped",
            "hft-dev-tsdb-0 on local",
            [
                ("no-primary", "database"),
                ("router-no-primary", "hft-dev-router on local"),
                ("part-unhealthy", "hft-dev-router on local"),
            ],
        )
    ]


def test_a_stopped_standby_explains_nothing_about_the_primary() -> None:
    both = container("tsdb-1", status="exited", given=metric("patroni_primary", 0, "tsdb-0"))

    assert told(both) == [
        ("container-stopped", "hft-dev-tsdb-1 on local", []),
        ("no-primary", "database", []),
    ]


def test_two_lost_members_of_etcd_explain_that_it_cannot_decide() -> None:
    lost = silent("etcd-0", "etcd-1")
    for role in ("etcd-0", "etcd-1"):
        lost = container(role, status="paused", given=lost)
    lost = metric("etcd_server_has_leader", 0, given=metric("patroni_primary", 0, "tsdb-0", given=lost))

    assert told(lost) == [
        (
            "container-paused",
            "hft-dev-etcd-0 on local",
            [("etcd-no-majority", "etcd"), ("no-primary", "database")],
        ),
        ("container-paused", "hft-dev-etcd-1 on local", []),
    ]


def test_one_lost_member_of_etcd_explains_nothing_else() -> None:
    both = container("etcd-2", status="exited", given=metric("pgbouncer_up", 0))

    assert [name for name, _, _ in told(both)] == ["container-stopped", "pooler-refuses"]


def test_a_paused_venue_explains_the_engine_that_has_lost_it() -> None:
    paused = metric("hft_venue_up", 0, given=silent("venue-alpha", given=container("venue-alpha", status="paused")))
    paused = alerted(alert("VenueDown", instance="engine-blue", venue="alpha"), given=paused)

    assert told(paused) == [
        (
            "container-paused",
            "hft-dev-venue-alpha on local",
            [("venue-lost", "venue alpha"), ("alert", "alert VenueDown")],
        )
    ]


def test_an_alert_with_the_page_of_a_cause_is_the_same_thing() -> None:
    clock = alerted(alert("HostClockUnsynchronised", instance="local", job="node"), given=metric(
        "node_timex_sync_status", 0
    ))  # fmt: skip

    assert told(clock) == [("clock-not-set", "host local", [("alert", "alert HostClockUnsynchronised")])]


def test_what_is_only_likely_explains_nothing_that_is_certain() -> None:
    both = metric("node_filesystem_avail_bytes", 0, given=container("tsdb-1", status="paused"))

    assert [(name, also) for name, _, also in told(both)] == [("container-paused", []), ("disk-full", [])]


def test_an_alert_that_nothing_explains_is_a_cause() -> None:
    assert told(alerted(alert("BackupMissing"))) == [("alert", "alert BackupMissing", [])]


def test_what_is_certain_comes_before_what_is_likely_and_that_before_what_is_possible() -> None:
    many = container("cache", status="exited", given=metric("pgbouncer_up", 0))
    many = metric("node_timex_sync_status", 0, given=many)

    assert [name for name, _, _ in told(many)] == ["container-stopped", "pooler-refuses", "clock-not-set"]


def test_nothing_is_told_twice_and_nothing_is_lost() -> None:
    broken = silent("tsdb-0", "etcd-0", "etcd-1", "router", "pooler-exporter", "engine-blue")
    broken = metric("node_timex_sync_status", 0, given=container("etcd-0", status="exited", given=broken))
    broken = alerted(alert("TargetDown", instance="tsdb-0", job="patroni"), given=broken)
    suspects = sorted((cause.name, each.subject, each.evidence) for cause in CAUSES for each in cause.find(broken))

    assert sorted(_all(diagnose(broken, CAUSES))) == suspects


def _all(verdicts: list[Verdict]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (each.cause.name, each.finding.subject, each.finding.evidence)
        for verdict in verdicts
        for each in (verdict.suspect, *verdict.consequences)
    ]
