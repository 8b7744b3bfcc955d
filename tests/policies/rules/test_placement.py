from time import process_time
from typing import Any

import pytest

from policies.pack.judge import judge_stack
from policies.pack.resource import Resource, Stack
from policies.pack.rule import StackRule
from policies.resources import Container, Network
from policies.resources.docker import Volume
from tests.policies.given import BY_NAME, DATABASE, ENGINE, SERVICE, UNKNOWN, found_in_stack, resource

ALPHA, BETA = "urn:alpha", "urn:beta"
COMPONENT = "urn:pulumi:dev::hft::hft:database:EtcdCluster::etcd"


def at(host: str, inputs: Any, name: str, parents: str = "", parent: str = "", **changes: Any) -> Resource:
    """A container on a host."""
    return resource(
        Container.TYPE, {**inputs, "name": name, **changes}, name=name, host=host, parents=parents, parent=parent
    )


def provider(name: str, host: str | None) -> Resource:
    return resource("pulumi:providers:docker", {"host": host}, name=name)


def cores(*resources: Resource) -> list[str]:
    return found_in_stack("engine-cores-its-own", *resources)


def test_a_neighbour_on_an_engines_cores() -> None:
    assert cores(at(ALPHA, ENGINE, "engine", cpuSet="2-3"), at(ALPHA, SERVICE, "exporter", cpuSet="3-4")) == [
        "container engine: cpuSet=2-3 shares CPU 3 with container exporter; give each its own"
    ]


def test_the_order_of_both_does_not_matter() -> None:
    assert cores(at(ALPHA, SERVICE, "exporter", cpuSet="0-3"), at(ALPHA, ENGINE, "engine", cpuSet="2-3")) == [
        "container engine: cpuSet=2-3 shares CPU 2, 3 with container exporter; give each its own"
    ]


def test_two_engines_on_a_core_are_told_both() -> None:
    assert cores(at(ALPHA, ENGINE, "one", cpuSet="2,8"), at(ALPHA, ENGINE, "other", cpuSet="2,8")) == [
        "container one: cpuSet=2,8 shares CPU 2, 8 with container other; give each its own",
        "container other: cpuSet=2,8 shares CPU 2, 8 with container one; give each its own",
    ]


def test_neighbours_on_different_cores_are_told_by_core() -> None:
    engine = at(ALPHA, ENGINE, "engine", cpuSet="2-3")
    assert cores(engine, at(ALPHA, SERVICE, "a", cpuSet="2-3"), at(ALPHA, SERVICE, "b", cpuSet="3")) == [
        "container engine: cpuSet=2-3 shares CPU 2 with container a; give each its own",
        "container engine: cpuSet=2-3 shares CPU 3 with container a, container b; give each its own",
    ]


@pytest.mark.parametrize(
    ("number", "named"),
    [
        (3, "container n0, container n1, container n2"),
        (4, "container n0, container n1, container n2 and 1 more"),
        (5, "container n0, container n1, container n2 and 2 more"),
    ],
)
def test_more_than_three_neighbours_are_counted(number: int, named: str) -> None:
    neighbours = [at(ALPHA, SERVICE, f"n{each}", cpuSet="2") for each in range(number)]
    told = [f"container engine: cpuSet=2 shares CPU 2 with {named}; give each its own"]

    assert cores(at(ALPHA, ENGINE, "engine", cpuSet="2"), *neighbours) == told
    assert cores(*neighbours, at(ALPHA, ENGINE, "engine", cpuSet="2")) == told


def test_cores_of_its_own() -> None:
    assert cores(at(ALPHA, ENGINE, "engine", cpuSet="2-3"), at(ALPHA, SERVICE, "exporter", cpuSet="0-1,4")) == []


def test_an_engine_alone_shares_nothing() -> None:
    assert cores(at(ALPHA, ENGINE, "engine", cpuSet="2-3")) == []


def test_the_same_cores_of_another_host() -> None:
    assert cores(at(ALPHA, ENGINE, "engine", cpuSet="2"), at(BETA, SERVICE, "exporter", cpuSet="2")) == []


def test_other_tiers_may_share_cores() -> None:
    engine = at(ALPHA, ENGINE, "engine", cpuSet="4")
    assert cores(engine, at(ALPHA, SERVICE, "a", cpuSet="2"), at(ALPHA, DATABASE, "b", cpuSet="2")) == []


