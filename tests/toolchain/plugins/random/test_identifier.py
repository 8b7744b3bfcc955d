import pytest

from toolchain.plugins.random.identifier import notations
from toolchain.plugins.random.plugin import provider


@pytest.fixture
async def plugin(serve):
    plugin = await serve(provider())
    await plugin.configure()
    return plugin


def test_notations_of_known_bytes():
    assert notations(b"\x00\xff\xfe\xfb", "p-") == {
        "b64Std": "p-AP/++w==",
        "b64Url": "p-AP_--w",
        "dec": "p-16776955",
        "hex": "p-00fffefb",
    }


async def test_id_is_the_base64_without_prefix(plugin):
    resource_id, state = await plugin.create("RandomId", {"byteLength": 4, "prefix": "p-"})
    assert state["b64Url"] == f"p-{resource_id}"
    assert len(state["hex"]) == len("p-") + 8


async def test_no_bytes_are_refused(plugin):
    expected = [("byteLength", "property byteLength=0: must be at least 1")]
    assert await plugin.failures("RandomId", {"byteLength": 0}) == expected
