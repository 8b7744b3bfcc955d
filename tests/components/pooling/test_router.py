from collections.abc import Callable
from typing import Any

from components._common.scraping import ScrapeTarget
from components.pooling import RouteFailoverSettings, Router, RouterArgs, RouterSettings
from components.pooling.alerts import alert_rules
from components.pooling.render import haproxy_cfg
from tests.components.pooling.test_render import MEMBERS
from tests.conftest import CONTAINER, Recorder, placements, probe

SETTINGS = RouterSettings(hosts=("c", "a"), memory_mib=256)
HEALTHZ = "http://10.0.0.3:18404/healthz"


def build() -> Router:
    return Router(
        "router",
        RouterArgs(
            settings=SETTINGS,
            placements=placements("a", "b", "c"),
            image="sha256:haproxy",
            members=tuple(MEMBERS),
            authority_pem="the authority",
        ),
    )


def seen(recorder: Recorder, look: Callable[[Router], Any]) -> Any:
    return recorder.run(lambda: look(build()))


def test_each_chosen_host_has_a_router(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)

    assert {name: recorder.provider(CONTAINER, name) for name in recorder.names(CONTAINER)} == {
        "router-a": "on-a",
        "router-c": "on-c",
    }


def test_a_router_gets_its_configuration_and_is_healthy_with_a_primary(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)
    found = recorder.inputs(CONTAINER, "router-c")

    assert (found["name"], found["image"]) == ("hft-dev-router", "sha256:haproxy")
    assert found["command"] == ["-f", "/etc/hft/haproxy.cfg"]
    assert found["uploads"] == [
        {"file": "/etc/hft/ca.crt", "content": "the authority", "permissions": "0444"},
        {
            "file": "/etc/hft/haproxy.cfg",
            "content": haproxy_cfg(SETTINGS, RouteFailoverSettings(), "10.0.0.3", MEMBERS),
            "permissions": "0444",
        },
    ]
    assert probe(found) == ["curl", "-fsS", "-o", "/dev/null", HEALTHZ]
    assert (found["waitTimeout"], found["memory"]) == (300, 256)
    assert found["volumes"] == []


def test_every_host_has_its_routes_and_the_first_ones_are_the_routers_own(recorder: Recorder) -> None:
    found = seen(
        recorder,
        lambda router: {
            **{host: [str(routes.writer), str(routes.reader)] for host, routes in router.routes.items()},
            "first": [str(router.writer), str(router.reader)],
        },
    )

    assert found == {
        "c": ["10.0.0.3:15000", "10.0.0.3:15100"],
        "a": ["10.0.0.1:15000", "10.0.0.1:15100"],
        "first": ["10.0.0.3:15000", "10.0.0.3:15100"],
    }


def test_every_router_is_scraped(recorder: Recorder) -> None:
    targets = seen(recorder, lambda router: [target.as_output() for target in router.scrape_targets])

    assert targets == [
        ScrapeTarget(job="haproxy", instance="router-c", host="c", address="10.0.0.3:18404").as_output(),
        ScrapeTarget(job="haproxy", instance="router-a", host="a", address="10.0.0.1:18404").as_output(),
    ]


def test_it_hands_on_the_rules_of_the_folder(recorder: Recorder) -> None:
    assert seen(recorder, lambda router: dict(router.alert_rules)) == alert_rules()
