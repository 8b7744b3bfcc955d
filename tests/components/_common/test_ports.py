import pytest

from components._common.ports import PortUse, check_disjoint, member_ports, uses


def test_members_on_one_host_take_the_next_ports() -> None:
    assert member_ports(15432, ["a", "a", "b", "a"]) == (15432, 15433, 15432, 15434)


def test_parts_on_different_hosts_may_share_a_port() -> None:
    check_disjoint([*uses("x.port", 9000, ["a", "b"]), *uses("y.port", 9000, ["c"])])


def test_two_parts_on_one_port_are_refused() -> None:
    with pytest.raises(ValueError, match="takes port") as raised:
        check_disjoint([*uses("x.port", 9000, ["a", "a"]), PortUse("y.port", "a", 9001)])

    assert str(raised.value) == "y.port takes port 9001 on host a, as x.port does: change one of them"
