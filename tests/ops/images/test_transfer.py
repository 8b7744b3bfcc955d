"""Copies to another Docker. This machine's own stands for the other one, behind an address of its own."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from ops.errors import OpsError
from ops.images import Entry, copy_images, lock
from ops.images.build import Step
from tests.ops import bridge

pytestmark = pytest.mark.images

ABSENT = "sha256:" + "0" * 64


@pytest.fixture
def other() -> Iterator[str]:
    """A tcp:// address of this machine's Docker."""
    with bridge.tcp() as endpoint:
        yield endpoint


def locked(root: Path, **images: str) -> Path:
    (root / "images").mkdir()
    entries = {name: Entry(id=id_, digest=None, inputs="x") for name, id_ in images.items()}
    lock.write(root / "images/lock.json", entries)
    return root


def copied(endpoint: str, root: Path) -> list[tuple[str, str]]:
    told: list[Step] = []
    copy_images(endpoint, told.append, root)
    return [(step.name, step.outcome) for step in told]


def refused(endpoint: str, root: Path) -> str:
    with pytest.raises(OpsError) as error:
        copied(endpoint, root)
    return str(error.value)


def test_an_image_that_is_there_is_not_sent(docker_host: DockerClient, image: str, other: str, tmp_path: Path) -> None:
    assert copied(other, locked(tmp_path, base=image)) == [("base", "current")]


def test_an_image_that_is_nowhere_is_named(docker_host: DockerClient, other: str, tmp_path: Path) -> None:
    assert refused(other, locked(tmp_path, etcd=ABSENT)) == (
        f"image etcd: {ABSENT} is in the lock, but not in this Docker: run `hft images build`"
    )


def test_an_empty_lock_is_refused(tmp_path: Path) -> None:
    assert refused("tcp://127.0.0.1:1", tmp_path) == (
        f"{tmp_path}/images/lock.json: no image to copy: run `hft images build`"
    )


def test_a_host_that_does_not_answer_is_named(docker_host: DockerClient, image: str, tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        endpoint = f"tcp://127.0.0.1:{bound.getsockname()[1]}"
        assert refused(endpoint, locked(tmp_path, base=image)) == (
            f"Docker at {endpoint} does not answer (Connection refused): start dockerd there, or mend the setting"
        )


def test_a_host_behind_ssh_is_asked_with_the_systems_own_ssh(
    docker_host: DockerClient, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = bridge.write_ssh(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert copied("ssh://hft@10.20.0.11", locked(tmp_path, base=image)) == [("base", "current")]
    assert asked.read_text() == "-l hft -- 10.20.0.11 docker system dial-stdio\n"
