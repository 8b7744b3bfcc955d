"""Images that the daemon has, and pulls from a registry of one's own on loopback. Proves no pull through TLS."""

import json

import pytest
from docker.errors import ImageNotFound

from tests.toolchain.plugins.docker.conftest import SOCKET, Stack, refusal
from tests.toolchain.plugins.docker.registry_server import LOGIN, Registry
from toolchain.plugins.docker.image import repo_digest
from toolchain.plugins.docker.plugin import provider
from toolchain.plugins.framework import UNKNOWN

NO_SUCH = f"sha256:{'0' * 64}"


@pytest.fixture
def registry(daemon):
    opened = []

    def start(**options):
        opened.append(Registry(**options))
        return opened[-1]

    yield start
    for started in opened:
        started.close()
        for image in daemon.images():
            names = [*(image["RepoTags"] or []), *(image["RepoDigests"] or [])]
            if any(name.startswith(started.address) for name in names):
                daemon.remove_image(image["Id"], force=True)


@pytest.fixture
def copies(daemon, image, name):
    """Gives the test's image a second name, which goes with the test."""
    daemon.tag(image, name, "1")
    yield f"{name}:1"
    if known(daemon, f"{name}:1"):
        daemon.remove_image(f"{name}:1")


def known(daemon, image):
    try:
        daemon.inspect_image(image)
    except ImageNotFound:
        return False
    return True


@pytest.mark.parametrize(
    ("digests", "name", "expected"),
    [
        (None, "engine:1", ""),
        (["other@sha256:1", "engine@sha256:2"], "engine:1", "engine@sha256:2"),
        (["other@sha256:1", "engine@sha256:2"], "engine@sha256:2", "engine@sha256:2"),
        (["host:5000/engine@sha256:3"], "host:5000/engine", "host:5000/engine@sha256:3"),
        (["host:5000/engine@sha256:3"], "host:5000/engine:1", "host:5000/engine@sha256:3"),
        (["other@sha256:1"], "engine:1", "other@sha256:1"),
    ],
)
def test_the_digest_of_the_images_own_repository_goes_first(digests, name, expected):
    assert repo_digest({"RepoDigests": digests}, name) == expected


@pytest.mark.images
async def test_an_image_on_the_daemon_is_found_by_its_name(plugin, daemon, image):
    made = await plugin.up("RemoteImage", name=image, keepLocally=True)
    image_id = daemon.inspect_image(image)["Id"]
    assert made.id == image_id + image
    assert made.state == {"name": image, "keepLocally": True, "imageId": image_id, "repoDigest": ""}
    assert await plugin.refresh(made) == made.id
    assert await plugin.change(made) == {}


@pytest.mark.images
async def test_an_image_on_the_daemon_is_found_by_its_id(plugin, daemon, image):
    image_id = daemon.inspect_image(image)["Id"]
    made = await plugin.up("RemoteImage", name=image_id, keepLocally=True)
    assert made.state["imageId"] == image_id
    assert await plugin.refresh(made) == made.id


@pytest.mark.images
async def test_an_id_that_the_daemon_lacks_says_what_to_do(plugin):
    assert await refusal(plugin.up("RemoteImage", name=NO_SUCH)) == (
        f"image {NO_SUCH} is not on the daemon at unix://{SOCKET}: build or load it there first"
    )


@pytest.mark.images
async def test_a_name_that_neither_the_daemon_nor_a_registry_has(plugin):
    said = await refusal(plugin.up("RemoteImage", name="127.0.0.1:1/hft/no-such-image:1"))
    assert said.startswith(
        f"cannot pull image 127.0.0.1:1/hft/no-such-image:1, which is not on the daemon at unix://{SOCKET}: "
    )
    assert "connection refused" in said


@pytest.mark.images
async def test_an_image_that_is_not_there_is_pulled(plugin, daemon, registry):
    served = registry()
    name = f"{served.address}/engine:1"
    made = await plugin.up("RemoteImage", name=name)
    assert made.state["repoDigest"] == f"{served.address}/engine@{served.digest}"
    assert daemon.inspect_image(name)["Id"] == made.state["imageId"]
    assert made.state["imageId"] == json.loads(served.manifest)["config"]["digest"]
    await plugin.down(made)
    assert not known(daemon, name)


@pytest.mark.images
async def test_an_image_is_pulled_by_its_digest(plugin, daemon, registry):
    served = registry()
    made = await plugin.up("RemoteImage", name=f"{served.address}/engine@{served.digest}")
    assert made.state["repoDigest"] == f"{served.address}/engine@{served.digest}"
    await plugin.down(made)
    assert not known(daemon, made.state["imageId"])


@pytest.mark.images
async def test_a_tag_that_the_registry_lacks_is_named(plugin, registry):
    name = f"{registry().address}/engine:2"
    assert await refusal(plugin.up("RemoteImage", name=name)) == (
        f"cannot pull image {name}, which is not on the daemon at unix://{SOCKET}: manifest unknown"
    )


