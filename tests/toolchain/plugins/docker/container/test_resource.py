"""Containers on the real daemon: made, changed, read, stopped."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.toolchain.plugins.conftest import UNKNOWN, Secret
from tests.toolchain.plugins.docker.conftest import LABEL, SOCKET, STACK, gone, refusal
from toolchain.plugins.docker.container import relations

pytestmark = pytest.mark.images

MIB = 1024 * 1024
SLEEP = ["sleep", "60"]


def leaves(traps):
    """A container that answers signals with these traps, up once they are set."""
    return {
        "command": ["sh", "-c", f"{traps}; echo up > /tmp/ready; sleep 60 & wait"],
        "healthcheck": {"tests": ["CMD", "cat", "/tmp/ready"], "interval": "200ms"},
        "wait": True,
    }


LEAVES = leaves("trap 'exit 7' TERM")


@pytest.fixture
def run(plugin, image, name):
    """Makes the test's container."""

    async def make(**inputs):
        return await plugin.up("Container", **{"name": name, "image": image, "command": SLEEP, **inputs})

    return make


@pytest.fixture
async def plane(plugin, name):
    """A network with a fixed subnet."""
    return await plugin.up("Network", name=name, ipamConfigs=[{"subnet": "10.214.77.0/24"}])


@pytest.fixture
def anonymous(daemon):
    """Gives the volumes without a name that a container has, and removes them in the end."""
    seen = set()

    def volumes(container):
        found = {mount["Name"] for mount in daemon.inspect_container(container)["Mounts"] if len(mount["Name"]) == 64}
        seen.update(found)
        return found

    yield volumes
    for volume in seen & names_of_volumes(daemon):
        daemon.remove_volume(volume)


def names_of_volumes(daemon):
    return {volume["Name"] for volume in daemon.volumes()["Volumes"] or []}


def exit_code(daemon, container, since):
    """With what a container that is no more ended, as the daemon's events tell it."""
    events = daemon.events(since=since, until=int(time.time()) + 1, decode=True, filters={"container": container})
    return next(event["Actor"]["Attributes"]["exitCode"] for event in events if event["Action"] == "die")


def disk():
    """The path of a block device, any will do."""
    return next(f"/dev/{known.name}" for known in Path("/sys/block").iterdir() if Path("/dev", known.name).exists())


async def stays_the_same(plugin, made):
    """A refresh finds it, and then there is nothing to do."""
    assert await plugin.refresh(made) == made.id
    assert await plugin.change(made) == {}


async def test_a_plain_container_stays_the_same(plugin, run, daemon, name):
    made = await run()
    found = daemon.inspect_container(name)
    assert made.id == found["Id"]
    assert (found["State"]["Running"], found["Config"]["Cmd"]) == (True, SLEEP)
    assert "exitCode" not in made.state
    await stays_the_same(plugin, made)


