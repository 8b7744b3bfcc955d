"""The plugin under the real engine, against the fake Grafana: up, no change, drift, replacement, import, destroy."""

import pytest

from tests.toolchain.plugins.conftest import CHECKOUT, operations
from tests.toolchain.plugins.grafana.fake import PASSWORD, TOKEN, VIEWER_TOKEN

pytestmark = pytest.mark.engine

PROGRAM = """
import json
import pulumi
import pulumiverse_grafana as grafana

api = grafana.Provider("api", url="{url}", auth=pulumi.Output.secret("admin:{password}"), retries=2, retry_wait=1)
opts = pulumi.ResourceOptions(provider=api)
folder = grafana.oss.Folder("folder", title="HFT", uid="hft", opts=opts)
source = grafana.oss.DataSource(
    "source",
    type="prometheus",
    name="prom",
    uid="prom",
    url="http://prometheus.test:9090",
    json_data_encoded=json.dumps({{"httpMethod": "POST", "timeInterval": "1s"}}),
    secure_json_data_encoded=pulumi.Output.json_dumps({{"password": pulumi.Output.secret("tick-tock")}}),
    opts=opts,
)
model = {{"uid": "{dashboard}", "title": "Desk"}}
grafana.oss.Dashboard(
    "dashboard",
    config_json=source.uid.apply(lambda uid: json.dumps({{**model, "panels": [{{"datasource": {{"uid": uid}}}}]}})),
    folder=folder.uid,
    overwrite=True,
    opts=opts,
)
account = grafana.oss.ServiceAccount("account", role="Viewer", opts=opts)
token = grafana.oss.ServiceAccountToken("token", service_account_id=account.id, opts=opts)
grafana.oss.ServiceAccountRotatingToken(
    "rotating",
    name_prefix="check",
    service_account_id=account.id,
    seconds_to_live=7_776_000,
    early_rotation_window_seconds=2_592_000,
    opts=opts,
)
team = grafana.oss.Team("team", name="desk", members=["ada@desk.test"], preferences={{"theme": "dark"}}, opts=opts)
grafana.oss.FolderPermission(
    "permission", folder_uid=folder.uid, permissions=[{{"team_id": team.id, "permission": "View"}}], opts=opts
)
timing = grafana.alerting.MuteTiming(
    "timing", name="closed", intervals=[{{"weekdays": ["saturday:sunday"], "months": ["january:march"]}}], opts=opts
)
grafana.alerting.MessageTemplate("template", name="desk", template="{{{{ len .Alerts }}}} alerts", opts=opts)
pager = grafana.alerting.ContactPoint(
    "pager",
    name="pager",
    slacks=[{{"url": "https://hooks.test/in-clear"}}],
    webhooks=[{{"url": "http://hook.test", "basic_auth_password": pulumi.Output.secret("tick-tock")}}],
    opts=opts,
)
grafana.alerting.NotificationPolicy(
    "policy",
    contact_point=pager.name,
    group_bies=["alertname"],
    repeat_interval="{repeat}",
    policies=[{{
        "mute_timings": [timing.name],
        "matchers": [{{"label": name, "match": "=", "value": "x"}} for name in ("severity", "desk")],
    }}],
    opts=opts,
)
grafana.alerting.RuleGroup(
    "rules",
    name="venues",
    folder_uid=folder.uid,
    interval_seconds=60,
    rules=[{{
        "name": "venue down",
        "condition": "A",
        "for_": "60m",
        "datas": [{{
            "ref_id": "A",
            "datasource_uid": source.uid,
            "model": json.dumps({{"expr": "up == 0"}}),
            "relative_time_range": {{"from_": 600, "to": 0}},
        }}],
    }}],
    opts=opts,
)
pulumi.export("key", token.key)
"""
RESOURCES = (
    *("folder", "permission", "source", "dashboard", "account", "token", "rotating", "team"),
    *("timing", "template", "pager", "policy", "rules"),
)
WITH_STACK_AND_PROVIDER = len(RESOURCES) + 2


