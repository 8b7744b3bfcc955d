"""What tests of image builds stand on: a small images/ folder, apt sources on loopback, names of their own."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from docker import DockerClient

from ops.images import relay, sources
from tests.ops.images.mirror import DEBIAN, Mirror, mirror

A, B = "opstesta", "opstestb"
"""Names of the images that these tests make."""


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A mirror that serves Debian's release, which this machine's apt is taken to use; `vendor.list` may join it."""
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    monkeypatch.setattr(sources, "sources", partial(sources.sources, folder))
    monkeypatch.setattr(relay, "_opener", relay._opener.__wrapped__)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with mirror({"/debian/dists/trixie/InRelease": DEBIAN}) as found:
        (folder / "sources.list").write_text(f"deb {found.url}/debian trixie main\n")
        yield found


@pytest.fixture
def root(tmp_path: Path, image: str) -> Path:
    """A checkout with two images, the second on the first, and no registry that answers."""
    found = tmp_path / "checkout"
    (write_image(found, A, f"FROM {image}\nCOPY said /said\n") / "said").write_text("one\n")
    write_image(found, B, "ARG OPSTESTA_IMAGE\nFROM ${OPSTESTA_IMAGE}\nRUN grep -q one /said\n")
    write_upstream(found, "127.0.0.1:1/absent:1")
    return found


@pytest.fixture
def cleaned(docker_host: DockerClient) -> Iterator[DockerClient]:
    """Docker, from which every image that a test adds is removed."""
    before = set(_tags(docker_host))
    yield docker_host
    for tag in sorted(set(_tags(docker_host)) - before):
        if tag.startswith(("hft/opstest", "hft/timescaledb:", "127.0.0.1:")):
            docker_host.images.remove(tag, force=True)


def write_image(root: Path, name: str, dockerfile: str) -> Path:
    folder = root / "images" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Dockerfile").write_text(dockerfile)
    return folder


def write_upstream(root: Path, reference: str, digest: str | None = None) -> None:
    (root / "images").mkdir(parents=True, exist_ok=True)
    entry = {"reference": reference, "digest": digest}
    (root / "images/upstream.json").write_text(json.dumps({"images": {"base": entry}}))


def _tags(client: DockerClient) -> Iterator[str]:
    for found in client.images.list():
        yield from found.tags
        yield from found.attrs.get("RepoDigests") or []
