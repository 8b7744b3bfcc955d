import json
from time import process_time
from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.pack.resource import Stack
from policies.reading.monitoring import (
    Alert,
    Alertmanager,
    Job,
    Prometheus,
    alertmanagers,
    metrics_addresses,
    prometheus_servers,
)
from policies.resources.docker import Volume
from tests.policies.given import SERVICE, UNKNOWN, container, resource, secret

MAIN: dict[str, Any] = {
    "global": {"scrape_interval": "5s", "evaluation_interval": "3s"},
    "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": ["10.0.0.1:9100"]}]}],
}
ROUTE = {"receiver": "desk", "group_wait": "10s"}


def uploads(*documents: Any) -> list[dict[str, Any]]:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in documents]
    return [{"file": f"/etc/hft/{number}.yml", "content": text} for number, text in enumerate(texts)]


def server(*documents: Any) -> Prometheus:
    (found,) = prometheus_servers(Stack([container(SERVICE, uploads=uploads(*documents))]))
    return found


def jobs(*configs: Any, **main: Any) -> list[Job]:
    return list(server({"scrape_configs": configs, **main}).jobs)


def alert(rule: Any, group: Any = None, main: Any = None) -> Alert:
    (found,) = server(main or MAIN, {"groups": [{"name": "g", "rules": [rule], **(group or {})}]}).alerts
    return found


def routed(route: Any) -> Alertmanager:
    (found,) = alertmanagers(Stack([container(SERVICE, uploads=uploads({"route": route, "receivers": []}))]))
    return found


def test_a_job_with_its_targets() -> None:
    config = {
        "job_name": "node",
        "scrape_interval": "500ms",
        "static_configs": [{"targets": ["a:1", "b:2"]}, {"targets": ["c:3"]}, {"labels": {}}],
    }
    assert jobs(config) == [Job("node", 0.5, frozenset({"a:1", "b:2", "c:3"}), discovers=False)]


@pytest.mark.parametrize("main", [{}, {"global": None}, {"global": {}}, {"global": {"scrape_interval": None}}])
def test_prometheus_own_interval_is_a_minute(main: Any) -> None:
    assert jobs({"job_name": "node"}, **main) == [Job("node", 60, frozenset(), discovers=False)]


def test_the_interval_of_all_jobs() -> None:
    main = {"global": {"scrape_interval": "15s"}}
    found = jobs({"job_name": "a"}, {"job_name": "b", "scrape_interval": "1s"}, **main)

    assert [each.interval_seconds for each in found] == [15, 1]


def test_a_job_that_finds_targets_by_itself() -> None:
    assert [each.discovers for each in jobs({"job_name": "a", "docker_sd_configs": []}, {"job_name": "b"})] == [
        True,
        False,
    ]


def test_no_jobs() -> None:
    assert server("scrape_configs:").jobs == []


def test_an_alert_as_it_stands() -> None:
    rule = {"alert": "Down", "expr": "up == 0", "for": "2s", "labels": {"reg": "rts6", "line": 7}}

    assert alert(rule, {"interval": "1s"}) == Alert(
        "Down", "up == 0", 2, 1, {"reg": "rts6", "line": "7", "alertname": "Down"}
    )


@pytest.mark.parametrize("rule", [{}, {"for": None}, {"for": "0s"}, {"for": 0}])
def test_an_alert_that_waits_for_nothing(rule: Any) -> None:
    assert alert({"alert": "Down", **rule}).for_seconds == 0


@pytest.mark.parametrize(
    ("group", "main", "expected"),
    [
        ({"interval": "1s"}, MAIN, 1),
        ({}, MAIN, 3),
        ({"interval": None}, MAIN, 3),
        ({}, {"scrape_configs": []}, 60),
        ({}, {"scrape_configs": [], "global": None}, 60),
    ],
)
def test_how_often_an_alert_is_evaluated(group: Any, main: Any, expected: float) -> None:
    assert alert({"alert": "Down"}, group, main).evaluation_seconds == expected


