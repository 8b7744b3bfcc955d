import pytest

from tests.toolchain.plugins.conftest import Secret
from toolchain.plugins.framework import UNKNOWN

PARTS = [{"path": "/a", "text": "1"}, {"path": "/b", "text": "2"}]


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"size": 1}, {"size": 1}, {}),
        ({"size": 1}, {"size": 2}, {"size": "UPDATE"}),
        ({"name": "a"}, {"name": "b"}, {"name": "UPDATE_REPLACE"}),
        ({}, {"size": 2}, {"size": "ADD"}),
        ({"size": 1}, {}, {"size": "DELETE"}),
        ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}, {}),
        ({"tags": ["a", "b"]}, {"tags": ["b", "c"]}, {"tags[1]": "ADD", "tags[0]": "DELETE"}),
        ({"tags": ["a", "b"]}, {"tags": ["a", "c"]}, {"tags[1]": "UPDATE"}),
        ({"tags": ["a", "a"]}, {"tags": ["a"]}, {"tags[1]": "DELETE"}),
        ({"steps": ["a", "b"]}, {"steps": ["b", "a"]}, {"steps[0]": "UPDATE", "steps[1]": "UPDATE"}),
        ({"steps": ["a", "b"]}, {"steps": ["a"]}, {"steps[1]": "DELETE"}),
        ({"steps": ["a"]}, {"steps": ["a", "b"]}, {"steps[1]": "ADD"}),
        ({"steps": []}, {}, {}),
        ({}, {"steps": []}, {}),
        ({}, {"on": False, "size": 0, "case": "", "labels": {}}, {}),
        ({"on": False}, {}, {}),
        ({"on": True}, {}, {"on": "DELETE"}),
        ({"on": True}, {"on": False}, {"on": "UPDATE"}),
        ({"parts": PARTS}, {"parts": PARTS[::-1]}, {}),
        ({"parts": PARTS}, {"parts": [PARTS[0], {"path": "/b", "text": "3"}]}, {"parts[1]": "UPDATE_REPLACE"}),
        ({"labels": {"a": "1"}}, {"labels": {"a": "2"}}, {"labels.a": "UPDATE"}),
        ({"labels": {"a.b": "1"}}, {"labels": {"c": "1"}}, {'labels["a.b"]': "DELETE", "labels.c": "ADD"}),
        ({"health": {"retries": 1}}, {"health": {"retries": 2}}, {"health.retries": "UPDATE"}),
        ({"case": "Abc"}, {"case": "aBC"}, {}),
        ({"case": "Abc"}, {"case": "abd"}, {"case": "UPDATE"}),
        ({"host": "h"}, {}, {}),
        ({"host": "h"}, {"host": "i"}, {"host": "UPDATE_REPLACE"}),
        ({"key": Secret("a")}, {"key": "a"}, {}),
        ({"key": Secret("a")}, {"key": Secret("b")}, {"key": "UPDATE"}),
        ({"size": 1}, {"size": UNKNOWN}, {"size": "UPDATE"}),
        ({"parts": PARTS}, {"parts": [PARTS[0], {"path": "/b", "text": UNKNOWN}]}, {"parts[1]": "UPDATE_REPLACE"}),
    ],
)
async def test_paths(plugin, old, new, paths):
    assert await plugin.paths("Thing", old, new) == paths


async def test_replacement_names_its_properties_and_deletes_first(plugin):
    old = {"name": "a", "size": 1, "parts": PARTS}
    assert await plugin.diff("Thing", old, {"name": "b", "size": 2, "parts": PARTS}) == {
        "changes": True,
        "replaces": ["name"],
        "delete_before_replace": True,
        "paths": {"name": "UPDATE_REPLACE", "size": "UPDATE"},
    }


async def test_update_does_not_delete_first(plugin):
    answer = await plugin.diff("Thing", {"size": 1}, {"size": 2})
    assert (answer["replaces"], answer["delete_before_replace"]) == ([], False)


@pytest.mark.parametrize(
    ("ignore", "changes"),
    [
        ((), True),
        (("labels",), False),
        (("labels.a",), False),
        (("labels.b",), True),
        (("lab",), True),
        (("*",), False),
    ],
)
async def test_ignored_changes(plugin, ignore, changes):
    answer = await plugin.diff("Thing", {"labels": {"a": "1"}}, {"labels": {"a": "2"}}, ignore=ignore)
    assert answer["changes"] is changes


async def test_asking_for_what_the_server_chose_is_no_change(plugin):
    old = {"name": "n"}
    state = {"name": "n", "host": "h1", "address": "at-n"}
    assert (await plugin.diff("Thing", old, {"name": "n", "host": "h1"}, state=state))["changes"] is False
    assert (await plugin.diff("Thing", old, {"name": "n", "host": "h2"}, state=state))["replaces"] == ["host"]


async def test_an_outdated_output_replaces_though_no_input_changed(plugin):
    old = {"name": "n", "mode": "fast"}
    condemned = await plugin.diff("Thing", old, old, state=old | {"address": "condemned"})
    assert condemned == {
        "changes": True,
        "replaces": ["address"],
        "delete_before_replace": True,
        "paths": {"address": "UPDATE_REPLACE"},
    }
    assert (await plugin.diff("Thing", old, old, state=old | {"address": "here"}))["changes"] is False


async def test_the_new_inputs_decide_whether_an_output_is_outdated(plugin):
    old, new = {"name": "n", "mode": "fast"}, {"name": "n", "mode": "slow"}
    answer = await plugin.diff("Thing", old, new, state=old | {"address": "condemned"})
    assert answer["paths"] == {"mode": "UPDATE"}


async def test_an_outdated_output_can_be_ignored(plugin):
    old = {"name": "n", "mode": "fast"}
    answer = await plugin.diff("Thing", old, old, state=old | {"address": "condemned"}, ignore=("address",))
    assert answer["changes"] is False
