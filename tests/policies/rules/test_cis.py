from collections.abc import Mapping
from typing import Any

import pytest

from tests.policies.given import DATABASE, ENGINE, SERVICE, container, found, found_in_stack, resource

HOT = [ENGINE, DATABASE]
UNBOUND = "none of cpuSet, cpuShares, cpus, cpuQuota is set, so it may take every CPU of the host; set one"


def test_the_hosts_network_is_not_for_all() -> None:
    assert found("cis-own-network", container(SERVICE)) == [
        "networkMode=host: a break-in reaches every port of the host; give it a network of its own"
    ]
    assert found("cis-own-network", container(SERVICE, networkMode="bridge")) == []


@pytest.mark.parametrize("hot", HOT)
def test_the_hot_path_has_the_hosts_network(hot: Mapping[str, Any]) -> None:
    assert found("cis-own-network", container(hot)) == []


@pytest.mark.parametrize(
    "changes", [{}, {"cpuSet": ""}, {"cpuShares": 0}, {"cpus": ""}, {"cpuQuota": 0}, {"cpuQuota": -1}]
)
def test_nothing_takes_every_cpu(changes: dict[str, Any]) -> None:
    assert found("cis-cpu-bound", container(SERVICE, **{"cpuSet": None, **changes})) == [UNBOUND]


@pytest.mark.parametrize("changes", [{"cpuSet": "0-1"}, {"cpuShares": 512}, {"cpus": "1.5"}, {"cpuQuota": 50000}])
def test_any_bound_of_the_cpu_is_one(changes: dict[str, Any]) -> None:
    assert found("cis-cpu-bound", container(SERVICE, **{"cpuSet": None, **changes})) == []


def test_a_database_is_bound_and_an_engine_left_to_another_rule() -> None:
    assert found("cis-cpu-bound", container(DATABASE, cpuSet=None)) == [UNBOUND]
    assert found("cis-cpu-bound", container(ENGINE, cpuSet=None)) == []


def test_limits_are_the_hosts() -> None:
    limits = [{"name": name, "soft": 64, "hard": 64} for name in ("memlock", "nofile", "nproc")]

    assert found("cis-default-limits", container(SERVICE, ulimits=limits)) == [
        "ulimits sets memlock, nproc, which the host's defaults bound; remove it"
    ]


def test_open_files_may_be_limited() -> None:
    assert found("cis-default-limits", container(SERVICE, ulimits=[{"name": "nofile", "soft": 1, "hard": 1}])) == []
    assert found("cis-default-limits", container(SERVICE, ulimits=None)) == []


@pytest.mark.parametrize("hot", HOT)
def test_the_hot_path_has_limits_of_its_own(hot: Mapping[str, Any]) -> None:
    assert found("cis-default-limits", container(hot)) == []


@pytest.mark.parametrize("port", [1, 1023])
def test_low_ports_are_the_hosts(port: int) -> None:
    assert found("cis-high-ports", container(SERVICE, ports=[{"internal": 80, "external": port}])) == [
        f"ports publishes on {port}, which a client takes for a service of the host; use 1024 or higher"
    ]


@pytest.mark.parametrize("port", [{"external": 1024}, {"external": 0}, {}])
def test_high_ports_are_free(port: dict[str, int]) -> None:
    assert found("cis-high-ports", container(SERVICE, ports=[{"internal": 80, **port}])) == []


@pytest.mark.parametrize("propagation", ["shared", "rshared"])
def test_mounts_stay_inside(propagation: str) -> None:
    mount = {"type": "bind", "source": "/srv", "target": "/data", "bindOptions": {"propagation": propagation}}

    assert found("cis-private-mounts", container(SERVICE, mounts=[mount])) == [
        f"mounts /data with propagation={propagation}, so its mounts appear on the host; unset it"
    ]


@pytest.mark.parametrize("options", [{}, {"bindOptions": {}}, {"bindOptions": {"propagation": "rslave"}}])
def test_other_mounts_do(options: dict[str, Any]) -> None:
    mount = {"type": "bind", "source": "/srv", "target": "/data", **options}

    assert found("cis-private-mounts", container(SERVICE, mounts=[mount])) == []