async def test_a_container_with_nearly_everything_stays_the_same(plugin, run, plane, daemon, name):
    await plugin.up("Volume", name=name)
    made = await run(
        hostname="engine",
        envs=["A=1", "B=2"],
        user="10001:10001",
        workingDir="/data",
        stopSignal="SIGTERM",
        stopTimeout=30,
        entrypoints=["sh", "-c"],
        command=["sleep 60"],
        restart="on-failure",
        maxRetryCount=3,
        memory=64,
        memoryReservation=32,
        memorySwap=128,
        shmSize=16,
        cpuSet="0",
        cpuShares=512,
        cpus="0.5",
        readOnly=True,
        init=True,
        tmpfs={"/tmp": "size=1m"},
        sysctls={"net.core.somaxconn": "1024"},
        ulimits=[{"name": "nofile", "soft": 64, "hard": 64}, {"name": "core", "soft": 0, "hard": 0}],
        capabilities={"adds": ["IPC_LOCK"], "drops": ["ALL"]},
        securityOpts=["no-new-privileges:true"],
        groupAdds=["20"],
        pidMode="host",
        ipcMode="private",
        dns=["10.0.0.2"],
        dnsOpts=["ndots:1"],
        dnsSearches=["site"],
        hosts=[{"host": "venue", "ip": "10.0.0.9"}],
        logDriver="json-file",
        logOpts={"max-size": "1m"},
        devices=[{"hostPath": "/dev/null"}],
        volumes=[
            {"volumeName": name, "containerPath": "/data"},
            {"hostPath": "/dev/shm", "containerPath": "/host", "readOnly": True},
            {"containerPath": "/scratch"},
        ],
        mounts=[{"type": "tmpfs", "target": "/mounted", "tmpfsOptions": {"sizeBytes": MIB, "mode": 0o1777}}],
        networksAdvanced=[{"name": name, "aliases": ["engine"], "ipv4Address": "10.214.77.50"}],
        ports=[{"internal": 9000, "ip": "127.0.0.1"}],
        uploads=[{"file": "/etc/hft/settings", "content": "x", "permissions": "0444"}],
        healthcheck={"tests": ["CMD", "cat", "/etc/hft/settings"], "interval": "1s", "timeout": "90s", "retries": 2},
        wait=True,
        destroyGraceSeconds=1,
    )
    assert daemon.inspect_container(name)["State"]["Health"]["Status"] == "healthy"
    await stays_the_same(plugin, made)
    assert made.state["ports"][0]["external"] > 0


IN_PLACE = {
    "restart": ("always", "RestartPolicy", {"Name": "always", "MaximumRetryCount": 0}),
    "memory": (96, "Memory", 96 * MIB),
    "memoryReservation": (48, "MemoryReservation", 48 * MIB),
    "memorySwap": (256, "MemorySwap", 256 * MIB),
    "cpuSet": ("0", "CpusetCpus", "0"),
    "cpuShares": (512, "CpuShares", 512),
}


@pytest.mark.parametrize("name_of_input", IN_PLACE)
async def test_limits_change_while_it_runs(plugin, run, daemon, name_of_input):
    value, key, expected = IN_PLACE[name_of_input]
    made = await run(memory=64, memoryReservation=32, memorySwap=128, cpuSet="0,1", cpuShares=256)
    started = daemon.inspect_container(made.id)["State"]["StartedAt"]
    assert await plugin.change(made, **{name_of_input: value}) == {name_of_input: "UPDATE"}
    found = daemon.inspect_container(made.id)
    assert found["HostConfig"][key] == expected
    assert found["State"]["StartedAt"] == started
    assert made.state[name_of_input] == value
    await stays_the_same(plugin, made)


async def test_the_number_of_retries_changes_while_it_runs(plugin, run, daemon):
    made = await run(restart="on-failure", maxRetryCount=1)
    assert await plugin.change(made, maxRetryCount=2) == {"maxRetryCount": "UPDATE"}
    policy = daemon.inspect_container(made.id)["HostConfig"]["RestartPolicy"]
    assert policy == {"Name": "on-failure", "MaximumRetryCount": 2}


async def test_device_rates_reach_the_daemon_and_their_change_is_an_update(plugin, run, daemon):
    """Does not prove that the new rate holds: Docker 20.10 takes it without a word and keeps the former one."""
    device = disk()
    made = await run(deviceReadBps=[{"path": device, "rate": MIB}])
    found = daemon.inspect_container(made.id)["HostConfig"]["BlkioDeviceReadBps"]
    assert found == [{"Path": device, "Rate": MIB}]
    new = [{"path": device, "rate": 2 * MIB}]
    assert await plugin.change(made, deviceReadBps=new) == {"deviceReadBps[0]": "UPDATE"}
    assert made.state["deviceReadBps"] == new


async def test_memory_grows_beyond_the_swap_limit_that_the_daemon_chose(plugin, run, daemon):
    made = await run(memory=64)
    await plugin.change(made, memory=256)
    host = daemon.inspect_container(made.id)["HostConfig"]
    assert (host["Memory"], host["MemorySwap"]) == (256 * MIB, 512 * MIB)
    await stays_the_same(plugin, made)


