import pytest

from tests.toolchain.plugins.conftest import UNKNOWN
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated
from tests.toolchain.plugins.grafana.fake import TOKEN
from toolchain.plugins.grafana.plugin import provider

DESK = {"teamId": "2", "permission": "View"}
VIEWERS = {"role": "Viewer", "permission": "View"}
EDITORS = {"role": "Editor", "permission": "Edit"}
NOBODY = {"teamId": "0", "userId": "0"}


@pytest.fixture
async def folder(plugin):
    """A folder, and the teams 2 and 3."""
    await created(plugin, "Folder", title="HFT", uid="hft")
    for name in ("desk", "operators"):
        await created(plugin, "Team", name=name)
    return "hft"


async def permissions(plugin, *given, **inputs):
    return await created(plugin, "FolderPermission", folderUid="hft", permissions=list(given), **inputs)


def may(grafana):
    """Whom the fake has given what, of what can be given away."""
    return {
        (kind, one[kind]): one["permission"]
        for one in grafana.org.permissions["hft"]
        for kind in ("teamId", "userId", "builtInRole")
        if one[kind]
    }


@pytest.fixture(autouse=True)
def numbers(grafana):
    """A folder takes no number of the fake's: the first team has 1."""
    grafana.number()


async def test_a_new_folder_is_open_to_all_roles(folder, grafana):
    assert may(grafana) == {
        ("userId", 1): "Admin",
        ("builtInRole", "Editor"): "Edit",
        ("builtInRole", "Viewer"): "View",
    }


async def test_what_is_named_is_given_and_the_rest_is_taken(plugin, folder, grafana):
    resource_id, state, inputs = await permissions(plugin, DESK, {"teamId": "1:3", "permission": "Edit"})
    assert may(grafana) == {("teamId", 2): "View", ("teamId", 3): "Edit"}
    assert (resource_id, state["orgId"]) == ("1:hft", "1")
    seen_id, seen, seen_inputs = await plugin.read("FolderPermission", resource_id, state, inputs)
    assert (seen_id, seen_inputs) == (resource_id, inputs)
    assert seen["permissions"] == [
        {**NOBODY, "teamId": "2", "permission": "View"},
        {**NOBODY, "teamId": "3", "permission": "Edit"},
    ]
    assert await plugin.paths("FolderPermission", seen, inputs) == {}


async def test_what_is_right_already_is_left_alone(plugin, folder, grafana):
    administrator = {"userId": "1", "permission": "Admin"}
    await permissions(plugin, administrator, EDITORS, VIEWERS)
    assert grafana.changes()[-1] == "POST /teams"


@pytest.mark.parametrize("takes_all", [False, True])
async def test_a_change_takes_first_and_then_gives_all(plugin, folder, grafana, takes_all):
    grafana.takes_all = takes_all
    operators = {"teamId": "3", "permission": "Edit"}
    made = await permissions(plugin, DESK, operators, VIEWERS)
    asked = len(grafana.requests)
    await updated(plugin, "FolderPermission", made, permissions=[{**DESK, "permission": "Edit"}, operators])
    assert may(grafana) == {("teamId", 2): "Edit", ("teamId", 3): "Edit"}
    assert [one.body["permissions"] for one in grafana.requests[asked:] if one.method == "POST"] == [
        [{"builtInRole": "Viewer", "permission": ""}],
        [{"teamId": 2, "permission": "Edit"}, {"teamId": 3, "permission": "Edit"}],
    ]


@pytest.mark.parametrize("takes_all", [False, True])
async def test_where_teams_go_their_folder_is_open_to_the_roles_again(plugin, folder, grafana, takes_all):
    grafana.takes_all = takes_all
    made = await permissions(plugin, DESK, {"teamId": "3", "permission": "Edit"})
    # What components/grafana declares without teams; the engine changes this first, and then deletes the teams.
    _, state, inputs = await updated(plugin, "FolderPermission", made, permissions=[VIEWERS, EDITORS])
    for team in ("1:2", "1:3"):
        await plugin.delete("Team", team, {})
    assert may(grafana) == {("builtInRole", "Viewer"): "View", ("builtInRole", "Editor"): "Edit"}
    _, seen, _ = await plugin.read("FolderPermission", made[0], state, inputs)
    assert await plugin.paths("FolderPermission", seen, inputs) == {}


