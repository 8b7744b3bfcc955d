"""SDK, plugin and CLI versions are one fact; what this does not prove: that the official plugins have them too."""

import re
from importlib.metadata import version

import pytest

from toolchain import paths, versions

DISTRIBUTIONS = {
    "docker": "pulumi-docker",
    "postgresql": "pulumi-postgresql",
    "grafana": "pulumiverse-grafana",
    "random": "pulumi-random",
    "tls": "pulumi-tls",
}


def pinned(distribution: str) -> str:
    requirements = (paths.ROOT / "requirements.txt").read_text()
    return re.findall(rf"^{distribution}==(\S+)", requirements, re.MULTILINE)[0]


def test_the_engine_is_of_the_version_of_its_sdk() -> None:
    assert version("pulumi") == versions.PULUMI
    assert pinned("pulumi") == versions.PULUMI


def test_the_engine_s_modules_are_of_the_pinned_version() -> None:
    modules = (paths.ROOT / "toolchain" / "engine" / "go.mod").read_text()
    assert re.findall(r"github.com/pulumi/pulumi/\w+/v3 v(\S+)", modules) == [versions.PULUMI] * 2


@pytest.mark.parametrize("plugin", sorted(versions.SDKS))
def test_a_plugin_is_of_the_version_of_its_sdk(plugin: str) -> None:
    assert versions.plugin(plugin) == pinned(DISTRIBUTIONS[plugin]) == version(DISTRIBUTIONS[plugin])


def test_only_grafana_s_plugin_is_published_elsewhere() -> None:
    assert {name: versions.plugin_server(name) for name in versions.SDKS} == {
        "docker": None,
        "postgresql": None,
        "grafana": "github://api.github.com/pulumiverse",
        "random": None,
        "tls": None,
    }


def test_a_missing_sdk_is_named_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(versions.SDKS, "docker", "pulumi_nowhere")
    with pytest.raises(ModuleNotFoundError) as error:
        versions.plugin("docker")
    assert str(error.value) == "pulumi_nowhere is not installed; run: toolchain/bootstrap.sh setup"
