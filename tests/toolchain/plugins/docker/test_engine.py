"""The plugins under the real engine: up, no change, update, replacement, drift, failure, destroy."""

import json

import pytest

from tests.toolchain.plugins.conftest import operations
from tests.toolchain.plugins.docker.conftest import STACK, gone

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
import pulumi_docker as docker
import pulumi_random as random

label = {{"label": "hft.stack", "value": "{stack}"}}
network = docker.Network("plane", name="{name}", labels=[label])
volume = docker.Volume("data", name="{name}", labels=[label])
password = random.RandomPassword("password", length=24)
container = docker.Container(
    "engine",
    name="{name}",
    image="{image}",
    command=["sh", "-c", "{command}"],
    labels=[label],
    memory={memory},
    read_only=True,
    networks_advanced=[{{"name": network.name, "aliases": ["engine"]}}],
    volumes=[{{"volume_name": volume.name, "container_path": "/data"}}],
    uploads=[{{"file": "/etc/hft/secrets/password", "content": password.result}}],
    healthcheck={{"tests": ["CMD", "cat", "/etc/hft/secrets/password"], "interval": "{interval}"}},
    wait=True,
    wait_timeout=60,
    destroy_grace_seconds=5,
    restart="{restart}",
    must_run=True,
)
pulumi.export("ip", container.network_datas[0].ip_address)
pulumi.export("secret", password.result)
"""
USUAL = {"memory": 64, "interval": "200ms", "restart": "always"}
RUNS = "trap 'exit 0' TERM; sleep 1000 & wait"


@pytest.fixture
def program(project, image, name):
    def write(**changes):
        given = {"stack": STACK, "name": name, "image": image, "command": RUNS, **USUAL, **changes}
        project.program(PROGRAM.format(**given))

    write()
    return write


def plaintext(secret):
    """What an exported secret holds: JSON text."""
    return json.loads(secret["plaintext"])


def test_a_life(project, program, daemon, name):
    assert project.preview() == {
        "plugins-test": "create",
        "plane": "create",
        "data": "create",
        "password": "create",
        "engine": "create",
    }
    assert daemon.networks(names=[name]) == []

    printed = project.up()
    assert operations(printed) == {"created": 5}
    made = project.resources()
    container = made["engine"]["id"]
    found = daemon.inspect_container(container)
    assert found["State"]["Health"]["Status"] == "healthy"
    assert made["plane"]["outputs"]["driver"] == "bridge"
    password = plaintext(made["password"]["outputs"]["result"])
    assert len(password) == 24
    assert password not in printed
    assert made["engine"]["outputs"]["uploads"][0]["content"]["4dabf18193072939515e22adb298388d"]

    assert operations(project.up()) == {"unchanged": 5}
    assert project.preview() == {}

    program(memory=96)
    assert project.preview() == {"engine": "update"}
    assert operations(project.up()) == {"updated": 1, "unchanged": 4}
    assert daemon.inspect_container(container)["HostConfig"]["Memory"] == 96 * 1024 * 1024

    program(memory=96, command=RUNS + "; true")
    assert operations(project.up()) == {"replaced": 1, "unchanged": 4}
    assert gone(daemon, container)
    replaced = project.resources()["engine"]["id"]
    assert replaced != container

    daemon.remove_container(replaced, force=True, v=True)
    assert operations(project.run("refresh", "--yes", "--skip-preview")) == {"deleted": 1, "unchanged": 4}
    assert operations(project.up()) == {"created": 1, "unchanged": 4}

    assert operations(project.run("destroy", "--yes", "--skip-preview")) == {"deleted": 5}
    assert daemon.containers(all=True, filters={"name": name}) == []
    assert daemon.networks(names=[name]) == []
    assert daemon.volumes(filters={"name": name})["Volumes"] in ([], None)


def test_a_container_that_does_not_come_up_stays_in_state_and_is_taken_up_again(project, program, daemon, name):
    program(command="cat /etc/hft/secrets/password; echo out of memory locks; exit 3", interval="30s", restart="no")
    printed = project.up(fails=True)
    state = project.resources()
    password = plaintext(state["password"]["outputs"]["result"])
    assert f"container {name} did not come up" in printed
    assert "out of memory locks" in printed
    assert password not in printed
    assert state["engine"]["initErrors"]

    program()
    assert operations(project.up()) == {"replaced": 1, "unchanged": 4}
    assert "initErrors" not in project.resources()["engine"]
    project.run("destroy", "--yes", "--skip-preview")


def test_bad_input_stops_the_preview(project, program, daemon, name):
    project.program("import pulumi_docker as docker\ndocker.Network('n', name='x', driver=5)\n")
    printed = project.run("preview", fails=True)
    assert "property driver=5.0 has the wrong type: expected a string" in printed


def test_a_daemon_that_is_not_there_is_named(project):
    project.program(
        "import pulumi, pulumi_docker as docker\n"
        "away = docker.Provider('away', host='unix:///nonexistent/docker.sock')\n"
        "docker.Network('n', opts=pulumi.ResourceOptions(provider=away))\n"
    )
    printed = project.run("preview", fails=True)
    assert "failed to connect to docker daemon at unix:///nonexistent/docker.sock: No such file or directory" in printed


def test_a_container_that_stopped_runs_again_after_the_next_up(project, program, daemon, name):
    project.up()
    container = project.resources()["engine"]["id"]
    daemon.stop(container, timeout=5)
    project.run("refresh", "--yes", "--skip-preview")
    assert project.preview() == {"engine": "update"}
    assert operations(project.up()) == {"updated": 1, "unchanged": 4}
    assert daemon.inspect_container(container)["State"]["Running"] is True
    project.run("destroy", "--yes", "--skip-preview")


ADOPT = """
import pulumi, pulumi_docker as docker
docker.Network("plane", name="{name}", labels=[{{"label": "hft.stack", "value": "{stack}"}}])
"""


def test_a_network_that_exists_is_adopted_with_the_command_that_the_error_names(project, daemon, name):
    project.program(ADOPT.format(name=name, stack=STACK))
    made = daemon.create_network(name, labels={"hft.stack": STACK})["Id"]
    printed = project.up(fails=True)
    command = f"import docker:index/network:Network <resource name> {name}"
    assert f"network {name} already exists: adopt it with `pulumi {command}`" in printed

    adopt = command.replace("<resource name>", "plane").split()
    project.run(*adopt, "--yes", "--skip-preview", "--generate-code=false", "--protect=false")
    assert project.resources()["plane"]["id"] == made
    assert operations(project.up()) == {"unchanged": 2}
    project.run("destroy", "--yes", "--skip-preview")
    assert daemon.networks(names=[name]) == []


def test_secrets_are_encrypted_in_state(project, program, daemon):
    project.up()
    password = plaintext(project.resources()["password"]["outputs"]["result"])
    exported = project.run("stack", "export")
    assert json.dumps(password).strip('"') not in exported
    assert password not in exported
    project.run("destroy", "--yes", "--skip-preview")