async def test_what_was_given_by_hand_is_drift_and_taken_again(plugin, folder, grafana):
    resource_id, state, inputs = await permissions(plugin, DESK)
    await plugin.create("FolderPermission", {"folderUid": "hft", "permissions": [DESK, VIEWERS]})
    _, state, seen = await plugin.read("FolderPermission", resource_id, state, inputs)
    assert await plugin.paths("FolderPermission", seen, inputs) == {"permissions[1]": "DELETE"}
    await plugin.update("FolderPermission", resource_id, state, seen, inputs)
    assert may(grafana) == {("teamId", 2): "View"}


async def test_order_and_the_number_of_the_organisation_are_no_change(plugin):
    old = {"folderUid": "hft", "permissions": [{**DESK, "userId": "0"}, VIEWERS]}
    new = {"folderUid": "hft", "permissions": [VIEWERS, {**DESK, "teamId": "1:2", "userId": "0"}]}
    assert await plugin.paths("FolderPermission", old, new) == {}


async def test_another_folder_replaces(plugin):
    old = {"folderUid": "hft", "permissions": [DESK], "orgId": "1"}
    assert (await plugin.diff("FolderPermission", old, old | {"folderUid": "fx", "orgId": "2"}))["replaces"] == [
        "folderUid",
        "orgId",
    ]
    assert (await plugin.diff("FolderPermission", old, old | {"permissions": []}))["replaces"] == []


async def test_a_delete_leaves_the_folder_to_administrators(plugin, folder, grafana):
    resource_id, state, inputs = await permissions(plugin, DESK)
    await plugin.delete("FolderPermission", resource_id, state)
    assert may(grafana) == {}
    del grafana.org.folders["hft"]
    await plugin.delete("FolderPermission", resource_id, state)
    assert (await plugin.read("FolderPermission", resource_id, state, inputs))[0] == ""


async def test_a_service_account_gives_them_too(serve, grafana):
    plugin = await serve(provider())
    await plugin.configure(url=grafana.url, auth=TOKEN, retries="0")
    await created(plugin, "Folder", title="HFT", uid="hft")
    _, _, _ = await created(plugin, "Team", name="desk")
    assert grafana.org.teams[2]["members"] == {}
    resource_id, _, _ = await permissions(plugin, DESK)
    assert resource_id == "0:hft"
    assert may(grafana) == {("teamId", 2): "View"}


async def test_an_import_reads_what_is_there(plugin, folder):
    made, _, _ = await permissions(plugin, DESK)
    resource_id, _, inputs = await plugin.read("FolderPermission", "hft", {}, {})
    assert resource_id == made
    assert inputs == {"folderUid": "hft", "orgId": "1", "permissions": [{**NOBODY, **DESK}]}


async def test_a_preview_asks_nothing(plugin, grafana):
    inputs = {"folderUid": UNKNOWN, "permissions": [{"teamId": UNKNOWN, "permission": "View"}]}
    assert await plugin.failures("FolderPermission", inputs) == []
    assert await plugin.failures("FolderPermission", {"folderUid": "hft", "permissions": UNKNOWN}) == []
    assert grafana.requests == []


async def test_a_folder_that_is_not_there(plugin):
    assert await refusal(permissions(plugin, VIEWERS)) == ("folderUid='hft': there is no such folder in organisation 1")


@pytest.mark.parametrize("bad", [{"permission": "View"}, {**DESK, "role": "Viewer"}, {**DESK, "userId": "1"}])
async def test_a_permission_is_somebodys_and_of_one_only(plugin, bad):
    inputs = {"folderUid": "hft", "permissions": [DESK, bad]}
    assert await plugin.failures("FolderPermission", inputs) == [
        ("permissions[1]", "permissions[1] must name one of teamId, userId and role")
    ]


@pytest.mark.parametrize("good", [DESK, VIEWERS, {"userId": "1:7", "permission": "Admin"}, {**DESK, "userId": "0"}])
async def test_a_permission_of_one(plugin, good):
    assert await plugin.failures("FolderPermission", {"folderUid": "hft", "permissions": [good]}) == []


async def test_a_permission_that_grafana_has_not(plugin):
    inputs = {"folderUid": "hft", "permissions": [{**DESK, "permission": "Own"}]}
    assert await plugin.failures("FolderPermission", inputs) == [
        (
            "permissions[0].permission",
            "property permissions[0].permission='Own': must be one of 'View', 'Edit', 'Admin'",
        )
    ]
