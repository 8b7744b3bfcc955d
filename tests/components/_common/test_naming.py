import pytest

from components._common.naming import docker_name, network_name, volume_name


def test_names_carry_the_stack() -> None:
    assert docker_name("prod", "tsdb", 0) == "hft-prod-tsdb-0"
    assert docker_name("dev", "prometheus") == "hft-dev-prometheus"
    assert volume_name("prod", "tsdb-0", "data") == "hft-prod-tsdb-0-data"
    assert network_name("prod", "venues") == "hft-prod-venues"


def test_a_name_of_63_characters_is_the_longest() -> None:
    assert len(docker_name("s" * 54, "role")) == 63
    with pytest.raises(ValueError, match=r"has 64 characters, at most 63: shorten the stack's name"):
        docker_name("s" * 55, "role")
