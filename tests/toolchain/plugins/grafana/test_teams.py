import pytest

from tests.toolchain.plugins.conftest import UNKNOWN
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated

ADA, BOB, ADMIN = 2, 3, 1
"""Users of the fake; the administrator, who makes the team, gets into it by that."""


async def team(plugin, **inputs):
    return await created(plugin, "Team", **{"name": "desk"} | inputs)


def members(grafana):
    [there] = grafana.org.teams.values()
    return there["members"]


async def test_create_and_read(plugin):
    resource_id, state, inputs = await team(plugin, email="desk@desk.test")
    assert resource_id == "1:1"
    assert state == {
        "name": "desk",
        "email": "desk@desk.test",
        "ignoreExternallySyncedMembers": True,
        "orgId": "1",
        "teamId": 1,
        "teamUid": "team-1",
    }
    assert await plugin.read("Team", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_a_preview_asks_nothing(plugin, grafana):
    inputs = {"name": "desk", "members": [UNKNOWN]}
    assert await plugin.failures("Team", inputs) == []
    _, state = await plugin.create("Team", inputs, preview=True)
    assert state == inputs | {"teamId": UNKNOWN, "teamUid": UNKNOWN, "orgId": UNKNOWN}
    assert grafana.requests == []


async def test_members_and_administrators_by_email(plugin, grafana):
    resource_id, state, inputs = await team(plugin, members=["Ada@Desk.test"], admins=["bob@desk.test"])
    assert members(grafana) == {ADMIN: 4, ADA: 0, BOB: 4}
    assert state["members"] == ["ada@desk.test"]
    assert state["admins"] == ["admin@localhost", "bob@desk.test"]
    assert (await plugin.read("Team", resource_id, state, inputs))[2]["members"] == ["Ada@Desk.test"]


async def test_administrators_are_left_alone_where_none_are_given(plugin, grafana):
    resource_id, state, inputs = await team(plugin, members=["ada@desk.test"])
    assert "admins" not in state
    _, _, seen = await plugin.read("Team", resource_id, state, inputs)
    assert seen == inputs
    assert members(grafana) == {ADMIN: 4, ADA: 0}


async def test_a_user_that_is_not_there_is_named_and_the_team_is_not_kept(plugin, grafana):
    assert await refusal(team(plugin, members=["eve@desk.test"])) == (
        "no user of organisation 1 has the email address 'eve@desk.test': invite them first"
    )
    assert grafana.org.teams == {}


async def test_update_adds_removes_and_promotes(plugin, grafana):
    made = await team(plugin, members=["ada@desk.test", "bob@desk.test"])
    await updated(plugin, "Team", made, members=["bob@desk.test"], admins=["ada@desk.test"])
    assert members(grafana) == {ADMIN: 4, ADA: 4, BOB: 0}
    assert "DELETE /teams/1/members/2" not in grafana.asked()


async def test_members_that_are_no_longer_given_leave(plugin, grafana):
    made = await team(plugin, members=["ada@desk.test"])
    _, state, _ = await updated(plugin, "Team", made, members=None)
    assert members(grafana) == {ADMIN: 4}
    assert "members" not in state


async def test_a_member_added_by_hand_is_drift_and_removed_again(plugin, grafana):
    resource_id, state, inputs = await team(plugin, members=["ada@desk.test"])
    members(grafana)[BOB] = 0
    _, state, seen = await plugin.read("Team", resource_id, state, inputs)
    assert await plugin.paths("Team", seen, inputs) == {"members[1]": "DELETE"}
    await plugin.update("Team", resource_id, state, seen, inputs)
    assert members(grafana) == {ADMIN: 4, ADA: 0}


@pytest.mark.parametrize(("ignored", "seen"), [(True, ["ada@desk.test"]), (False, ["ada@desk.test", "bob@desk.test"])])
async def test_members_from_outside_may_be_ignored(plugin, grafana, ignored, seen):
    resource_id, state, inputs = await team(plugin, members=["ada@desk.test"], ignoreExternallySyncedMembers=ignored)
    members(grafana)[BOB] = 0
    grafana.org.teams[1]["synced"] = [BOB]
    assert (await plugin.read("Team", resource_id, state, inputs))[1]["members"] == seen


async def test_addresses_in_another_order_or_case_are_no_change(plugin):
    old = {"name": "desk", "members": ["ada@desk.test", "bob@desk.test"]}
    assert await plugin.paths("Team", old, old | {"members": ["BOB@desk.test", "ada@desk.test"]}) == {}


async def test_preferences_are_set_changed_and_taken_back(plugin, grafana):
    made = await team(plugin, preferences={"theme": "dark", "weekStart": "monday"})
    assert made[1]["preferences"] == {"theme": "dark", "weekStart": "monday"}
    made = await updated(plugin, "Team", made, preferences={"theme": "light", "homeDashboardUid": "desk"})
    assert grafana.org.teams[1]["preferences"] == {
        "homeDashboardUID": "desk",
        "theme": "light",
        "timezone": "",
        "weekStart": "",
    }
    made = await updated(plugin, "Team", made, preferences=None)
    assert set(grafana.org.teams[1]["preferences"].values()) == {""}
    assert "preferences" not in made[1]


@pytest.mark.parametrize(
    ("bad", "failure"),
    [
        (
            {"preferences": {"theme": "neon"}},
            ("preferences.theme", "property preferences.theme='neon': must be one of 'light', 'dark', 'system', ''"),
        ),
        (
            {"teamSync": {"groups": ["g"]}},
            (
                "teamSync",
                "property teamSync is not supported by this stand-in provider: it needs Grafana Enterprise",
            ),
        ),
    ],
)
async def test_inputs_that_cannot_be(plugin, bad, failure):
    assert await plugin.failures("Team", bad) == [failure]


async def test_a_new_name_renames_and_another_organisation_replaces(plugin, grafana):
    made = await team(plugin)
    _, _, inputs = await updated(plugin, "Team", made, name="fx desk", email="fx@desk.test")
    assert (grafana.org.teams[1]["name"], grafana.org.teams[1]["email"]) == ("fx desk", "fx@desk.test")
    old = inputs | {"orgId": "1"}
    assert (await plugin.diff("Team", old, old | {"orgId": "2"}))["replaces"] == ["orgId"]


async def test_a_team_that_exists_is_an_error_with_the_import_line(plugin):
    await team(plugin)
    assert await refusal(team(plugin)) == (
        "Grafana refused POST /api/teams: 409 Team name taken; adopt it with"
        " `pulumi import grafana:oss/team:Team <resource name> 1:1`, or choose another name"
    )


async def test_gone_is_told_and_deleted_without_error(plugin, grafana):
    resource_id, state, inputs = await team(plugin)
    await plugin.delete("Team", resource_id, state)
    assert grafana.org.teams == {}
    assert (await plugin.read("Team", resource_id, state, inputs))[0] == ""
    await plugin.delete("Team", resource_id, state)


async def test_import_reads_members_and_preferences(plugin):
    await team(plugin, members=["ada@desk.test"], preferences={"theme": "dark"})
    resource_id, _, inputs = await plugin.read("Team", "1", {}, {})
    assert resource_id == "1:1"
    assert inputs == {
        "name": "desk",
        "members": ["ada@desk.test"],
        "admins": ["admin@localhost"],
        "preferences": {"theme": "dark"},
        "orgId": "1",
    }
