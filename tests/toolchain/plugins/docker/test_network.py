import asyncio
import time

import pytest

from tests.toolchain.plugins.docker.conftest import LABEL, STACK, refusal
from toolchain.plugins.docker import network as module
from toolchain.plugins.docker.network import create_body, observed
from toolchain.plugins.framework import UNKNOWN

SUBNET = "10.213.77.0/24"


@pytest.fixture
def joined(daemon, image):
    """Starts a container in the network of this name, and gives its id."""
    made = []

    def start(network):
        labels = {"hft.stack": STACK}
        config = daemon.create_networking_config({network: daemon.create_endpoint_config()})
        made.append(daemon.create_container(image, ["sleep", "60"], networking_config=config, labels=labels)["Id"])
        daemon.start(made[-1])
        return made[-1]

    yield start
    for container in daemon.containers(all=True, filters={"label": f"hft.stack={STACK}"}):
        if container["Id"] in made:
            daemon.remove_container(container["Id"], force=True, v=True)


def test_only_what_is_given_is_asked_for():
    assert create_body({"name": "plane", "ipamDriver": "default"}) == {
        "Name": "plane",
        "CheckDuplicate": True,
        "IPAM": {"Driver": "default"},
    }


def test_everything_that_can_be_asked_for():
    inputs = {
        "name": "plane",
        "driver": "macvlan",
        "options": {"parent": "eth0"},
        "labels": [LABEL],
        "internal": True,
        "attachable": True,
        "ingress": True,
        "ipv6": True,
        "ipamDriver": "custom",
        "ipamOptions": {"k": "v"},
        "ipamConfigs": [
            {
                "subnet": SUBNET,
                "ipRange": "10.213.77.128/25",
                "gateway": "10.213.77.1",
                "auxAddress": {"r": "10.213.77.9"},
            }
        ],
    }
    assert create_body(inputs) == {
        "Name": "plane",
        "CheckDuplicate": True,
        "Driver": "macvlan",
        "Options": {"parent": "eth0"},
        "Labels": {"hft.stack": STACK},
        "Internal": True,
        "Attachable": True,
        "Ingress": True,
        "EnableIPv6": True,
        "IPAM": {
            "Driver": "custom",
            "Options": {"k": "v"},
            "Config": [
                {
                    "Subnet": SUBNET,
                    "IPRange": "10.213.77.128/25",
                    "Gateway": "10.213.77.1",
                    "AuxiliaryAddresses": {"r": "10.213.77.9"},
                }
            ],
        },
    }


def test_a_network_without_addresses():
    found = {
        **{"Name": "host", "Driver": "host", "Options": None, "Labels": None, "Scope": "local", "IPAM": None},
        **{"Internal": False, "Attachable": False, "Ingress": False, "EnableIPv6": False},
    }
    assert observed(found) == {
        **{"name": "host", "driver": "host", "options": {}, "labels": [], "scope": "local"},
        **{"internal": False, "attachable": False, "ingress": False, "ipv6": False},
        **{"ipamDriver": "default", "ipamOptions": {}, "ipamConfigs": []},
    }


@pytest.mark.images
async def test_a_life(plugin, daemon, name):
    made = await plugin.up("Network", name=name)
    found = daemon.inspect_network(name)
    assert made.id == found["Id"]
    assert (made.state["driver"], made.state["scope"], made.state["internal"]) == ("bridge", "local", False)
    assert await plugin.refresh(made) == made.id
    assert await plugin.change(made) == {}
    await plugin.down(made)
    assert daemon.networks(names=[name]) == []
    assert await plugin.refresh(made) == ""


@pytest.mark.images
async def test_a_fixed_subnet_and_driver_options(plugin, daemon, name):
    options = {"com.docker.network.bridge.name": name[-12:], "com.docker.network.driver.mtu": "9000"}
    made = await plugin.up(
        "Network", name=name, driver="bridge", options=options, internal=True, ipamConfigs=[{"subnet": SUBNET}]
    )
    found = daemon.inspect_network(name)
    assert found["IPAM"]["Config"][0]["Subnet"] == SUBNET
    assert (found["Options"], found["Internal"]) == (options, True)
    assert await plugin.refresh(made) == made.id
    assert await plugin.change(made) == {}


