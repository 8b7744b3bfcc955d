import pytest

from toolchain.plugins.postgresql import grant_sql

BASE = {"role": "reader", "database": "market", "schema": "trading", "privileges": ["SELECT"]}
CASES = {
    "database": (
        {"objectType": "database", "privileges": ["CONNECT", "TEMPORARY"]},
        'GRANT CONNECT, TEMPORARY ON DATABASE "market" TO "reader"',
        'REVOKE ALL PRIVILEGES ON DATABASE "market" FROM "reader"',
        "reader_market_database",
    ),
    "schema": (
        {"objectType": "schema", "privileges": ["USAGE"], "withGrantOption": True},
        'GRANT USAGE ON SCHEMA "trading" TO "reader" WITH GRANT OPTION',
        'REVOKE ALL PRIVILEGES ON SCHEMA "trading" FROM "reader"',
        "reader_market_trading_schema",
    ),
    "all tables": (
        {"objectType": "table"},
        'GRANT SELECT ON ALL TABLES IN SCHEMA "trading" TO "reader"',
        'REVOKE ALL PRIVILEGES ON ALL TABLES IN SCHEMA "trading" FROM "reader"',
        "reader_market_trading_table",
    ),
    "named tables": (
        {"objectType": "table", "objects": ["ticks", "orders"]},
        'GRANT SELECT ON TABLE "trading"."ticks", "trading"."orders" TO "reader"',
        'REVOKE SELECT ON TABLE "trading"."ticks", "trading"."orders" FROM "reader"',
        "reader_market_trading_table_ticks_orders",
    ),
    "routine": (
        {"objectType": "routine", "privileges": ["EXECUTE"], "objects": ["f (text)", "g"]},
        'GRANT EXECUTE ON ROUTINE "trading"."f"(text), "trading"."g" TO "reader"',
        'REVOKE EXECUTE ON ROUTINE "trading"."f"(text), "trading"."g" FROM "reader"',
        None,
    ),
    "column": (
        {"objectType": "column", "objects": ["ticks"], "columns": ["price", 'si"ze']},
        'GRANT SELECT ("price", "si""ze") ON TABLE "trading"."ticks" TO "reader"',
        'REVOKE SELECT ("price", "si""ze") ON TABLE "trading"."ticks" FROM "reader"',
        None,
    ),
    "server": (
        {"objectType": "foreign_server", "privileges": ["USAGE"], "objects": ["archive"]},
        'GRANT USAGE ON FOREIGN SERVER "archive" TO "reader"',
        'REVOKE ALL PRIVILEGES ON FOREIGN SERVER "archive" FROM "reader"',
        "reader_market_foreign_server_archive",
    ),
    "wrapper": (
        {"objectType": "foreign_data_wrapper", "privileges": ["ALL"], "objects": ["pg"]},
        'GRANT ALL ON FOREIGN DATA WRAPPER "pg" TO "reader"',
        'REVOKE ALL PRIVILEGES ON FOREIGN DATA WRAPPER "pg" FROM "reader"',
        "reader_market_foreign_data_wrapper_pg",
    ),
}


@pytest.mark.parametrize(("inputs", "grant", "revoke"), [c[:3] for c in CASES.values()])
def test_statements(inputs, grant, revoke):
    assert grant_sql.grant(BASE | inputs).as_string(None) == grant
    assert grant_sql.revoke(BASE | inputs).as_string(None) == revoke


@pytest.mark.parametrize(("inputs", "expected"), [(c[0], c[3]) for c in CASES.values() if c[3]])
def test_ids_are_the_official_plugins(inputs, expected):
    assert grant_sql.resource_id(BASE | inputs) == expected


def test_ids_list_sets_in_the_order_of_their_checksums():
    # CRC-32: orders 4061190313, ticks 2208018093, written in decimal.
    one = grant_sql.resource_id(BASE | {"objectType": "table", "objects": ["orders", "ticks"]})
    other = grant_sql.resource_id(BASE | {"objectType": "table", "objects": ["ticks", "orders"]})
    assert one == other == "reader_market_trading_table_ticks_orders"


def test_no_privilege_grants_nothing_and_still_revokes_all():
    inputs = BASE | {"objectType": "table", "privileges": []}
    assert grant_sql.grant(inputs) is None
    assert grant_sql.revoke(inputs).as_string(None).startswith("REVOKE ALL PRIVILEGES ON ALL TABLES")


@pytest.mark.parametrize("name", ["f", "f(text)", "f(a.b, int[])", "my func()"])
def test_routines_are_names_with_or_without_types(name):
    assert grant_sql.function_problem(name) is None


@pytest.mark.parametrize("name", ["f(text); DROP TABLE t", "f(text", "", "f(a'b)", "f(x) TO public --"])
def test_nothing_else_passes_for_a_routine(name):
    assert grant_sql.function_problem(name) == "expected a name, or a name with argument types: f(text, integer)"
