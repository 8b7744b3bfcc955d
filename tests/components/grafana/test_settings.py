import re
from typing import Any

import pytest
from pydantic import ValidationError

from components._common.ports import PortUse
from components.grafana import GrafanaSettings

CONTAINER: dict[str, Any] = {"mode": "container", "host": "a"}
EXTERNAL: dict[str, Any] = {"mode": "external", "url": "https://grafana.example/sub/"}


def test_a_container_takes_its_port_on_its_host() -> None:
    assert GrafanaSettings.model_validate(CONTAINER).port_uses() == (PortUse("grafana.grafana_port", "a", 13000),)


def test_an_existing_grafana_takes_no_port() -> None:
    assert GrafanaSettings.model_validate(EXTERNAL).port_uses() == ()


def test_an_existing_grafana_may_be_used_by_a_token() -> None:
    assert GrafanaSettings.model_validate({**EXTERNAL, "admin_user": None}).admin_user is None


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"mode": "container"}, "grafana.host is missing: grafana.mode=container needs it"),
        ({"mode": "external"}, "grafana.url is missing: grafana.mode=external needs it"),
        (
            {**CONTAINER, "url": "https://grafana.example/"},
            "grafana.url=https://grafana.example/ has no meaning with grafana.mode=container: remove it",
        ),
        ({**EXTERNAL, "host": "a"}, "grafana.host=a has no meaning with grafana.mode=external: remove it"),
        (
            {**CONTAINER, "admin_user": None},
            "grafana.admin_user=null needs grafana.mode=external: a new Grafana has no token yet",
        ),
    ],
)
def test_a_mode_without_its_place_is_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        GrafanaSettings.model_validate(bad)

    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {message}"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"mode": "none"}, "Input should be 'container' or 'external'"),
        ({"memory_mib": 255}, "greater than or equal to 256"),
        ({"grafana_port": 1023}, "greater than or equal to 1024"),
        ({"grafana_port": 65001}, "less than or equal to 65000"),
        ({"port": 3000}, "Extra inputs are not permitted"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        GrafanaSettings.model_validate({**CONTAINER, **bad})


def test_a_url_without_scheme_is_refused() -> None:
    with pytest.raises(ValidationError, match="valid URL"):
        GrafanaSettings.model_validate({**EXTERNAL, "url": "grafana"})


@pytest.mark.parametrize("good", [{"memory_mib": 256}, {"grafana_port": 1024}, {"grafana_port": 65000}])
def test_bounds_are_taken(good: dict[str, int]) -> None:
    settings = GrafanaSettings.model_validate({**CONTAINER, **good})

    assert {name: getattr(settings, name) for name in good} == good
