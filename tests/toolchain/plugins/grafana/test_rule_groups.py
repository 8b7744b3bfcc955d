import json

import pytest

from tests.toolchain.plugins.conftest import UNKNOWN
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated
from toolchain.plugins.grafana.rules import same_model

QUERY = {
    "refId": "A",
    "datasourceUid": "prom",
    "model": '{"expr": "up == 0"}',
    "relativeTimeRange": {"from": 600, "to": 0},
}
ALERT = {
    "name": "venue down",
    "datas": [QUERY, QUERY | {"refId": "B", "datasourceUid": "__expr__", "queryType": "math"}],
    "condition": "B",
    "for": "60m",
    "keepFiringFor": "5m",
    "missingSeriesEvalsToResolve": 2,
    "labels": {"severity": "critical"},
    "annotations": {"summary": "s"},
    "notificationSettings": {"contactPoint": "pager", "groupBies": ["venue"], "groupWait": "10s"},
}
RECORDING = {
    "name": "rtt",
    "datas": [QUERY],
    "record": {"metric": "hft_rtt", "from": "A", "targetDatasourceUid": "prom"},
}


@pytest.fixture(autouse=True)
def folder(grafana):
    grafana.org.folders["hft"] = {"uid": "hft", "title": "HFT"}


async def group(plugin, **inputs):
    given = {"name": "venues", "folderUid": "hft", "intervalSeconds": 60, "rules": [ALERT, RECORDING]}
    return await created(plugin, "RuleGroup", **given | inputs)


def uids(grafana, name="venues"):
    return {rule["title"]: rule["uid"] for rule in grafana.org.groups["hft", name]["rules"]}


async def test_create_and_read(plugin, grafana):
    resource_id, state, inputs = await group(plugin)
    assert resource_id == "1:hft:venues"
    assert state["rules"] == [
        ALERT
        | {
            "uid": "made-1",
            "datas": [one | {"model": '{"expr":"up == 0"}'} for one in ALERT["datas"]],
            "isPaused": False,
            "noDataState": "NoData",
            "execErrState": "Alerting",
            "for": "1h",
        },
        RECORDING
        | {"uid": "made-2", "datas": [QUERY | {"model": '{"expr":"up == 0"}'}], "isPaused": False, "for": "0s"},
    ]
    found, seen_state, seen = await plugin.read("RuleGroup", resource_id, state, inputs)
    assert (found, seen_state) == (resource_id, state)
    assert not (await plugin.diff("RuleGroup", seen, inputs, state=seen_state))["changes"]


async def test_what_is_sent_is_in_grafanas_words(plugin, grafana):
    await group(plugin, rules=[ALERT | {"datas": [QUERY]}])
    [put] = [one for one in grafana.requests if one.method == "PUT"]
    assert put.path == "/v1/provisioning/folder/hft/rule-groups/venues"
    assert put.body == {
        "title": "venues",
        "folderUid": "hft",
        "interval": 60,
        "rules": [
            {
                "uid": "",
                "title": "venue down",
                "folderUID": "hft",
                "ruleGroup": "venues",
                "orgID": 1,
                "condition": "B",
                "data": [
                    {
                        "refId": "A",
                        "datasourceUid": "prom",
                        "queryType": "",
                        "model": {"expr": "up == 0"},
                        "relativeTimeRange": {"from": 600, "to": 0},
                    }
                ],
                "for": "60m",
                "keep_firing_for": "5m",
                "missingSeriesEvalsToResolve": 2,
                "noDataState": "NoData",
                "execErrState": "Alerting",
                "labels": {"severity": "critical"},
                "annotations": {"summary": "s"},
                "notification_settings": {"receiver": "pager", "group_by": ["venue"], "group_wait": "10s"},
            }
        ],
    }


async def test_a_recording_rule_has_no_states(plugin, grafana):
    await group(plugin, rules=[RECORDING])
    [rule] = grafana.org.groups["hft", "venues"]["rules"]
    assert rule["record"] == {"metric": "hft_rtt", "from": "A", "target_datasource_uid": "prom"}
    assert not {"noDataState", "execErrState", "condition"} & rule.keys()


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('{"expr": "up"}', '{"intervalMs": 1000, "maxDataPoints": 43200, "expr": "up"}', True),
        ('{"expr": "up"}', '{"intervalMs": 5000, "expr": "up"}', False),
        ('{"expr": "up"}', '{"expr": "down"}', False),
        ("no json", "no json", True),
        ("no json", "{}", False),
        (UNKNOWN, "{}", False),
    ],
)
def test_models(old, new, same):
    assert same_model(old, new) is same


