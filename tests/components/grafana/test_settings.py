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
            {**CONTAINER, "take_over_notifications": True},
            "grafana.take_over_notifications=true has no meaning with grafana.mode=container, whose Grafana is the "
            "stack's own: remove it",
        ),
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


def team(**changed: Any) -> dict[str, Any]:
    return {**CONTAINER, "teams": [{"name": "desk", "permission": "View", **changed}]}


def test_there_are_no_teams_unless_they_are_named() -> None:
    (found,) = GrafanaSettings.model_validate(team()).teams

    assert (found.name, found.permission, found.members) == ("desk", "View", ())
    assert GrafanaSettings.model_validate(CONTAINER).teams == ()


@pytest.mark.parametrize(
    "good", [{"name": "fx-2"}, {"permission": "Admin"}, {"members": ["ada@desk.example", "bob@desk.example"]}]
)
def test_a_team_is_taken(good: dict[str, Any]) -> None:
    (found,) = GrafanaSettings.model_validate(team(**good)).teams

    assert {name: getattr(found, name) for name in good} == {
        name: tuple(value) if name == "members" else value for name, value in good.items()
    }


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"name": "Desk"}, "String should match pattern"),
        ({"permission": "Viewer"}, "Input should be 'View', 'Edit' or 'Admin'"),
        ({"members": ["ada"]}, "String should match pattern"),
        ({"role": "Admin"}, "Extra inputs are not permitted"),
    ],
)
def test_a_team_that_cannot_be_is_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        GrafanaSettings.model_validate(team(**bad))


def test_teams_are_named_once() -> None:
    twice = [{"name": "desk", "permission": "View"}, {"name": "desk", "permission": "Edit"}]
    with pytest.raises(ValidationError) as refused:
        GrafanaSettings.model_validate({**CONTAINER, "teams": twice})

    assert [error["msg"] for error in refused.value.errors()] == [
        "Value error, grafana.teams[1].name=desk is also grafana.teams[0].name"
    ]


@pytest.mark.parametrize(
    ("settings", "owns"), [(CONTAINER, True), (EXTERNAL, False), ({**EXTERNAL, "take_over_notifications": True}, True)]
)
def test_whose_the_notifications_are(settings: dict[str, Any], owns: bool) -> None:
    assert GrafanaSettings.model_validate(settings).owns_notifications is owns


def test_a_url_with_a_login_is_refused() -> None:
    with pytest.raises(ValidationError, match="the URL has credentials, which would stand in plain configuration"):
        GrafanaSettings.model_validate({**EXTERNAL, "url": "https://admin:x@grafana.example"})


@pytest.mark.parametrize("bad", ["http://grafana.example/", "http://8.8.8.8:3000/"])
def test_a_url_that_shows_the_secret_on_the_way_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError, match="shows everything to whoever is on the way: use https"):
        GrafanaSettings.model_validate({**EXTERNAL, "url": bad})


@pytest.mark.parametrize("good", ["http://127.0.0.1:3000/", "http://10.20.0.12:3000/", "http://grafana:3000/"])
def test_a_url_in_the_desks_own_network_may_do_without_tls(good: str) -> None:
    assert str(GrafanaSettings.model_validate({**EXTERNAL, "url": good}).url) == good


def test_a_url_without_scheme_is_refused() -> None:
    with pytest.raises(ValidationError, match="valid URL"):
        GrafanaSettings.model_validate({**EXTERNAL, "url": "grafana"})


@pytest.mark.parametrize("good", [{"memory_mib": 256}, {"grafana_port": 1024}, {"grafana_port": 65000}])
def test_bounds_are_taken(good: dict[str, int]) -> None:
    settings = GrafanaSettings.model_validate({**CONTAINER, **good})

    assert {name: getattr(settings, name) for name in good} == good
