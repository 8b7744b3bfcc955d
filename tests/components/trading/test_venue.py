import json

from tests.components.trading.test_render import endpoint


def test_an_endpoint_is_registered_with_both_addresses() -> None:
    assert json.loads(json.dumps(endpoint("beta", 1, host="b").as_output())) == {
        "venue": "beta",
        "host": "b",
        "direct": {"address": "10.89.0.11", "port": 8080},
        "published": {"address": "10.0.0.1", "port": 18201},
        "taker_fee_bps": 1.0,
    }