async def test_a_limit_that_the_daemon_refuses_is_in_its_words(plugin, run, name):
    made = await run(memory=64)
    said = await refusal(plugin.change(made, memory=1))
    assert said.startswith(f"cannot update container {name}: Minimum memory limit allowed is ")


async def test_a_change_of_how_it_ends_is_kept_for_then(plugin, run, daemon, name):
    made = await run()
    started = daemon.inspect_container(name)["State"]["StartedAt"]
    assert await plugin.change(made, destroyGraceSeconds=5) == {"destroyGraceSeconds": "ADD"}
    assert made.state["destroyGraceSeconds"] == 5
    assert daemon.inspect_container(name)["State"]["StartedAt"] == started


async def test_what_is_shown_as_an_update_is_not_carried_out(plugin, run, daemon, name):
    """As with the official plugin; the components ask for replacement instead."""
    made = await run(healthcheck={"tests": ["CMD", "ls"], "retries": 1})
    await plugin.change(made, healthcheck={"tests": ["CMD", "ls"], "retries": 5})
    assert daemon.inspect_container(name)["Config"]["Healthcheck"]["Retries"] == 1


async def test_an_update_of_a_container_that_is_gone_says_what_to_do(plugin, run, daemon, name):
    made = await run()
    daemon.remove_container(made.id, force=True, v=True)
    assert await refusal(plugin.change(made, waitTimeout=90)) == (
        f"container {name} is gone: `pulumi refresh` lets the next `up` make it again"
    )


async def test_without_a_grace_it_is_killed_at_once(plugin, run, daemon):
    made, since = await run(**leaves("trap 'sleep 40; exit 7' TERM")), int(time.time())
    started = time.monotonic()
    await plugin.down(made)
    assert time.monotonic() - started < 30
    assert exit_code(daemon, made.id, since) == "137"
    assert gone(daemon, made.id)


async def test_within_its_grace_it_ends_by_itself(plugin, run, daemon):
    made, since = (
        await run(**leaves("trap 'sleep 2; exit 7' TERM"), destroyGraceSeconds=30, stopTimeout=1),
        int(time.time()),
    )
    await plugin.down(made)
    assert exit_code(daemon, made.id, since) == "7"
    assert gone(daemon, made.id)


async def test_after_its_grace_it_is_killed(plugin, run, daemon):
    made, since = await run(**leaves("trap '' TERM"), destroyGraceSeconds=1), int(time.time())
    started = time.monotonic()
    await plugin.down(made)
    assert 1 <= time.monotonic() - started < 40
    assert exit_code(daemon, made.id, since) == "137"


async def test_it_is_stopped_by_its_own_signal(plugin, run, daemon):
    traps = "trap 'exit 9' INT; trap '' TERM"
    made, since = await run(**leaves(traps), stopSignal="SIGINT", destroyGraceSeconds=10), int(time.time())
    await plugin.down(made)
    assert exit_code(daemon, made.id, since) == "9"


async def test_deleting_removes_volumes_without_a_name_and_keeps_those_with_one(plugin, run, daemon, name, anonymous):
    await plugin.up("Volume", name=name)
    made = await run(volumes=[{"volumeName": name, "containerPath": "/data"}, {"containerPath": "/scratch"}])
    unnamed = anonymous(made.id)
    assert len(unnamed) == 2
    await plugin.down(made)
    assert not unnamed & names_of_volumes(daemon)
    assert name in names_of_volumes(daemon)


async def test_volumes_are_left_where_that_is_asked_for(plugin, run, daemon, anonymous):
    made = await run(removeVolumes=False)
    unnamed = anonymous(made.id)
    assert len(unnamed) == 1
    await plugin.down(made)
    assert unnamed <= names_of_volumes(daemon)


async def test_deleting_what_is_gone_is_no_error(plugin, run, daemon):
    made = await run()
    daemon.remove_container(made.id, force=True, v=True)
    await plugin.down(made)