@pytest.mark.images
async def test_a_subnet_that_overlaps_another_is_refused(plugin, name):
    await plugin.up("Network", name=name, ipamConfigs=[{"subnet": "10.213.78.0/24"}])
    said = await refusal(plugin.up("Network", name=f"{name}-2", ipamConfigs=[{"subnet": "10.213.78.128/25"}]))
    assert said == f"cannot create network {name}-2: Pool overlaps with other one on this address space"


@pytest.mark.images
async def test_a_name_that_is_taken_is_refused_with_the_import_line(plugin, daemon, name):
    await plugin.up("Network", name=name)
    assert await refusal(plugin.up("Network", name=name)) == (
        f"network {name} already exists: adopt it with"
        f" `pulumi import docker:index/network:Network <resource name> {name}`, remove it with"
        f" `docker network rm {name}`, or choose another name"
    )
    assert len(daemon.networks(names=[name])) == 1


@pytest.mark.images
async def test_import_reads_everything(plugin, name):
    made = await plugin.up("Network", name=name, internal=True, ipamConfigs=[{"subnet": "10.213.79.0/24"}])
    found, state, inputs = await plugin.plugin.read("Network", made.id, {}, {})
    assert (found, state) == (made.id, made.state)
    assert await plugin.plugin.paths("Network", inputs, made.inputs) == {}


@pytest.mark.images
@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"driver": "macvlan"},
        {"options": {"mtu": "9000"}},
        {"labels": []},
        {"internal": True},
        {"attachable": True},
        {"ingress": True},
        {"ipv6": True},
        {"ipamDriver": "other"},
        {"ipamOptions": {"k": "v"}},
        {"ipamConfigs": [{"subnet": "10.213.80.0/24"}]},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_every_change_replaces_and_deletes_first(plugin, change):
    old = {"name": "plane", "driver": "bridge", "labels": [LABEL], "ipamDriver": "default"}
    diff = await plugin.plugin.diff("Network", old, old | change)
    assert diff["replaces"] == list(change)
    assert diff["delete_before_replace"] is True


@pytest.mark.images
async def test_a_preview_makes_nothing(plugin, daemon, name):
    given = {"name": name, "ipamConfigs": [{"subnet": UNKNOWN}]}
    assert await plugin.plugin.failures("Network", given) == []
    resource_id, state = await plugin.plugin.create("Network", given, preview=True)
    assert resource_id == ""
    assert {key for key, value in state.items() if value is UNKNOWN} == {"driver", "internal", "options", "scope"}
    assert daemon.networks(names=[name]) == []


@pytest.mark.images
async def test_removal_waits_for_a_container_that_is_just_leaving(plugin, daemon, name, joined):
    made = await plugin.up("Network", name=name)
    container = joined(name)
    removal = asyncio.create_task(plugin.down(made))
    await asyncio.sleep(0.5)
    assert not removal.done()
    await asyncio.to_thread(daemon.remove_container, container, force=True, v=True)
    await removal
    assert daemon.networks(names=[name]) == []


@pytest.mark.images
async def test_a_network_in_use_is_not_removed_and_says_so(plugin, daemon, name, joined, monkeypatch):
    monkeypatch.setattr(module, "_REMOVAL_SECONDS", 1)
    made = await plugin.up("Network", name=name)
    joined(name)
    started = time.monotonic()
    said = await refusal(plugin.down(made))
    assert time.monotonic() - started < 25
    assert said.startswith(f"cannot remove network {name} after 1 s: ")
    assert "has active endpoints" in said
    assert len(daemon.networks(names=[name])) == 1


@pytest.mark.images
async def test_a_network_of_the_daemon_itself_is_not_removed(plugin, daemon):
    bridge = daemon.inspect_network("bridge")["Id"]
    said = await refusal(plugin.plugin.delete("Network", bridge, {"name": "bridge"}))
    assert said == "cannot remove network bridge: bridge is a pre-defined network and cannot be removed"


@pytest.mark.images
async def test_removing_what_is_gone_is_no_error(plugin, daemon, name):
    made = await plugin.up("Network", name=name)
    daemon.remove_network(name)
    await plugin.down(made)
