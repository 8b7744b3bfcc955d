"""Every image runs its own test.sh, sealed as the stacks run it.

Not proven here: that the parts work together, which is for the engine tier.
"""

from pathlib import Path

import docker
import pytest

from ops.images import Entry
from tests.images.sealed import LABELS, finish, sealed

pytestmark = pytest.mark.images

IMAGES = Path(__file__).parents[2] / "images"
NAMES = sorted(path.parent.name for path in IMAGES.glob("*/Dockerfile"))
SCRIPT = ["bash", "/etc/hft/test.sh"]


@pytest.mark.parametrize("name", NAMES)
def test_a_sealed_program_answers(
    name: str, docker_client: docker.DockerClient, locked: dict[str, Entry], tmp_path: Path
) -> None:
    files = {"test.sh": (IMAGES / name / "test.sh").read_bytes()}
    with sealed(docker_client, locked[name].id, name=name, command=SCRIPT, files=files, secrets=tmp_path) as container:
        status, said = finish(container)
        assert (status, said if status else "") == (0, "")


def test_a_script_that_fails_is_seen(
    docker_client: docker.DockerClient, locked: dict[str, Entry], tmp_path: Path
) -> None:
    files = {"test.sh": b"touch /usr/x 2> /dev/null || exit 7"}
    with sealed(
        docker_client, locked["base"].id, name="base", command=SCRIPT, files=files, secrets=tmp_path
    ) as container:
        assert finish(container) == (7, "")


@pytest.mark.parametrize("name", NAMES)
def test_an_image_fits_the_stacks(name: str, docker_client: docker.DockerClient, locked: dict[str, Entry]) -> None:
    config = docker_client.images.get(locked[name].id).attrs["Config"]
    users = {"backup": "postgres", "timescaledb": "postgres", "witness": "root"}
    assert config["User"] == users.get(name, "hft")
    assert sorted(config["Volumes"]) == ["/etc/hft", "/run/secrets"]
    assert config["Entrypoint"]
    assert config["Entrypoint"][0] != "/bin/sh" or name == "base"
    assert config["Healthcheck"]["Test"][0] == ("NONE" if name in ("base", "migrate", "witness") else "CMD")


@pytest.mark.parametrize("name", NAMES)
def test_an_image_holds_no_word_of_the_mirror(
    name: str, docker_client: docker.DockerClient, locked: dict[str, Entry]
) -> None:
    history = docker_client.images.get(locked[name].id).history()
    assert [step["CreatedBy"] for step in history if "http_proxy" in step["CreatedBy"]] == []
    look = ["sh", "-c", "! grep -rIlE '127.0.0.1:[0-9]+/(main|security)|^(deb |URIs:)' /etc/apt /var/lib/apt /var/log"]
    # Not run(remove=True), which leaves the anonymous volumes behind.
    container = docker_client.containers.create(
        locked[name].id, entrypoint=look, command=[], user="root", network_mode="none", labels=LABELS
    )
    try:
        assert finish(container) == (0, "")
    finally:
        container.remove(force=True, v=True)
