"""What stops the real program before anything is made: one error, exit code 1, and no trace on the host.

The program, the policies and the settings are this checkout's, under a stack name and an address of these tests.
"""

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker import DockerClient
from typer.testing import CliRunner, Result

import toolchain
from ops import cli
from tests.ops.conftest import LOCK, STACK

pytestmark = pytest.mark.engine

CHECKOUT = Path(__file__).parents[2]
ADDRESS = "127.0.0.77"
"""Loopback too, but not where a stack of this machine listens."""
ABSENT = "sha256:" + "0" * 64


@pytest.fixture
def root(tmp_path: Path, image: str, clean_host: DockerClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with the stack's own settings, lock and backend; nothing may be on the host in the end."""
    for name in ("__main__.py", "components", "policies", "stacks", ".venv"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    shutil.copy(CHECKOUT / "Pulumi.yaml", tmp_path)
    # Without the salt that an `up` of this checkout's own stack has added.
    dev = (CHECKOUT / "Pulumi.dev.yaml").read_text().partition("encryptionsalt:")[0]
    (tmp_path / f"Pulumi.{STACK}.yaml").write_text(dev.replace("address: 127.0.0.1", f"address: {ADDRESS}"))
    (tmp_path / "images").mkdir()
    shutil.copy(LOCK, tmp_path / "images/lock.json")
    (tmp_path / "state").mkdir()
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/state")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "one")
    yield tmp_path
    chosen = {"label": f"hft.stack={STACK}"}
    assert clean_host.containers.list(all=True, filters=chosen) == []
    assert clean_host.networks.list(filters=chosen) == []
    assert clean_host.volumes.list(filters=chosen) == []


@pytest.fixture
def engine(root: Path) -> None:
    try:
        toolchain.environment()
    except toolchain.ToolchainError as error:
        pytest.skip(str(error))


def hft(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def errors(found: Result) -> list[str]:
    assert found.exit_code == 1
    return [line.removeprefix("error: ") for line in found.stderr.splitlines()]


def change_settings(root: Path, old: str, new: str) -> None:
    file = root / f"Pulumi.{STACK}.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def change_lock(root: Path, change: Callable[[dict[str, dict[str, str]]], object]) -> None:
    file = root / "images/lock.json"
    document = json.loads(file.read_text())
    change(document["images"])
    file.write_text(json.dumps(document))


@pytest.mark.parametrize("command", ["up", "preview"])
def test_docker_that_does_not_answer(root: Path, engine: None, command: str) -> None:
    change_settings(root, "unix:///var/run/docker.sock", "unix:///nowhere/docker.sock")
    assert errors(hft(command, STACK)) == [
        "hosts[0].docker_endpoint=unix:///nowhere/docker.sock (host local): Docker does not answer "
        "(No such file or directory): start dockerd there, or mend the setting"
    ]
    assert not (root / "state/.pulumi/stacks").exists()


def test_a_port_that_is_taken(root: Path, engine: None) -> None:
    with socket.create_server((ADDRESS, 0)) as server:
        port = server.getsockname()[1]
        change_settings(root, "hft:cache:\n", f"hft:cache:\n    valkey_port: {port}\n")
        (problem,) = errors(hft("up", STACK))
    assert problem.startswith(f"cache.valkey_port: port {port} on host local ({ADDRESS}) is taken by ")
    assert problem.endswith("): end that, or set another port")


def test_cpus_that_the_host_does_not_have(root: Path, engine: None, docker_host: DockerClient) -> None:
    there = docker_host.info()["NCPU"]
    change_settings(root, "cpus: 0-1\n", "cpus: 0-1023\n")
    assert errors(hft("up", STACK)) == [
        f"hosts[0].cpus=0-1023: host local has CPUs 0-{there - 1} only; leave out {there}-1023"
    ]


def test_an_engine_of_another_version(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "bin/pulumi"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\necho v3.1.0\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin:/bin")
    assert errors(hft("up", STACK)) == [
        f"engine version 3.1.0 ({other}) differs from the pin 3.259.0; "
        "install 3.259.0, or run: make up, then: . .hft/env"
    ]


def test_an_image_that_the_host_does_not_have(root: Path, engine: None) -> None:
    change_lock(root, lambda images: images["etcd"].update(id=ABSENT))
    assert errors(hft("up", STACK)) == [
        "images/lock.json: host local does not have etcd (sha256:000000000000…): run hft images build"
    ]


def test_an_image_that_is_not_in_the_lock(root: Path, engine: None) -> None:
    change_lock(root, lambda images: images.pop("etcd"))
    known = ", ".join(sorted(json.loads((root / "images/lock.json").read_text())["images"]))
    assert errors(hft("preview", STACK)) == [
        f"image 'etcd' is not in images/lock.json (it has {known}): run `hft images build`"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "is missing: run `hft images build`"),
        ("[]", "is not an image lock (TypeError('list indices must be integers or slices, not str')): "),
    ],
)
def test_no_lock(root: Path, engine: None, text: str | None, problem: str) -> None:
    path = root / "images/lock.json"
    path.unlink() if text is None else path.write_text(text)
    (told,) = errors(hft("up", STACK))
    assert told.startswith(f"{path} {problem}")
    assert told.endswith("run `hft images build`")


def test_a_passphrase_that_is_not_the_stacks(root: Path, engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    change_lock(root, lambda images: images.pop("etcd"))
    hft("preview", STACK)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "two")
    assert errors(hft("up", STACK)) == [
        "the passphrase does not open this stack: PULUMI_CONFIG_PASSPHRASE or the file named by "
        "PULUMI_CONFIG_PASSPHRASE_FILE (default .hft/passphrase) is not the one that the stack was created with; "
        "put that one back"
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "retention_days: 2",
            "retention_days: 0",
            "monitoring.retention_days=0: input should be greater than or equal to 1",
        ),
        ("cpu_set:", "cpuset:", "trading.engines[0].cpuset is not a setting: did you mean cpu_set?"),
    ],
)
def test_a_setting_that_is_wrong(root: Path, engine: None, old: str, new: str, problem: str) -> None:
    change_settings(root, old, new)
    assert f"Pulumi.{STACK}.yaml: {problem}" in errors(hft("up", STACK))


def test_a_stack_file_that_is_no_yaml(root: Path, engine: None) -> None:
    (root / f"Pulumi.{STACK}.yaml").write_text("config: [\n")
    assert errors(hft("up", STACK)) == [
        f"Pulumi.{STACK}.yaml, line 2, column 1: not YAML: expected the node content, but found '<stream end>'"
    ]


@pytest.mark.parametrize(("more", "shown"), [([], f"stack {STACK} is not up\n"), (["--json"], "[]\n")])
def test_a_stack_that_is_not_up_has_no_status(root: Path, engine: None, more: list[str], shown: str) -> None:
    found = hft("status", STACK, *more)
    assert (found.exit_code, found.stdout, found.stderr) == (0, shown, "")


def test_a_stack_that_is_not_up_has_nothing_to_remove(root: Path, engine: None) -> None:
    found = hft("down", STACK, "--volumes", "--yes")
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout.splitlines()[-1] == f"stack {STACK} is not up"
