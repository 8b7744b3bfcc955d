import json
from typing import Any

import pytest

from policies.pack.resource import Resource
from policies.resources import Container, NotificationPolicy
from tests.policies.given import ENGINE, SERVICE, found_in_stack, resource


def made(name: str, *documents: Any, inputs: Any = SERVICE, **changes: Any) -> Resource:
    files = [{"file": f"/etc/{name}/{n}.yml", "content": json.dumps(each)} for n, each in enumerate(documents)]
    return resource(Container.TYPE, {**inputs, "name": name, "uploads": files, **changes}, name=name)


def prometheus(name: str = "prometheus", *, scrape: str = "1s", interval: str = "1s", **rule: Any) -> Resource:
    """One with one alert that is in time to the second."""
    alert = {"alert": "VenueDown", "expr": "hft_venue_up == 0", "for": "2s", "labels": {"reg": "rts6"}, **rule}
    return made(
        name,
        {
            "scrape_configs": [
                {"job_name": "engine", "scrape_interval": scrape},
                {"job_name": "node", "scrape_interval": "4s"},
            ]
        },
        {"groups": [{"name": "trading", "interval": interval, "rules": [alert]}]},
    )


def alertmanager(name: str = "alertmanager", wait: str | None = "10s", regulated: str | None = "1s") -> Resource:
    route: dict[str, Any] = {"receiver": "desk", "group_wait": wait, "routes": []}
    if regulated:
        route["routes"] = [{"matchers": ['reg="rts6"', 'alertname="VenueDown"'], "group_wait": regulated}]
    return made(name, {"route": route, "receivers": [{"name": "desk"}]})


def late(*resources: Resource, **numbers: Any) -> list[str]:
    return found_in_stack("alerts-in-time", *resources, **numbers)


def test_an_alert_that_is_in_time_to_the_second() -> None:
    assert late(prometheus(), alertmanager()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scrape": "2s"}, "takes 6 s: 2 s scrape, 1 s evaluation, 2 s for, 1 s group_wait"),
        ({"interval": "1500ms"}, "takes 5.5 s: 1 s scrape, 1.5 s evaluation, 2 s for, 1 s group_wait"),
        ({"for": "1m"}, "takes 63 s: 1 s scrape, 1 s evaluation, 60 s for, 1 s group_wait"),
        ({"expr": 'up{job="node"} == 0'}, "takes 8 s: 4 s scrape, 1 s evaluation, 2 s for, 1 s group_wait"),
        ({"alert": "Else"}, "takes 14 s: 1 s scrape, 1 s evaluation, 2 s for, 10 s group_wait"),
    ],
)
def test_an_alert_that_is_late(change: Any, message: str) -> None:
    name = change.get("alert", "VenueDown")

    assert late(prometheus(**change), alertmanager()) == [
        f"container prometheus: alert {name} {message}; lower them to 5 s together"
    ]


def test_an_alert_that_waits_in_its_group() -> None:
    assert late(prometheus(), alertmanager(regulated="2s")) == [
        "container prometheus: alert VenueDown takes 6 s: 1 s scrape, 1 s evaluation, 2 s for, 2 s group_wait; "
        "lower them to 5 s together"
    ]


def test_prometheus_and_alertmanager_as_installed() -> None:
    server = made(
        "prometheus",
        {"scrape_configs": [{"job_name": "node"}]},
        {"groups": [{"rules": [{"alert": "VenueDown", "labels": {"reg": "rts6"}}]}]},
    )
    assert late(server, alertmanager(wait=None, regulated=None)) == [
        "container prometheus: alert VenueDown takes 150 s: 60 s scrape, 60 s evaluation, 0 s for, 30 s group_wait; "
        "lower them to 5 s together"
    ]


@pytest.mark.parametrize("labels", [{"reg": "mica"}, {"severity": "rts6"}, {}, None])
def test_an_alert_that_no_regulator_asks_for(labels: Any) -> None:
    assert late(prometheus(**{"for": "1m"}, labels=labels), alertmanager()) == []


def test_the_slowest_alertmanager_counts() -> None:
    told = [
        "container prometheus: alert VenueDown takes 6 s: 1 s scrape, 1 s evaluation, 2 s for, 2 s group_wait; "
        "lower them to 5 s together"
    ]
    assert late(prometheus(), alertmanager(), alertmanager("other", regulated="2s")) == told
    assert late(prometheus(), alertmanager(regulated="2s"), alertmanager("other")) == told