@pytest.fixture
def program(project, grafana):
    def write(**changes):
        usual = {"url": grafana.url, "password": PASSWORD, "dashboard": "desk", "repeat": "60m"}
        project.program(PROGRAM.format(**usual | changes))

    write()
    return write


def test_a_life(project, program, grafana):
    assert project.preview() == dict.fromkeys((*RESOURCES, "api", "plugins-test"), "create")
    assert grafana.requests == []

    printed = project.up()
    assert operations(printed) == {"created": WITH_STACK_AND_PROVIDER}
    key = next(iter(grafana.org.accounts.values()))["tokens"].keys()
    assert len(key) == 2
    state = str(project.run("stack", "export"))
    for secret in ("tick-tock", "in-clear", "glsa_key", PASSWORD):
        assert secret not in printed
        assert secret not in state

    changes = grafana.changes()
    assert operations(project.up()) == {"unchanged": WITH_STACK_AND_PROVIDER}
    assert project.preview() == {}
    assert operations(project.run("refresh", "--yes", "--skip-preview")) == {"unchanged": WITH_STACK_AND_PROVIDER}
    assert operations(project.up()) == {"unchanged": WITH_STACK_AND_PROVIDER}
    assert grafana.changes() == changes

    program(repeat="2h")
    assert project.preview() == {"policy": "update"}
    assert operations(project.up()) == {"updated": 1, "unchanged": WITH_STACK_AND_PROVIDER - 1}
    assert grafana.org.policy["repeat_interval"] == "2h"

    program(repeat="2h", dashboard="desk-2")
    assert operations(project.up()) == {"replaced": 1, "unchanged": WITH_STACK_AND_PROVIDER - 1}
    assert list(grafana.org.dashboards) == ["desk-2"]

    assert operations(project.run("destroy", "--yes", "--skip-preview")) == {"deleted": WITH_STACK_AND_PROVIDER}
    left = grafana.org
    assert (left.folders, left.dashboards, left.data_sources, left.accounts, left.teams) == ({}, {}, {}, {}, {})
    assert (left.contact_points, left.policy, left.groups, left.mute_timings, left.templates) == ([], {}, {}, {}, {})


FIRMS = """
import json
import sys

sys.path.insert(0, {checkout!r})

import pulumi
from components._common.endpoint import Endpoint
from components.grafana import Grafana, GrafanaArgs, GrafanaSettings

desk = Grafana("grafana", GrafanaArgs(
    settings=GrafanaSettings.model_validate({settings!r}),
    placements={{}},
    image=None,
    admin_password={token!r},
    prometheus_url="http://10.0.0.1:19090",
    alertmanagers=[Endpoint("10.0.0.1", 19093)],
    database=Endpoint("10.0.0.1", 15100),
    database_password="tick-tock",
    dashboards={{"desk": json.dumps({{"uid": "hft-test-desk", "title": "Desk", "panels": []}})}},
))
pulumi.export("token", desk.checker_token)
"""
OURS = 15
"""A dashboard, its folder and permissions, 2 teams, 3 data sources, contact point, policy, account, token, provider,
component, stack."""


