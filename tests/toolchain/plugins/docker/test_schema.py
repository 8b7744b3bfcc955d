import pytest

from tests.toolchain.plugins.conftest import configuration_disagreements, disagreements, published
from toolchain.plugins.docker.container.resource import Container
from toolchain.plugins.docker.image import RemoteImage
from toolchain.plugins.docker.network import Network
from toolchain.plugins.docker.plugin import CONFIGURATION
from toolchain.plugins.docker.volume import Volume


@pytest.mark.parametrize("resource", [Container, Network, RemoteImage, Volume])
def test_tables_agree_with_the_published_schema(resource):
    assert disagreements(resource, published("docker")) == []


def test_configuration_agrees_with_the_published_schema():
    assert configuration_disagreements(CONFIGURATION, published("docker")) == []