async def test_deleting_what_is_just_being_removed_is_no_error(plugin, run, daemon):
    made = await run()
    await asyncio.gather(plugin.down(made), plugin.down(made))
    assert gone(daemon, made.id)


async def test_a_container_that_stopped_is_started_by_the_next_up(plugin, run, daemon):
    made = await run(**LEAVES)
    daemon.stop(made.id, timeout=10)
    assert await plugin.refresh(made) == made.id
    assert (made.state["mustRun"], made.state["exitCode"]) == (False, 7)
    assert await plugin.change(made, mustRun=True) == {"mustRun": "UPDATE"}
    assert daemon.inspect_container(made.id)["State"]["Running"] is True
    await stays_the_same(plugin, made)


async def test_a_container_that_need_not_run_is_left_stopped(plugin, run, daemon):
    made = await run(**LEAVES, mustRun=False)
    daemon.stop(made.id, timeout=10)
    assert await plugin.refresh(made) == made.id
    assert await plugin.change(made) == {}
    assert daemon.inspect_container(made.id)["State"]["Running"] is False


async def test_a_container_may_be_made_without_being_started(plugin, run, daemon):
    made = await run(start=False, mustRun=False)
    assert daemon.inspect_container(made.id)["State"]["Status"] == "created"
    await stays_the_same(plugin, made)


async def test_a_container_that_is_gone_is_read_as_gone(plugin, run, daemon):
    made = await run()
    daemon.remove_container(made.id, force=True, v=True)
    assert await plugin.refresh(made) == ""


async def test_drift_of_a_limit_is_seen_and_repaired(plugin, run, daemon, name):
    made = await run(memory=64, memorySwap=64)
    given = made.inputs
    daemon.update_container(made.id, mem_limit=96 * MIB, memswap_limit=96 * MIB, restart_policy={"Name": "always"})
    assert await plugin.refresh(made) == made.id
    paths = await plugin.change(made, **given)
    assert paths == {"memory": "UPDATE", "memorySwap": "UPDATE", "restart": "UPDATE"}
    host = daemon.inspect_container(name)["HostConfig"]
    assert (host["Memory"], host["MemorySwap"], host["RestartPolicy"]["Name"]) == (64 * MIB, 64 * MIB, "no")


async def test_one_shot_ends_with_its_exit_code_and_its_log(run):
    script = "echo migrated; printf done >&2; exit 3"
    made = await run(command=["sh", "-c", script], attach=True, logs=True, mustRun=False)
    assert (made.state["exitCode"], made.state["containerLogs"]) == (3, "migrated\ndone")


async def test_one_shot_without_logs_keeps_none(run):
    made = await run(command=["sh", "-c", "echo migrated"], attach=True, mustRun=False)
    assert made.state["exitCode"] == 0
    assert "containerLogs" not in made.state


async def test_one_shot_is_waited_for(run):
    started = time.monotonic()
    await run(command=["sh", "-c", "sleep 2"], attach=True, mustRun=False)
    assert time.monotonic() - started >= 2


async def test_one_shot_that_has_ended_stays_the_same(plugin, run):
    made = await run(command=["sh", "-c", "exit 3"], attach=True, logs=True, mustRun=False)
    await stays_the_same(plugin, made)
    assert (made.state["exitCode"], made.state["containerLogs"]) == (3, "")
    await plugin.down(made)


async def test_one_shot_that_removes_itself_leaves_its_log(run, daemon):
    made = await run(command=["sh", "-c", "echo migrated; sleep 1"], attach=True, logs=True, rm=True, mustRun=False)
    assert made.state["containerLogs"] == "migrated\n"
    assert made.state["mustRun"] is False
    assert gone(daemon, made.id)


async def test_one_shot_that_is_gone_before_it_can_be_watched_is_no_error(run, daemon):
    made = await run(command=["sh", "-c", "exit 0"], attach=True, logs=True, rm=True, mustRun=False)
    assert made.state["mustRun"] is False
    assert gone(daemon, made.id)


