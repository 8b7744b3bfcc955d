"""Who is told of what by the text that Alertmanager gets. Its own word on that is in test_programs."""

from typing import Any

import pytest
import yaml

from components._common.promql import read
from components.monitoring.routing import alertmanager_yml
from tests.components.monitoring.test_render import settings
from tests.rules import alert_rules

PAGER = {"name": "pager", "gets": ["page"], "pagerduty": {}}
DESK = {"name": "desk", "gets": ["page", "ticket"], "owners": ["trading"], "slack": {}}
OPERATIONS = {
    "name": "operations",
    "gets": ["ticket"],
    "owners": ["database", "infrastructure"],
    "webhook": {"url": "http://10.0.0.9:8080/alerts"},
}
RECORDS = {"name": "records", "gets": ["rts6"], "webhook": {"url": "https://records.example/", "bearer": True}}
DESKS = {"receivers": [PAGER, DESK, OPERATIONS, RECORDS], "heartbeat": {}}
ALL_OWNERS = 'owner=~"database|trading|infrastructure"'


def rendered(**changes: Any) -> Any:
    return yaml.safe_load(alertmanager_yml(settings(**changes)))


def pace(route: dict[str, Any]) -> tuple[list[str], str, str, str]:
    return route["group_by"], route["group_wait"], route["group_interval"], route["repeat_interval"]


def branches(**changes: Any) -> dict[str, dict[str, Any]]:
    """The routes below the root by their one matcher."""
    return {route["matchers"][0]: route for route in rendered(**changes)["route"]["routes"]}


def test_each_branch_goes_at_its_own_pace() -> None:
    found = branches(**DESKS)

    assert {matcher: pace(route) for matcher, route in found.items()} == {
        'severity="heartbeat"': (["..."], "0s", "1m", "50s"),
        'reg="rts6"': (["..."], "0s", "1s", "1h"),
        'severity="page"': (["..."], "5s", "30s", "1h"),
        'severity="ticket"': (["alertname"], "1m", "15m", "1d"),
    }
    assert pace(rendered(**DESKS)["route"]) == pace(found['severity="page"'])


def test_each_receiver_has_a_route_in_each_branch_of_which_it_gets_something() -> None:
    found = branches(**DESKS)
    routes = {
        matcher: [(each["receiver"], *each["matchers"], each["continue"]) for each in route["routes"]]
        for matcher, route in found.items()
        if "routes" in route
    }

    assert routes == {
        'reg="rts6"': [
            ("pager", ALL_OWNERS, 'severity=~"page"', True),
            ("desk", 'owner=~"trading"', 'severity=~"page|ticket"', True),
            ("operations", 'owner=~"database|infrastructure"', 'severity=~"ticket"', True),
            ("records", ALL_OWNERS, True),
        ],
        'severity="page"': [("pager", ALL_OWNERS, True), ("desk", 'owner=~"trading"', True)],
        'severity="ticket"': [
            ("desk", 'owner=~"trading"', True),
            ("operations", 'owner=~"database|infrastructure"', True),
        ],
    }


def test_what_no_route_takes_goes_to_everybody_in_every_way() -> None:
    found = rendered(**DESKS)
    receivers = {each["name"]: each for each in found["receivers"]}

    assert found["route"]["receiver"] == "Everybody"
    assert list(receivers) == ["Everybody", "Heartbeat", "pager", "desk", "operations", "records"]
    assert receivers["Everybody"] == {
        "name": "Everybody",
        "pagerduty_configs": receivers["pager"]["pagerduty_configs"],
        "slack_configs": receivers["desk"]["slack_configs"],
        "webhook_configs": [*receivers["operations"]["webhook_configs"], *receivers["records"]["webhook_configs"]],
    }
    assert receivers["Heartbeat"] == {
        "name": "Heartbeat",
        "webhook_configs": [{"send_resolved": False, "url_file": "/run/secrets/heartbeat"}],
    }


def test_without_receivers_everything_is_shown_and_nothing_sent() -> None:
    found = rendered()

    assert found["receivers"] == [{"name": "Everybody"}, {"name": "Heartbeat"}]
    assert [route.get("routes") for route in found["route"]["routes"]] == [None] * 4


def held_back() -> list[tuple[str, str]]:
    """(alert that explains, alert that it holds back) of the rules that name two alerts."""
    named = [
        (rule["source_matchers"][0], rule["target_matchers"][0])
        for rule in rendered()["inhibit_rules"]
        if rule["source_matchers"][0].startswith("alertname")
    ]
    return [(source.split('"')[1], target.split('"')[1]) for source, target in named]


