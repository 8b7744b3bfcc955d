import pytest

from tests.toolchain.plugins.conftest import UNKNOWN
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated
from toolchain.plugins.grafana.plugin import provider


async def test_create_and_read(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "Folder", title="HFT dev", uid="hft-dev")
    assert resource_id == "1:hft-dev"
    assert state == {
        "title": "HFT dev",
        "uid": "hft-dev",
        "orgId": "1",
        "preventDestroyIfNotEmpty": False,
        "url": "/dashboards/f/hft-dev/hft-dev",
    }
    assert await plugin.read("Folder", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_grafana_chooses_a_uid_where_none_is_given(plugin):
    resource_id, state, inputs = await created(plugin, "Folder", title="HFT")
    assert (resource_id, state["uid"]) == ("1:made-1", "made-1")
    assert not (await plugin.diff("Folder", inputs, inputs, state=state))["changes"]


async def test_a_preview_asks_nothing_and_knows_what_it_does_not_know(serve):
    running = await serve(provider())
    await running.configure(url="http://127.0.0.1:1", auth="admin:x")
    assert await running.create("Folder", {"title": UNKNOWN, "uid": "f"}, preview=True) == (
        "",
        {"title": UNKNOWN, "uid": "f", "url": UNKNOWN, "orgId": UNKNOWN},
    )


async def test_a_uid_that_is_taken_is_an_error_with_the_import_line(plugin):
    await created(plugin, "Folder", title="HFT", uid="hft")
    assert await refusal(created(plugin, "Folder", title="HFT", uid="hft")) == (
        "Grafana refused POST /api/folders: 409 a folder of this uid is there already; adopt it with"
        " `pulumi import grafana:oss/folder:Folder <resource name> 1:hft`"
    )


@pytest.mark.parametrize("uid", ["a b", "ä", "x" * 41, ""])
async def test_uids_that_grafana_does_not_take(plugin, uid):
    [(name, reason)] = await plugin.failures("Folder", {"title": "t", "uid": uid})
    assert (name, reason.rpartition(": ")[2]) == ("uid", "must be 1 to 40 of letters, digits, - and _")


async def test_a_new_title_is_an_update_and_a_new_uid_replaces(plugin, grafana):
    made = await created(plugin, "Folder", title="HFT", uid="hft")
    _, state, inputs = await updated(plugin, "Folder", made, title="Desk")
    assert (state["title"], state["url"], grafana.org.folders["hft"]["title"]) == (
        "Desk",
        "/dashboards/f/hft/desk",
        "Desk",
    )
    assert (await plugin.diff("Folder", inputs, inputs | {"uid": "other"}))["replaces"] == ["uid"]


async def test_a_preview_of_an_update_changes_nothing(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "Folder", title="HFT", uid="hft")
    await plugin.update("Folder", resource_id, state, inputs, inputs | {"title": "Desk"}, preview=True)
    assert grafana.org.folders["hft"]["title"] == "HFT"


async def test_it_moves_into_a_folder_and_out_again(plugin, grafana):
    await created(plugin, "Folder", title="Parent", uid="parent")
    made = await created(plugin, "Folder", title="HFT", uid="hft", parentFolderUid="parent")
    assert made[1]["parentFolderUid"] == "parent"
    made = await updated(plugin, "Folder", made, parentFolderUid=None)
    assert "parentFolderUid" not in made[1]
    assert grafana.org.folders["hft"]["parentUid"] == ""


async def test_a_parent_that_is_not_there_is_named(plugin):
    assert await refusal(created(plugin, "Folder", title="HFT", parentFolderUid="nowhere")) == (
        "parentFolderUid='nowhere': there is no such folder in organisation 1"
    )


async def test_drift_of_the_title_is_seen(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "Folder", title="HFT", uid="hft")
    grafana.org.folders["hft"]["title"] = "by hand"
    _, seen_state, seen = await plugin.read("Folder", resource_id, state, inputs)
    assert seen_state["title"] == "by hand"
    assert await plugin.paths("Folder", seen, inputs) == {"title": "UPDATE"}


async def test_gone_is_told_and_deleted_without_error(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "Folder", title="HFT", uid="hft")
    grafana.org.folders.clear()
    assert (await plugin.read("Folder", resource_id, state, inputs))[0] == ""
    await plugin.delete("Folder", resource_id, state)


async def test_delete_takes_dashboards_and_rules_with_it(plugin, grafana):
    resource_id, state, _ = await created(plugin, "Folder", title="HFT", uid="hft")
    await created(plugin, "Dashboard", configJson='{"title": "Desk", "uid": "desk"}', folder="hft")
    grafana.org.groups["hft", "g"] = {}
    await plugin.delete("Folder", resource_id, state)
    assert (grafana.org.folders, grafana.org.dashboards, grafana.org.groups) == ({}, {}, {})


async def test_delete_may_spare_a_folder_with_something_in_it(plugin, grafana):
    resource_id, state, _ = await created(plugin, "Folder", title="HFT", uid="hft", preventDestroyIfNotEmpty=True)
    await created(plugin, "Dashboard", configJson='{"title": "Desk", "uid": "desk"}', folder=resource_id)
    assert await refusal(plugin.delete("Folder", resource_id, state)) == (
        "folder 'hft' is not empty and preventDestroyIfNotEmpty is set; it holds Desk"
    )
    grafana.org.dashboards.clear()
    await plugin.delete("Folder", resource_id, state)
    assert grafana.org.folders == {}


@pytest.mark.parametrize("resource_id", ["1:hft", "hft"])
async def test_import_by_uid_with_or_without_the_organisation(plugin, resource_id):
    await created(plugin, "Folder", title="HFT", uid="hft")
    found, state, inputs = await plugin.read("Folder", resource_id, {}, {})
    assert (found, state["title"], inputs["title"], inputs["uid"]) == ("1:hft", "HFT", "HFT", "hft")


async def test_the_url_is_below_the_path_that_grafana_is_served_under(serve, grafana, plugin):
    grafana.org.folders["hft"] = {"uid": "hft", "title": "HFT"}
    running = await serve(provider())
    await running.configure(url=f"{grafana.url}/api/..", auth="admin:the-admins-own", retries="0")
    _, state, _ = await running.read("Folder", "1:hft", {}, {})
    assert state["url"] == "/api/../dashboards/f/hft/hft"