def test_labels_of_the_rule_go_before_those_of_its_group_and_of_the_server() -> None:
    main = {**MAIN, "global": {"external_labels": {"from": "server", "of": "server", "at": "server"}}}
    group = {"labels": {"from": "group", "of": "group"}}

    assert alert({"alert": "Down", "labels": {"from": "rule", "alertname": "no"}}, group, main).labels == {
        "from": "rule",
        "of": "group",
        "at": "server",
        "alertname": "Down",
    }


def test_a_recording_rule_is_no_alert() -> None:
    assert server(MAIN, {"groups": [{"rules": [{"record": "a:b", "expr": "1"}]}, {"rules": None}, {}]}).alerts == []


def test_rules_of_several_files() -> None:
    files = [{"groups": [{"rules": [{"alert": name}]}]} for name in ("A", "B")]

    assert [each.name for each in server(files[0], MAIN, "groups:", files[1]).alerts] == ["A", "B"]


def test_a_server_is_where_its_configuration_is() -> None:
    stack = Stack(
        [
            container(SERVICE, uploads=uploads(MAIN)),
            container(SERVICE, uploads=uploads({"groups": []})),
            container(SERVICE, uploads=None),
            resource(Volume.TYPE, {"uploads": uploads(MAIN)}),
        ]
    )
    assert [each.container for each in prometheus_servers(stack)] == [stack.resources[0]]


@pytest.mark.parametrize(
    "text",
    [
        *("scrape_configs: [", "- scrape_configs", "scrape_configs", "a: {scrape_configs: []}", "# scrape_configs", ""),
        "scrape_configs: 2026-13-01",
    ],
)
def test_a_file_that_is_no_configuration(text: str) -> None:
    assert list(prometheus_servers(Stack([container(SERVICE, uploads=uploads(text))]))) == []


@pytest.mark.parametrize("file", ["/run/secrets/db-reader", "/etc/hft/tls/ca.pem", "/etc/prometheus/prometheus"])
def test_a_file_that_is_not_known_and_is_named_like_no_configuration_is_passed_over(file: str) -> None:
    one = container(SERVICE, uploads=[{"file": file, "content": UNKNOWN}, *uploads(MAIN)])

    assert [each.container for each in prometheus_servers(Stack([one]))] == [one]


@pytest.mark.parametrize("file", ["/etc/x.yml", "/etc/x.yaml", "/etc/x.json", "/etc/x.rules"])
def test_a_file_that_is_not_known_and_may_be_a_configuration_is_waited_for(file: str) -> None:
    one = container(SERVICE, uploads=[*uploads(MAIN), {"file": file, "content": UNKNOWN}])

    with pytest.raises(UnknownValueError):
        list(prometheus_servers(Stack([one])))


def test_a_file_is_read_whatever_its_name() -> None:
    one = container(SERVICE, uploads=[{"file": "/etc/prometheus/prometheus", "content": json.dumps(MAIN)}])

    assert [each.container for each in prometheus_servers(Stack([one]))] == [one]


def test_a_file_without_a_text_in_the_stack() -> None:
    one = container(SERVICE, uploads=[{"file": "/etc/prometheus.yml", "source": "prometheus.yml"}])

    assert list(prometheus_servers(Stack([one]))) == []


@pytest.mark.parametrize("odd", ["text", 7, ["text", 7, None], {"key": "value"}, {7: [7]}, True])
def test_what_does_not_belong_there_is_not_read(odd: Any) -> None:
    job = {"job_name": "node", "static_configs": odd}

    assert jobs(
        {"job_name": "node", "static_configs": [{"targets": odd if isinstance(odd, dict) else 7}]}, **{"global": odd}
    ) == [Job("node", 60, frozenset(), discovers=False)]
    assert [each.targets for each in jobs(job)] == [frozenset()]
    assert server({"scrape_configs": odd}).jobs == []
    assert server(MAIN, {"groups": odd}, {"groups": [{"rules": odd}]}).alerts == []
    assert alert({"alert": "A"}, {"labels": 7}, {**MAIN, "global": {"external_labels": "text"}}).labels == {
        "alertname": "A"
    }
    assert routed(odd).group_wait_seconds({}) == 30
    assert routed({"routes": odd}).group_wait_seconds({}) == 30
    assert routed({"routes": [{"match": 7, "match_re": "text", "matchers": True}]}).group_wait_seconds({}) == 30


