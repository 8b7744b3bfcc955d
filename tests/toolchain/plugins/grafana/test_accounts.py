import asyncio
import time

import pytest

from tests.toolchain.plugins.conftest import UNKNOWN, Secret
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated


async def account(plugin, **inputs):
    return await created(plugin, "ServiceAccount", **{"name": "deploy", "role": "Editor"} | inputs)


async def token(plugin, **inputs):
    owner, _, _ = await account(plugin)
    return await created(plugin, "ServiceAccountToken", **{"name": "ci", "serviceAccountId": owner} | inputs)


async def test_an_account_is_made_and_read(plugin):
    resource_id, state, inputs = await account(plugin)
    assert resource_id == "1:1"
    assert state == {"name": "deploy", "role": "Editor", "isDisabled": False, "orgId": "1"}
    assert await plugin.read("ServiceAccount", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_a_role_that_grafana_has_not(plugin):
    assert await plugin.failures("ServiceAccount", {"role": "Owner"}) == [
        ("role", "property role='Owner': must be one of 'Viewer', 'Editor', 'Admin', 'None'")
    ]


async def test_an_account_that_exists_is_an_error_with_the_import_line(plugin):
    await account(plugin, name="deploy-2")
    await account(plugin)
    assert await refusal(account(plugin, name="deploy")) == (
        "Grafana refused POST /api/serviceaccounts: 400 a service account of this name is there already; adopt it with"
        " `pulumi import grafana:oss/serviceAccount:ServiceAccount <resource name> 1:2`, or choose another name"
    )


async def test_another_refusal_has_no_import_line(plugin, grafana):
    grafana.failing.append((400, "invalid role"))
    assert await refusal(account(plugin)) == "Grafana refused POST /api/serviceaccounts: 400 invalid role"


async def test_an_account_is_changed_in_place(plugin, grafana):
    made = await account(plugin)
    await updated(plugin, "ServiceAccount", made, name="release", role="Viewer", isDisabled=True)
    kept = grafana.org.accounts[1]
    assert (kept["name"], kept["role"], kept["isDisabled"]) == ("release", "Viewer", True)


async def test_an_account_stays_in_its_organisation(plugin):
    old = {"name": "a", "role": "Viewer", "orgId": "1"}
    assert (await plugin.diff("ServiceAccount", old, old | {"orgId": "2"}))["replaces"] == ["orgId"]
    assert (await plugin.diff("ServiceAccount", old, old | {"name": "b"}))["replaces"] == []


async def test_drift_of_an_account_is_seen(plugin, grafana):
    resource_id, state, inputs = await account(plugin)
    grafana.org.accounts[1]["role"] = "Admin"
    _, _, seen = await plugin.read("ServiceAccount", resource_id, state, inputs)
    assert await plugin.paths("ServiceAccount", seen, inputs) == {"role": "UPDATE"}


async def test_an_account_that_is_gone(plugin, grafana):
    resource_id, state, inputs = await account(plugin)
    await plugin.delete("ServiceAccount", resource_id, state)
    assert grafana.org.accounts == {}
    assert (await plugin.read("ServiceAccount", resource_id, state, inputs))[0] == ""
    await plugin.delete("ServiceAccount", resource_id, state)


@pytest.mark.parametrize("resource_id", ["1:1", "1"])
async def test_an_account_is_imported_by_its_number(plugin, resource_id):
    await account(plugin)
    assert await plugin.read("ServiceAccount", resource_id, {}, {}) == (
        "1:1",
        {"name": "deploy", "role": "Editor", "isDisabled": False, "orgId": "1"},
        {"name": "deploy", "role": "Editor", "isDisabled": False, "orgId": "1"},
    )


async def test_accounts_are_made_one_after_the_other(plugin, grafana, monkeypatch):
    inside, answer = [], grafana.answer

    def slow(method, *rest):
        inside.append(method)
        time.sleep(0.02)
        status = answer(method, *rest)
        inside.append("done")
        return status

    monkeypatch.setattr(grafana, "answer", slow)
    await asyncio.gather(*(account(plugin, name=f"a{number}") for number in range(8)))
    assert inside == ["POST", "done"] * 8


async def test_a_token_has_its_key_as_a_secret(plugin):
    resource_id, state, inputs = await token(plugin)
    assert (resource_id, state) == (
        "2",
        {
            "name": "ci",
            "serviceAccountId": "1:1",
            "key": Secret("glsa_key-2"),
            "expiration": "",
            "hasExpired": False,
        },
    )
    assert await plugin.read("ServiceAccountToken", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_a_token_may_end(plugin, grafana):
    resource_id, state, inputs = await token(plugin, secondsToLive=3600)
    assert state["expiration"] == "2031-01-02T03:04:05Z"
    grafana.org.accounts[1]["tokens"][2]["hasExpired"] = True
    assert (await plugin.read("ServiceAccountToken", resource_id, state, inputs))[1]["hasExpired"] is True


async def test_the_key_is_unknown_and_secret_at_preview(plugin, grafana):
    inputs = {"name": "ci", "serviceAccountId": UNKNOWN}
    _, state = await plugin.create("ServiceAccountToken", inputs, preview=True)
    assert state == inputs | {"key": Secret(UNKNOWN), "expiration": UNKNOWN, "hasExpired": UNKNOWN}
    assert grafana.requests == []


async def test_every_change_of_a_token_replaces_it(plugin):
    old = {"name": "ci", "serviceAccountId": "1:1", "secondsToLive": 60}
    new = {"name": "cd", "serviceAccountId": "1:2", "secondsToLive": 90}
    assert (await plugin.diff("ServiceAccountToken", old, new))["replaces"] == [
        "name",
        "serviceAccountId",
        "secondsToLive",
    ]


async def test_a_token_cannot_live_less_than_no_time(plugin):
    assert await plugin.failures("ServiceAccountToken", {"serviceAccountId": "1:1", "secondsToLive": -1}) == [
        ("secondsToLive", "property secondsToLive=-1: must be at least 0 s")
    ]


async def test_a_token_of_that_name_is_refused(plugin):
    owner = (await token(plugin))[1]["serviceAccountId"]
    text = await refusal(created(plugin, "ServiceAccountToken", name="ci", serviceAccountId=owner))
    assert text == ("Grafana refused POST /api/serviceaccounts/1/tokens: 400 a token of this name is there already")


async def test_a_token_that_is_gone_or_whose_account_is(plugin, grafana):
    resource_id, state, inputs = await token(plugin)
    await plugin.delete("ServiceAccountToken", resource_id, state)
    assert grafana.org.accounts[1]["tokens"] == {}
    assert (await plugin.read("ServiceAccountToken", resource_id, state, inputs))[0] == ""
    grafana.org.accounts.clear()
    assert (await plugin.read("ServiceAccountToken", resource_id, state, inputs))[0] == ""
    await plugin.delete("ServiceAccountToken", resource_id, state)


async def test_a_token_cannot_be_imported(plugin):
    assert await refusal(plugin.read("ServiceAccountToken", "2", {}, {})) == (
        "a token cannot be imported: Grafana shows its key only once; make a new one"
    )