def test_without_an_alertmanager_of_the_stack_nothing_is_added() -> None:
    assert late(prometheus(**{"for": "3s"})) == []
    assert late(prometheus(**{"for": "4s"})) == [
        "container prometheus: alert VenueDown takes 6 s: 1 s scrape, 1 s evaluation, 4 s for, 0 s group_wait; "
        "lower them to 5 s together"
    ]


def test_each_server_is_told() -> None:
    found = late(prometheus(**{"for": "4s"}), prometheus("other", **{"for": "4s"}))

    assert [each.split(":")[0] for each in found] == ["container other", "container prometheus"]


def test_the_time_can_be_set() -> None:
    assert late(prometheus(), alertmanager(), most_seconds=4) == [
        "container prometheus: alert VenueDown takes 5 s: 1 s scrape, 1 s evaluation, 2 s for, 1 s group_wait; "
        "lower them to 4 s together"
    ]
    assert late(prometheus(**{"for": "1m"}), alertmanager(), most_seconds=63) == []


def routed(*routes: dict[str, Any], receiver: str = "desk", **ways: list[dict[str, str]]) -> Resource:
    """One with a receiver that has a way, and one that has none."""
    sends = ways or {"webhook_configs": [{"url": "http://pager/"}]}
    route = {"receiver": receiver, "routes": list(routes)}
    return made("alertmanager", {"route": route, "receivers": [{"name": "desk", **sends}, {"name": "nobody"}]})


def unheard(*resources: Resource) -> list[str]:
    return found_in_stack("alerts-reach-somebody", *resources)


NOBODY = (
    "container alertmanager: sends VenueDown to nobody; give the receiver of their route a way, such as webhook_configs"
)


@pytest.mark.parametrize(
    "router",
    [
        routed(),
        routed({"matchers": ['reg="mica"'], "receiver": "nobody"}),
        routed({"matchers": ['reg="rts6"'], "receiver": "desk"}, receiver="nobody"),
        routed({"matchers": ['reg="rts6"'], "receiver": "nobody", "continue": True}, {"matchers": ['reg="rts6"']}),
        routed({"matchers": ['reg="rts6"'], "routes": [{"receiver": "nobody", "matchers": ['reg="x"']}]}),
    ],
)
def test_an_alert_that_is_sent_to_somebody(router: Resource) -> None:
    assert unheard(prometheus(), router) == []


@pytest.mark.parametrize(
    "router",
    [
        routed(receiver="nobody"),
        routed(receiver="unknown"),
        routed(webhook_configs=[]),
        routed(notes=[{"url": "http://pager/"}]),
        routed({"matchers": ['reg="rts6"'], "receiver": "nobody"}),
        routed({"matchers": ['reg="rts6"'], "receiver": "nobody"}, {"matchers": ['reg="rts6"']}),
        routed({"matchers": ['reg="rts6"'], "routes": [{"receiver": "nobody", "matchers": ['reg="rts6"']}]}),
    ],
)
def test_an_alert_that_is_sent_to_nobody(router: Resource) -> None:
    assert unheard(prometheus(), router) == [NOBODY]


def test_a_message_names_three_alerts_and_the_number_of_others() -> None:
    servers = [prometheus(f"prometheus-{name}", alert=name) for name in ("E", "D", "C", "B", "A")]

    assert unheard(*servers[:3], routed(receiver="nobody")) == [NOBODY.replace("VenueDown", "C, D, E")]
    assert unheard(*servers, routed(receiver="nobody")) == [NOBODY.replace("VenueDown", "A, B, C and 2 more alerts")]


def test_without_an_alertmanager_of_the_stack_nobody_is_judged() -> None:
    assert unheard(prometheus()) == []


TARGET = "10.0.0.5:9187"


def watching(*targets: str, name: str = "prometheus", **job: Any) -> Resource:
    return made(
        name, {"scrape_configs": [{"job_name": "all", "static_configs": [{"targets": [*targets, "x:1"]}], **job}]}
    )


def exporter(address: str = TARGET, **changes: Any) -> Resource:
    return made("exporter", command=[f"--web.listen-address={address}"], **changes)


def unseen(*resources: Resource) -> list[str]:
    return found_in_stack("every-part-scraped", *resources)