def test_a_lost_host_is_one_page() -> None:
    rules = [each for each in rendered()["inhibit_rules"] if each["source_matchers"] == ['alertname="HostDown"']]

    assert rules == [
        {
            "source_matchers": ['alertname="HostDown"'],
            "target_matchers": [f'alertname="{explained}"', 'reg!="rts6"'],
            "equal": ["host"],
        }
        for explained in ("TargetDown", "GrafanaDown")
    ]


def test_nothing_that_a_regulator_asks_for_is_held_back() -> None:
    assert [rule["target_matchers"][1:] for rule in rendered()["inhibit_rules"]] == [['reg!="rts6"']] * 7


def test_only_alerts_that_there_are_hold_others_back_and_none_more_than_it_explains() -> None:
    rules = alert_rules()

    for explains, alert in held_back():
        assert rules[explains]["labels"]["severity"] == "page"
        assert rules[alert]["labels"].get("reg") is None


def test_every_alert_that_says_that_a_part_does_not_answer_is_explained_by_the_loss_of_its_host() -> None:
    says_so = {
        name
        for name, rule in alert_rules().items()
        if name != "HostDown" and [each.metric for each in read(rule["expr"]).selectors] == ["up"]
    }
    regulated = {name for name in says_so if alert_rules()[name]["labels"].get("reg")}

    assert says_so - regulated == {alert for explains, alert in held_back() if explains == "HostDown"}
    assert regulated == {"EngineDown"}


@pytest.mark.parametrize("name", ["instance", "venue", "symbol", "host"])
def test_a_ticket_is_not_held_back_by_a_page_of_another_one(name: str) -> None:
    rule = rendered()["inhibit_rules"][-1]

    assert (rule["source_matchers"], rule["target_matchers"][0]) == (['severity="page"'], 'severity="ticket"')
    assert name in rule["equal"]


WORK = [
    {"host": "gamma", "day": "2099-12-05", "start": "06:00", "end": "08:00"},
    {"host": "gamma", "day": "2099-12-06", "start": "00:00", "end": "01:30"},
    {"host": "beta", "day": "2099-12-05", "start": "06:00", "end": "08:00"},
]


def test_planned_work_is_a_time_in_which_pages_and_tickets_of_its_host_are_not_sent() -> None:
    plain, found = branches(**DESKS), branches(**DESKS, maintenance=WORK)
    spared = {"gamma": ["gamma-2099-12-05-06:00", "gamma-2099-12-06-00:00"], "beta": ["beta-2099-12-05-06:00"]}

    for severity in ("page", "ticket"):
        routes = plain[f'severity="{severity}"']["routes"]
        assert found[f'severity="{severity}"']["routes"] == [
            *(
                {
                    "matchers": [f'host="{host}"'],
                    "routes": [{**route, "mute_time_intervals": names} for route in routes],
                }
                for host, names in spared.items()
            ),
            *routes,
        ]


def test_what_a_regulator_asks_for_and_the_heartbeat_are_sent_during_planned_work() -> None:
    plain, found = branches(**DESKS), branches(**DESKS, maintenance=WORK)

    assert {key: found[key] for key in ('reg="rts6"', 'severity="heartbeat"')} == {
        key: plain[key] for key in ('reg="rts6"', 'severity="heartbeat"')
    }


def test_a_time_of_planned_work_is_one_day_of_one_year() -> None:
    assert rendered(**DESKS, maintenance=WORK[:1])["time_intervals"] == [
        {
            "name": "gamma-2099-12-05-06:00",
            "time_intervals": [
                {
                    "times": [{"start_time": "06:00", "end_time": "08:00"}],
                    "days_of_month": ["5"],
                    "months": ["12"],
                    "years": ["2099"],
                }
            ],
        }
    ]
    assert "time_intervals" not in rendered(**DESKS)


def test_work_until_midnight_ends_with_the_day() -> None:
    night = [{"host": "gamma", "day": "2099-12-05", "start": "22:00", "end": "24:00"}]

    (found,) = rendered(**DESKS, maintenance=night)["time_intervals"]
    assert found["time_intervals"][0]["times"] == [{"start_time": "22:00", "end_time": "24:00"}]


def test_where_nobody_is_told_nobody_is_spared() -> None:
    assert branches(maintenance=WORK[:1]) == branches()
