import pytest

from components._common.naming import docker_name, grafana_uid, network_name, volume_name


def test_names_carry_the_stack() -> None:
    assert docker_name("prod", "tsdb", 0) == "hft-prod-tsdb-0"
    assert docker_name("dev", "prometheus") == "hft-dev-prometheus"
    assert volume_name("prod", "tsdb-0", "data") == "hft-prod-tsdb-0-data"
    assert network_name("prod", "venues") == "hft-prod-venues"
    assert grafana_uid("prod", "folder") == "hft-prod-folder"


def test_a_name_of_63_characters_is_the_longest() -> None:
    assert len(docker_name("s" * 54, "role")) == 63
    with pytest.raises(ValueError, match=r"has 64 characters, at most 63: shorten the stack's name"):
        docker_name("s" * 55, "role")


def test_a_grafana_uid_has_at_most_40_characters() -> None:
    assert len(grafana_uid("s" * 29, "folder")) == 40
    with pytest.raises(ValueError, match=r"has 41 characters, at most 40: shorten the stack's name"):
        grafana_uid("s" * 30, "folder")
