import pytest

from tests.toolchain.plugins.conftest import Secret
from toolchain.plugins.framework import UNKNOWN


async def test_defaults_are_filled_in_at_every_depth(plugin):
    inputs, failures = await plugin.check("Thing", {"name": "n", "parts": [{"path": "/a"}], "health": {}})
    assert failures == []
    assert inputs == {
        "name": "n",
        "mode": "slow",
        "parts": [{"path": "/a", "size": 7}],
        "health": {"retries": 0},
    }


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"sise": 1}, [("sise", "property sise unknown: did you mean size?")]),
        ({"parts": [{}]}, [("parts[0].path", "property parts[0].path is required and missing")]),
        (
            {"parts": [{"path": "/a", "txt": "x"}]},
            [("parts[0].txt", "property parts[0].txt unknown: did you mean text?")],
        ),
        ({"size": "1"}, [("size", "property size='1' has the wrong type: expected an integer")]),
        ({"size": 1.5}, [("size", "property size=1.5 has the wrong type: expected an integer")]),
        ({"size": 0}, [("size", "property size=0: must be at least 1 MB")]),
        ({"ratio": True}, [("ratio", "property ratio=True has the wrong type: expected a number")]),
        ({"on": "true"}, [("on", "property on='true' has the wrong type: expected a boolean")]),
        ({"tags": "a"}, [("tags", "property tags='a' has the wrong type: expected a list")]),
        ({"tags": ["a", 2]}, [("tags[1]", "property tags[1]=2.0 has the wrong type: expected a string")]),
        ({"labels": {"a": 1}}, [("labels['a']", "property labels['a']=1.0 has the wrong type: expected a string")]),
        ({"labels": ["a"]}, [("labels", "property labels=['a'] has the wrong type: expected a map")]),
        ({"health": "x"}, [("health", "property health='x' has the wrong type: expected an object")]),
        ({"mode": "warp"}, [("mode", "property mode='warp': must be one of 'slow', 'fast'")]),
        ({"size": 101}, [("size", "property size=101 needs mode=fast above 100")]),
        (
            {"build": "."},
            [("build", "property build is not supported by this stand-in provider: build the image first")],
        ),
    ],
)
async def test_check_refuses(plugin, inputs, expected):
    assert await plugin.failures("Thing", {"name": "n", **inputs}) == expected


async def test_secrets_are_not_printed(plugin):
    expected = [
        ("key", "property key=[secret] has the wrong type: expected a string"),
        ("size", "property size=[secret] has the wrong type: expected an integer"),
    ]
    assert await plugin.failures("Thing", {"key": 12345, "size": Secret("s3cret")}) == expected


async def test_unknown_values_pass_and_stay(plugin):
    given = {"name": "n", "size": UNKNOWN, "tags": ["a", UNKNOWN], "parts": [{"path": UNKNOWN}], "health": UNKNOWN}
    inputs, failures = await plugin.check("Thing", given)
    assert failures == []
    assert inputs["size"] is UNKNOWN
    assert inputs["parts"][0]["path"] is UNKNOWN


async def test_secret_marks_survive_check(plugin):
    inputs, _ = await plugin.check("Thing", {"name": "n", "parts": [{"path": "/a", "text": Secret("x")}]})
    assert inputs["parts"] == [{"path": "/a", "text": Secret("x"), "size": 7}]


async def test_automatic_name_is_kept_and_an_explicit_one_wins(plugin):
    first, _ = await plugin.check("Thing", {}, name="web")
    assert first["name"] == "web-19b2585"
    again, _ = await plugin.check("Thing", {}, {"name": "web-0123abc"}, name="web")
    assert again["name"] == "web-0123abc"
    back, _ = await plugin.check("Thing", {}, {"name": "mine"}, name="web")
    assert back["name"] == "web-19b2585"
    explicit, _ = await plugin.check("Thing", {"name": "mine"}, {"name": "web-0123abc"}, name="web")
    assert explicit["name"] == "mine"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"url": "u", "port": "15432", "version": "1.2.3", "pluginDownloadURL": "x"}, []),
        ({"url": UNKNOWN, "deep": '["a"]'}, []),
        ({}, [("url", "property url is required and missing")]),
        ({"url": "u", "port": "x"}, [("port", "property port='x' has the wrong type: expected an integer")]),
        ({"url": "u", "prot": "1"}, [("prot", "property prot unknown: did you mean port?")]),
    ],
)
async def test_provider_configuration_is_checked(plugin, settings, expected):
    assert await plugin.check_config(**settings) == expected