@pytest.mark.parametrize("value", [None, "", "two"])
def test_a_list_that_is_none_is_left_to_other_rules(value: str | None) -> None:
    assert cores(at(ALPHA, ENGINE, "engine", cpuSet="2"), at(ALPHA, SERVICE, "exporter", cpuSet=value)) == []
    assert cores(at(ALPHA, ENGINE, "engine", cpuSet=value), at(ALPHA, SERVICE, "exporter", cpuSet="2")) == []


def test_two_providers_of_one_address_are_one_host() -> None:
    one, other = provider("one", "ssh://alpha"), provider("other", "ssh://alpha")
    engine, exporter = at(one.urn, ENGINE, "engine", cpuSet="2"), at(other.urn, SERVICE, "exporter", cpuSet="2")

    assert cores(one, other, engine, exporter) == [
        "container engine: cpuSet=2 shares CPU 2 with container exporter; give each its own"
    ]


def test_two_providers_of_two_addresses_are_two_hosts() -> None:
    one, other = provider("one", "ssh://alpha"), provider("other", "ssh://beta")

    assert cores(one, other, at(one.urn, ENGINE, "e", cpuSet="2"), at(other.urn, SERVICE, "s", cpuSet="2")) == []


def test_a_provider_without_an_address_is_the_default_one() -> None:
    local = provider("local", None)

    assert cores(local, at(local.urn, ENGINE, "engine", cpuSet="2"), at("", SERVICE, "exporter", cpuSet="2")) == [
        "container engine: cpuSet=2 shares CPU 2 with container exporter; give each its own"
    ]


def test_a_provider_whose_address_is_not_known_is_a_host_of_its_own() -> None:
    one, other = provider("one", UNKNOWN), provider("other", UNKNOWN)

    assert cores(one, other, at(one.urn, ENGINE, "e", cpuSet="2"), at(other.urn, SERVICE, "s", cpuSet="2")) == []
    assert len(cores(one, other, at(one.urn, ENGINE, "e", cpuSet="2"), at(one.urn, SERVICE, "s", cpuSet="2"))) == 1


def test_only_docker_providers_have_containers() -> None:
    volume = resource(Volume.TYPE, {"host": "ssh://alpha"}, name="volume")
    alpha = provider("alpha", "ssh://alpha")

    assert cores(volume, alpha, at(volume.urn, ENGINE, "e", cpuSet="2"), at(alpha.urn, SERVICE, "s", cpuSet="2")) == []


@pytest.mark.parametrize("name", ["engine-cores-its-own", "engine-neighbours-bound", "members-on-different-hosts"])
def test_ten_times_as_many_containers_take_some_ten_times_as_long(name: str) -> None:
    _judged(name, 100)

    # Each compared with each other would take a hundred times as long.
    assert _judged(name, 10_000) < 30 * _judged(name, 1_000)


def _judged(name: str, count: int) -> float:
    """Seconds of CPU that a rule takes for so many containers."""
    rule = BY_NAME[name]
    assert isinstance(rule, StackRule)
    one = at(ALPHA, ENGINE, "engine", cpuSet="0-127")
    everyone = [Container(type=one.type, urn=f"{one.urn}-{n}", name=f"c-{n}", inputs=one.inputs) for n in range(count)]

    begun = process_time()
    told = judge_stack(rule, Stack(everyone), rule.defaults)
    took = process_time() - begun

    assert len(told) == (count if name == "engine-cores-its-own" else 0)
    return took


def bound(*resources: Resource) -> list[str]:
    return found_in_stack("engine-neighbours-bound", *resources)


@pytest.mark.parametrize("value", [None, ""])
def test_a_neighbour_that_runs_anywhere(value: str | None) -> None:
    assert bound(at(ALPHA, ENGINE, "engine"), at(ALPHA, SERVICE, "exporter", cpuSet=value)) == [
        "container exporter: cpuSet is not set on a host with an engine, so it runs on its cores too; "
        "set it to other CPUs"
    ]


def test_a_neighbour_that_says_where_it_runs() -> None:
    assert bound(at(ALPHA, ENGINE, "engine"), at(ALPHA, SERVICE, "exporter", cpuSet="0-1")) == []


def test_an_engine_that_floats_is_left_to_another_rule() -> None:
    assert bound(at(ALPHA, ENGINE, "engine", cpuSet=None)) == []


