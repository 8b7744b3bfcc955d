import hashlib
import json

import pytest

from tests.toolchain.plugins.conftest import UNKNOWN
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated
from tests.toolchain.plugins.grafana.fake import PASSWORD
from toolchain.plugins.grafana.dashboards import normalised, same_model, uid_of
from toolchain.plugins.grafana.plugin import provider

MODEL = {"uid": "desk", "title": "Desk", "panels": [{"id": 7, "type": "text"}], "schemaVersion": 39}
NORMAL = '{"panels":[{"type":"text"}],"schemaVersion":39,"title":"Desk","uid":"desk"}'


def config(**changes):
    return json.dumps(MODEL | changes)


async def test_create_and_read(plugin, grafana):
    grafana.org.folders["hft"] = {"uid": "hft", "title": "HFT"}
    resource_id, state, inputs = await created(plugin, "Dashboard", configJson=config(), folder="hft", message="first")
    assert resource_id == "1:desk"
    assert state == {
        "configJson": NORMAL,
        "folder": "hft",
        "message": "first",
        "orgId": "1",
        "uid": "desk",
        "url": "/d/desk/desk",
        "dashboardId": 1,
        "version": 1,
    }
    assert grafana.org.dashboards["desk"]["message"] == "first"
    assert await plugin.read("Dashboard", resource_id, state, inputs) == (resource_id, state, inputs)


def test_what_grafana_numbers_and_fills_in_is_left_out():
    panel = {"id": 1, "libraryPanel": {"uid": "u", "name": "n", "version": 4, "meta": {}}}
    model = {"id": 3, "version": 9, "title": "T", "panels": [panel, "no panel"]}
    assert normalised(model) == '{"panels":[{"libraryPanel":{"name":"n","uid":"u"}},"no panel"],"title":"T"}'


def test_a_checksum_stands_for_its_model():
    checksum = hashlib.sha256(NORMAL.encode()).hexdigest()
    assert same_model(checksum, config())
    assert same_model(config(), checksum)
    assert not same_model(checksum, config(title="Other"))
    assert not same_model(checksum, "0" * 64)


@pytest.mark.parametrize(("text", "uid"), [('{"uid": "u"}', "u"), ("{}", ""), ('{"uid": null}', ""), ("no json", "")])
def test_the_uid_of_a_model(text, uid):
    assert uid_of(text) == uid


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "{",
            "property configJson='{': must be JSON: Expecting property name enclosed in double quotes:"
            " line 1 column 2 (char 1)",
        ),
        ("[]", "property configJson='[]': must be a JSON object"),
        (
            '{"apiVersion":"1","kind":"D","spec":{}}',
            """property configJson='{"apiVersion":"1","kind":"D","spec":{}}': is a dashboard in the Kubernetes form,"""
            " which the stand-in provider does not take; give its spec",
        ),
    ],
)
async def test_models_that_cannot_be(plugin, text, problem):
    assert await plugin.failures("Dashboard", {"configJson": text}) == [("configJson", problem)]


async def test_an_unknown_model_passes_the_preview(plugin, grafana):
    assert await plugin.failures("Dashboard", {"configJson": UNKNOWN}) == []
    _, state = await plugin.create("Dashboard", {"configJson": UNKNOWN}, preview=True)
    assert state == dict.fromkeys(("configJson", "orgId", "uid", "url", "dashboardId", "version"), UNKNOWN)
    assert grafana.requests == []


async def test_a_model_that_becomes_unknown_is_a_change(plugin):
    assert await plugin.paths("Dashboard", {"configJson": config()}, {"configJson": UNKNOWN}) == {
        "configJson": "UPDATE"
    }


async def test_other_spelling_is_no_change_and_another_title_is(plugin):
    old = {"configJson": NORMAL}
    assert await plugin.paths("Dashboard", old, {"configJson": config(id=12, version=4)}) == {}
    assert await plugin.paths("Dashboard", old, {"configJson": config(title="Other")}) == {"configJson": "UPDATE"}


