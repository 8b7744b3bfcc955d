"""Where the parts of the database are, from a state."""

from typing import Any

import pytest

from components._common.endpoint import DatabaseMember, Endpoint
from ops.db.layout import Layout, Place, has_cluster, layout
from ops.errors import OpsError
from tests.ops.states import entry, state, urn

CONTAINER = "docker:index/container:Container"
DOCKER = "unix:///var/run/docker.sock"
MEMBER = {"name": "tsdb-0", "address": "10.0.0.1", "postgres_port": 15432, "patroni_port": 18008}
CLUSTER = entry("hft:database:TimescaleCluster", "tsdb", custom=False, outputs={"members": [MEMBER]})
ROUTER = entry("hft:pooling:Router", "router", custom=False, outputs={"routes": {"alpha": {"writer": "x"}}})
POOLER = entry("hft:pooling:Pooler", "pooler", custom=False, outputs={"by_host": {"alpha": "10.0.0.1:16432"}})


def container(name: str, docker_name: str) -> dict[str, Any]:
    return entry(CONTAINER, name, inputs={"name": docker_name})


CONTAINERS = [
    container("tsdb-node-0", "hft-dev-tsdb-0"),
    container("tsdb-shared", "hft-dev-tsdb-shared"),
    container("tsdb-exporter-0", "hft-dev-tsdb-exporter-0"),
    container("router-alpha", "hft-dev-router"),
    container("pooler-alpha", "hft-dev-pooler"),
    container("pooler-exporter-alpha", "hft-dev-pooler-exporter"),
]


def test_nodes_routers_and_poolers_are_found() -> None:
    assert layout(state(CLUSTER, ROUTER, POOLER, *CONTAINERS), "dev") == Layout(
        nodes={"tsdb-0": (DatabaseMember(**MEMBER), Place(DOCKER, "hft-dev-tsdb-0"))},
        routers=(Place(DOCKER, "hft-dev-router"),),
        poolers=((Endpoint("10.0.0.1", 16432), Place(DOCKER, "hft-dev-pooler")),),
        node_urns={"tsdb-0": urn(CONTAINER, "tsdb-node-0")},
        shared_urn=urn(CONTAINER, "tsdb-shared"),
    )


def test_a_stack_without_a_database_says_so() -> None:
    with pytest.raises(OpsError) as error:
        layout(state(ROUTER, POOLER), "dev")
    assert str(error.value) == (
        "stack 'dev' has 0 components hft:database:TimescaleCluster, want 1: is it up? (hft status dev)"
    )


SECOND = container("tsdb-node-1", "hft-dev-tsdb-1")


@pytest.mark.parametrize(
    ("members", "containers", "several"),
    [
        (2, [*CONTAINERS, SECOND], True),
        (2, CONTAINERS, False),
        (2, [container("tsdb-node-0", "hft-dev-tsdb-0"), SECOND], False),
        (1, CONTAINERS, False),
        (0, [], False),
    ],
)
def test_a_cluster_has_several_nodes_and_all_of_them(members: int, containers: list[Any], several: bool) -> None:
    outputs = {"members": [MEMBER] * members}
    cluster = entry("hft:database:TimescaleCluster", "tsdb", custom=False, outputs=outputs)

    assert has_cluster(state(cluster, *containers)) is several


def test_a_stack_without_a_database_has_no_cluster() -> None:
    assert has_cluster(state(ROUTER)) is False
