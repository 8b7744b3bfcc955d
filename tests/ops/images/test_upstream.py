"""Published images, pulled by the real Docker from a registry on the loopback address."""

import socket
from pathlib import Path

import pytest
from docker import DockerClient

from ops.images import upstream
from ops.images.upstream import Upstream
from tests.ops.images.conftest import write_upstream
from tests.ops.images.registry import registry

pytestmark = pytest.mark.images


def test_a_tag_is_pulled_by_its_digest(cleaned: DockerClient) -> None:
    with registry() as found:
        assert upstream.pull(cleaned, Upstream(found.reference, None)) == (found.id, found.digest)
    assert cleaned.images.get(found.id).attrs["RepoDigests"] == [f"{found.reference.removesuffix(':1')}@{found.digest}"]


def test_a_pinned_digest_is_pulled(cleaned: DockerClient) -> None:
    with registry() as found:
        assert upstream.pull(cleaned, Upstream(found.reference, found.digest)) == (found.id, found.digest)


def test_a_digest_that_the_registry_does_not_have_is_not_pulled(cleaned: DockerClient) -> None:
    with registry() as found:
        assert upstream.pull(cleaned, Upstream(found.reference, "sha256:" + "0" * 64)) is None


@pytest.mark.parametrize("digest", [None, "sha256:" + "0" * 64])
def test_no_registry_is_no_image(docker_host: DockerClient, digest: str | None) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        reference = f"127.0.0.1:{bound.getsockname()[1]}/hft-opstest/upstream:1"
        assert upstream.pull(docker_host, Upstream(reference, digest)) is None


def test_the_clients_patience_is_given_back(docker_host: DockerClient) -> None:
    before = docker_host.api.timeout
    upstream.pull(docker_host, Upstream("127.0.0.1:1/hft-opstest/upstream:1", None))
    assert docker_host.api.timeout == before


def test_references_are_read_by_name(tmp_path: Path) -> None:
    write_upstream(tmp_path, "debian:trixie-slim", "sha256:0")
    assert upstream.load(tmp_path) == {"base": Upstream("debian:trixie-slim", "sha256:0")}


def test_inputs_differ_with_reference_and_digest() -> None:
    asked = [Upstream("a:1", None), Upstream("a:2", None), Upstream("a:1", "sha256:0")]
    assert len({each.inputs for each in asked}) == 3
    assert Upstream("a:1", None).inputs == asked[0].inputs
