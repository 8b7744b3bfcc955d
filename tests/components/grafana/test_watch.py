"""How Grafana is watched, before it is made."""

from typing import Any

import pytest

from components._common.scraping import ScrapeTarget
from components.grafana import GrafanaSettings, GrafanaWatch, watch
from tests.conftest import placements

OURS = {"mode": "container", "host": "b"}
THEIRS = {"mode": "external", "url": "https://grafana.example"}


def watched(settings: dict[str, Any], image: str | None) -> GrafanaWatch:
    return watch(GrafanaSettings.model_validate(settings), placements("a", "b"), image)


def test_our_container_is_scraped_and_has_alerts() -> None:
    found = watched(OURS, "sha256:grafana")

    assert found.scrape_targets == (
        ScrapeTarget(job="grafana", instance="grafana", host="b", address="10.0.0.2:13000"),
    )
    assert list(found.alert_rules) == ["grafana.yaml"]


@pytest.mark.parametrize(("settings", "image"), [(OURS, None), (THEIRS, "sha256:grafana"), (THEIRS, None)])
def test_what_is_left_out_or_the_firms_is_not_watched(settings: dict[str, Any], image: str | None) -> None:
    assert watched(settings, image) == GrafanaWatch()
