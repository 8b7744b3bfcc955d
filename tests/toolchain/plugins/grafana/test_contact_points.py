import pytest

from tests.toolchain.plugins.conftest import UNKNOWN, Secret
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated
from toolchain.plugins.grafana.receivers import RECEIVERS

SLACK = {"url": Secret("https://hooks.test/t0p-secret"), "title": "Desk"}
HOOK = {"url": "http://hook.test", "basicAuthUser": "u", "basicAuthPassword": Secret("tick-tock")}


async def pager(plugin, **inputs):
    return await created(plugin, "ContactPoint", **{"name": "pager", "slacks": [SLACK], "webhooks": [HOOK]} | inputs)


def kept(grafana):
    return {one["uid"]: one["settings"] for one in grafana.org.contact_points}


async def test_create_and_read(plugin, grafana):
    resource_id, state, inputs = await pager(plugin)
    assert resource_id == "1:pager"
    assert state == {
        "name": "pager",
        "disableProvenance": False,
        "orgId": "1",
        "slacks": Secret([SLACK | {"disableResolveMessage": False, "uid": "made-1"}]),
        "webhooks": Secret([HOOK | {"disableResolveMessage": False, "uid": "made-2"}]),
    }
    assert kept(grafana) == {
        "made-1": {"url": "https://hooks.test/t0p-secret", "title": "Desk"},
        "made-2": {"url": "http://hook.test", "username": "u", "password": "tick-tock"},
    }
    found, seen_state, _ = await plugin.read("ContactPoint", resource_id, state, inputs)
    assert (found, seen_state) == (resource_id, state)


async def test_what_a_refresh_fills_in_is_no_change_afterwards(plugin):
    resource_id, state, inputs = await pager(plugin)
    _, state, seen = await plugin.read("ContactPoint", resource_id, state, inputs)
    assert not (await plugin.diff("ContactPoint", seen, inputs, state=state))["changes"]


async def test_a_secret_that_was_given_in_clear_is_a_secret_from_the_check_on(plugin):
    _, state, inputs = await pager(plugin, slacks=[{"url": "https://hooks.test/in-clear", "title": "t"}], webhooks=[])
    secret = Secret("https://hooks.test/in-clear")
    assert inputs["slacks"] == [{"url": secret, "title": "t", "disableResolveMessage": False}]
    assert state["slacks"].value[0]["url"] == secret


async def test_a_preview_asks_nothing_and_passes_what_is_unknown(plugin, grafana):
    inputs = {"name": "pager", "slacks": [{"url": UNKNOWN}], "emails": UNKNOWN}
    assert await plugin.failures("ContactPoint", inputs) == []
    _, state = await plugin.create("ContactPoint", inputs, preview=True)
    assert state == inputs | {"slacks": [{"url": Secret(UNKNOWN)}], "orgId": UNKNOWN}
    assert grafana.requests == []


@pytest.mark.parametrize(
    ("bad", "failure"),
    [
        ({}, ("name", f"a contact point needs a notifier: one of {', '.join(RECEIVERS)}")),
        ({"emails": []}, ("name", f"a contact point needs a notifier: one of {', '.join(RECEIVERS)}")),
        (
            {"emails": [{"subject": "s"}]},
            ("emails[0].addresses", "property emails[0].addresses is required and missing"),
        ),
        (
            {"kafkas": [{"restProxyUrl": "u", "topic": "t", "apiVersion": "v1"}]},
            ("kafkas[0].apiVersion", "property kafkas[0].apiVersion='v1': must be one of 'v2', 'v3'"),
        ),
        (
            {"slacks": [{"url": 5}]},
            ("slacks[0].url", "property slacks[0].url=[secret] has the wrong type: expected a string"),
        ),
        (
            {"sns": [{"topic": "t"}]},
            (
                "sns",
                "property sns is not supported by this stand-in provider: it needs Amazon Managed Grafana",
            ),
        ),
        (
            {"webhooks": [{"url": "u", "tlsConfig": {"insecureSkipVerify": "true"}}]},
            (
                "webhooks[0].tlsConfig",
                "property webhooks[0].tlsConfig is not supported by this stand-in provider: use a proxy in front of the"
                " receiver",
            ),
        ),
    ],
)
async def test_inputs_that_cannot_be(plugin, bad, failure):
    assert await plugin.failures("ContactPoint", {"name": "pager"} | bad) == [failure]


