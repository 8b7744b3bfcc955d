"""A daemon behind ssh. The `ssh` here is a script that joins its ends to this machine's daemon; it proves no login."""

import json
import sys

import pytest

from tests.toolchain.plugins.docker.conftest import SOCKET, Stack, refusal
from toolchain.plugins.docker.endpoint import Endpoint
from toolchain.plugins.docker.plugin import provider
from toolchain.plugins.docker.ssh import command
from toolchain.plugins.framework import ProviderError

JOIN = f"""#!{sys.executable}
import json, os, socket, sys, threading

with open(os.environ["SSH_CALLS"], "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
daemon = socket.socket(socket.AF_UNIX)
daemon.connect("{SOCKET}")

def send():
    while data := os.read(0, 65536):
        daemon.sendall(data)
    os._exit(0)

threading.Thread(target=send, daemon=True).start()
while data := daemon.recv(65536):
    os.write(1, data)
"""
DENIED = "#!/bin/sh\necho 'Permission denied (publickey).' >&2\nexit 255\n"


@pytest.fixture
def ssh(tmp_path, monkeypatch):
    """Puts an `ssh` on PATH; gives a function that lists the argument vectors with which it was called."""
    calls = tmp_path / "calls"
    monkeypatch.setenv("SSH_CALLS", str(calls))
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(text):
        (tmp_path / "ssh").write_text(text)
        (tmp_path / "ssh").chmod(0o755)
        return lambda: [json.loads(line) for line in calls.read_text().splitlines()]

    return install


@pytest.fixture
async def connecting(serve):
    async def configure(host, **settings):
        running = await serve(provider())
        await running.configure(host=host, **settings)
        return Stack(running)

    return configure


@pytest.mark.parametrize(
    ("host", "options", "expected"),
    [
        ("ssh://h1", (), ["ssh", "--", "h1"]),
        ("ssh://ops@h1", (), ["ssh", "-l", "ops", "--", "h1"]),
        ("ssh://ops@10.0.0.5:2222/", (), ["ssh", "-l", "ops", "-p", "2222", "--", "10.0.0.5"]),
        ("ssh://h1", ("-o", "BatchMode=yes"), ["ssh", "-o", "BatchMode=yes", "--", "h1"]),
        ("ssh://-oProxyCommand=x", (), ["ssh", "--", "-oproxycommand=x"]),
    ],
)
def test_the_command_that_reaches_the_daemon(host, options, expected):
    endpoint = Endpoint(host=host, ssh_options=options)
    assert command(endpoint) == [*expected, "docker", "system", "dial-stdio"]


@pytest.mark.parametrize("host", ["ssh://", "ssh://h1/var/run/docker.sock"])
def test_a_host_with_too_little_or_too_much(host):
    with pytest.raises(ProviderError) as failed:
        command(Endpoint(host=host))
    assert str(failed.value) == f"docker host {host!r}: expected ssh://[user@]host[:port] and nothing else"


def test_a_password_in_the_host_is_refused_and_not_repeated():
    with pytest.raises(ProviderError) as failed:
        command(Endpoint(host="ssh://ops:s3cret@h1"))
    assert str(failed.value) == (
        "docker host 'ssh://ops:[secret]@h1': expected ssh://[user@]host[:port] and nothing else"
    )


@pytest.mark.images
async def test_a_daemon_behind_ssh_is_served_like_any_other(ssh, connecting, daemon, name):
    calls = ssh(JOIN)
    stack = await connecting("ssh://ops@h1", sshOpts=["-o", "BatchMode=yes"])
    made = await stack.up("Volume", name=name)
    assert daemon.inspect_volume(name)["Name"] == made.id
    assert await stack.refresh(made) == name
    await stack.down(made)
    assert calls()[0] == ["-o", "BatchMode=yes", "-l", "ops", "--", "h1", "docker", "system", "dial-stdio"]


async def test_configuring_does_not_call_ssh(ssh, connecting):
    ssh(DENIED)
    await connecting("ssh://ops@h1")


async def test_an_ssh_that_is_refused_names_the_command_to_try(ssh, connecting, capfd):
    ssh(DENIED)
    stack = await connecting("ssh://ops@h1")
    assert await refusal(stack.up("Volume", name="v")) == (
        "failed to connect to docker daemon at ssh://ops@h1: Permission denied (publickey);"
        " try it by hand: ssh -l ops -- h1 docker system dial-stdio"
    )
    assert capfd.readouterr() == ("", "")


async def test_a_machine_without_ssh_says_so(ssh, connecting):
    stack = await connecting("ssh://h1")
    assert await refusal(stack.up("Volume", name="v")) == (
        "failed to connect to docker daemon at ssh://h1: No such file or directory: ssh;"
        " try it by hand: ssh -- h1 docker system dial-stdio"
    )
