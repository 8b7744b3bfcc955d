from components._common.endpoint import Endpoint
from stacks.outputs import pgpass
from stacks.parts import parts
from stacks.settings import StackSettings
from tests.stacks.conftest import config


def test_each_row_says_where_it_is_and_how_to_open_it() -> None:
    found = {
        part.part: part for part in parts(StackSettings.model_validate(config("dev")), "dev", {"local": "10.0.0.1"})
    }

    assert found["writer"] == (
        "writer",
        Endpoint("10.0.0.1", 16432),
        "hft-dev-pooler",
        "local",
        "PGPASSFILE=.hft/pgpass-dev psql -h 10.0.0.1 -p 16432 -U hft_writer hft",
    )
    assert found["tsdb-2"].endpoint == Endpoint("10.0.0.1", 15434)
    assert found["engine-blue"].open == "http://10.0.0.1:18080/metrics"


def test_the_password_file_has_every_role_at_every_endpoint_once() -> None:
    endpoints = [Endpoint("10.0.0.1", 15000), Endpoint("10.0.0.1", 15000), Endpoint("10.0.0.1", 15100)]

    assert pgpass(endpoints, {"b": "2", "a": "1"}) == (
        "10.0.0.1:15000:*:a:1\n10.0.0.1:15000:*:b:2\n10.0.0.1:15100:*:a:1\n10.0.0.1:15100:*:b:2\n"
    )


def test_each_process_of_a_pooler_has_an_exporter() -> None:
    settings = config("dev")
    settings["pooling"]["pooler"].update(processes=2, pool_size=10)
    rows = parts(StackSettings.model_validate(settings), "dev", {"local": "10.0.0.1"})

    assert [(row.part, row.endpoint.port, row.container) for row in rows if "pooler-exporter" in row.part] == [
        ("pooler-exporter-1", 19127, "hft-dev-pooler-exporter-1"),
        ("pooler-exporter-2", 19128, "hft-dev-pooler-exporter-2"),
    ]
