from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workloads.witness.cluster import HOSTS, settings, standing
from workloads.witness.agreement import agreed

LOST = "tsdb-0:7"
FIVE = ("alpha", "beta", "gamma", "delta", "epsilon")
OF_FIVE = {"voters": frozenset({"tsdb-1", "tsdb-2", "tsdb-3", "tsdb-4"})}


def voted(*hosts: str, verdict: str = LOST) -> dict[str, str]:
    return dict.fromkeys(hosts, verdict)


def test_both_other_hosts_are_enough() -> None:
    assert agreed(settings(), standing(), voted("beta", "gamma"))


@pytest.mark.parametrize(
    ("changes", "votes"),
    [
        pytest.param({}, {}, id="nobody"),
        pytest.param({}, voted("beta"), id="one of two: the other still confirms"),
        pytest.param({}, voted("alpha", "beta"), id="the lost host's own vote does not count"),
        pytest.param({}, {**voted("beta"), **voted("gamma", verdict="tsdb-0:6")}, id="a vote on an earlier term"),
        pytest.param({}, {**voted("beta"), **voted("gamma", verdict="tsdb-1:7")}, id="a vote on another node"),
        pytest.param({}, {**voted("beta"), **voted("mars")}, id="a host that is none"),
        pytest.param({"voters": frozenset()}, voted("beta", "gamma"), id="nobody confirms commits"),
        pytest.param({"sync_leader": "tsdb-1"}, voted("beta", "gamma"), id="the standbys of another primary"),
        pytest.param({"sync_leader": ""}, voted("beta", "gamma"), id="no standbys written yet"),
        pytest.param({"leader": "tsdb-9", "sync_leader": "tsdb-9"}, voted("beta", "gamma"), id="an unknown node"),
        pytest.param({"voters": frozenset({"tsdb-0"}), "quorum": 0}, voted("beta", "gamma"), id="a voter on its host"),
    ],
)
def test_what_is_not_enough(changes: dict[str, Any], votes: dict[str, str]) -> None:
    assert not agreed(settings(), standing(**changes), votes)


def test_a_single_voter_and_most_hosts_are_enough() -> None:
    one = standing(voters=frozenset({"tsdb-1"}), quorum=0)

    assert agreed(settings(), one, voted("beta", "gamma"))
    # One of two other hosts is not most of them, though no other standby confirms.
    assert not agreed(settings(), one, voted("beta"))
    # Both other hosts see it gone, but the standby that confirms is not fenced.
    assert not agreed(settings(hosts=FIVE), one, voted("gamma", "delta", "epsilon"))


@pytest.mark.parametrize(("quorum", "enough"), [(3, 4), (2, 3), (1, 3)])
def test_of_five_hosts_a_majority_and_all_but_fewer_than_a_commit_needs(quorum: int, enough: int) -> None:
    others = FIVE[1:]
    found = [agreed(settings(hosts=FIVE), standing(**OF_FIVE, quorum=quorum), voted(*others[:n])) for n in range(5)]

    assert found == [n >= enough for n in range(5)]


def test_two_hosts_need_only_each_other() -> None:
    pair = settings(hosts=("alpha", "beta"))
    one = standing(voters=frozenset({"tsdb-1"}), quorum=0)

    assert agreed(pair, one, voted("beta"))
    assert not agreed(pair, one, voted("alpha"))


@given(
    hosts=st.integers(2, 7),
    waited=st.integers(1, 6),
    voters=st.frozensets(st.integers(0, 6)),
    voting=st.frozensets(st.integers(0, 6)),
)
def test_a_primary_that_may_be_deposed_can_acknowledge_nothing(
    hosts: int, waited: int, voters: frozenset[int], voting: frozenset[int]
) -> None:
    names = tuple(f"h{n}" for n in range(hosts))
    confirming = {n for n in voters if 0 < n < hosts}
    if len(confirming) < waited:
        return
    now = standing(voters=frozenset(f"tsdb-{n}" for n in confirming), quorum=len(confirming) - waited)

    if agreed(settings(host="h0", hosts=names), now, voted(*(f"h{n}" for n in voting))):
        assert len(confirming - voting) < waited
        assert 2 * len({n for n in voting if 0 < n < hosts}) > hosts - 1


def test_the_hosts_are_those_of_the_members() -> None:
    assert settings().hosts == set(HOSTS)