def test_an_exporter_that_nobody_scrapes() -> None:
    assert unseen(watching("10.0.0.6:9187"), exporter()) == [
        "container exporter: its metrics at 10.0.0.5:9187 are scraped by nobody; add them to scrape_configs"
    ]


def test_an_exporter_that_is_scraped() -> None:
    assert unseen(watching(TARGET), exporter()) == []
    assert unseen(watching(), watching(TARGET, name="other"), exporter()) == []


def test_a_label_that_nobody_scrapes() -> None:
    labels = [{"label": "hft.tier", "value": "engine"}, {"label": "hft.metrics", "value": "10.0.0.5:8080"}]

    assert unseen(watching(TARGET), made("engine", labels=labels)) == [
        "container engine: its metrics at 10.0.0.5:8080 are scraped by nobody; add them to scrape_configs"
    ]


@pytest.mark.parametrize("host", ["", "0.0.0.0", "[::]"])
def test_an_exporter_on_all_addresses_is_known_by_its_port(host: str) -> None:
    assert unseen(watching("10.0.0.6:9187"), exporter(f"{host}:9187")) == []
    assert unseen(watching("[fd00::6]:9187"), exporter(f"{host}:9187")) == []
    assert unseen(watching("10.0.0.6:9188"), exporter(f"{host}:9187")) == [
        f"container exporter: its metrics at {host}:9187 are scraped by nobody; add them to scrape_configs"
    ]


def test_each_address_is_told() -> None:
    both = made("etcd", command=["--web.listen-address=a:1", "--listen-metrics-urls=http://a:2"])

    assert unseen(watching("a:1"), both) == [
        "container etcd: its metrics at a:2 are scraped by nobody; add them to scrape_configs"
    ]
    assert len(unseen(watching(), both)) == 2


def test_a_part_without_metrics() -> None:
    assert unseen(watching(), made("cache")) == []


def test_a_job_that_ends_is_not_scraped() -> None:
    assert unseen(watching(), exporter(mustRun=False)) == []
    assert len(unseen(watching(), exporter(mustRun=True))) == 1


def test_a_server_that_finds_targets_by_itself_may_find_it() -> None:
    assert unseen(watching(docker_sd_configs=[{"host": "unix:///var/run/docker.sock"}]), exporter()) == []
    assert unseen(watching(), watching(name="other", file_sd_configs=[]), exporter()) == []


def test_engines_without_a_prometheus() -> None:
    assert unseen(made("one", inputs=ENGINE), made("exporter"), made("other", inputs=ENGINE)) == [
        "container one: is watched by no Prometheus of this stack; scrape it, or say where by a waiver",
        "container other: is watched by no Prometheus of this stack; scrape it, or say where by a waiver",
    ]


def test_a_prometheus_without_a_job_watches_nothing() -> None:
    empty = made("prometheus", {"scrape_configs": []})

    assert unseen(empty, made("one", inputs=ENGINE)) == [
        "container one: is watched by no Prometheus of this stack; scrape it, or say where by a waiver"
    ]


def test_a_stack_without_engine_and_prometheus() -> None:
    assert unseen(exporter()) == []


def policy(name: str, host: str = "urn:grafana", organisation: str | None = None) -> Resource:
    inputs = {"contactPoint": "desk", "groupBies": ["alertname"], "orgId": organisation}
    return resource(NotificationPolicy.TYPE, inputs, name=name, host=host)


def trees(*resources: Resource) -> list[str]:
    return found_in_stack("one-notification-policy", *resources)


@pytest.mark.parametrize("organisation", ["1", None])
def test_two_trees_of_one_organisation(organisation: str | None) -> None:
    assert trees(policy("desk", organisation=organisation), policy("risk", organisation=organisation)) == [
        "notification policy risk: overwrites notification policy desk: "
        "an organisation has one tree of routes; merge them"
    ]


def test_three_trees_of_one_organisation() -> None:
    assert trees(policy("a"), policy("b"), policy("c")) == [
        f"notification policy {name}: overwrites notification policy a: "
        "an organisation has one tree of routes; merge them"
        for name in ("b", "c")
    ]


def test_trees_of_two_organisations_or_servers() -> None:
    assert trees(policy("desk", organisation="1"), policy("risk", organisation="2")) == []
    assert trees(policy("desk"), policy("risk", host="urn:other")) == []


def test_one_tree() -> None:
    assert trees(policy("desk")) == []
