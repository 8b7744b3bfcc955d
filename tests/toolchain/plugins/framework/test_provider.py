import asyncio

import grpc
import pytest

from tests.toolchain.plugins.conftest import Secret
from toolchain.plugins.framework import UNKNOWN, TableProvider, integer, string


async def test_create_gives_inputs_and_outputs_with_their_secrets(plugin, store):
    given = {"name": "n", "size": 3, "key": "k", "parts": [{"path": "/a", "text": Secret("x")}]}
    assert await plugin.create("Thing", given) == (
        "id-n",
        {
            "name": "n",
            "size": 3,
            "key": Secret("k"),
            "parts": [{"path": "/a", "text": Secret("x")}],
            "address": "at-n",
            "token": Secret("t0k"),
            "host": "h1",
        },
    )
    assert store["n"] == {"name": "n", "size": 3, "key": "k", "parts": [{"path": "/a", "text": "x"}]}
    assert isinstance(store["n"]["size"], int)


async def test_preview_of_a_create_makes_nothing(plugin, store):
    resource_id, state = await plugin.create("Thing", {"name": "n", "size": UNKNOWN}, preview=True)
    assert resource_id == ""
    assert state["name"] == "n"
    assert {k for k, v in state.items() if v is UNKNOWN} == {"size", "address", "host"}
    assert state["token"].value is UNKNOWN
    assert store == {}


async def test_update_tells_what_changed_and_keeps_other_outputs(plugin, store):
    old = {"name": "n", "size": 1, "labels": {"a": "b"}}
    state = {**old, "address": "at-n", "token": Secret("t0k"), "host": "h1"}
    new = {"name": "n", "size": 2, "health": {"retries": 3}}
    assert await plugin.update("Thing", "id-n", state, old, new) == {
        **new,
        "address": "moved",
        "token": Secret("t0k"),
        "host": "h1",
    }
    # `health` is shown as changed but never applied.
    assert store.updates == [(new, frozenset({"size", "labels"}))]


async def test_preview_of_an_update_changes_nothing(plugin, store):
    old = {"name": "n", "size": 1}
    state = {**old, "address": "at-n", "host": "h1"}
    new = {"name": "n", "size": 2}
    assert await plugin.update("Thing", "id-n", state, old, new, preview=True) == {**state, "size": 2}
    assert store.updates == []


async def test_read_of_a_missing_resource_says_gone(plugin):
    assert await plugin.read("Thing", "id-n", {"name": "n"}, {"name": "n"}) == ("", {}, {})


async def test_read_shows_drift_in_inputs_and_leaves_the_rest(plugin, store):
    inputs = {"name": "n", "size": 1, "key": Secret("k"), "tags": ["a", "b"]}
    state = {**inputs, "address": "here"}
    store["n"] = {"name": "n", "size": 5, "tags": ["b", "a"], "mode": "fast"}
    found, new_state, new_inputs = await plugin.read("Thing", "id-n", state, inputs)
    assert found == "id-n"
    assert new_inputs == {"name": "n", "size": 5, "key": Secret("k"), "tags": ["a", "b"], "mode": "fast"}
    assert new_state == {**state, "size": 5, "mode": "fast", "tags": ["b", "a"]}


async def test_import_takes_inputs_from_the_server(plugin, store):
    store["n"] = {"name": "n", "size": 5, "tags": []}
    assert (await plugin.read("Thing", "id-n", {}, {}))[2] == {"name": "n", "size": 5}


async def test_delete(plugin, store):
    store["n"] = {}
    await plugin.delete("Thing", "id-n", {"name": "n"})
    assert store == {}


async def test_creates_run_at_the_same_time(plugin, store):
    await asyncio.gather(*(plugin.create("Thing", {"name": f"together{i}"}) for i in range(8)))
    assert len(store) == 8


async def test_configuration_falls_back_to_environment_and_default(serve, monkeypatch):
    seen = []
    monkeypatch.setenv("EXAMPLE_PORT", "15432")
    table = {"url": string(default="unix://x", env=("EXAMPLE_URL",)), "port": integer(env=("A", "EXAMPLE_PORT"))}
    running = await serve(TableProvider(name="example", configuration=table, resources=[], connect=seen.append))
    await running.configure()
    await running.configure(url="given", port="1")
    assert seen == [{"url": "unix://x", "port": 15432}, {"url": "given", "port": 1}]


async def test_an_unknown_resource_type_names_those_there_are(plugin):
    plugin._kinds = {"Other": "example:index/other:Other"}
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await plugin.check("Other", {})
    assert failed.value.details() == (
        "example: this stand-in provider has no resource example:index/other:Other; it has example:index/thing:Thing"
    )