async def test_one_that_exists_is_not_joined(plugin, grafana):
    await pager(plugin)
    assert await refusal(pager(plugin)) == (
        "contact point 'pager' already exists: adopt it with"
        " `pulumi import grafana:alerting/contactPoint:ContactPoint <resource name> 1:pager`, or choose another name"
    )
    assert len(kept(grafana)) == 2


async def test_a_refused_notifier_leaves_nothing_and_its_secrets_are_not_told(plugin, grafana):
    bad = {"url": "http://refused.test/tick-tock", "basicAuthPassword": Secret("tick-tock")}
    assert await refusal(pager(plugin, webhooks=[bad])) == (
        "Grafana refused POST /api/v1/provisioning/contact-points: 400 invalid object specification: bad url"
        " http://refused.test/[secret]"
    )
    assert kept(grafana) == {}


async def test_a_changed_notifier_is_updated_in_place(plugin, grafana):
    made = await pager(plugin)
    _, state, _ = await updated(plugin, "ContactPoint", made, webhooks=[HOOK | {"url": "http://other.test"}])
    assert kept(grafana)["made-2"] == {"url": "http://other.test", "username": "u", "password": "tick-tock"}
    assert (state["webhooks"].value[0]["uid"], len(kept(grafana))) == ("made-2", 2)


async def test_a_rotated_secret_is_written(plugin, grafana):
    made = await pager(plugin)
    await updated(plugin, "ContactPoint", made, slacks=[SLACK | {"url": Secret("https://hooks.test/new")}])
    assert kept(grafana)["made-1"]["url"] == "https://hooks.test/new"


async def test_notifiers_in_another_order_keep_their_uids(plugin, grafana):
    first, second = {"addresses": ["a@desk.test"]}, {"addresses": ["b@desk.test"]}
    made = await created(plugin, "ContactPoint", name="mail", emails=[first, second])
    third = {"addresses": ["c@desk.test"]}
    _, state, _ = await updated(plugin, "ContactPoint", made, emails=[second, third])
    assert kept(grafana) == {
        "made-1": {"addresses": "c@desk.test", "singleEmail": False},
        "made-2": {"addresses": "b@desk.test", "singleEmail": False},
    }
    assert [one["uid"] for one in state["emails"]] == ["made-2", "made-1"]
    assert await plugin.paths("ContactPoint", made[2], made[2] | {"emails": made[2]["emails"][::-1]}) == {}


async def test_a_notifier_is_made_before_another_kind_goes(plugin, grafana):
    made = await pager(plugin, webhooks=[])
    grafana.org.policy = {"receiver": "pager"}
    grafana.requests.clear()
    _, state, _ = await updated(plugin, "ContactPoint", made, slacks=None, emails=[{"addresses": ["a@desk.test"]}])
    assert grafana.changes() == [
        "POST /v1/provisioning/contact-points",
        "DELETE /v1/provisioning/contact-points/made-1",
    ]
    assert ("slacks" in state, state["emails"][0]["uid"]) == (False, "made-2")


async def test_a_notifier_that_was_removed_by_hand_is_made_again(plugin, grafana):
    made = await pager(plugin)
    grafana.org.contact_points = [one for one in grafana.org.contact_points if one["uid"] != "made-2"]
    _, state, _ = await updated(plugin, "ContactPoint", made, webhooks=[HOOK | {"title": "t"}])
    assert kept(grafana)[state["webhooks"].value[0]["uid"]]["title"] == "t"


