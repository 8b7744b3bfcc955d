"""Grafana in both modes. What the provider itself sends to Grafana is not proven here."""

import json
import logging
from typing import Any, cast

import pulumi
import pulumi_docker as docker
import pytest

from components._common.endpoint import Endpoint
from components._common.scraping import ScrapeTarget
from components.grafana import Grafana, GrafanaArgs, GrafanaSettings
from components.grafana.render import alertmanager_json, grafana_ini, postgresql_json, prometheus_json
from tests.conftest import CONTAINER, VOLUME, Recorder, Registration, Secret, placements, probe

PROVIDER = "pulumi:providers:grafana"
DATA_SOURCE = "grafana:oss/dataSource:DataSource"
FOLDER = "grafana:oss/folder:Folder"
DASHBOARD = "grafana:oss/dashboard:Dashboard"
TEAM = "grafana:oss/team:Team"
PERMISSION = "grafana:oss/folderPermission:FolderPermission"
ACCOUNT = "grafana:oss/serviceAccount:ServiceAccount"
TOKEN = "grafana:oss/serviceAccountRotatingToken:ServiceAccountRotatingToken"
CONTACT_POINT = "grafana:alerting/contactPoint:ContactPoint"
POLICY = "grafana:alerting/notificationPolicy:NotificationPolicy"

IMAGE = "sha256:grafana"
ALERTMANAGERS = (Endpoint("10.0.0.1", 19093), Endpoint("10.0.0.2", 19093))
DATABASE = Endpoint("10.0.0.1", 15100)
DASHBOARDS = {"trading": '{"uid": "hft-dev-trading"}', "costs": '{"uid": "hft-dev-costs"}'}
OURS: dict[str, Any] = {"mode": "container", "host": "b"}
THEIRS: dict[str, Any] = {"mode": "external", "url": "https://grafana.example/sub/"}


OBJECTS = (
    *("grafana-dashboard-costs", "grafana-dashboard-trading"),
    *("grafana-alertmanager", "grafana-prometheus", "grafana-timescaledb"),
    *("grafana-folder", "grafana-folder-permission", "grafana-checker", "grafana-checker-token"),
)
"""What is in every Grafana, by type."""
TEAMS = [{"name": "desk", "permission": "View"}, {"name": "operators", "permission": "Edit"}]


def build(
    settings: dict[str, Any],
    image: str | None = IMAGE,
    opts: pulumi.ResourceOptions | None = None,
    runbooks_url: str | None = None,
) -> Grafana:
    return Grafana(
        "grafana",
        GrafanaArgs(
            settings=GrafanaSettings.model_validate(settings),
            placements=placements("a", "b"),
            image=image,
            admin_password="g",
            prometheus_url="http://10.0.0.1:19090",
            alertmanagers=ALERTMANAGERS,
            database=DATABASE,
            database_password="r",
            dashboards=DASHBOARDS,
            runbooks_url=runbooks_url,
        ),
        opts,
    )


def registered(
    recorder: Recorder, settings: dict[str, Any], image: str | None = "sha256:grafana"
) -> list[Registration]:
    recorder.run(lambda: build(settings, image) and None)
    return recorder.registrations


def names(registrations: list[Registration]) -> list[str]:
    return [found.name for found in registrations if found.type != "pulumi:providers:docker"]


def outputs(recorder: Recorder, settings: dict[str, Any], image: str | None = IMAGE) -> Any:
    def program() -> tuple[str | None, list[dict[str, object]]]:
        grafana = build(settings, image)
        return grafana.url, [target.as_output() for target in grafana.scrape_targets]

    return recorder.run(program)


def child_options(recorder: Recorder, settings: dict[str, Any]) -> dict[str, pulumi.ResourceOptions]:
    """Name → options of the component and of everything below it: only children inherit a transformation."""
    found: dict[str, pulumi.ResourceOptions] = {}

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        found[args.name] = args.opts

    recorder.run(lambda: build(settings, opts=pulumi.ResourceOptions(transformations=[note])) and None)
    return found


def test_a_grafana_of_ours_has_container_volume_and_objects(recorder: Recorder) -> None:
    assert names(registered(recorder, OURS)) == [
        "grafana-server",
        "grafana-data",
        "grafana-contact-point",
        "grafana-notification-policy",
        *OBJECTS,
        "grafana",
        "grafana-api",
    ]


