import json

from components._common.scraping import ScrapeTarget


def test_a_target_is_scraped_every_five_seconds_unless_it_says_otherwise() -> None:
    assert ScrapeTarget(job="node", instance="a", host="a", address="10.0.0.1:19100").as_output() == {
        "job": "node",
        "instance": "a",
        "host": "a",
        "address": "10.0.0.1:19100",
        "path": "/metrics",
        "tls": False,
        "interval_seconds": 5,
        "labels": {},
        "expected": True,
    }


def test_a_target_is_registered_with_everything_it_says() -> None:
    target = ScrapeTarget(
        job="engine",
        instance="e",
        host="a",
        address="10.0.0.1:1",
        path="/m",
        tls=True,
        interval_seconds=1,
        labels={"slot": "blue"},
        expected=False,
    )

    assert json.loads(json.dumps(target.as_output())) == {
        "job": "engine",
        "instance": "e",
        "host": "a",
        "address": "10.0.0.1:1",
        "path": "/m",
        "tls": True,
        "interval_seconds": 1,
        "labels": {"slot": "blue"},
        "expected": False,
    }
