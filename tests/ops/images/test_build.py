"""Image builds through the real Docker, on a small images/ folder and without any other machine."""

import re
import threading
from pathlib import Path

import pytest
from docker import DockerClient

from ops.errors import OpsError
from ops.images import Entry, build_all, engine, lock, read
from ops.images.build import Step
from tests.ops.images.conftest import A, B, write_image, write_upstream
from tests.ops.images.mirror import VENDOR, Mirror
from tests.ops.images.registry import registry

pytestmark = [pytest.mark.images, pytest.mark.usefixtures("apt", "cleaned")]

ABSENT = "sha256:" + "0" * 64


def made(root: Path, *, edition: str = "apache", fresh: bool = False) -> dict[str, str]:
    """Build; image name → outcome."""
    told: list[Step] = []
    build_all(told.append, edition=edition, fresh=fresh, root=root)
    return {step.name: step.outcome for step in told}


def locked(root: Path) -> dict[str, Entry]:
    return read(root / "images/lock.json")


def refused(root: Path, *, edition: str = "apache") -> str:
    with pytest.raises(OpsError) as error:
        made(root, edition=edition)
    return str(error.value)


def write_database(root: Path, image: str) -> None:
    write_image(root, "timescaledb", f"FROM {image}\nARG EDITION\nLABEL opstest=$EDITION\n")


def test_what_is_new_is_built_and_locked(root: Path, docker_host: DockerClient) -> None:
    assert made(root) == {A: "built", B: "built", "base": "absent"}
    found = locked(root)
    assert list(found) == [A, B]
    assert docker_host.images.get(found[B].id).tags == [f"hft/{B}:{found[B].inputs[:12]}"]
    assert "bash" in found[A].packages


def test_what_has_not_changed_is_not_built(root: Path) -> None:
    made(root)
    before = locked(root)
    assert made(root) == {A: "current", B: "current", "base": "absent"}
    assert locked(root) == before


def test_a_change_builds_the_image_and_what_stands_on_it(root: Path) -> None:
    made(root)
    before = locked(root)
    (root / f"images/{A}/said").write_text("one and two\n")
    assert made(root) == {A: "built", B: "built", "base": "absent"}
    assert [locked(root)[name].id == before[name].id for name in (A, B)] == [False, False]


def test_a_change_leaves_what_it_stands_on(root: Path) -> None:
    made(root)
    (root / f"images/{B}/more").touch()
    assert made(root) == {A: "current", B: "built", "base": "absent"}


def test_an_image_that_docker_has_already_is_found(root: Path) -> None:
    made(root)
    before = locked(root)
    (root / "images/lock.json").unlink()
    assert made(root) == {A: "found", B: "found", "base": "absent"}
    assert locked(root) == before


def test_an_image_that_docker_lost_is_built_again(root: Path, docker_host: DockerClient) -> None:
    made(root)
    docker_host.images.remove(locked(root)[B].id, force=True)
    assert made(root) == {A: "current", B: "built", "base": "absent"}


def test_fresh_builds_everything_again(root: Path) -> None:
    made(root)
    assert made(root, fresh=True) == {A: "built", B: "built", "base": "absent"}


def test_an_image_that_is_no_more_leaves_the_lock(root: Path) -> None:
    made(root)
    (root / f"images/{B}/Dockerfile").unlink()
    assert made(root) == {A: "current", "base": "absent"}
    assert list(locked(root)) == [A]


def test_a_build_that_fails_tells_its_step_and_keeps_the_earlier_entries(root: Path) -> None:
    made(root)
    before = locked(root)
    text = "ARG OPSTESTA_IMAGE\nFROM ${OPSTESTA_IMAGE}\nRUN echo no disk && exit 3\n"
    write_image(root, B, text)
    assert refused(root).splitlines() == [
        f"image {B}: Step 3/3 : RUN echo no disk && exit 3: "
        "The command '/bin/sh -c echo no disk && exit 3' returned a non-zero code: 3",
        "  no disk",
    ]
    assert locked(root) == before


def test_a_dockerfile_that_docker_does_not_know_is_told(root: Path) -> None:
    write_image(root, A, "FORM x\n")
    assert refused(root) == (
        f"image {A}: Docker refuses to build it: dockerfile parse error line 1: unknown instruction: FORM"
    )
    assert locked(root) == {}


