from datetime import UTC, datetime, timedelta

import pytest

from tests.toolchain.plugins.conftest import UNKNOWN, Secret
from tests.toolchain.plugins.grafana.conftest import created, refusal
from toolchain.plugins.grafana import tokens

KIND = "ServiceAccountRotatingToken"
HOUR, DAY = 3600, 86_400
GIVEN = {"namePrefix": "check", "secondsToLive": 90 * DAY, "earlyRotationWindowSeconds": 30 * DAY}
END = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
"""When every token of the fake ends."""


async def token(plugin, **inputs):
    owner, _, _ = await created(plugin, "ServiceAccount", name="check", role="Viewer")
    return await created(plugin, KIND, **GIVEN | {"serviceAccountId": owner} | inputs)


async def test_a_token_is_named_by_its_end_and_has_its_key_as_a_secret(plugin, monkeypatch):
    monkeypatch.setattr(tokens, "now", lambda: datetime.fromtimestamp(1000, UTC))
    resource_id, state, inputs = await token(plugin)
    assert (resource_id, state) == (
        "2",
        {
            **GIVEN,
            "serviceAccountId": "1:1",
            "deleteOnDestroy": False,
            "key": Secret("glsa_key-2"),
            "name": f"check-{1000 + 90 * DAY}",
            "expiration": "2031-01-02T03:04:05Z",
            "hasExpired": False,
            "readyForRotation": False,
        },
    )
    assert await plugin.read(KIND, resource_id, state, inputs) == (resource_id, state, inputs)


@pytest.mark.parametrize(("early", "replaces"), [(-1, []), (1, ["readyForRotation"])])
async def test_it_is_made_anew_once_its_window_has_come(plugin, monkeypatch, early, replaces):
    _, state, inputs = await token(plugin)
    monkeypatch.setattr(tokens, "now", lambda: END - timedelta(days=30) + timedelta(seconds=early))
    found = await plugin.diff(KIND, inputs, inputs, state=state)
    assert (found["replaces"], found["delete_before_replace"]) == (replaces, False)


async def test_one_that_has_ended_is_made_anew(plugin, grafana):
    resource_id, state, inputs = await token(plugin)
    grafana.org.accounts[1]["tokens"][2] |= {"hasExpired": True, "expiration": None}
    _, state, _ = await plugin.read(KIND, resource_id, state, inputs)
    assert (await plugin.diff(KIND, inputs, inputs, state=state))["replaces"] == ["readyForRotation"]


async def test_one_without_end_is_kept(plugin):
    _, state, inputs = await token(plugin, secondsToLive=0, earlyRotationWindowSeconds=0)
    assert state["expiration"] == ""
    assert (await plugin.diff(KIND, inputs, inputs, state=state))["changes"] is False


async def test_what_makes_another_token_replaces_and_the_window_does_not(plugin, grafana):
    resource_id, state, inputs = await token(plugin)
    new = inputs | {"namePrefix": "cd", "serviceAccountId": "1:9", "secondsToLive": 60 * DAY}
    found = await plugin.diff(KIND, inputs, new | {"earlyRotationWindowSeconds": DAY}, state=state)
    assert found["replaces"] == ["namePrefix", "serviceAccountId", "secondsToLive"]
    asked = len(grafana.requests)
    later = inputs | {"earlyRotationWindowSeconds": DAY}
    assert (await plugin.diff(KIND, inputs, later, state=state))["replaces"] == []
    kept = await plugin.update(KIND, resource_id, state, inputs, later)
    assert (kept["key"], kept["earlyRotationWindowSeconds"]) == (state["key"], DAY)
    assert len(grafana.requests) == asked


@pytest.mark.parametrize(("given", "left"), [(False, 1), (True, 0)])
async def test_it_is_deleted_where_that_is_asked_for(plugin, grafana, given, left):
    resource_id, state, _ = await token(plugin, deleteOnDestroy=given)
    await plugin.delete(KIND, resource_id, state)
    assert len(grafana.org.accounts[1]["tokens"]) == left


@pytest.mark.parametrize(("early", "failures"), [(HOUR, 0), (HOUR + 1, 1)])
async def test_a_window_that_is_longer_than_the_life(plugin, early, failures):
    inputs = GIVEN | {"serviceAccountId": "1:1", "secondsToLive": HOUR, "earlyRotationWindowSeconds": early}
    told = (
        "earlyRotationWindowSeconds",
        "earlyRotationWindowSeconds=3601 is more than secondsToLive=3600: lower it",
    )
    assert await plugin.failures(KIND, inputs) == [told] * failures


async def test_the_key_is_unknown_and_secret_at_preview(plugin, grafana):
    inputs = GIVEN | {"serviceAccountId": UNKNOWN, "deleteOnDestroy": False}
    _, state = await plugin.create(KIND, inputs, preview=True)
    assert state["key"] == Secret(UNKNOWN)
    assert grafana.requests == []


async def test_it_cannot_be_imported(plugin):
    assert await refusal(plugin.read(KIND, "2", {}, {})) == (
        "a token cannot be imported: Grafana shows its key only once; make a new one"
    )


async def test_one_that_is_gone(plugin, grafana):
    resource_id, state, inputs = await token(plugin)
    grafana.org.accounts[1]["tokens"].clear()
    assert (await plugin.read(KIND, resource_id, state, inputs))[0] == ""
