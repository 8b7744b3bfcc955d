import pytest

from toolchain.plugins.random.pet import name
from toolchain.plugins.random.plugin import provider
from toolchain.plugins.random.words import ADJECTIVES, ADVERBS, ANIMALS


@pytest.fixture
async def plugin(serve):
    plugin = await serve(provider())
    await plugin.configure()
    return plugin


@pytest.mark.parametrize(
    ("length", "sorts"), [(1, [ANIMALS]), (2, [ADJECTIVES, ANIMALS]), (3, [ADVERBS, ADJECTIVES, ANIMALS])]
)
def test_words_by_length(length, sorts):
    words = name(length)
    assert len(words) == length
    assert all(word in sort for word, sort in zip(words, sorts, strict=True))


async def test_prefix_and_separator_are_in_the_id(plugin):
    inputs, _ = await plugin.check("RandomPet", {"prefix": "hft", "separator": "_"})
    resource_id, state = await plugin.create("RandomPet", inputs)
    assert resource_id.split("_")[0] == "hft"
    assert len(resource_id.split("_")) == 3
    assert state == {"prefix": "hft", "separator": "_", "length": 2}