async def test_a_fixed_address_in_a_network_with_a_fixed_subnet(plugin, run, plane, daemon, name):
    made = await run(networksAdvanced=[{"name": name, "ipv4Address": "10.214.77.50", "aliases": ["engine"]}])
    networks = daemon.inspect_container(name)["NetworkSettings"]["Networks"]
    assert {network: found["IPAddress"] for network, found in networks.items()} == {name: "10.214.77.50"}
    assert "engine" in networks[name]["Aliases"]
    assert [(data["networkName"], data["ipAddress"]) for data in made.state["networkDatas"]] == [(name, "10.214.77.50")]


async def test_two_networks(plugin, run, plane, daemon, name):
    await plugin.up("Network", name=f"{name}-2")
    made = await run(networksAdvanced=[{"name": name}, {"name": f"{name}-2"}])
    assert sorted(daemon.inspect_container(name)["NetworkSettings"]["Networks"]) == [name, f"{name}-2"]
    assert [data["networkName"] for data in made.state["networkDatas"]] == [name, f"{name}-2"]
    await stays_the_same(plugin, made)


async def test_an_address_that_is_taken_leaves_nothing(plugin, run, plane, daemon, name):
    await run(networksAdvanced=[{"name": name, "ipv4Address": "10.214.77.50"}])
    said = await refusal(run(name=f"{name}-2", networksAdvanced=[{"name": name, "ipv4Address": "10.214.77.50"}]))
    assert said == f"cannot start container {name}-2: Address already in use"
    assert gone(daemon, f"{name}-2")


async def test_a_network_that_is_not_there_leaves_nothing(run, daemon, name):
    said = await refusal(run(networksAdvanced=[{"name": "hft-plugins-none"}]))
    assert said == f"cannot start container {name}: network hft-plugins-none not found"
    assert gone(daemon, name)


async def test_the_network_of_the_host(plugin, run):
    made = await run(networkMode="host")
    assert [data["networkName"] for data in made.state["networkDatas"]] == ["host"]
    await stays_the_same(plugin, made)


async def test_a_name_that_is_taken_is_refused_with_what_to_do(run, daemon, name):
    made = await run()
    assert await refusal(run()) == (
        f"container {name} already exists: adopt it with `pulumi import docker:index/container:Container <resource"
        f" name> {name}`, remove it with `docker container rm {name}`, or choose another name"
    )
    assert daemon.inspect_container(name)["Id"] == made.id


async def test_import_by_name_finds_it_with_its_limits(plugin, run, name):
    made = await run(memory=64, restart="always")
    found, state, inputs = await plugin.plugin.read("Container", name, {}, {})
    assert found == made.id
    assert (state["memory"], inputs["restart"], inputs["name"]) == (64, "always", name)


async def test_an_image_id_that_the_daemon_lacks_is_named(run, daemon, name):
    missing = f"sha256:{'0' * 64}"
    assert await refusal(run(image=missing)) == (
        f"image {missing} is not on the daemon at unix://{SOCKET}: build or load it there first"
    )
    assert gone(daemon, name)


async def test_an_image_name_that_nobody_has_is_named(run, daemon, name):
    said = await refusal(run(image="127.0.0.1:1/hft/none:1"))
    assert said.startswith(f"cannot pull image 127.0.0.1:1/hft/none:1, which is not on the daemon at unix://{SOCKET}: ")
    assert gone(daemon, name)


async def test_an_image_by_its_id_stays_the_same(plugin, run, daemon, image):
    made = await run(image=daemon.inspect_image(image)["Id"])
    assert made.state["image"] == daemon.inspect_image(image)["Id"]
    await stays_the_same(plugin, made)


async def test_a_command_that_cannot_run_leaves_nothing(run, daemon, name):
    said = await refusal(run(command=["/no/such/program"], envs=Secret(["PASSWORD=tick-tock"])))
    assert said.startswith(f"cannot start container {name}: ")
    assert "no such file or directory" in said
    assert "tick-tock" not in said
    assert gone(daemon, name)