@pytest.mark.parametrize(
    ("mode", "shown"), [(None, "default"), ("", "default"), ("default", "default"), ("bridge", "bridge")]
)
@pytest.mark.parametrize("attached", [None, []])
def test_docker0_is_shared_by_all(mode: str | None, shown: str, attached: list[Any] | None) -> None:
    assert found("cis-own-bridge", container(SERVICE, networkMode=mode, networksAdvanced=attached)) == [
        f"networkMode={shown} joins docker0, where every container of the host reaches it; attach a Network of its own"
    ]


@pytest.mark.parametrize("mode", [None, "bridge"])
def test_a_network_of_its_own_is_not_docker0(mode: str | None) -> None:
    attached = [{"name": "hft-dev-data"}]

    assert found("cis-own-bridge", container(SERVICE, networkMode=mode, networksAdvanced=attached)) == []


@pytest.mark.parametrize("mode", ["host", "none", "hft-dev-data"])
def test_nor_is_another_mode(mode: str) -> None:
    assert found("cis-own-bridge", container(SERVICE, networkMode=mode)) == []


def test_the_control_group_is_dockers() -> None:
    assert found("cis-default-cgroup", container(SERVICE, cgroupParent="hft.slice")) == [
        "cgroupParent=hft.slice leaves the limits of Docker's own group; remove it"
    ]
    assert found("cis-default-cgroup", container(SERVICE, cgroupParent="")) == []


@pytest.mark.parametrize("hot", HOT)
def test_the_hot_path_may_have_another(hot: Mapping[str, Any]) -> None:
    assert found("cis-default-cgroup", container(hot, cgroupParent="hft-engine.slice")) == []


@pytest.mark.parametrize("user", ["root", "0", "0:0", "root:root", "0:1000"])
def test_a_service_is_not_root(user: str) -> None:
    assert found("cis-not-root", container(SERVICE, user=user)) == [
        f"user={user} is root in the container; name the program's own user"
    ]


@pytest.mark.parametrize("user", ["1000", "1000:0", "nobody", "rooty", "00x", "", None])
def test_another_user_is_not_root(user: str | None) -> None:
    assert found("cis-not-root", container(SERVICE, user=user)) == []


def test_a_job_may_be_root() -> None:
    assert found("cis-not-root", container(SERVICE, user="root", mustRun=False)) == []


PLAIN = {**ENGINE, "networkMode": "bridge", "cpuShares": 512, "ulimits": []}
"""Without anything that an item of CIS would be against."""


@pytest.mark.parametrize("hot", HOT)
def test_what_latency_contradicts_is_told(hot: Mapping[str, Any]) -> None:
    assert found_in_stack("cis-contradicted-by-latency", container(hot)) == [
        "CIS 5.10 (host network) is waived for 1 container of the tiers engine and data: "
        "a port adds 15 to 45 % to a round trip, docker-proxy 83 to 157 % (docs/adr/0002-host-networking.md)",
        "CIS 5.12 (CPU shares) is waived for 1 container of the tiers engine and data: "
        "a share or a quota takes the CPU away in a burst; cpuSet gives cores instead (Linux, sched-bwc)",
        "CIS 5.19 (default ulimits) is waived for 1 container of the tiers engine and data: "
        "memlock and nofile are raised, so that no page fault and no lack of sockets stops it (moby#51485)",
    ]


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"networkMode": "host"}, "CIS 5.10 (host network)"),
        ({"cpuShares": 0}, "CIS 5.12 (CPU shares)"),
        ({"ulimits": ENGINE["ulimits"]}, "CIS 5.19 (default ulimits)"),
    ],
)
def test_only_what_is_contradicted_is_told(changes: dict[str, Any], item: str) -> None:
    told = found_in_stack("cis-contradicted-by-latency", *(container(PLAIN, **each) for each in (changes, {}, changes)))

    assert [message.partition(" is waived ")[0] for message in told] == [item]
    assert told[0].startswith(f"{item} is waived for 2 containers of the tiers engine and data: ")


def test_nothing_is_told_of_other_tiers_and_resources() -> None:
    others = [container(SERVICE), container(PLAIN), resource("docker:index/volume:Volume", {"name": "data"})]

    assert found_in_stack("cis-contradicted-by-latency", *others) == []