async def test_a_uid_may_be_chosen(plugin, grafana):
    made = await created(plugin, "ContactPoint", name="mail", emails=[{"addresses": ["a@desk.test"], "uid": "mine"}])
    await updated(plugin, "ContactPoint", made, emails=[{"addresses": ["b@desk.test"], "uid": "mine"}])
    assert kept(grafana) == {"mine": {"addresses": "b@desk.test", "singleEmail": False}}
    await updated(plugin, "ContactPoint", made, emails=[{"addresses": ["b@desk.test"], "uid": "other"}])
    assert list(kept(grafana)) == ["other"]


async def test_another_name_or_provenance_replaces(plugin):
    old = {"name": "pager", "disableProvenance": False}
    assert (await plugin.diff("ContactPoint", old, {"name": "p", "disableProvenance": True}))["replaces"] == [
        "name",
        "disableProvenance",
    ]


async def test_drift_is_seen_but_not_of_secrets(plugin, grafana):
    resource_id, state, inputs = await pager(plugin)
    slack, hook = grafana.org.contact_points
    slack["settings"] |= {"title": "by hand", "url": "https://hooks.test/by-hand"}
    hook["disableResolveMessage"] = True
    _, _, seen = await plugin.read("ContactPoint", resource_id, state, inputs)
    [slack] = seen["slacks"].value
    assert slack["title"] == "by hand"
    assert slack["url"] == Secret("https://hooks.test/t0p-secret")
    diff = await plugin.diff("ContactPoint", seen, inputs, state=state)
    assert sorted(diff["paths"]) == ["slacks[0]", "webhooks[0]"]


async def test_a_notifier_added_by_hand_is_drift_and_removed_again(plugin, grafana):
    resource_id, state, inputs = await pager(plugin)
    grafana.org.contact_points.append(
        {"uid": "hand", "name": "pager", "type": "email", "settings": {"addresses": "x@desk.test"}, "provenance": ""}
    )
    _, state, seen = await plugin.read("ContactPoint", resource_id, state, inputs)
    assert await plugin.paths("ContactPoint", seen, inputs) == {"emails": "DELETE"}
    await plugin.update("ContactPoint", resource_id, state, seen, inputs)
    assert list(kept(grafana)) == ["made-1", "made-2"]


async def test_gone_is_told_and_deleted_without_error(plugin, grafana):
    resource_id, state, inputs = await pager(plugin)
    await plugin.delete("ContactPoint", resource_id, state)
    assert kept(grafana) == {}
    assert (await plugin.read("ContactPoint", resource_id, state, inputs))[0] == ""
    await plugin.delete("ContactPoint", resource_id, state)


async def test_one_in_use_says_what_to_change_first(plugin, grafana):
    resource_id, state, _ = await pager(plugin, webhooks=[])
    grafana.org.policy = {"receiver": "pager"}
    assert await refusal(plugin.delete("ContactPoint", resource_id, state)) == (
        "Grafana refused DELETE /api/v1/provisioning/contact-points/made-1: 409 contact point 'pager' is used by a"
        " notification policy; a notification policy or a rule still sends to 'pager': change that first"
    )


async def test_import_by_name_leaves_the_secrets_out(plugin):
    await pager(plugin, disableProvenance=True)
    resource_id, state, inputs = await plugin.read("ContactPoint", "pager", {}, {})
    assert (resource_id, state) == ("1:pager", inputs)
    assert inputs == {
        "name": "pager",
        "disableProvenance": True,
        "orgId": "1",
        "slacks": [{"title": "Desk", "disableResolveMessage": False, "uid": "made-1"}],
        "webhooks": [
            {
                "url": "http://hook.test",
                "basicAuthUser": "u",
                "disableResolveMessage": False,
                "uid": "made-2",
            }
        ],
    }
