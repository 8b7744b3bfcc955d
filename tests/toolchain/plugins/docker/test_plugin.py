"""The provider's configuration, and its process."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2_grpc

from tests.toolchain.plugins.conftest import Plugin
from tests.toolchain.plugins.docker.conftest import LABEL, SOCKET, refusal
from toolchain.plugins.docker.container.resource import Container
from toolchain.plugins.docker.network import Network
from toolchain.plugins.docker.plugin import provider
from toolchain.plugins.docker.volume import Volume

NOT_THERE = (
    "failed to connect to docker daemon at unix:///nonexistent/docker.sock: No such file or directory; start it"
    " (`systemctl start docker`), or set docker:host (DOCKER_HOST) to a daemon that answers"
)


@pytest.fixture
async def running(serve, monkeypatch):
    for variable in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(variable, raising=False)
    return await serve(provider())


async def test_a_daemon_that_is_not_there_is_named_with_the_fix(running):
    assert await refusal(running.configure(host="unix:///nonexistent/docker.sock")) == NOT_THERE


async def test_a_port_that_nobody_listens_on_is_named_with_the_fix(running):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        assert (await refusal(running.configure(host=host))).startswith(
            f"failed to connect to docker daemon at {host}: Connection refused; start it"
        )


async def test_the_environment_names_the_daemon(running, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    assert await refusal(running.configure()) == NOT_THERE


@pytest.mark.images
async def test_a_given_host_goes_before_the_environment(running, daemon, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    await running.configure(host=f"unix://{SOCKET}")


@pytest.mark.images
async def test_the_local_daemon_is_the_default(running, daemon):
    await running.configure()


async def test_a_disabled_check_is_made_up_for_by_the_first_call(running):
    await running.configure(host="unix:///nonexistent/docker.sock", disableDockerDaemonCheck="true")
    assert await running.create("Volume", {"name": "v"}, preview=True)
    assert await refusal(running.create("Volume", {"name": "v"})) == NOT_THERE


async def test_a_wrong_setting_is_refused_by_the_check(running):
    assert await running.check_config(hots="unix:///x") == [("hots", "property hots unknown: did you mean host?")]
    assert await running.check_config(registryAuth='[{"username": "bot"}]') == [
        ("registryAuth[0].address", "property registryAuth[0].address is required and missing")
    ]


async def test_a_setting_that_does_not_fit_is_refused_when_connecting(running):
    said = await refusal(running.configure(certMaterial="PEM"))
    assert said == "docker certMaterial and keyMaterial belong together: give both or neither"


@pytest.fixture
def process(request):
    """The plugin as the engine starts it."""
    started = subprocess.Popen(
        [sys.executable, "-m", "toolchain.plugins.docker", "127.0.0.1:1"],
        cwd=request.config.rootpath,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield started
    started.kill()
    started.communicate()


def test_the_process_stops_quietly_when_idle(process):
    process.stdout.readline()
    os.kill(process.pid, signal.SIGINT)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0


@pytest.mark.images
async def test_the_process_stops_quietly_in_the_middle_of_a_create(process, image, name, daemon):
    port = int(await asyncio.to_thread(process.stdout.readline))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        plugin = Plugin(
            provider_pb2_grpc.ResourceProviderStub(channel),
            {kind.__name__: kind.token for kind in (Container, Network, Volume)},
        )
        await plugin.configure(host=f"unix://{SOCKET}")
        never_healthy = {"tests": ["CMD", "sh", "-c", "exit 1"], "interval": "1s"}
        inputs, _ = await plugin.check(
            "Container",
            {
                "name": name,
                "image": image,
                "command": ["sleep", "60"],
                "labels": [LABEL],
                "wait": True,
                "healthcheck": never_healthy,
            },
        )
        create = asyncio.create_task(plugin.create("Container", inputs))
        await _until(lambda: daemon.containers(filters={"name": name}))
        started = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        with pytest.raises(grpc.aio.AioRpcError):
            await create
    assert await asyncio.to_thread(process.communicate, timeout=30) == ("", "")
    assert process.returncode == 0
    assert time.monotonic() - started < 30


async def _until(condition):
    deadline = time.monotonic() + 20
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
