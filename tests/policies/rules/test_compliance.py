import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from policies.resources import Container, LocallySignedCert, PrivateKey
from tests.policies.given import UNKNOWN, container, found, found_in_stack, resource

DAY = 86_400
CERTIFICATE: Mapping[str, Any] = {"validityPeriodHours": 2160, "earlyRenewalHours": 720}


def tables(*listed: Any, file: str = "/etc/hft/hypertables.json") -> Container:
    return uploaded(json.dumps({"hypertables": [*listed]}), file)


def uploaded(content: str, file: str = "/etc/hft/hypertables.json") -> Container:
    return container(name="migrate", uploads=[{"file": file, "content": content}])


def kept(of: Container, regime: str = "mifid_hft") -> list[str]:
    return found_in_stack("records-kept-as-the-regime-asks", of, regime=regime)


@pytest.mark.parametrize(
    ("regime", "days", "asks"),
    [
        (
            "mifid_hft",
            1827,
            "MiFID II, high-frequency technique asks for 1827 (RTS 6 (2017/589) Art. 28 and Annex II)",
        ),
        (
            "mica_casp",
            2557,
            "MiCA, crypto-asset service provider asks for 2557 (MiCA Art. 68(9): 5 years, up to 7 on request)",
        ),
        ("sec_bd", 2192, "SEC, broker-dealer asks for 2192 (SEC 17a-4(a))"),
    ],
)
def test_records_that_are_dropped_too_soon(regime: str, days: int, asks: str) -> None:
    assert kept(tables({"table": "order_events", "retention_seconds": (days - 1) * DAY}), regime) == [
        f"container migrate: order_events is kept for {days - 1} days; {asks}: remove its retention or raise it"
    ]
    assert kept(tables({"table": "order_events", "retention_seconds": days * DAY - 1}), regime) != []
    assert kept(tables({"table": "order_events", "retention_seconds": days * DAY}), regime) == []


def test_without_a_regime_nobody_asks() -> None:
    gone = tables({"table": "order_events", "retention_seconds": 0})

    assert kept(gone, "none") == found_in_stack("records-kept-as-the-regime-asks", gone) == []
    assert kept(uploaded(UNKNOWN), "none") == []


def watched(*pages: str, tickets: Sequence[str] = ()) -> Container:
    told = [*((each, "page") for each in pages), *((each, "ticket") for each in tickets)]
    rules = [
        {"alert": f"Clock{number}", "expr": each, "labels": {"severity": severity}}
        for number, (each, severity) in enumerate(told)
    ]
    files = ({"scrape_configs": []}, {"groups": [{"name": "clocks", "rules": rules}]})
    uploads = [{"file": f"/etc/hft/{n}.yml", "content": json.dumps(each)} for n, each in enumerate(files)]
    return container(name="prometheus", uploads=uploads)


def clock(of: Container, regime: str = "mifid_hft") -> list[str]:
    return found_in_stack("clock-told-as-the-regime-asks", of, regime=regime)


@pytest.mark.parametrize(
    ("regime", "most", "asks"),
    [
        ("mifid_hft", 100, "MiFID II, high-frequency technique allows 100 µs (RTS 25 (2017/574) Annex, table 2)"),
        ("sec_bd", 50_000, "SEC, broker-dealer allows 50000 µs (FINRA 4590, CAT)"),
    ],
)
def test_a_clock_that_is_told_too_late(regime: str, most: int, asks: str) -> None:
    near = [f"instance:clock_error_seconds > {most / 2e6:g}"]
    late, in_time = (f"instance:clock_error_seconds > {us / 1e6:g}" for us in (most + 1, most))

    assert clock(watched(late, tickets=near), regime) == [
        f"container prometheus: alert Clock0 waits until a clock may be {most + 1} µs off UTC; {asks}: lower it to that"
    ]
    assert clock(watched(in_time, tickets=near), regime) == []
    assert clock(watched(tickets=[late]), regime) != []
    assert clock(watched(tickets=near), regime) == []


@pytest.mark.parametrize(
    "expression",
    [
        "instance:chrony_clock_error_seconds:abs > 1e-4",
        'instance:clock_error_seconds{job="node"} >= 0.0001',
        "max by (instance) (instance:clock_error_seconds) > 1e-4",
        "max_over_time(instance:clock_error_seconds[5m]) > 0.0001",
        "(instance:clock_error_seconds > 0.0001) or node_timex_sync_status == 0",
        "instance:clock_error_seconds > 0.0001 or node_timex_sync_status == 0",
    ],
)
def test_a_clock_that_is_told_in_time(expression: str) -> None:
    assert clock(watched(expression)) == []
    assert clock(watched(expression, "instance:clock_error_seconds > 0.01")) == []


@pytest.mark.parametrize(
    "expression",
    ["hft_clock_error_seconds > 0.00001", "up == 0", "clock_error_seconds", "clock_error_seconds > 100 / 1e6"],
)
def test_alerts_that_tell_nothing_of_the_hosts_clock(expression: str) -> None:
    assert clock(watched(expression)) == [
        "container prometheus: no alert tells that a clock is off UTC; MiFID II, high-frequency technique allows "
        "100 µs (RTS 25 (2017/574) Annex, table 2): add one"
    ]