def test_a_host_without_an_engine_may_have_what_floats() -> None:
    assert bound(at(ALPHA, ENGINE, "engine"), at(BETA, SERVICE, "exporter", cpuSet=None)) == []


def test_each_host_is_judged() -> None:
    without = at(ALPHA, SERVICE, "grafana", cpuSet=None)

    assert bound(without, at(BETA, ENGINE, "engine"), at(BETA, SERVICE, "exporter", cpuSet=None)) == [
        "container exporter: cpuSet is not set on a host with an engine, so it runs on its cores too; "
        "set it to other CPUs"
    ]


PATRONI, ETCD = "hft:database:TimescaleCluster$", "hft:database:EtcdCluster$"


def apart(*resources: Resource) -> list[str]:
    return found_in_stack("members-on-different-hosts", *resources, at(BETA, SERVICE, "elsewhere"))


def node(host: str, name: str, **changes: Any) -> Resource:
    return at(host, DATABASE, name, PATRONI, COMPONENT, **changes)


def member(host: str, name: str, parent: str = COMPONENT, **changes: Any) -> Resource:
    labels = [{"label": "hft.role", "value": name}]
    return at(host, {**SERVICE, "labels": labels}, name, ETCD, parent, **changes)


def test_nodes_of_a_database_on_one_host() -> None:
    assert apart(node(ALPHA, "tsdb-0"), node(BETA, "tsdb-1"), node(ALPHA, "tsdb-2")) == [
        "container tsdb-2: is on the host of container tsdb-0: members of one database cluster are lost together; "
        "give it a docker.Provider of another host"
    ]


def test_nodes_of_a_database_on_hosts_of_their_own() -> None:
    assert apart(node(ALPHA, "tsdb-0"), node(BETA, "tsdb-1")) == []


def test_nodes_on_two_providers_of_one_host() -> None:
    one, other = provider("one", "ssh://alpha"), provider("other", "ssh://alpha")

    assert apart(one, other, node(one.urn, "tsdb-0"), node(other.urn, "tsdb-1")) == [
        "container tsdb-1: is on the host of container tsdb-0: members of one database cluster are lost together; "
        "give it a docker.Provider of another host"
    ]


def test_members_of_etcd_on_one_host() -> None:
    assert apart(member(ALPHA, "etcd-0"), member(ALPHA, "etcd-1"), member(ALPHA, "etcd")) == [
        "container etcd-0: is on the host of container etcd: members of etcd are lost together; "
        "give it a docker.Provider of another host",
        "container etcd-1: is on the host of container etcd: members of etcd are lost together; "
        "give it a docker.Provider of another host",
    ]


@pytest.mark.parametrize("image", ["quay.io/coreos/etcd:v3.5.16", "etcd@sha256:00", "etcd", "bitnami/etcd"])
def test_an_image_of_etcd_is_a_member(image: str) -> None:
    assert apart(member(ALPHA, "a", image=image), member(ALPHA, "b", image=image)) == [
        "container b: is on the host of container a: members of etcd are lost together; "
        "give it a docker.Provider of another host"
    ]


@pytest.mark.parametrize("image", ["etcd-backup:1", "my-etcd:1", "etcdkeeper", None])
def test_an_image_that_only_sounds_like_etcd(image: str | None) -> None:
    assert apart(member(ALPHA, "a", image=image), member(ALPHA, "b", image=image)) == []


@pytest.mark.parametrize("name", ["etcd-exporter", "etcd-0-tls", "old-etcd-0"])
def test_what_only_serves_etcd_is_no_member(name: str) -> None:
    assert apart(member(ALPHA, "etcd-0"), member(ALPHA, name)) == []


def test_members_of_etcd_on_hosts_of_their_own() -> None:
    assert apart(member(ALPHA, "etcd-0"), member(BETA, "etcd-1")) == []


def test_members_of_two_etcd_clusters() -> None:
    assert apart(member(ALPHA, "etcd-0"), member(ALPHA, "etcd-0", f"{COMPONENT}-of-another")) == []


def on_one_host(*resources: Resource) -> list[str]:
    return found_in_stack("more-than-one-host", *resources)