async def test_another_uid_is_another_dashboard(plugin):
    diff = await plugin.diff("Dashboard", {"configJson": config()}, {"configJson": config(uid="other")})
    assert (diff["replaces"], diff["delete_before_replace"]) == (["configJson"], True)


async def test_a_folder_may_be_given_by_uid_or_by_id(plugin):
    old = {"configJson": config(), "folder": "1:hft"}
    assert await plugin.paths("Dashboard", old, {"configJson": config(), "folder": "hft"}) == {}
    assert await plugin.paths("Dashboard", old, {"configJson": config(), "folder": "other"}) == {"folder": "UPDATE"}


async def test_update_saves_over_it_and_moves_it(plugin, grafana):
    grafana.org.folders["hft"] = {"uid": "hft", "title": "HFT"}
    made = await created(plugin, "Dashboard", configJson=config())
    _, state, _ = await updated(plugin, "Dashboard", made, configJson=config(title="Desk 2"), folder="hft")
    assert (state["version"], state["url"], state["folder"]) == (2, "/d/desk/desk-2", "hft")
    assert grafana.org.dashboards["desk"]["folderUid"] == "hft"


async def test_a_dashboard_without_a_uid_gets_one_and_keeps_it(plugin, grafana):
    text = json.dumps({"title": "Desk"})
    made = await created(plugin, "Dashboard", configJson=text)
    assert (made[0], made[1]["configJson"]) == ("1:made-1", '{"title":"Desk"}')
    _, state, _ = await updated(plugin, "Dashboard", made, configJson=json.dumps({"title": "Desk 2"}))
    assert (state["uid"], list(grafana.org.dashboards)) == ("made-1", ["made-1"])


async def test_a_dashboard_that_exists_is_an_error_with_the_ways_out(plugin, grafana):
    await created(plugin, "Dashboard", configJson=config())
    assert await refusal(created(plugin, "Dashboard", configJson=config(title="Mine"))) == (
        "Grafana refused POST /api/dashboards/db: 412 a dashboard of this uid is there already; adopt it with"
        " `pulumi import grafana:oss/dashboard:Dashboard <resource name> 1:desk`, or set overwrite"
    )
    await created(plugin, "Dashboard", configJson=config(title="Mine"), overwrite=True)
    assert grafana.org.dashboards["desk"]["model"]["title"] == "Mine"


async def test_a_folder_that_is_not_there_is_grafanas_error(plugin):
    assert await refusal(created(plugin, "Dashboard", configJson=config(), folder="nowhere")) == (
        "Grafana refused POST /api/dashboards/db: 400 folder not found"
    )


async def test_drift_is_seen(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "Dashboard", configJson=config())
    grafana.org.dashboards["desk"]["model"]["title"] = "by hand"
    _, _, seen = await plugin.read("Dashboard", resource_id, state, inputs)
    assert await plugin.paths("Dashboard", seen, inputs) == {"configJson": "UPDATE"}


async def test_gone_is_told_and_deleted_without_error(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "Dashboard", configJson=config())
    await plugin.delete("Dashboard", resource_id, state)
    assert grafana.org.dashboards == {}
    assert (await plugin.read("Dashboard", resource_id, state, inputs))[0] == ""
    await plugin.delete("Dashboard", resource_id, state)


async def test_import_reads_the_model(plugin):
    await created(plugin, "Dashboard", configJson=config())
    resource_id, state, inputs = await plugin.read("Dashboard", "desk", {}, {})
    assert (resource_id, state["configJson"], inputs["configJson"]) == ("1:desk", NORMAL, NORMAL)


async def test_state_may_hold_a_checksum_only(serve, grafana):
    running = await serve(provider())
    await running.configure(url=grafana.url, auth=f"admin:{PASSWORD}", retries="0", storeDashboardSha256="true")
    resource_id, state, inputs = await created(running, "Dashboard", configJson=config())
    assert state["configJson"] == hashlib.sha256(NORMAL.encode()).hexdigest()
    assert await running.read("Dashboard", resource_id, state, inputs) == (resource_id, state, inputs)
