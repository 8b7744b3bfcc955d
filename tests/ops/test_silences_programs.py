"""What the real Alertmanager makes of the silences around planned work."""

import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from ops import silences
from ops.silences import silenced
from tests.components.monitoring.test_delivery import PAGE, alertmanager, receiver
from tests.ops.test_silences import ENGINE, NOBODY, screen, watched

pytestmark = pytest.mark.images

# With a regulator's label they are sent at once, and over within a second.
DOWN = {"job": "engine", "instance": "engine-blue", "host": "a", "reg": "rts6", **PAGE}


def test_it_silences_renews_and_ends_it_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silences, "RENEWED_SECONDS", 0.3)
    with receiver() as received, alertmanager(received) as it:
        with silenced(watched(it.address), "dev", [ENGINE], "hft up", screen()[0]):
            (found,) = found_in(it.address)
            time.sleep(1.5)
            (renewed,) = found_in(it.address)
        (ending,) = found_in(it.address)

        assert found["id"] == renewed["id"] == ending["id"]
        assert found["matchers"] == renewed["matchers"] == ending["matchers"]
        assert found["endsAt"] < renewed["endsAt"]
        assert [each["status"]["state"] for each in (found, renewed, ending)] == ["active"] * 3
        assert 20 < (datetime.fromisoformat(ending["endsAt"]) - datetime.now(UTC)).total_seconds() < 40

        with (
            pytest.raises(ValueError, match="broken"),
            silenced(watched(it.address), "dev", [NOBODY], "x", screen()[0]),
        ):
            raise ValueError("broken")
        assert sorted((each["status"]["state"], each["matchers"][0]["value"]) for each in found_in(it.address)) == [
            ("active", "TargetDown|EngineDown"),
            ("expired", "TradingLeaderMissing"),
        ]


def test_what_was_told_before_the_work_is_told_to_be_over_and_nothing_else_is() -> None:
    with receiver() as received, alertmanager(received) as it:
        it.fires(alertname="EngineDown", **DOWN)
        received.wait(lambda: len(received.messages) == 1, 5)
        with silenced(watched(it.address), "dev", [ENGINE], "hft up", screen()[0]):
            it.fires(alertname="TargetDown", **DOWN)
            it.is_over(alertname="EngineDown", **DOWN)
            received.wait(lambda: len(received.messages) == 3, 8)

    assert [(message.names, message.status) for message in received.messages] == [
        (("EngineDown",), "firing"),
        (("EngineDown",), "resolved"),
    ]


def found_in(address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"http://{address}/api/v2/silences", trust_env=False).json()
    return found
