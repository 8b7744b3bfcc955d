import pytest

from tests.toolchain.plugins.conftest import UNKNOWN
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated

CLOSED = {
    "times": [{"start": "22:00", "end": "24:00"}],
    "weekdays": ["monday:friday"],
    "daysOfMonths": ["1:15", "-1"],
    "months": ["january:march", "December"],
    "years": ["2031"],
    "location": "Europe/Frankfurt",
}


async def closed(plugin, **inputs):
    return await created(plugin, "MuteTiming", **{"name": "market closed", "intervals": [CLOSED]} | inputs)


async def test_create_and_read(plugin, grafana):
    resource_id, state, inputs = await closed(plugin)
    assert resource_id == "1:market closed"
    assert state == inputs | {"orgId": "1"}
    assert grafana.requests[-1].body["time_intervals"] == [
        {
            "times": [{"start_time": "22:00", "end_time": "24:00"}],
            "weekdays": ["monday:friday"],
            "days_of_month": ["1:15", "-1"],
            "months": ["january:march", "December"],
            "years": ["2031"],
            "location": "Europe/Frankfurt",
        }
    ]
    assert grafana.org.mute_timings["market closed"]["time_intervals"][0]["months"] == ["1:3", "December"]
    assert await plugin.read("MuteTiming", resource_id, state, inputs) == (resource_id, state, inputs)


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [("january:march", "1:3", False), ("December", "12", False), ("may", "5:6", True), ("may", "june", True)],
)
async def test_months_by_name_and_number(plugin, old, new, changes):
    before, after = ({"name": "m", "intervals": [{"months": [months]}]} for months in (old, new))
    assert (await plugin.diff("MuteTiming", before, after))["changes"] is changes


async def test_an_unknown_month_is_a_change(plugin):
    before, after = ({"name": "m", "intervals": [{"months": [months]}]} for months in ("may", UNKNOWN))
    assert await plugin.paths("MuteTiming", before, after) == {"intervals[0].months[0]": "UPDATE"}


async def test_intervals_are_changed_in_place_and_a_name_is_not(plugin, grafana):
    made = await closed(plugin)
    _, _, inputs = await updated(plugin, "MuteTiming", made, intervals=[{"weekdays": ["sunday"]}])
    assert grafana.org.mute_timings["market closed"]["time_intervals"] == [{"weekdays": ["sunday"]}]
    assert (await plugin.diff("MuteTiming", inputs, inputs | {"name": "m"}))["replaces"] == ["name"]


@pytest.mark.parametrize(("asked", "kept"), [(False, "api"), (True, "")])
async def test_provenance(plugin, grafana, asked, kept):
    resource_id, state, inputs = await closed(plugin, disableProvenance=asked)
    assert grafana.org.mute_timings["market closed"]["provenance"] == kept
    assert (await plugin.read("MuteTiming", resource_id, state, inputs))[1]["disableProvenance"] is asked
    other = inputs | {"disableProvenance": not asked}
    assert (await plugin.diff("MuteTiming", inputs, other))["replaces"] == ["disableProvenance"]


async def test_one_that_exists_is_an_error_with_the_import_line(plugin):
    await closed(plugin)
    assert await refusal(closed(plugin)) == (
        "Grafana refused POST /api/v1/provisioning/mute-timings: 400 a mute timing of this name is there already;"
        " adopt it with `pulumi import grafana:alerting/muteTiming:MuteTiming <resource name> 1:market closed`, or"
        " choose another name"
    )


async def test_another_refusal_has_no_import_line(plugin, grafana):
    grafana.failing.append((400, "bad interval"))
    assert await refusal(closed(plugin)) == ("Grafana refused POST /api/v1/provisioning/mute-timings: 400 bad interval")


async def test_drift_is_seen(plugin, grafana):
    resource_id, state, inputs = await closed(plugin)
    grafana.org.mute_timings["market closed"]["time_intervals"][0]["weekdays"] = ["saturday"]
    _, _, seen = await plugin.read("MuteTiming", resource_id, state, inputs)
    assert await plugin.paths("MuteTiming", seen, inputs) == {"intervals[0].weekdays[0]": "UPDATE"}


async def test_gone_is_told_and_deleted_without_error(plugin, grafana):
    resource_id, state, inputs = await closed(plugin)
    await plugin.delete("MuteTiming", resource_id, state)
    assert grafana.org.mute_timings == {}
    assert (await plugin.read("MuteTiming", resource_id, state, inputs))[0] == ""
    await plugin.delete("MuteTiming", resource_id, state)


async def test_one_in_use_is_not_deleted(plugin, grafana):
    resource_id, state, _ = await closed(plugin)
    grafana.org.policy = {"routes": [{"mute_time_intervals": ["market closed"]}]}
    assert await refusal(plugin.delete("MuteTiming", resource_id, state)) == (
        "Grafana refused DELETE /api/v1/provisioning/mute-timings/market%20closed: 409 time interval 'market closed' is"
        " used by a notification policy"
    )


async def test_import_by_name(plugin):
    await closed(plugin)
    resource_id, _, inputs = await plugin.read("MuteTiming", "market closed", {}, {})
    assert (resource_id, inputs["intervals"]) == ("1:market closed", [CLOSED | {"months": ["1:3", "December"]}])
