from ops.db.patroni import Member
from ops.doctor.reach import affected, etcd_has_majority, leader
from tests.ops.doctor.healthy import container, facts, members

BELOW_WRITES = {"local writes", "local records", "local/pooler", "local/pooler-exporter", "local/engine-blue"}
BESIDE = {"local/tsdb-0", "local/tsdb-exporter-0", "local/tsdb-guard-0"}
ALL_BESIDE = {f"local/tsdb-{part}-{index}" for part in ("exporter", "guard") for index in range(3)}


def test_the_leader_takes_writes_with_it() -> None:
    found = affected(facts(), "local/tsdb-0")

    assert found == BESIDE | ALL_BESIDE | BELOW_WRITES | {"primary", "standbys", "local reads", "local/router"}


def test_a_standby_takes_reads_with_it_and_what_is_beside_it() -> None:
    beside = {"local/tsdb-1", "local/tsdb-exporter-1", "local/tsdb-guard-1"}

    assert affected(facts(), "local/tsdb-1") == beside | {"standbys", "local reads"}


def test_a_venue_takes_engines_with_it() -> None:
    assert affected(facts(), "local/venue-alpha") == {"local/venue-alpha", "quotes", "local/engine-blue"}


def test_one_member_of_etcd_takes_nothing_with_it() -> None:
    assert affected(container("etcd-0", status="exited"), "local/etcd-0") == {"local/etcd-0"}


def test_a_majority_of_etcd_takes_the_database_with_it() -> None:
    lost = container("etcd-1", status="paused", given=container("etcd-0", halted=("etcd (process 1)",)))

    assert not etcd_has_majority(lost)
    assert {"etcd", "lease", "primary", "local writes", "local/tsdb-2"} <= affected(lost, "local/etcd-0")


def test_a_leader_that_does_not_run_is_none() -> None:
    assert leader(facts()) == "tsdb-0"
    assert leader(members(Member("tsdb-0", "leader", "starting", None))) is None