def test_the_address_of_the_relay_is_not_in_the_image(root: Path, docker_host: DockerClient) -> None:
    made(root)
    image = docker_host.images.get(locked(root)[B].id)
    assert [step for step in image.history() if "http_proxy" in step["CreatedBy"]] == []
    assert [line for line in image.attrs["Config"]["Env"] if "proxy" in line] == []


def test_community_without_the_vendors_repository_is_refused(root: Path, image: str) -> None:
    write_database(root, image)
    assert refused(root, edition="community") == (
        "image timescaledb: edition community comes from its vendor's repository, which is not among this machine's "
        "package sources, does not answer, or names no key file (signed-by): mend /etc/apt, or build --edition apache"
    )
    assert "timescaledb" not in locked(root)


def test_community_with_the_vendors_repository_is_built(
    root: Path, image: str, apt: Mirror, tmp_path: Path, docker_host: DockerClient
) -> None:
    write_database(root, image)
    (tmp_path / "vendor.gpg").write_bytes(b"key")
    apt.files["/vendor/dists/trixie/InRelease"] = VENDOR
    listed = f"deb [signed-by={tmp_path}/vendor.gpg] {apt.url}/vendor trixie main\n"
    (tmp_path / "apt/sources.list.d/vendor.list").write_text(listed)
    assert made(root, edition="community")["timescaledb"] == "built"
    built = docker_host.images.get(locked(root)["timescaledb"].id)
    assert built.labels["opstest"] == "community"


def test_another_edition_is_another_image(root: Path, image: str) -> None:
    write_database(root, image)
    assert made(root)["timescaledb"] == "built"
    assert "edition community" in refused(root, edition="community")
    assert made(root)["timescaledb"] == "current"


def test_a_published_image_is_pulled_and_then_current(root: Path) -> None:
    with registry() as published:
        write_upstream(root, published.reference)
        assert made(root)["base"] == "pulled"
        assert locked(root)["base"] == Entry(
            id=published.id, digest=published.digest, inputs=locked(root)["base"].inputs
        )
        assert made(root)["base"] == "current"


def test_a_published_image_stays_where_no_registry_answers_any_more(root: Path) -> None:
    with registry() as published:
        write_upstream(root, published.reference)
        made(root)
    assert made(root)["base"] == "current"
    write_upstream(root, "127.0.0.1:1/absent:2")
    assert made(root)["base"] == "kept"
    assert locked(root)["base"].id == published.id


def test_a_published_image_that_docker_lost_leaves_the_lock(root: Path) -> None:
    made(root)
    entries = locked(root) | {"base": Entry(id=ABSENT, digest=ABSENT, inputs="x")}
    lock.write(root / "images/lock.json", entries)
    assert made(root)["base"] == "absent"
    assert list(locked(root)) == [A, B]


def test_a_broken_lock_is_refused_before_anything_is_built(root: Path) -> None:
    path = root / "images/lock.json"
    path.write_text("[]")
    assert refused(root) == (
        f"{path}: not an image lock (TypeError('list indices must be integers or slices, not str')): "
        "delete it and run `hft images build`"
    )
    assert path.read_text() == "[]"


def test_two_builds_at_a_time_take_turns(root: Path) -> None:
    outcomes: list[dict[str, str]] = []
    builds = [threading.Thread(target=lambda: outcomes.append(made(root))) for _ in range(2)]
    for each in builds:
        each.start()
    for each in builds:
        each.join()
    assert [found[A] for found in outcomes] == ["built", "current"]


def test_docker_that_does_not_answer_is_one_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert refused(root) == (
        "Docker at unix:///nowhere/docker.sock does not answer (No such file or directory): "
        "start dockerd there, or mend the setting"
    )
    assert not (root / "images/lock.json").exists()


@pytest.mark.parametrize("endpoint", ["tcp://127.0.0.1:1", "ssh://hft@10.20.0.11"])
def test_docker_on_another_machine_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", endpoint)
    assert refused(root) == (
        f"DOCKER_HOST={endpoint}: builds reach their packages over this machine's loopback address, and that may be "
        f"another machine: build where Docker's socket is, then `hft images copy {endpoint}`"
    )


def test_packages_of_an_image_are_listed(docker_host: DockerClient, image: str) -> None:
    found = engine.packages(docker_host, image)
    assert list(found) == sorted(found)
    assert re.match(r"\d", found["bash"])


def test_an_image_that_is_not_there_is_not_found(docker_host: DockerClient, image: str) -> None:
    assert engine.find(docker_host, ABSENT) is None
    assert engine.find(docker_host, image) == image