def test_a_file_without_the_word_is_not_parsed() -> None:
    one = container(SERVICE, uploads=uploads("name: value\n" * 300_000))

    begun = process_time()
    assert list(prometheus_servers(Stack([one]))) == []
    assert process_time() - begun < 1


def test_a_configuration_that_is_secret_is_read() -> None:
    one = container(SERVICE, uploads=[{"file": "/etc/prometheus", "content": secret(json.dumps(MAIN))}])

    assert [each.jobs[0].name for each in prometheus_servers(Stack([one]))] == ["node"]


def scrape(expression: str, **intervals: str) -> float:
    configs = [{"job_name": name, "scrape_interval": interval} for name, interval in intervals.items()]
    found = server({"scrape_configs": configs}, {"groups": [{"rules": [{"alert": "A", "expr": expression}]}]})
    return found.scrape_seconds(found.alerts[0])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('up{job="node"} == 0', 5),
        ("up{job='node'} == 0", 5),
        ("up{job=`node`} == 0", 5),
        ('up{a="b", job = "node"} == 0', 5),
        ('up{job="engine"} == 0', 2),
        ('up{job="node"} and up{job="backup"}', 15),
        ('up{job=~"node|engine"}', 5),
        ('up{job=~".*"}', 15),
        ('up{job=~"nod"}', 2),
        ('up{job="nod."}', 2),
        ('up{job!="node"}', 2),
        ('up{job!~"node"}', 2),
        ('up{last_job="node"}', 2),
        ('up{job=~"("}', 2),
        ("hft_venue_up == 0", 2),
    ],
)
def test_how_old_what_an_alert_sees_may_be(expression: str, expected: float) -> None:
    assert scrape(expression, engine="2s", node="5s", backup="15s") == expected


def test_a_server_without_jobs_sees_nothing() -> None:
    assert scrape("up == 0") == 0


def test_an_alertmanager_is_where_its_configuration_is() -> None:
    stack = Stack(
        [
            container(SERVICE, uploads=uploads({"route": ROUTE})),
            container(SERVICE, uploads=uploads({"receivers": []})),
            container(SERVICE, uploads=uploads("receivers: [{name: desk}]\nroute: {receiver: desk}")),
        ]
    )
    assert [(each.container, each.route) for each in alertmanagers(stack)] == [
        (stack.resources[2], {"receiver": "desk"})
    ]


@pytest.mark.parametrize(
    ("route", "expected"),
    [({}, 30), ({"group_wait": None}, 30), ({"group_wait": "10s"}, 10), ({"group_wait": 0}, 0), ({"routes": None}, 30)],
)
def test_how_long_the_root_waits(route: Any, expected: float) -> None:
    assert routed(route).group_wait_seconds({}) == expected


LABELS = {"reg": "rts6", "severity": "page", "venue": "a,b"}


@pytest.mark.parametrize(
    "taking",
    [
        {"matchers": ['reg="rts6"']},
        {"matchers": ["reg=rts6"]},
        {"matchers": [' reg = "rts6" ']},
        {"matchers": ["reg = rts6 "]},
        {"matchers": ['"reg"="rts6"']},
        {"matchers": ['{reg="rts6", severity="page"}']},
        {"matchers": ["{reg=rts6,severity=page}"]},
        {"matchers": ['venue="a,b"']},
        {"matchers": ['reg="rts6"', 'severity=~"page|ticket"']},
        {"matchers": ['severity!="ticket"']},
        {"matchers": ['severity!~"tick.*"']},
        {"matchers": ['team=""']},
        {"matchers": ['team!="desk"']},
        {"match": {"reg": "rts6"}},
        {"match_re": {"severity": "page|ticket"}},
        {"match": {"reg": "rts6"}, "match_re": {"severity": "pa.*"}, "matchers": ["venue!=c"]},
        {"match": None, "match_re": None, "matchers": None},
        {},
    ],
)
def test_a_route_that_takes_an_alert(taking: Any) -> None:
    assert routed({**ROUTE, "routes": [{**taking, "group_wait": "0s"}]}).group_wait_seconds(LABELS) == 0


