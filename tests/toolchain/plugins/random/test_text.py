import string

import pytest

from tests.toolchain.plugins.conftest import Secret
from toolchain.plugins.framework import UNKNOWN
from toolchain.plugins.random import bcrypt
from toolchain.plugins.random.plugin import provider
from toolchain.plugins.random.text import draw

DEFAULTS = {"lower": True, "upper": True, "special": True} | dict.fromkeys(
    ["minLower", "minUpper", "minNumeric", "minSpecial"], 0
)


@pytest.fixture
async def plugin(serve):
    plugin = await serve(provider())
    await plugin.configure()
    return plugin


async def test_check_fills_in_the_official_defaults(plugin):
    inputs, failures = await plugin.check("RandomPassword", {"length": 24})
    assert failures == []
    assert inputs == {"length": 24, **DEFAULTS}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, [("length", "property length is required and missing")]),
        ({"length": 0}, [("length", "property length=0: must be at least 1")]),
        ({"length": 8.5}, [("length", "property length=8.5 has the wrong type: expected an integer")]),
        ({"length": 8, "minLower": -1}, [("minLower", "property minLower=-1: must be at least 0")]),
        ({"length": 8, "specail": False}, [("specail", "property specail unknown: did you mean special?")]),
        (
            {"length": 3, "minLower": 2, "minUpper": 2},
            [
                (
                    "length",
                    "property length=3 is below the sum of minLower, minUpper, minNumeric, minSpecial, which is 4",
                )
            ],
        ),
        (
            {"length": 8, "minSpecial": 1, "special": False},
            [("minSpecial", "property minSpecial=1 needs special=true")],
        ),
        (
            {"length": 8, "lower": False, "upper": False, "numeric": False, "special": False},
            [("length", "lower, upper, numeric and special are all false: allow at least one sort of character")],
        ),
        (
            {"length": 8, "numeric": True, "number": False},
            [("number", "property number is the former name of numeric and differs from it: give numeric only")],
        ),
    ],
)
async def test_check_refuses(plugin, inputs, expected):
    assert await plugin.failures("RandomPassword", inputs) == expected


async def test_a_length_that_is_not_known_yet_passes(plugin):
    assert await plugin.failures("RandomPassword", {"length": UNKNOWN, "minLower": 90}) == []


async def test_password_is_secret_and_its_id_says_nothing(plugin):
    inputs = {"length": 32, **DEFAULTS}
    resource_id, state = await plugin.create("RandomPassword", inputs)
    assert resource_id == "none"
    result, hashed = state.pop("result"), state.pop("bcryptHash")
    assert isinstance(result, Secret)
    assert len(result.value) == 32
    assert bcrypt.verify(result.value, hashed.value)
    assert hashed.value.startswith("$2b$10$")
    assert not bcrypt.verify(result.value + "x", hashed.value)
    assert state == {**inputs, "numeric": True, "number": True}


async def test_preview_draws_nothing(plugin):
    resource_id, state = await plugin.create("RandomPassword", {"length": 32, **DEFAULTS}, preview=True)
    assert resource_id == ""
    assert isinstance(state["result"], Secret)
    assert state["result"].value is UNKNOWN


async def test_string_is_its_own_id_and_no_secret(plugin):
    resource_id, state = await plugin.create("RandomString", {"length": 8, **DEFAULTS, "special": False})
    assert state["result"] == resource_id
    assert set(resource_id) <= set(string.ascii_letters + string.digits)


async def test_two_passwords_differ(plugin):
    inputs = {"length": 32, **DEFAULTS}
    first = (await plugin.create("RandomPassword", inputs))[1]
    second = (await plugin.create("RandomPassword", inputs))[1]
    assert first["result"] != second["result"]


def test_minima_are_kept_and_excluded_sorts_stay_out():
    for _ in range(50):
        text = draw({"length": 10, "minSpecial": 3, "minNumeric": 2, "upper": False, "overrideSpecial": "_"})
        assert len(text) == 10
        assert text.count("_") >= 3
        assert sum(character.isdigit() for character in text) >= 2
        assert set(text) <= set(string.ascii_lowercase + string.digits + "_")


def test_number_is_the_former_name_of_numeric():
    assert set(draw({"length": 200, "number": False, "special": False})) <= set(string.ascii_letters)


async def test_any_change_replaces_and_the_new_one_comes_first(plugin):
    old = {"length": 32, **DEFAULTS, "keepers": {"age": "1"}}
    answer = await plugin.diff("RandomPassword", old, old | {"keepers": {"age": "2"}})
    assert answer == {
        "changes": True,
        "replaces": ["keepers"],
        "delete_before_replace": False,
        "paths": {"keepers.age": "UPDATE_REPLACE"},
    }


async def test_naming_a_default_is_no_change(plugin):
    old = {"length": 32, **DEFAULTS}
    answer = await plugin.diff(
        "RandomPassword", old, old | {"numeric": True}, state=old | {"numeric": True, "number": True}
    )
    assert answer["changes"] is False


async def test_refresh_changes_nothing(plugin):
    inputs = {"length": 32, **DEFAULTS}
    resource_id, state = await plugin.create("RandomPassword", inputs)
    assert await plugin.read("RandomPassword", resource_id, state, inputs) == (resource_id, state, inputs)
