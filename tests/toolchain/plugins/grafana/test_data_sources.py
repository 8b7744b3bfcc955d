import json

import pytest

from tests.toolchain.plugins.conftest import UNKNOWN, Secret
from tests.toolchain.plugins.grafana.conftest import created, refusal, updated

TIMESCALE = {
    "type": "grafana-postgresql-datasource",
    "name": "hft-dev-timescaledb",
    "uid": "hft-dev-timescaledb",
    "url": "10.20.0.11:15100",
    "username": "hft_reader",
    "databaseName": "hft",
    "jsonDataEncoded": '{"sslmode": "disable", "postgresVersion": 1700}',
    "secureJsonDataEncoded": Secret('{"password": "tick-tock"}'),
}
HEADERS = Secret({"X-Scope": "desk", "X-Key": "tick-tock"})


async def test_create_and_read(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "DataSource", **TIMESCALE)
    assert resource_id == "1:hft-dev-timescaledb"
    assert state == TIMESCALE | {
        "jsonDataEncoded": '{"postgresVersion":1700,"sslmode":"disable"}',
        "accessMode": "proxy",
        "basicAuthEnabled": False,
        "isDefault": False,
        "orgId": "1",
    }
    assert grafana.org.data_sources["hft-dev-timescaledb"]["secureJsonData"] == {"password": "tick-tock"}
    assert await plugin.read("DataSource", resource_id, state, inputs) == (resource_id, state, inputs)
    assert not (await plugin.diff("DataSource", inputs, inputs, state=state))["changes"]


async def test_a_name_is_made_and_grafana_chooses_the_uid(plugin):
    resource_id, state, _ = await created(plugin, "DataSource", type="prometheus")
    assert (resource_id, state["uid"], state["name"][:6]) == ("1:made-1", "made-1", "thing-")


async def test_a_preview_asks_nothing_and_passes_what_is_unknown(plugin, grafana):
    inputs = {"type": "prometheus", "name": "p", "jsonDataEncoded": UNKNOWN, "secureJsonDataEncoded": UNKNOWN}
    checked, failures = await plugin.check("DataSource", inputs)
    _, state = await plugin.create("DataSource", checked, preview=True)
    assert failures == []
    assert state == checked | {"secureJsonDataEncoded": Secret(UNKNOWN), "uid": UNKNOWN, "orgId": UNKNOWN}
    assert grafana.requests == []


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (
            {"jsonDataEncoded": '{"httpHeaderName1": "X"}'},
            """property jsonDataEncoded='{"httpHeaderName1": "X"}': must not hold httpHeaderName1: use httpHeaders""",
        ),
        ({"jsonDataEncoded": "[]"}, "property jsonDataEncoded='[]': must be a JSON object"),
        (
            {"secureJsonDataEncoded": '{"httpHeaderValue1": "tick"}'},
            "property secureJsonDataEncoded=[secret]: must not hold httpHeaderValue1: use httpHeaders",
        ),
        (
            {"secureJsonDataEncoded": '{"pin": 1234}'},
            "property secureJsonDataEncoded=[secret]: must hold texts only, and pin is none",
        ),
        (
            {"secureJsonDataEncoded": "tick-tock"},
            "property secureJsonDataEncoded=[secret]: must be JSON: Expecting value: line 1 column 1 (char 0)",
        ),
        ({"accessMode": "tunnel"}, "property accessMode='tunnel': must be one of 'proxy', 'direct'"),
        (
            {"privateDataSourceConnectNetworkId": "n"},
            "property privateDataSourceConnectNetworkId is not supported by this stand-in provider: it belongs to"
            " Grafana Cloud",
        ),
    ],
)
async def test_inputs_that_cannot_be(plugin, bad, problem):
    assert await plugin.failures("DataSource", {"type": "prometheus"} | bad) == [(next(iter(bad)), problem)]