def test_the_component_puts_everything_into_the_firms_grafana_and_takes_it_back(project, grafana):
    teams = [{"name": "desk", "permission": "View"}, {"name": "operators", "permission": "Edit"}]
    settings = {"mode": "external", "url": grafana.url, "admin_user": None, "teams": teams}
    settings["take_over_notifications"] = True
    given = {"checkout": str(CHECKOUT), "token": TOKEN}
    project.program(FIRMS.format(settings=settings, **given))
    printed = project.up()
    assert operations(printed) == {"created": OURS}
    org = grafana.org
    numbers = {one["name"]: number for number, one in org.teams.items()}
    assert {one["teamId"]: one["permission"] for one in org.permissions["hft-test-folder"]} == {
        numbers["HFT test desk"]: "View",
        numbers["HFT test operators"]: "Edit",
    }
    assert (org.policy["receiver"], org.contact_points[0]["settings"]) == (
        "hft-test-alertmanager",
        {"url": "http://10.0.0.1:19093"},
    )
    assert [one["role"] for one in org.accounts.values()] == ["Viewer"]
    state = str(project.run("stack", "export"))
    for secret in ("tick-tock", "glsa_key", TOKEN):
        assert secret not in printed
        assert secret not in state

    changes = grafana.changes()
    assert project.preview() == {}
    assert operations(project.run("refresh", "--yes", "--skip-preview")) == {"unchanged": OURS}
    assert operations(project.up()) == {"unchanged": OURS}
    assert grafana.changes() == changes

    project.program(FIRMS.format(settings=settings | {"take_over_notifications": False}, **given))
    assert project.preview() == {"grafana-notification-policy": "delete"}
    project.up()
    assert org.policy == {}

    assert operations(project.run("destroy", "--yes", "--skip-preview")) == {"deleted": OURS - 1}
    assert (org.folders, org.dashboards, org.data_sources, org.accounts, org.teams) == ({}, {}, {}, {}, {})
    assert (org.contact_points, org.policy) == ([], {})


def test_a_token_that_may_only_look_stops_an_up_and_leaves_nothing(project, grafana):
    settings = {"mode": "external", "url": grafana.url, "admin_user": None}
    project.program(FIRMS.format(settings=settings, checkout=str(CHECKOUT), token=VIEWER_TOKEN))
    printed = project.up(fails=True)
    assert "403 You'll need additional permissions to perform this action." in printed
    assert "the account behind auth on the provider lacks the permission" in printed
    assert VIEWER_TOKEN not in printed
    assert grafana.org.data_sources == grafana.org.folders == grafana.org.teams == {}


def test_what_was_changed_by_hand_is_found_and_set_right(project, program, grafana):
    project.up()
    grafana.org.data_sources["prom"]["url"] = "http://elsewhere.test"
    grafana.org.groups["hft", "venues"]["rules"][0]["isPaused"] = True
    grafana.org.contact_points[0]["disableResolveMessage"] = True
    grafana.org.dashboards.clear()
    printed = project.run("refresh", "--yes", "--skip-preview")
    assert operations(printed) == {"updated": 3, "deleted": 1, "unchanged": WITH_STACK_AND_PROVIDER - 4}
    assert operations(project.up()) == {"created": 1, "updated": 3, "unchanged": WITH_STACK_AND_PROVIDER - 4}
    assert grafana.org.data_sources["prom"]["url"] == "http://prometheus.test:9090"
    assert "isPaused" not in grafana.org.groups["hft", "venues"]["rules"][0]
    assert grafana.org.contact_points[0]["disableResolveMessage"] is False
    project.run("destroy", "--yes", "--skip-preview")


def test_what_exists_is_adopted_as_the_error_says(project, program, grafana):
    grafana.org.folders["hft"] = {"uid": "hft", "title": "HFT"}
    text = "import pulumiverse_grafana as grafana\ngrafana.oss.Folder('folder', title='HFT', uid='hft')\n"
    project.program(text)
    project.run("config", "set", "grafana:url", grafana.url)
    project.run("config", "set", "--secret", "grafana:auth", f"admin:{PASSWORD}")
    assert "`pulumi import grafana:oss/folder:Folder <resource name> 1:hft`" in project.up(fails=True)
    imported = ["import", "grafana:oss/folder:Folder", "folder", "1:hft"]
    project.run(*imported, "--yes", "--skip-preview", "--protect=false", "--generate-code=false")
    assert operations(project.up()) == {"unchanged": 2}
    assert operations(project.run("destroy", "--yes", "--skip-preview")) == {"deleted": 2}
    assert grafana.org.folders == {}


def test_a_wrong_password_is_tried_once_and_not_printed(project, program, grafana):
    program(password="wr0ng-passw0rd")
    printed = project.up(fails=True)
    assert "401 Invalid username or password; check auth on the provider" in printed
    assert "wr0ng-passw0rd" not in printed
    assert grafana.turned_away == 1