@pytest.mark.parametrize(
    "leaving",
    [
        {"matchers": ["no matcher"]},
        {"matchers": ['reg="mica"']},
        {"matchers": ['reg="rts6"', 'severity="ticket"']},
        {"matchers": ['{reg="rts6", severity="ticket"}']},
        {"matchers": ['reg!="rts6"']},
        {"matchers": ['severity=~"pag"']},
        {"matchers": ['severity=~"("']},
        {"matchers": ['severity!~"("']},
        {"matchers": ['severity!~"page|ticket"']},
        {"matchers": ['team="desk"']},
        {"match": {"reg": "rts"}},
        {"match": {"reg": "rts6", "severity": "ticket"}},
        {"match_re": {"severity": "ticket"}},
        {"match": {"reg": "rts6"}, "match_re": {"severity": "ticket"}},
        {"match": {"reg": "rts6"}, "matchers": ["severity=ticket"]},
    ],
)
def test_a_route_that_leaves_an_alert(leaving: Any) -> None:
    assert routed({**ROUTE, "routes": [{**leaving, "group_wait": "0s"}]}).group_wait_seconds(LABELS) == 10


def test_a_route_inherits_what_it_does_not_say() -> None:
    inner = {"match": {"reg": "rts6"}, "routes": [{"match": {"severity": "page"}}]}

    assert routed({**ROUTE, "routes": [inner]}).group_wait_seconds(LABELS) == 10
    assert routed({**ROUTE, "routes": [{**inner, "group_wait": "2s"}]}).group_wait_seconds(LABELS) == 2


def test_the_first_route_that_takes_it_has_it() -> None:
    slow, quick = {"group_wait": "7s"}, {"group_wait": "1s"}

    assert routed({**ROUTE, "routes": [slow, quick]}).group_wait_seconds(LABELS) == 7


def test_a_route_that_lets_others_have_it_too() -> None:
    slow, quick = {"group_wait": "7s", "continue": True}, {"group_wait": "1s"}

    assert routed({**ROUTE, "routes": [slow, quick]}).group_wait_seconds(LABELS) == 1
    assert routed({**ROUTE, "routes": [{**quick, "continue": True}, slow]}).group_wait_seconds(LABELS) == 1


def test_what_a_route_has_taken_the_root_does_not_tell() -> None:
    slow = {"group_wait": "70s", "continue": True}

    assert routed({**ROUTE, "routes": [slow]}).group_wait_seconds(LABELS) == 70


def test_the_innermost_route_decides() -> None:
    inner = {"match": {"severity": "page"}, "group_wait": "20s"}

    assert routed({**ROUTE, "routes": [{"group_wait": "0s", "routes": [inner]}]}).group_wait_seconds(LABELS) == 20


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["node", "--web.listen-address=10.0.0.5:9100"], ["10.0.0.5:9100"]),
        (["--listen-metrics-urls=http://10.0.0.5:12579"], ["10.0.0.5:12579"]),
        (["--listen-metrics-urls=https://10.0.0.5:12579/metrics"], ["10.0.0.5:12579"]),
        (["--web.listen-address=a:1", "--listen-metrics-urls=http://a:2"], ["a:1", "a:2"]),
        (["--web.listen-address=:9100"], [":9100"]),
        (["--web.listen-address=[::]:9100"], ["[::]:9100"]),
        (["--listen-metrics-urls=http://a:1,http://b:2"], ["a:1"]),
        (["--web.listen-address=10.0.0.5"], []),
        (["--listen-client-urls=http://a:1"], []),
        (["x--web.listen-address=a:1"], []),
        (["--webXlisten-address=a:1"], []),
        ([], []),
    ],
)
def test_where_a_program_says_that_its_metrics_are(command: list[str], expected: list[str]) -> None:
    assert metrics_addresses(container(SERVICE, command=command)) == expected


def test_the_label_goes_before_the_arguments() -> None:
    labels = [{"label": "hft.metrics", "value": "10.0.0.5:8080"}]

    assert metrics_addresses(container(SERVICE, labels=labels, command=["--web.listen-address=a:1"])) == [
        "10.0.0.5:8080"
    ]
    assert metrics_addresses(container(SERVICE, labels=labels, command=None)) == ["10.0.0.5:8080"]
    assert metrics_addresses(container(SERVICE, labels=labels, command=[UNKNOWN])) == ["10.0.0.5:8080"]