def test_clusters_on_the_only_host() -> None:
    everything = (node(ALPHA, "tsdb-0"), node(ALPHA, "tsdb-1"), member(ALPHA, "etcd-0"), member(ALPHA, "etcd-1"))

    assert found_in_stack("members-on-different-hosts", *everything) == []
    assert on_one_host(*everything) == [
        "container tsdb-0: the stack has one host: all 2 members of one database cluster are lost with it; add hosts",
        "container etcd-0: the stack has one host: all 2 members of etcd are lost with it; add hosts",
    ]


def test_which_member_is_named_does_not_hang_on_the_order() -> None:
    one, other, third = node(ALPHA, "tsdb-0"), node(ALPHA, "tsdb-1"), node(ALPHA, "tsdb-2")

    assert on_one_host(third, one, other) == on_one_host(one, other, third)
    assert on_one_host(third, other, one) == [
        "container tsdb-0: the stack has one host: all 3 members of one database cluster are lost with it; add hosts"
    ]


def test_a_stack_of_several_hosts_is_left_to_another_rule() -> None:
    assert on_one_host(node(ALPHA, "tsdb-0"), node(ALPHA, "tsdb-1"), at(BETA, SERVICE, "elsewhere")) == []


def test_one_member_on_one_host_is_no_cluster() -> None:
    assert on_one_host(node(ALPHA, "tsdb-0"), member(ALPHA, "etcd-0")) == []


def test_a_stack_without_containers_has_no_host() -> None:
    assert on_one_host() == []


def test_a_job_that_ends_is_no_member() -> None:
    assert apart(member(ALPHA, "etcd-0"), member(ALPHA, "etcd-1", mustRun=False)) == []


def detours(engine: Resource, *networks: Resource) -> list[str]:
    return found_in_stack("engine-network-without-detour", engine, *networks)


def wired(inputs: Any = ENGINE, mode: str | None = None, **changes: Any) -> Resource:
    return at(ALPHA, inputs, "engine", **{"networkMode": mode, "networksAdvanced": [{"name": "orders"}], **changes})


def network(driver: str | None, name: str | None = "orders", host: str = ALPHA, logical: str = "it") -> Resource:
    return resource(Network.TYPE, {"name": name, "driver": driver}, host=host, name=logical)


@pytest.mark.parametrize("driver", ["bridge", "", None])
def test_a_bridge_is_a_detour(driver: str | None) -> None:
    assert detours(wired(), network(driver)) == [
        "container engine: network orders has driver=bridge, which puts NAT around each order; use macvlan or ipvlan"
    ]


@pytest.mark.parametrize("host", [ALPHA, BETA])
def test_an_overlay_is_a_detour_wherever_it_is_made(host: str) -> None:
    assert detours(wired(), network("overlay", host=host)) == [
        "container engine: network orders has driver=overlay, which puts an envelope of its own around each order; "
        "use macvlan or ipvlan"
    ]


@pytest.mark.parametrize("driver", ["macvlan", "ipvlan"])
def test_a_network_of_the_wire_is_none(driver: str) -> None:
    assert detours(wired(), network(driver)) == []


def test_the_second_network_is_seen_too() -> None:
    both = wired(networksAdvanced=[{"name": "prices"}, {"name": "orders"}])

    assert detours(both, network("macvlan", "prices"), network("bridge")) == [
        "container engine: network orders has driver=bridge, which puts NAT around each order; use macvlan or ipvlan"
    ]


def test_a_network_by_its_mode() -> None:
    assert detours(wired(mode="orders"), network("bridge")) == [
        "container engine: network orders has driver=bridge, which puts NAT around each order; use macvlan or ipvlan"
    ]
    assert detours(wired(mode="orders", networksAdvanced=None), network("bridge")) == [
        "container engine: network orders has driver=bridge, which puts NAT around each order; use macvlan or ipvlan"
    ]


def test_a_network_without_a_name_has_its_logical_one() -> None:
    assert len(detours(wired(), network("bridge", None, logical="orders"))) == 1
    assert detours(wired(), network("bridge", "named", logical="orders")) == []


def test_a_bridge_of_another_host_or_name() -> None:
    assert detours(wired(), network("bridge", host=BETA)) == []
    assert detours(wired(), network("bridge", "metrics")) == []


def test_a_bridge_beside_an_engine_on_the_hosts_network() -> None:
    assert detours(wired(mode="host", networksAdvanced=None), network("bridge")) == []


def test_another_tier_may_have_a_bridge() -> None:
    assert detours(wired(SERVICE), network("bridge")) == []