async def test_headers_are_sent_as_grafana_keeps_them_and_stay_secret(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "DataSource", type="prometheus", uid="p", httpHeaders=HEADERS)
    kept = grafana.org.data_sources["p"]
    assert kept["jsonData"] == {"httpHeaderName1": "X-Key", "httpHeaderName2": "X-Scope"}
    assert kept["secureJsonData"] == {"httpHeaderValue1": "tick-tock", "httpHeaderValue2": "desk"}
    assert (state["httpHeaders"], "jsonDataEncoded" in state) == (HEADERS, False)
    assert await plugin.read("DataSource", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_a_header_that_was_removed_is_drift(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "DataSource", type="prometheus", uid="p", httpHeaders=HEADERS)
    del grafana.org.data_sources["p"]["jsonData"]["httpHeaderName1"]
    _, seen_state, seen = await plugin.read("DataSource", resource_id, state, inputs)
    assert seen_state["httpHeaders"] == Secret({"X-Scope": "desk"})
    assert await plugin.paths("DataSource", seen, inputs) == {'httpHeaders["X-Key"]': "ADD"}


async def test_secrets_of_a_refused_data_source_are_not_told(plugin):
    bad = {"type": "refused", "httpHeaders": HEADERS, "secureJsonDataEncoded": Secret('{"password": "t0p-secret"}')}
    assert await refusal(created(plugin, "DataSource", **bad)) == (
        "Grafana refused POST /api/datasources: 400 bad settings: {'password': '[secret]', 'httpHeaderValue1':"
        " '[secret]', 'httpHeaderValue2': '[secret]'}"
    )


@pytest.mark.parametrize("uid", ["hft-dev-timescaledb", "another-uid"])
async def test_one_that_exists_is_an_error_with_the_import_line_also_by_name(plugin, uid):
    await created(plugin, "DataSource", **TIMESCALE)
    assert await refusal(created(plugin, "DataSource", **TIMESCALE | {"uid": uid})) == (
        "Grafana refused POST /api/datasources: 409 a data source of this name or uid is there already; adopt it with"
        " `pulumi import grafana:oss/dataSource:DataSource <resource name> 1:hft-dev-timescaledb`, or choose another"
        " name"
    )


async def test_update_in_place(plugin, grafana):
    made = await created(plugin, "DataSource", **TIMESCALE)
    changes = {"name": "sql", "url": None, "secureJsonDataEncoded": Secret('{"password": "new"}')}
    _, state, _ = await updated(plugin, "DataSource", made, **changes)
    kept = grafana.org.data_sources["hft-dev-timescaledb"]
    assert (kept["name"], kept["url"], kept["secureJsonData"]) == ("sql", "", {"password": "new"})
    assert (state["name"], "url" in state, state["secureJsonDataEncoded"]) == (
        "sql",
        False,
        Secret('{"password": "new"}'),
    )


async def test_a_new_uid_replaces(plugin):
    assert (await plugin.diff("DataSource", TIMESCALE, TIMESCALE | {"uid": "u"}))["replaces"] == ["uid"]


async def test_json_of_other_spelling_is_no_change(plugin):
    new = TIMESCALE | {"jsonDataEncoded": json.dumps({"postgresVersion": 1700, "sslmode": "disable"}, indent=2)}
    assert await plugin.paths("DataSource", TIMESCALE, new) == {}


async def test_the_default_is_never_taken_away(plugin):
    old = {"type": "prometheus", "isDefault": True}
    assert await plugin.paths("DataSource", old, old | {"isDefault": False}) == {}
    assert await plugin.paths("DataSource", old | {"isDefault": False}, old) == {"isDefault": "UPDATE"}


async def test_drift_is_seen_but_not_of_secrets(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "DataSource", **TIMESCALE)
    kept = grafana.org.data_sources["hft-dev-timescaledb"]
    kept |= {"url": "elsewhere:5432", "secureJsonData": {"password": "by hand"}}
    kept["jsonData"]["sslmode"] = "require"
    _, _, seen = await plugin.read("DataSource", resource_id, state, inputs)
    assert await plugin.paths("DataSource", seen, inputs) == {"url": "UPDATE", "jsonDataEncoded": "UPDATE"}


async def test_gone_is_told_and_deleted_without_error(plugin, grafana):
    resource_id, state, inputs = await created(plugin, "DataSource", **TIMESCALE)
    await plugin.delete("DataSource", resource_id, state)
    assert grafana.org.data_sources == {}
    assert (await plugin.read("DataSource", resource_id, state, inputs))[0] == ""
    await plugin.delete("DataSource", resource_id, state)


async def test_import_reads_everything_but_secrets(plugin):
    await created(plugin, "DataSource", **TIMESCALE)
    resource_id, state, inputs = await plugin.read("DataSource", "hft-dev-timescaledb", {}, {})
    assert resource_id == "1:hft-dev-timescaledb"
    assert (inputs["url"], inputs["username"], "secureJsonDataEncoded" in state) == (
        "10.20.0.11:15100",
        "hft_reader",
        False,
    )


async def test_one_that_comes_from_a_file_cannot_be_imported(plugin, grafana):
    await created(plugin, "DataSource", **TIMESCALE)
    grafana.org.data_sources["hft-dev-timescaledb"]["readOnly"] = True
    assert await refusal(plugin.read("DataSource", "hft-dev-timescaledb", {}, {})) == (
        "data source 'hft-dev-timescaledb' comes from a file of Grafana's own and cannot be changed by its API"
    )