@pytest.mark.parametrize("regime", ["none", "mica_casp"])
def test_a_clock_that_no_number_is_asked_of(regime: str) -> None:
    assert clock(watched("instance:clock_error_seconds > 1"), regime) == []


def test_without_a_prometheus_no_alert_is_missing() -> None:
    assert clock(container(name="grafana")) == []


@pytest.mark.parametrize("name", ["order_events", "audit_log", "trades", "executions", "Fills"])
def test_tables_that_are_records(name: str) -> None:
    assert kept(
        tables({"table": "ticks", "retention_seconds": DAY}, {"table": name, "retention_seconds": 1.5 * DAY})
    ) == [
        f"container migrate: {name} is kept for 1.5 days; MiFID II, high-frequency technique asks for 1827 "
        "(RTS 6 (2017/589) Art. 28 and Annex II): remove its retention or raise it"
    ]


@pytest.mark.parametrize(
    "table",
    [
        {"table": "ticks", "retention_seconds": DAY},
        {"table": "order_events", "retention_seconds": None},
        {"table": "order_events"},
        {"table": "order_events", "retention_seconds": "30d"},
        {"retention_seconds": DAY},
        "order_events",
        None,
    ],
)
def test_tables_that_are_kept_or_are_none(table: Any) -> None:
    assert kept(tables(table)) == []


@pytest.mark.parametrize(
    "content",
    ['{"hypertables": ', '["hypertables"]', '{"hypertables": 1}', '{"hypertables": {"table": "order_events"}}'],
)
def test_files_that_describe_none(content: str) -> None:
    assert kept(uploaded(content)) == []


def test_a_file_that_is_nested_deeply() -> None:
    assert kept(uploaded('{"hypertables": ' + "[" * 100_000)) == []


def test_files_that_are_not_read() -> None:
    assert kept(tables({"table": "order_events", "retention_seconds": DAY}, file="/etc/hft/hypertables.txt")) == []
    assert kept(uploaded(UNKNOWN, "/etc/hft/ca.crt")) == []
    assert kept(container()) == kept(uploaded("")) == []


def test_a_file_that_is_not_known_is_told_as_such() -> None:
    assert kept(uploaded(UNKNOWN)) == [
        "container migrate: uploads.content is not known at preview; it is judged at the end of `up`"
    ]


def certificate(**changes: Any) -> list[str]:
    return found("certificates-short-lived", resource(LocallySignedCert.TYPE, {**CERTIFICATE, **changes}))


def test_a_certificate_that_lives_too_long() -> None:
    assert certificate(validityPeriodHours=2161) == [
        "validityPeriodHours=2161: a key that was lost opens doors that long; set it to 2160 or less"
    ]
    assert certificate(validityPeriodHours=None) == [
        "validityPeriodHours is not set: a key that was lost opens doors that long; set it to 2160 or less"
    ]


def test_a_certificate_that_lives_short() -> None:
    assert certificate() == []
    assert (
        found("certificates-short-lived", resource(LocallySignedCert.TYPE, {**CERTIFICATE, "validityPeriodHours": 721}))
        == []
    )


def test_the_longest_life_can_be_set() -> None:
    given = resource(LocallySignedCert.TYPE, {**CERTIFICATE, "validityPeriodHours": 25, "earlyRenewalHours": 8})

    assert found("certificates-short-lived", given, most_days=1) == [
        "validityPeriodHours=25: a key that was lost opens doors that long; set it to 24 or less"
    ]


@pytest.mark.parametrize("value", [None, 0])
def test_a_certificate_that_is_renewed_too_late(value: int | None) -> None:
    assert certificate(earlyRenewalHours=value) == [
        "earlyRenewalHours is not set, so it is renewed after it has ended; set it to a third of its life"
    ]


@pytest.mark.parametrize("value", [2160, 2161])
def test_a_certificate_that_is_renewed_each_time(value: int) -> None:
    assert certificate(earlyRenewalHours=value) == [
        f"earlyRenewalHours={value} is its whole life, so every `up` renews it; set it to a third of that"
    ]
    assert certificate(earlyRenewalHours=2159) == []


def key(**given: Any) -> list[str]:
    return found("keys-strong", resource(PrivateKey.TYPE, given))


@pytest.mark.parametrize(("value", "shown"), [(None, 2048), (2048, 2048), (3071, 3071)])
def test_a_key_that_is_short(value: int | None, shown: int) -> None:
    assert key(algorithm="RSA", rsaBits=value) == [
        f"rsaBits={shown} is below 128 bits of strength; set 3072, or algorithm=ECDSA with ecdsaCurve=P256"
    ]


@pytest.mark.parametrize("value", ["P224", "", None])
def test_a_curve_that_is_short(value: str | None) -> None:
    assert key(algorithm="ECDSA", ecdsaCurve=value) == ["ecdsaCurve=P224 is below 128 bits of strength; set it to P256"]


def test_keys_that_are_strong() -> None:
    assert key(algorithm="RSA", rsaBits=3072) == key(algorithm="RSA", rsaBits=4096) == []
    assert key(algorithm="ECDSA", ecdsaCurve="P256") == key(algorithm="ECDSA", ecdsaCurve="P384") == []
    assert key(algorithm="ED25519") == key(algorithm="ED25519", rsaBits=2048) == []