@pytest.mark.parametrize(
    ("bad", "failure"),
    [
        ({"rules": []}, ("rules", "property rules=[]: must hold a rule")),
        ({"intervalSeconds": 0}, ("intervalSeconds", "property intervalSeconds=0: must be at least 1 s")),
        (
            {"rules": [RECORDING | {"for": "soon"}]},
            ("rules[0].for", "property rules[0].for='soon': must be a duration such as 30s, 5m, 1h30m or 2d"),
        ),
        (
            {"rules": [RECORDING | {"noDataState": "Fine"}]},
            (
                "rules[0].noDataState",
                "property rules[0].noDataState='Fine': must be one of 'OK', 'NoData', 'KeepLast', 'Alerting'",
            ),
        ),
        (
            {"rules": [RECORDING | {"datas": [QUERY | {"model": "up"}]}]},
            (
                "rules[0].datas[0].model",
                "property rules[0].datas[0].model='up': must be JSON: Expecting value: line 1 column 1 (char 0)",
            ),
        ),
    ],
)
async def test_inputs_that_cannot_be(plugin, bad, failure):
    given = {"folderUid": "hft", "intervalSeconds": 60, "rules": [RECORDING]}
    assert await plugin.failures("RuleGroup", given | bad) == [failure]


async def test_a_preview_asks_nothing_and_passes_what_is_unknown(plugin, grafana):
    inputs = {"name": "venues", "folderUid": UNKNOWN, "intervalSeconds": 60, "rules": UNKNOWN}
    assert await plugin.failures("RuleGroup", inputs) == []
    _, state = await plugin.create("RuleGroup", inputs, preview=True)
    assert state == inputs | {"orgId": UNKNOWN}
    assert grafana.requests == []


async def test_a_group_that_exists_is_not_overwritten(plugin, grafana):
    await group(plugin)
    assert await refusal(group(plugin, rules=[RECORDING])) == (
        "rule group 'venues' already exists in folder 'hft': adopt it with"
        " `pulumi import grafana:alerting/ruleGroup:RuleGroup <resource name> 1:hft:venues`, or choose another name"
    )
    assert list(uids(grafana)) == ["venue down", "rtt"]


async def test_a_folder_that_is_not_there_is_grafanas_error(plugin):
    assert await refusal(group(plugin, folderUid="nowhere")) == (
        "Grafana refused PUT /api/v1/provisioning/folder/nowhere/rule-groups/venues: 404 folder not found"
    )


async def test_rules_keep_their_uid_by_name(plugin, grafana):
    made = await group(plugin)
    other = RECORDING | {"name": "rtt 99", "uid": "chosen"}
    _, state, _ = await updated(plugin, "RuleGroup", made, rules=[other, ALERT | {"for": "5m"}], intervalSeconds=30)
    assert uids(grafana) == {"rtt 99": "chosen", "venue down": "made-1"}
    assert [rule["uid"] for rule in state["rules"]] == ["chosen", "made-1"]
    assert grafana.org.groups["hft", "venues"]["interval"] == 30


async def test_durations_and_models_of_other_spelling_are_no_change(plugin):
    old = {"name": "g", "folderUid": "f", "intervalSeconds": 60, "rules": [ALERT]}
    model = json.dumps({"maxDataPoints": 43200, "expr": "up == 0"})
    datas = [QUERY | {"model": model}, ALERT["datas"][1]]
    assert await plugin.paths("RuleGroup", old, old | {"rules": [ALERT | {"for": "1h", "datas": datas}]}) == {}


async def test_another_name_or_folder_replaces(plugin):
    old = {"name": "g", "folderUid": "f"}
    assert (await plugin.diff("RuleGroup", old, {"name": "h", "folderUid": "g"}))["replaces"] == ["name", "folderUid"]


async def test_provenance_is_changed_in_place(plugin, grafana):
    made = await group(plugin)
    assert made[1]["disableProvenance"] is False
    made = await updated(plugin, "RuleGroup", made, disableProvenance=True)
    assert {rule["provenance"] for rule in grafana.org.groups["hft", "venues"]["rules"]} == {""}
    assert made[1]["disableProvenance"] is True


async def test_drift_is_seen(plugin, grafana):
    resource_id, state, inputs = await group(plugin, rules=[ALERT])
    [rule] = grafana.org.groups["hft", "venues"]["rules"]
    rule["isPaused"] = True
    rule["data"][0]["model"]["expr"] = "up == 1"
    _, _, seen = await plugin.read("RuleGroup", resource_id, state, inputs)
    assert await plugin.paths("RuleGroup", seen, inputs) == {
        "rules[0].isPaused": "UPDATE",
        "rules[0].datas[0].model": "UPDATE",
    }


async def test_gone_is_told_and_deleted_without_error(plugin, grafana):
    resource_id, state, inputs = await group(plugin)
    await plugin.delete("RuleGroup", resource_id, state)
    assert grafana.org.groups == {}
    assert (await plugin.read("RuleGroup", resource_id, state, inputs))[0] == ""
    await plugin.delete("RuleGroup", resource_id, state)


@pytest.mark.parametrize("resource_id", ["1:hft:a:b", "hft:a:b"])
async def test_import_by_folder_and_name(plugin, resource_id):
    await group(plugin, name="a:b", rules=[RECORDING])
    found, _, inputs = await plugin.read("RuleGroup", resource_id, {}, {})
    assert (found, inputs["name"], inputs["folderUid"], inputs["rules"][0]["name"]) == (
        "1:hft:a:b",
        "a:b",
        "hft",
        "rtt",
    )


async def test_an_id_without_a_folder_is_refused(plugin):
    assert await refusal(plugin.read("RuleGroup", "venues", {}, {})) == (
        "rule group id 'venues': expected organisation:folder uid:name"
    )
