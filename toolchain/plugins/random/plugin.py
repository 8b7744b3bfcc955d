"""The random provider: four resources, no configuration, no server."""

from toolchain.plugins.framework import TableProvider
from toolchain.plugins.random.identifier import RandomId
from toolchain.plugins.random.pet import RandomPet
from toolchain.plugins.random.text import RandomPassword, RandomString


def provider() -> TableProvider:
    """The provider, ready to be served."""
    resources = [RandomPassword, RandomString, RandomId, RandomPet]
    return TableProvider(name="random", configuration={}, resources=resources, connect=lambda _settings: None)
