import pytest

from tests.toolchain.plugins.conftest import UNKNOWN
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated

DEFAULT = "grafana-default-email"
TREE = {
    "contactPoint": DEFAULT,
    "groupBies": ["alertname"],
    "groupWait": "30s",
    "repeatInterval": "60m",
    "policies": [
        {
            "contactPoint": "pager",
            "continue": True,
            "matchers": [
                {"label": "severity", "match": "=", "value": "critical"},
                {"label": "desk", "match": "=~", "value": "fx|rates"},
            ],
            "policies": [{"groupBies": ["venue"], "muteTimings": ["closed"], "activeTimings": ["open"]}],
        }
    ],
}


@pytest.fixture(autouse=True)
def pager(grafana):
    grafana.org.contact_points.append({"uid": "p", "name": "pager", "type": "email", "settings": {}})


async def policy(plugin, **inputs):
    return await created(plugin, "NotificationPolicy", **TREE | inputs)


async def test_create_and_read(plugin, grafana):
    resource_id, state, inputs = await policy(plugin)
    assert (resource_id, state) == ("1:policy", inputs | {"orgId": "1"})
    assert grafana.requests[-1].body == {
        "receiver": DEFAULT,
        "group_by": ["alertname"],
        "group_wait": "30s",
        "repeat_interval": "60m",
        "routes": [
            {
                "receiver": "pager",
                "continue": True,
                "object_matchers": [["severity", "=", "critical"], ["desk", "=~", "fx|rates"]],
                "routes": [
                    {
                        "group_by": ["venue"],
                        "mute_time_intervals": ["closed"],
                        "active_time_intervals": ["open"],
                    }
                ],
            }
        ],
    }
    assert grafana.org.policy["repeat_interval"] == "1h"
    assert await plugin.read("NotificationPolicy", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_durations_of_one_length_and_matchers_in_any_order_are_no_change(plugin):
    nested = TREE["policies"][0]
    new = TREE | {"groupWait": "0m30s", "policies": [nested | {"matchers": nested["matchers"][::-1]}]}
    assert await plugin.paths("NotificationPolicy", TREE, new) == {}


async def test_policies_in_another_order_are_a_change(plugin):
    first, second = {"contactPoint": "a"}, {"contactPoint": "b"}
    old, new = (TREE | {"policies": policies} for policies in ([first, second], [second, first]))
    assert await plugin.paths("NotificationPolicy", old, new) == {
        "policies[0].contactPoint": "UPDATE",
        "policies[1].contactPoint": "UPDATE",
    }


@pytest.mark.parametrize(
    ("bad", "failure"),
    [
        (
            {"groupWait": "soon"},
            ("groupWait", "property groupWait='soon': must be a duration such as 30s, 5m, 1h30m or 2d"),
        ),
        (
            {"policies": [{"matchers": [{"label": "l", "match": "==", "value": "v"}]}]},
            (
                "policies[0].matchers[0].match",
                "property policies[0].matchers[0].match='==': must be one of '=', '!=', '=~', '!~'",
            ),
        ),
        (
            {"policies": [{"policies": [{"policies": [{"policies": [{"policies": [{"contactPoint": "deep"}]}]}]}]}]},
            (
                ".".join(["policies[0]"] * 5 + ["groupBies"]),
                f"property {'.'.join(['policies[0]'] * 5)}.groupBies is required and missing",
            ),
        ),
    ],
)
async def test_inputs_that_cannot_be(plugin, bad, failure):
    assert await plugin.failures("NotificationPolicy", TREE | bad) == [failure]


async def test_a_contact_point_that_is_not_there_is_grafanas_error(plugin):
    assert await refusal(policy(plugin, contactPoint="nowhere")) == (
        "Grafana refused PUT /api/v1/provisioning/policies: 400 invalid object specification: receiver 'nowhere' does"
        " not exist"
    )


async def test_a_preview_asks_nothing(plugin, grafana):
    inputs = {"contactPoint": UNKNOWN, "groupBies": ["alertname"], "policies": UNKNOWN}
    assert await plugin.failures("NotificationPolicy", inputs) == []
    _, state = await plugin.create("NotificationPolicy", inputs, preview=True)
    assert state == inputs | {"orgId": UNKNOWN}
    assert grafana.requests == []


async def test_update_writes_the_whole_tree(plugin, grafana):
    made = await policy(plugin)
    _, state, _ = await updated(plugin, "NotificationPolicy", made, policies=None, disableProvenance=True)
    assert grafana.org.policy == {
        "receiver": DEFAULT,
        "group_by": ["alertname"],
        "group_wait": "30s",
        "repeat_interval": "1h",
        "provenance": "",
    }
    assert "policies" not in state


async def test_drift_is_seen_also_of_what_is_gone_or_came(plugin, grafana):
    resource_id, state, inputs = await policy(plugin)
    grafana.org.policy["routes"][0]["receiver"] = DEFAULT
    grafana.org.policy |= {"group_interval": "10m"}
    del grafana.org.policy["group_wait"]
    _, _, seen = await plugin.read("NotificationPolicy", resource_id, state, inputs)
    assert await plugin.paths("NotificationPolicy", seen, inputs) == {
        "policies[0].contactPoint": "UPDATE",
        "groupInterval": "DELETE",
        "groupWait": "ADD",
    }


async def test_a_tree_reset_by_hand_is_drift(plugin, grafana):
    resource_id, state, inputs = await policy(plugin)
    grafana.org.policy = {}
    found, _, seen = await plugin.read("NotificationPolicy", resource_id, state, inputs)
    assert found == resource_id
    assert "policies" not in seen


async def test_delete_brings_the_default_back(plugin, grafana):
    resource_id, state, _ = await policy(plugin)
    await plugin.delete("NotificationPolicy", resource_id, state)
    assert grafana.org.policy == {}


@pytest.mark.parametrize("resource_id", ["1:policy", "anything"])
async def test_import_by_any_name(plugin, resource_id):
    await policy(plugin)
    found, _, inputs = await plugin.read("NotificationPolicy", resource_id, {}, {})
    assert (found, inputs["contactPoint"], inputs["repeatInterval"]) == ("1:policy", DEFAULT, "1h")
    assert inputs["policies"][0]["policies"] == [
        {"groupBies": ["venue"], "muteTimings": ["closed"], "activeTimings": ["open"]}
    ]
