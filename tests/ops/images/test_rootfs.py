"""The root file system under the base image; mmdebstrap is a script that writes a small archive, Docker is real."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from ops.images import ImageError, rootfs
from ops.images.archives import Archive
from ops.images.relay import Relay
from ops.images.upstream import Upstream
from tests.ops.images.registry import registry

pytestmark = pytest.mark.images

TAG = "hft/opstest:rootfs"
NOBODY = Upstream("127.0.0.1:1/absent:1", None)
BOOTSTRAP = """#!/bin/sh
echo "$@" > {0}/asked
env > {0}/environment
for target; do case $target in */rootfs.tar) tar -cf "$target" -C {0} asked;; esac; done
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `mmdebstrap`, first on PATH, and a keyring."""
    write(tmp_path, BOOTSTRAP.format(tmp_path))
    (tmp_path / "keyring.gpg").touch()
    monkeypatch.setattr(rootfs, "_KEYRING", tmp_path / "keyring.gpg")
    monkeypatch.setattr(rootfs, "_TAG", TAG)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    return tmp_path


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    archives = [
        Archive("debian", "http://127.0.0.1:1/debian", ("trixie", "trixie-updates")),
        Archive("timescaledb", "http://127.0.0.1:1/vendor", ("trixie",), tmp_path / "vendor.gpg"),
    ]
    with Relay(archives, tmp_path / "cache") as found:
        yield found


def write(folder: Path, script: str) -> None:
    (folder / "mmdebstrap").write_text(script)
    (folder / "mmdebstrap").chmod(0o755)


def test_debians_own_image_is_taken_where_a_registry_answers(cleaned: DockerClient, tools: Path, relay: Relay) -> None:
    with registry() as found:
        assert rootfs.provide(cleaned, Upstream(found.reference, None), relay, fresh=True) == found.id
    assert not (tools / "asked").exists()


def test_without_a_registry_it_is_bootstrapped_from_debians_own_archives(
    cleaned: DockerClient, tools: Path, relay: Relay
) -> None:
    assert rootfs.provide(cleaned, NOBODY, relay, fresh=False) == TAG
    assert cleaned.images.get(TAG).tags == [TAG]
    asked = (tools / "asked").read_text()
    assert asked.startswith("--variant=minbase --format=tar ")
    assert asked.endswith(f"rootfs.tar deb {relay.url}/debian trixie main deb {relay.url}/debian trixie-updates main\n")
    assert f"--keyring={tools}/keyring.gpg trixie " in asked


def test_the_bootstrap_asks_the_relay_without_a_proxy(cleaned: DockerClient, tools: Path, relay: Relay) -> None:
    rootfs.provide(cleaned, NOBODY, relay, fresh=False)
    names = [line.partition("=")[0].lower() for line in (tools / "environment").read_text().splitlines()]
    assert [name for name in names if name.endswith("proxy")] == []
    assert "path" in names


def test_one_that_is_there_is_taken_unless_a_fresh_one_is_wanted(
    cleaned: DockerClient, tools: Path, relay: Relay
) -> None:
    rootfs.provide(cleaned, NOBODY, relay, fresh=False)
    (tools / "asked").unlink()
    rootfs.provide(cleaned, NOBODY, relay, fresh=False)
    assert not (tools / "asked").exists()
    rootfs.provide(cleaned, NOBODY, relay, fresh=True)
    assert (tools / "asked").exists()


def test_a_bootstrap_that_fails_tells_its_last_lines(cleaned: DockerClient, tools: Path, relay: Relay) -> None:
    write(tools, "#!/bin/sh\nseq 1 20 >&2\necho 'E: no such suite' >&2\nexit 25\n")
    with pytest.raises(ImageError) as refused:
        rootfs.provide(cleaned, NOBODY, relay, fresh=False)
    assert str(refused.value).splitlines() == [
        "image base: mmdebstrap failed (25)",
        *(f"  {number}" for number in range(10, 21)),
        "  E: no such suite",
    ]


def test_inputs_are_those_of_the_recipe_and_the_published_image() -> None:
    assert rootfs.inputs(NOBODY) == rootfs.inputs(Upstream(NOBODY.reference, None))
    assert rootfs.inputs(NOBODY) != rootfs.inputs(Upstream("debian:trixie-slim", None))
