from ops.bench.roundtrip import bare_settings


def test_bare_programs_have_the_stacks_settings_on_other_ports_and_a_lease_of_their_own() -> None:
    engine = {
        "strategy": "arbitrage",
        "listen_port": 18080,
        "venues": [{"venue": "beta", "url": "http://10.0.0.2:8080", "taker_fee_bps": 1.0}],
        "database": {"port": 16432},
    }
    found = bare_settings(engine, {"alpha": {"listen_address": "10.0.0.1", "seed": 1}, "beta": {"seed": 1}})

    assert found == {
        "alpha": {"listen_address": "127.0.0.1", "listen_port": 17081, "seed": 1},
        "beta": {"listen_address": "127.0.0.1", "listen_port": 17082, "seed": 1},
        "engine": {
            "strategy": "bare",
            "listen_port": 17080,
            "venues": [{"venue": "beta", "url": "http://127.0.0.1:17082", "taker_fee_bps": 1.0}],
            "database": {"port": 16432},
        },
    }
