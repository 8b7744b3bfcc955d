"""Simulated venues on their planes."""

from typing import Any

import pulumi

from components._common.endpoint import Endpoint
from components._common.scraping import ScrapeTarget
from components.trading import VenueEndpoint, VenueSimulators, VenueSimulatorsArgs
from components.trading.render import venue_json
from tests.components.trading.test_render import VENUES, settings
from tests.conftest import CONTAINER, Recorder, placements, probe

THIRD = {"name": "gamma", "host": "b", "plane": "far", "address": "10.89.1.10", "taker_fee_bps": 2.0}
SETTINGS = settings(venues=[*VENUES, THIRD], seed=7)


def build(opts: pulumi.ResourceOptions | None = None) -> VenueSimulators:
    return VenueSimulators(
        "venues",
        VenueSimulatorsArgs(
            settings=SETTINGS,
            placements=placements("a", "b"),
            image="sha256:workloads",
            planes=pulumi.Output.from_input({"venues": "hft-dev-venues", "far": "hft-dev-far"}),
        ),
        opts,
    )


def deployed(recorder: Recorder, name: str) -> dict[str, Any]:
    recorder.run(lambda: build() and None)
    return recorder.inputs(CONTAINER, name)


def test_every_venue_is_a_container_on_its_host(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)

    assert {name: recorder.provider(CONTAINER, name) for name in recorder.names(CONTAINER)} == {
        "venues-alpha": "on-a",
        "venues-beta": "on-a",
        "venues-gamma": "on-b",
    }


def test_every_venue_is_a_child_of_the_component(recorder: Recorder) -> None:
    below: list[str] = []

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        below.append(args.name)

    recorder.run(lambda: build(pulumi.ResourceOptions(transformations=[note])) and None)

    assert below == ["venues", "venues-alpha", "venues-beta", "venues-gamma"]


def test_a_venue_is_at_its_address_in_its_plane_and_published_on_its_host_only(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)
    found = {name: recorder.inputs(CONTAINER, name) for name in recorder.names(CONTAINER)}

    assert {name: each["networksAdvanced"] for name, each in found.items()} == {
        "venues-alpha": [{"name": "hft-dev-venues", "ipv4Address": "10.89.0.10"}],
        "venues-beta": [{"name": "hft-dev-venues", "ipv4Address": "10.89.0.11"}],
        "venues-gamma": [{"name": "hft-dev-far", "ipv4Address": "10.89.1.10"}],
    }
    assert {name: each["ports"] for name, each in found.items()} == {
        "venues-alpha": [{"internal": 8080, "external": 18200, "ip": "10.0.0.1", "protocol": "tcp"}],
        "venues-beta": [{"internal": 8080, "external": 18201, "ip": "10.0.0.1", "protocol": "tcp"}],
        "venues-gamma": [{"internal": 8080, "external": 18200, "ip": "10.0.0.2", "protocol": "tcp"}],
    }
    assert {each["networkMode"] for each in found.values()} == {"bridge"}


def test_a_venue_runs_its_simulator(recorder: Recorder) -> None:
    found = deployed(recorder, "venues-beta")

    assert found["command"] == ["workloads.venue", "--config", "/etc/hft/venue.json"]
    assert found["uploads"] == [
        {
            "file": "/etc/hft/venue.json",
            "content": venue_json(SETTINGS, SETTINGS.venues[1]),
            "permissions": "0444",
        }
    ]
    assert probe(found) == [
        *("curl", "-fsS", "-o", "/dev/null", "http://10.89.0.11:8080/healthz"),
    ]
    assert (found["name"], found["image"], found["memory"]) == ("hft-dev-venue-beta", "sha256:workloads", 128)


def test_a_venue_leaves_the_engines_cpus_alone(recorder: Recorder) -> None:
    found = deployed(recorder, "venues-alpha")

    assert found["cpuSet"] == "0-1"
    assert found["cpuShares"] == 8192
    assert {"label": "hft.tier", "value": "infra"} in found["labels"]
    assert {"label": "hft.role", "value": "venue-alpha"} in found["labels"]


def test_endpoints_are_in_the_order_of_the_settings(recorder: Recorder) -> None:
    def endpoint(venue: str, host: str, direct: str, published: Endpoint, taker_fee_bps: float) -> VenueEndpoint:
        return VenueEndpoint(
            venue=venue,
            host=host,
            direct=Endpoint(direct, 8080),
            published=published,
            taker_fee_bps=taker_fee_bps,
        )

    assert recorder.run(lambda: [each.as_output() for each in build().endpoints]) == [
        endpoint("alpha", "a", "10.89.0.10", Endpoint("10.0.0.1", 18200), 1.0).as_output(),
        endpoint("beta", "a", "10.89.0.11", Endpoint("10.0.0.1", 18201), 0.5).as_output(),
        endpoint("gamma", "b", "10.89.1.10", Endpoint("10.0.0.2", 18200), 2.0).as_output(),
    ]


def test_they_are_scraped_where_other_hosts_reach_them(recorder: Recorder) -> None:
    assert recorder.run(lambda: [each.as_output() for each in build().scrape_targets]) == [
        ScrapeTarget(job="venue", instance="alpha", host="a", address="10.0.0.1:18200").as_output(),
        ScrapeTarget(job="venue", instance="beta", host="a", address="10.0.0.1:18201").as_output(),
        ScrapeTarget(job="venue", instance="gamma", host="b", address="10.0.0.2:18200").as_output(),
    ]