@pytest.mark.images
async def test_a_platform_that_cannot_be_is_refused_and_one_that_can_is_pulled(plugin, daemon, registry):
    name = f"{registry().address}/engine:1"
    said = await refusal(plugin.up("RemoteImage", name=name, platform="no such platform"))
    assert said.startswith(f"cannot pull image {name}, which is not on the daemon at unix://{SOCKET}: ")
    assert "no such platform" in said
    made = await plugin.up("RemoteImage", name=name, platform="linux/amd64")
    assert known(daemon, made.state["imageId"])


@pytest.mark.images
async def test_a_registry_that_asks_for_a_login_gets_it(serve, daemon, registry):
    served = registry(locked=True)
    running = await serve(provider())
    login = [{"address": served.address, "username": LOGIN[0], "password": LOGIN[1]}]
    await running.configure(host=f"unix://{SOCKET}", registryAuth=json.dumps(login))
    stack = Stack(running)
    made = await stack.up("RemoteImage", name=f"{served.address}/engine:1")
    await stack.down(made)
    assert not known(daemon, made.state["imageId"])


@pytest.mark.images
async def test_a_wrong_login_is_refused_and_not_repeated(serve, daemon, registry):
    served = registry(locked=True)
    running = await serve(provider())
    login = [{"address": served.address, "username": "bot", "password": "wr0ng-s3cret"}]
    await running.configure(host=f"unix://{SOCKET}", registryAuth=json.dumps(login))
    said = await refusal(Stack(running).up("RemoteImage", name=f"{served.address}/engine:1"))
    assert said.endswith("unauthorized: authentication required")
    assert "wr0ng-s3cret" not in said


@pytest.mark.images
async def test_deleting_it_removes_the_name_from_the_daemon(plugin, daemon, image, copies):
    made = await plugin.up("RemoteImage", name=copies)
    await plugin.down(made)
    assert not known(daemon, copies)
    assert known(daemon, image)
    assert await plugin.refresh(made) == ""


@pytest.mark.images
async def test_an_image_that_is_kept_stays_on_the_daemon(plugin, daemon, copies):
    made = await plugin.up("RemoteImage", name=copies)
    assert await plugin.change(made, keepLocally=True) == {"keepLocally": "ADD"}
    await plugin.down(made)
    assert known(daemon, copies)


@pytest.mark.images
async def test_deleting_what_is_gone_is_no_error(plugin, daemon, copies):
    made = await plugin.up("RemoteImage", name=copies)
    daemon.remove_image(copies)
    await plugin.down(made)


@pytest.mark.images
async def test_an_image_in_use_is_not_removed(plugin, daemon, image, name):
    image_id = daemon.inspect_image(image)["Id"]
    await plugin.up("Container", name=name, image=image_id, command=["sleep", "60"])
    made = await plugin.up("RemoteImage", name=image_id)
    said = await refusal(plugin.down(made))
    assert said.startswith(f"cannot remove image {image_id}: conflict: unable to delete")


@pytest.mark.images
async def test_a_name_that_stands_for_another_image_now_is_drift(plugin, daemon, image, copies, registry):
    made = await plugin.up("RemoteImage", name=copies, keepLocally=True)
    served = registry()
    other = await plugin.up("RemoteImage", name=f"{served.address}/engine:1")
    daemon.remove_image(copies)
    daemon.tag(f"{served.address}/engine:1", *copies.split(":"))
    assert await plugin.refresh(made) == other.state["imageId"] + copies
    assert made.state["imageId"] == other.state["imageId"]


@pytest.mark.images
async def test_a_preview_looks_for_nothing(plugin):
    resource_id, state = await plugin.plugin.create("RemoteImage", {"name": NO_SUCH}, preview=True)
    assert resource_id == ""
    assert state == {"name": NO_SUCH, "imageId": UNKNOWN, "repoDigest": UNKNOWN}


@pytest.mark.images
@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"name": "engine:2"}, True),
        ({"pullTriggers": ["sha256:2"]}, True),
        ({"triggers": {"built": "2"}}, True),
        ({"platform": "linux/arm64"}, True),
        ({"keepLocally": True}, False),
        ({"forceRemove": True}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_what_names_the_image_replaces_and_how_it_goes_does_not(plugin, change, replaces):
    diff = await plugin.plugin.diff("RemoteImage", {"name": "engine:1"}, {"name": "engine:1"} | change)
    assert diff["changes"] is True
    assert diff["replaces"] == (list(change) if replaces else [])


@pytest.mark.images
@pytest.mark.parametrize(
    ("inputs", "failure"),
    [
        ({}, ("name", "property name is required and missing")),
        ({"name": ""}, ("name", "property name='': must not be empty")),
        (
            {"name": "engine:1", "build": {"context": "."}},
            (
                "build",
                "property build is not supported by this stand-in provider: build the image in a step of its own, then"
                " give its name or id",
            ),
        ),
    ],
)
async def test_inputs_that_cannot_be(plugin, inputs, failure):
    assert await plugin.plugin.failures("RemoteImage", inputs) == [failure]