async def test_a_port_that_is_taken_leaves_nothing(run, daemon, name):
    await run(ports=[{"internal": 9000, "ip": "127.0.0.1"}])
    taken = int(daemon.port(name, 9000)[0]["HostPort"])
    said = await refusal(run(name=f"{name}-2", ports=[{"internal": 9000, "external": taken, "ip": "127.0.0.1"}]))
    assert said.startswith(f"cannot start container {name}-2: ")
    assert "port is already allocated" in said
    assert gone(daemon, f"{name}-2")


async def test_what_the_daemon_would_ignore_is_refused_before_anything_is_made(run, daemon, name, monkeypatch):
    monkeypatch.setitem(relations._SINCE, "healthcheck.startInterval", "99.0")
    check = {"tests": ["CMD", "ls"], "startInterval": "1s"}
    said = await refusal(run(healthcheck=check))
    assert said == (
        f"container {name}: healthcheck.startInterval needs Docker API 99.0, the daemon at unix://{SOCKET} has"
        f" {daemon._version}: leave it out or upgrade Docker"
    )
    assert gone(daemon, name)


async def test_a_preview_makes_nothing(plugin, daemon, image, name):
    inputs, failures = await plugin.plugin.check("Container", {"name": name, "image": image})
    assert failures == []
    resource_id, state = await plugin.plugin.create("Container", inputs, preview=True)
    assert (resource_id, state["exitCode"]) == ("", UNKNOWN)
    assert gone(daemon, name)


async def test_a_preview_of_an_update_changes_nothing(plugin, run, daemon, name):
    made = await run(memory=64)
    new = {**made.inputs, "memory": 96}
    state = await plugin.plugin.update("Container", made.id, made.state, made.inputs, new, preview=True)
    assert state["memory"] == 96
    assert daemon.inspect_container(name)["HostConfig"]["Memory"] == 64 * MIB


async def test_a_half_made_container_is_started_and_waited_for_again(plugin, run, daemon, name, image):
    check = {"tests": ["CMD", "cat", "/data/ready"], "interval": "200ms"}
    await plugin.up("Volume", name=name)
    given = {
        "volumes": [{"volumeName": name, "containerPath": "/data"}],
        "command": ["sh", "-c", "cat /data/ready && sleep 60"],
        "healthcheck": check,
        "wait": True,
    }
    assert "exited with code 1 before it was healthy" in await refusal(run(**given))
    container = daemon.inspect_container(name)["Id"]
    await plugin.up(
        "Container",
        name=f"{name}-repair",
        image=image,
        command=["sh", "-c", "echo up > /data/ready"],
        volumes=[{"volumeName": name, "containerPath": "/data"}],
        attach=True,
        mustRun=False,
    )
    inputs, _ = await plugin.plugin.check("Container", {"name": name, "image": image, "labels": [LABEL], **given})
    state = await plugin.plugin.update("Container", container, inputs, inputs, inputs)
    assert daemon.inspect_container(container)["State"]["Health"]["Status"] == "healthy"
    assert state["mustRun"] is True


async def test_ten_containers_come_up_at_once(plugin, daemon, image, name):
    check = {"tests": ["CMD", "ls"], "interval": "200ms"}
    started = time.monotonic()
    made = await asyncio.gather(
        *(
            plugin.up(
                "Container",
                name=f"{name}-{number}",
                image=image,
                command=SLEEP,
                uploads=[{"file": "/etc/hft/number", "content": str(number)}],
                healthcheck=check,
                wait=True,
            )
            for number in range(10)
        )
    )
    assert time.monotonic() - started < 60
    running = daemon.containers(filters={"label": f"hft.stack={STACK}", "name": f"{name}-"})
    assert {container["Id"] for container in running} == {container.id for container in made}
    assert {container["Status"].rpartition("(")[2] for container in running} == {"healthy)"}
    await asyncio.gather(*(plugin.down(container) for container in made))
    assert daemon.containers(all=True, filters={"name": f"{name}-"}) == []
