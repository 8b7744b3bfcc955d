import pytest

from tests.toolchain.plugins.conftest import disagreements, published
from toolchain.plugins.random.identifier import RandomId
from toolchain.plugins.random.pet import RandomPet
from toolchain.plugins.random.text import RandomPassword, RandomString


@pytest.mark.parametrize("resource", [RandomId, RandomPassword, RandomPet, RandomString])
def test_tables_agree_with_the_published_schema(resource):
    # The schema says nothing of replacement; that every input replaces is tested beside.
    assert disagreements(resource, published("random"), replaces=False) == []


@pytest.mark.parametrize("resource", [RandomId, RandomPassword, RandomPet, RandomString])
def test_every_input_replaces(resource):
    assert [name for name, shape in resource.inputs.items() if not shape.replaces] == []
