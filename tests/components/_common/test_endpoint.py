from dataclasses import FrozenInstanceError

import pytest

from components._common.endpoint import DatabaseMember, Endpoint

MEMBER = DatabaseMember(name="tsdb-0", address="10.0.0.1", postgres_port=15432, patroni_port=18008)


def test_an_endpoint_is_written_as_address_and_port() -> None:
    assert f"http://{Endpoint('10.0.0.1', 19090)}/metrics" == "http://10.0.0.1:19090/metrics"


def test_an_endpoint_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'port'"):
        Endpoint("10.0.0.1", 1).port = 2  # type: ignore[misc]


def test_a_database_member_has_two_endpoints_on_one_address() -> None:
    assert (MEMBER.postgres, MEMBER.patroni) == (Endpoint("10.0.0.1", 15432), Endpoint("10.0.0.1", 18008))
