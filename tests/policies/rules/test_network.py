from typing import Any

import pytest

from tests.policies.given import DATABASE, SERVICE, container, found

ALL_INTERFACES = (
    "ports publishes 5432 on all interfaces, past the host's firewall; "
    "set ip to 127.0.0.1 or the host's private address"
)


@pytest.mark.parametrize("ip", [{}, {"ip": ""}, {"ip": "0.0.0.0"}, {"ip": "::"}])
def test_a_port_on_all_interfaces(ip: dict[str, str]) -> None:
    ports = [{"internal": 5432, "external": 5432, **ip}]

    assert found("ports-not-on-all-interfaces", container(networkMode="bridge", ports=ports)) == [ALL_INTERFACES]
    assert found("ports-not-on-all-interfaces", container(SERVICE, networkMode=None, ports=ports)) == [ALL_INTERFACES]


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.5", "fd00::5"])
def test_a_port_on_one_interface(ip: str) -> None:
    ports = [{"internal": 5432, "ip": ip}]

    assert found("ports-not-on-all-interfaces", container(networkMode="bridge", ports=ports)) == []


def test_every_port_on_all_interfaces() -> None:
    assert found("ports-not-on-all-interfaces", container(networkMode="bridge", publishAllPorts=True)) == [
        "publishAllPorts=true publishes every port on all interfaces; set it to false and name each port with its ip"
    ]
    assert found("ports-not-on-all-interfaces", container(networkMode="bridge", publishAllPorts=False)) == []


def test_the_hosts_network_publishes_nothing() -> None:
    inputs = {"ports": [{"internal": 5432}], "publishAllPorts": True}

    assert found("ports-not-on-all-interfaces", container(networkMode="host", **inputs)) == []


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        (None, "networkMode=default puts a bridge and NAT before each order"),
        ("", "networkMode=default puts a bridge and NAT before each order"),
        ("default", "networkMode=default puts a bridge and NAT before each order"),
        ("bridge", "networkMode=bridge puts a bridge and NAT before each order"),
        ("overlay", "networkMode=overlay puts an envelope around each order"),
        ("none", "networkMode=none reaches no venue"),
    ],
)
@pytest.mark.parametrize("attached", [None, []])
def test_an_engine_takes_no_detour(mode: str | None, message: str, attached: list[Any] | None) -> None:
    assert found("engine-network-direct", container(networkMode=mode, networksAdvanced=attached)) == [
        f"{message}; set it to host, or attach a macvlan network"
    ]


@pytest.mark.parametrize("mode", ["host", "hft-prod-venues", "container:abc"])
def test_an_engine_on_the_wire(mode: str) -> None:
    assert found("engine-network-direct", container(networkMode=mode)) == []


def test_an_engine_with_networks_is_judged_by_their_drivers() -> None:
    attached = [{"name": "hft-prod-venues"}]

    assert found("engine-network-direct", container(networkMode=None, networksAdvanced=attached)) == []


@pytest.mark.parametrize("inputs", [SERVICE, DATABASE])
def test_another_tier_may_take_a_detour(inputs: dict[str, Any]) -> None:
    assert found("engine-network-direct", container(inputs, networkMode="bridge")) == []


@pytest.mark.parametrize(("argument", "value"), [("ports", [{"internal": 80}]), ("publishAllPorts", True)])
def test_the_hosts_network_has_no_ports(argument: str, value: Any) -> None:
    rule = "host-network-without-ports-and-sysctls"

    assert found(rule, container(**{argument: value})) == [
        f"{argument} has no effect with networkMode=host: the program's own address decides; remove it"
    ]
    assert found(rule, container(networkMode="bridge", **{argument: value})) == []


def test_the_hosts_network_has_the_hosts_settings() -> None:
    rule = "host-network-without-ports-and-sysctls"
    settings = {"net.core.somaxconn": "4096", "kernel.shmmax": "1", "internet.x": "1", "netfilter.x": "1"}

    assert found(rule, container(sysctls=settings)) == [
        "sysctls net.core.somaxconn with networkMode=host never starts; set it on the host in /etc/sysctl.d"
    ]
    assert found(rule, container(networkMode="bridge", sysctls=settings)) == []
    assert found(rule, container(ports=[], publishAllPorts=False, sysctls=None)) == []