def test_an_existing_grafana_gets_objects_only(recorder: Recorder) -> None:
    assert names(registered(recorder, THEIRS, image=None)) == [
        "grafana-contact-point",
        *OBJECTS,
        "grafana",
        "grafana-api",
    ]


def test_an_existing_grafana_is_used_though_the_lock_has_an_image(recorder: Recorder) -> None:
    registered(recorder, THEIRS, image=IMAGE)

    assert recorder.names(CONTAINER) == []


def test_without_an_image_it_is_skipped_with_one_warning(recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = names(registered(recorder, OURS, image=None))

    assert found == ["grafana"]
    assert [record.getMessage() for record in caplog.records] == [
        "the image lock has no image `grafana`, so Grafana is skipped and everything else comes up. "
        "Build the images where a registry answers, or set grafana.mode to external."
    ]


@pytest.mark.parametrize(("settings", "image"), [(OURS, IMAGE), (THEIRS, None)])
def test_what_is_there_warns_of_nothing(
    recorder: Recorder, caplog: pytest.LogCaptureFixture, settings: dict[str, Any], image: str | None
) -> None:
    with caplog.at_level(logging.WARNING):
        registered(recorder, settings, image)

    assert caplog.records == []


def test_the_container_reads_its_password_from_a_file(recorder: Recorder) -> None:
    registered(recorder, OURS)
    found = recorder.inputs(CONTAINER, "grafana-server")

    assert found["command"] == ["--config=/etc/hft/grafana.ini"]
    assert found["uploads"] == Secret(
        [
            {
                "file": "/etc/hft/grafana.ini",
                "content": grafana_ini(Endpoint("10.0.0.2", 13000), "admin"),
                "permissions": "0444",
            },
            {"file": "/run/secrets/grafana-admin", "content": "g", "permissions": "0444"},
        ]
    )
    assert "envs" not in found


def test_the_container_is_ready_when_its_api_answers(recorder: Recorder) -> None:
    registered(recorder, {**OURS, "grafana_port": 13001, "memory_mib": 300})
    found = recorder.inputs(CONTAINER, "grafana-server")

    assert probe(found) == [
        *("curl", "-fsS", "-o", "/dev/null", "http://10.0.0.2:13001/api/health"),
    ]
    assert (found["name"], found["image"], found["memory"]) == ("hft-dev-grafana", IMAGE, 300)
    assert found["volumes"] == [
        {"containerPath": "/var/lib/grafana", "volumeName": "hft-dev-grafana-data"},
        {"containerPath": "/etc/hft"},
        {"containerPath": "/run/secrets"},
    ]
    assert {"label": "hft.secrets", "value": "grafana-admin"} in found["labels"]


def test_the_volume_is_named_by_stack_and_on_the_same_host(recorder: Recorder) -> None:
    registered(recorder, OURS)

    assert recorder.inputs(VOLUME, "grafana-data") == {
        "name": "hft-dev-grafana-data",
        "labels": [
            {"label": "hft.component", "value": "grafana"},
            {"label": "hft.project", "value": "hft"},
            {"label": "hft.role", "value": "grafana"},
            {"label": "hft.stack", "value": "dev"},
        ],
    }
    assert recorder.provider(VOLUME, "grafana-data") == "on-b"
    assert recorder.provider(CONTAINER, "grafana-server") == "on-b"


def test_the_volume_outlives_its_stack(recorder: Recorder) -> None:
    found = child_options(recorder, OURS)["grafana-data"]

    assert (found.protect, found.retain_on_delete) == (True, True)


def test_everything_is_a_child_of_the_component(recorder: Recorder) -> None:
    assert sorted(child_options(recorder, {**OURS, "teams": TEAMS[:1]})) == [
        "grafana",
        "grafana-alertmanager",
        "grafana-api",
        "grafana-checker",
        "grafana-checker-token",
        "grafana-contact-point",
        "grafana-dashboard-costs",
        "grafana-dashboard-trading",
        "grafana-data",
        "grafana-folder",
        "grafana-folder-permission",
        "grafana-notification-policy",
        "grafana-prometheus",
        "grafana-server",
        "grafana-team-desk",
        "grafana-timescaledb",
    ]


def test_the_api_is_used_once_our_container_is_up(recorder: Recorder) -> None:
    after = child_options(recorder, OURS)["grafana-api"].depends_on

    assert [type(each) for each in cast("list[pulumi.Resource]", after)] == [docker.Container]


def test_the_api_of_our_container_is_used_by_name_and_secret_password(recorder: Recorder) -> None:
    registered(recorder, OURS)

    assert recorder.inputs(PROVIDER, "grafana-api") == {
        "url": "http://10.0.0.2:13000",
        "auth": Secret("admin:g"),
        "retries": "10",
        "retryWait": "3",
    }


@pytest.mark.parametrize(("user", "auth"), [("desk", "desk:g"), (None, "g")])
def test_an_existing_grafana_is_used_by_account_or_token(recorder: Recorder, user: str | None, auth: str) -> None:
    registered(recorder, {**THEIRS, "admin_user": user})

    assert recorder.inputs(PROVIDER, "grafana-api") == {
        "url": "https://grafana.example/sub",
        "auth": Secret(auth),
        "retries": "10",
        "retryWait": "3",
    }


@pytest.mark.parametrize("settings", [OURS, THEIRS])
def test_all_objects_go_through_the_one_api(recorder: Recorder, settings: dict[str, Any]) -> None:
    objects = [found for found in registered(recorder, settings) if found.type.startswith("grafana:")]

    assert {recorder.provider(found.type, found.name) for found in objects} == {"grafana-api"}
    assert len(objects) >= len(OBJECTS)


def test_prometheus_is_a_data_source_with_a_fixed_uid(recorder: Recorder) -> None:
    registered(recorder, THEIRS)

    assert recorder.inputs(DATA_SOURCE, "grafana-prometheus") == {
        "type": "prometheus",
        "name": "hft-dev-prometheus",
        "uid": "hft-dev-prometheus",
        "url": "http://10.0.0.1:19090",
        "jsonDataEncoded": prometheus_json(1),
    }


def test_the_database_is_a_data_source_of_the_reader_with_a_secret_password(recorder: Recorder) -> None:
    registered(recorder, THEIRS)
    found = recorder.inputs(DATA_SOURCE, "grafana-timescaledb")

    assert found == {
        "type": "grafana-postgresql-datasource",
        "name": "hft-dev-timescaledb",
        "uid": "hft-dev-timescaledb",
        "url": "10.0.0.1:15100",
        "username": "hft_reader",
        "databaseName": "hft",
        "jsonDataEncoded": postgresql_json("hft"),
        "secureJsonDataEncoded": Secret(json.dumps({"password": "r"})),
    }


def test_dashboards_are_in_the_stacks_folder_as_they_were_given(recorder: Recorder) -> None:
    recorder.outputs[FOLDER] = {"uid": "hft-dev-folder"}
    registered(recorder, THEIRS)

    assert recorder.inputs(FOLDER, "grafana-folder") == {"title": "HFT dev", "uid": "hft-dev-folder"}
    for name, text in DASHBOARDS.items():
        found = recorder.inputs(DASHBOARD, f"grafana-dashboard-{name}")
        assert (found["folder"], found["overwrite"]) == ("hft-dev-folder", True)
        assert json.loads(found["configJson"]) == json.loads(text)


@pytest.mark.parametrize(
    ("url", "links"),
    [(None, []), ("https://code.example/runbooks/", ["https://code.example/runbooks/VenueDown.md"])],
)
def test_panels_lead_to_runbooks_where_these_are_served(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, url: str | None, links: list[str]
) -> None:
    panel = {"title": "T", "links": [{"title": "Runbook VenueDown", "url": "docs/runbooks/VenueDown.md"}]}
    monkeypatch.setitem(DASHBOARDS, "trading", json.dumps({"uid": "hft-dev-trading", "panels": [panel]}))
    recorder.run(lambda: build(THEIRS, runbooks_url=url) and None)
    (found,) = json.loads(recorder.inputs(DASHBOARD, "grafana-dashboard-trading")["configJson"])["panels"]

    assert [link["url"] for link in found.get("links", [])] == links


def test_only_teams_and_administrators_see_the_folder(recorder: Recorder) -> None:
    recorder.outputs[FOLDER] = {"uid": "hft-dev-folder"}
    recorder.outputs["grafana-team-desk"], recorder.outputs["grafana-team-operators"] = {"teamId": 2}, {"teamId": 3}
    registered(recorder, {**THEIRS, "teams": TEAMS})

    assert recorder.inputs(TEAM, "grafana-team-desk") == {"name": "HFT dev desk"}
    assert recorder.inputs(PERMISSION, "grafana-folder-permission") == {
        "folderUid": "hft-dev-folder",
        "permissions": [
            {"teamId": "2", "permission": "View"},
            {"teamId": "3", "permission": "Edit"},
        ],
    }


def test_a_team_has_the_members_that_are_named(recorder: Recorder) -> None:
    team = {"name": "fx", "permission": "Admin", "members": ["ada@desk.example"]}
    registered(recorder, {**THEIRS, "teams": [team]})

    assert recorder.names(TEAM) == ["grafana-team-fx"]
    assert recorder.inputs(TEAM, "grafana-team-fx")["members"] == ["ada@desk.example"]
    assert recorder.inputs(PERMISSION, "grafana-folder-permission")["permissions"] == [
        {"teamId": "7", "permission": "Admin"}
    ]


@pytest.mark.parametrize("settings", [OURS, THEIRS, {**THEIRS, "teams": []}])
def test_without_teams_the_roles_may_what_they_may_in_a_folder_that_grafana_makes(
    recorder: Recorder, settings: dict[str, Any]
) -> None:
    recorder.outputs[FOLDER] = {"uid": "hft-dev-folder"}
    registered(recorder, settings)

    assert recorder.names(TEAM) == []
    assert recorder.inputs(PERMISSION, "grafana-folder-permission") == {
        "folderUid": "hft-dev-folder",
        "permissions": [
            {"role": "Viewer", "permission": "View"},
            {"role": "Editor", "permission": "Edit"},
        ],
    }


def test_alertmanager_is_seen_and_reached_from_grafana(recorder: Recorder) -> None:
    registered(recorder, THEIRS)

    assert recorder.inputs(DATA_SOURCE, "grafana-alertmanager") == {
        "type": "alertmanager",
        "name": "hft-dev-alertmanager",
        "uid": "hft-dev-alertmanager",
        "url": "http://10.0.0.1:19093",
        "jsonDataEncoded": alertmanager_json(),
    }
    assert recorder.inputs(CONTACT_POINT, "grafana-contact-point") == {
        "name": "hft-dev-alertmanager",
        "alertmanagers": [{"url": "http://10.0.0.1:19093"}, {"url": "http://10.0.0.2:19093"}],
    }


@pytest.mark.parametrize("settings", [OURS, {**THEIRS, "take_over_notifications": True}])
def test_alerts_made_by_hand_go_to_alertmanager_at_once_and_before_it_takes_them_for_over(
    recorder: Recorder, settings: dict[str, Any]
) -> None:
    registered(recorder, settings)
    found = recorder.inputs(POLICY, "grafana-notification-policy")

    assert found == {
        "contactPoint": "hft-dev-alertmanager",
        "groupBies": ["..."],
        "groupWait": "0s",
        "groupInterval": "30s",
        "repeatInterval": "1m",
    }


def test_the_firms_notifications_stay_the_firms(recorder: Recorder) -> None:
    registered(recorder, THEIRS)

    assert recorder.names(POLICY) == []


def test_the_checker_may_look_and_its_token_ends_and_is_renewed(recorder: Recorder) -> None:
    registered(recorder, THEIRS)

    assert recorder.inputs(ACCOUNT, "grafana-checker") == {"name": "hft-dev-checker", "role": "Viewer"}
    assert recorder.inputs(TOKEN, "grafana-checker-token") == {
        "namePrefix": "hft-dev-checker",
        "serviceAccountId": "grafana-checker-id",
        "secondsToLive": 90 * 86_400,
        "earlyRotationWindowSeconds": 30 * 86_400,
        "deleteOnDestroy": False,
    }


def test_the_checkers_token_is_a_secret(recorder: Recorder) -> None:
    recorder.outputs[TOKEN] = {"key": "glsa_x"}

    def program() -> Any:
        token = build(THEIRS).checker_token
        assert token is not None
        return pulumi.Output.all(token, token.is_secret())

    assert recorder.run(program) == ["glsa_x", True]


def test_a_skipped_grafana_has_no_checker(recorder: Recorder) -> None:
    assert recorder.run(lambda: build(OURS, image=None).checker_token) is None


def test_our_container_is_found_and_scraped(recorder: Recorder) -> None:
    target = ScrapeTarget(job="grafana", instance="grafana", host="b", address="10.0.0.2:13000")

    assert outputs(recorder, OURS) == ("http://10.0.0.2:13000", [target.as_output()])


def test_an_existing_grafana_is_found_and_not_scraped(recorder: Recorder) -> None:
    assert outputs(recorder, THEIRS) == ("https://grafana.example/sub", [])


def test_a_skipped_grafana_is_nowhere(recorder: Recorder) -> None:
    assert outputs(recorder, OURS, image=None) == (None, [])
