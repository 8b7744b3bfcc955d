from ops.doctor.causes.etcd import CAUSES
from tests.ops.doctor.healthy import found, metric, silent


def test_members_that_see_no_leader_cannot_decide() -> None:
    assert found(CAUSES, "etcd-no-majority", metric("etcd_server_has_leader", 0)) == [
        ("etcd", ("3 of 3 members are gone or see no leader: etcd-0, etcd-1, etcd-2",), "hft status dev")
    ]


def test_a_lost_majority_cannot_decide() -> None:
    assert found(CAUSES, "etcd-no-majority", silent("etcd-0", "etcd-2")) == [
        ("etcd", ("2 of 3 members are gone or see no leader: etcd-0, etcd-2",), "hft status dev")
    ]


def test_one_lost_member_costs_nothing() -> None:
    assert found(CAUSES, "etcd-no-majority", silent("etcd-0")) == []


def test_a_member_with_more_than_four_fifths_of_its_quota_is_nearly_full() -> None:
    assert found(CAUSES, "etcd-full", metric("etcd_mvcc_db_total_size_in_bytes", 210 * 2.0**20, "etcd-1")) == [
        ("etcd member etcd-1", ("82% of its quota are used; when full it refuses writes",), "hft status dev")
    ]
