import asyncio
import time

import pytest

from tests.toolchain.plugins.docker.conftest import LABEL, STACK, refusal
from toolchain.plugins.docker import volume as module
from toolchain.plugins.docker.volume import create_body, observed
from toolchain.plugins.framework import UNKNOWN


@pytest.fixture
def using(daemon, image):
    """Starts a container that uses the volume of this name, and gives its id."""
    made = []

    def start(volume):
        host = daemon.create_host_config(binds=[f"{volume}:/data"])
        labels = {"hft.stack": STACK}
        made.append(daemon.create_container(image, ["sleep", "60"], host_config=host, labels=labels)["Id"])
        daemon.start(made[-1])
        return made[-1]

    yield start
    for container in daemon.containers(all=True, filters={"label": f"hft.stack={STACK}"}):
        if container["Id"] in made:
            daemon.remove_container(container["Id"], force=True, v=True)


def test_only_what_is_given_is_asked_for():
    assert create_body({"name": "data"}) == {"Name": "data"}
    full = {"name": "data", "driver": "local", "driverOpts": {"type": "tmpfs"}, "labels": [LABEL]}
    assert create_body(full) == {
        "Name": "data",
        "Driver": "local",
        "DriverOpts": {"type": "tmpfs"},
        "Labels": {"hft.stack": STACK},
    }


def test_a_volume_without_options_and_labels():
    found = {"Name": "data", "Driver": "local", "Options": None, "Labels": None, "Mountpoint": "/m"}
    assert observed(found) == {"name": "data", "driver": "local", "driverOpts": {}, "labels": [], "mountpoint": "/m"}


@pytest.mark.images
async def test_a_life(plugin, daemon, name):
    made = await plugin.up("Volume", name=name)
    assert made.id == name
    assert made.state == {
        "name": name,
        "labels": [LABEL],
        "driver": "local",
        "driverOpts": {},
        "mountpoint": daemon.inspect_volume(name)["Mountpoint"],
    }
    assert await plugin.refresh(made) == name
    assert await plugin.change(made) == {}
    await plugin.down(made)
    assert not daemon.volumes(filters={"name": name})["Volumes"]
    assert await plugin.refresh(made) == ""


@pytest.mark.images
async def test_driver_options_reach_the_daemon(plugin, daemon, name):
    options = {"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}
    made = await plugin.up("Volume", name=name, driver="local", driverOpts=options)
    assert daemon.inspect_volume(name)["Options"] == options
    assert await plugin.refresh(made) == name
    assert await plugin.change(made) == {}


@pytest.mark.images
async def test_without_a_name_it_gets_one_from_its_logical_name(plugin):
    inputs, _ = await plugin.plugin.check("Volume", {}, name="ticks")
    assert inputs["name"].startswith("ticks-")
    assert len(inputs["name"]) == len("ticks-") + 7


@pytest.mark.images
@pytest.mark.parametrize(
    "change", [{"name": "other"}, {"driver": "nfs"}, {"driverOpts": {"type": "tmpfs"}}, {"labels": []}]
)
async def test_every_change_replaces_and_deletes_first(plugin, change):
    old = {"name": "data", "driver": "local", "labels": [LABEL]}
    diff = await plugin.plugin.diff("Volume", old, old | change)
    assert diff["replaces"] == list(change)
    assert diff["delete_before_replace"] is True


@pytest.mark.images
async def test_a_volume_that_exists_is_taken_over_with_its_data(plugin, daemon, name):
    daemon.create_volume(name, labels={"hft.stack": STACK})
    created = daemon.inspect_volume(name)["CreatedAt"]
    made = await plugin.up("Volume", name=name)
    assert made.id == name
    assert daemon.inspect_volume(name)["CreatedAt"] == created


@pytest.mark.images
async def test_a_volume_taken_over_stays_as_it_is_also_when_other_options_were_asked_for(plugin, daemon, name):
    options = {"type": "tmpfs", "device": "tmpfs"}
    daemon.create_volume(name, driver_opts=options, labels={"hft.stack": STACK})
    made = await plugin.up("Volume", name=name)
    assert made.state["driverOpts"] == options
    assert await plugin.refresh(made) == name
    assert await plugin.change(made) == {}


@pytest.mark.images
async def test_what_the_daemon_refuses_is_in_its_words(plugin):
    said = await refusal(plugin.up("Volume", name="no spaces here"))
    assert said.startswith(
        'cannot create volume no spaces here: create no spaces here: "no spaces here" includes invalid'
    )


@pytest.mark.images
async def test_a_preview_makes_nothing(plugin, daemon, name):
    resource_id, state = await plugin.plugin.create("Volume", {"name": name}, preview=True)
    assert resource_id == ""
    assert {key for key, value in state.items() if value is UNKNOWN} == {"driver", "mountpoint"}
    assert not daemon.volumes(filters={"name": name})["Volumes"]


@pytest.mark.images
async def test_a_cluster_volume_is_refused_with_the_reason(plugin):
    assert await plugin.plugin.failures("Volume", {"cluster": {}}) == [
        (
            "cluster",
            "property cluster is not supported by this stand-in provider: cluster volumes need Docker Swarm with a CSI"
            " plugin; use a local volume",
        )
    ]


@pytest.mark.images
async def test_drift_of_what_the_daemon_tells_is_seen(plugin, daemon, name):
    made = await plugin.up("Volume", name=name)
    daemon.remove_volume(name)
    daemon.create_volume(name, labels={"hft.stack": STACK, "by": "hand"})
    assert await plugin.refresh(made) == name
    assert made.inputs["labels"] == [{"label": "by", "value": "hand"}, LABEL]


@pytest.mark.images
async def test_removal_waits_for_a_container_that_is_just_going(plugin, daemon, name, using):
    made = await plugin.up("Volume", name=name)
    container = using(name)
    removal = asyncio.create_task(plugin.down(made))
    await asyncio.sleep(0.5)
    assert not removal.done()
    await asyncio.to_thread(daemon.remove_container, container, force=True, v=True)
    await removal
    assert not daemon.volumes(filters={"name": name})["Volumes"]


@pytest.mark.images
async def test_a_volume_in_use_is_not_removed_and_its_user_is_named(plugin, daemon, name, using, monkeypatch):
    monkeypatch.setattr(module, "_REMOVAL_SECONDS", 1)
    made = await plugin.up("Volume", name=name)
    container = using(name)
    started = time.monotonic()
    said = await refusal(plugin.down(made))
    assert time.monotonic() - started < 25
    assert said.startswith(f"cannot remove volume {name} after 1 s: ")
    assert container in said
    assert daemon.inspect_volume(name)["Name"] == name


@pytest.mark.images
async def test_removing_what_is_gone_is_no_error(plugin, daemon, name):
    made = await plugin.up("Volume", name=name)
    daemon.remove_volume(name)
    await plugin.down(made)
