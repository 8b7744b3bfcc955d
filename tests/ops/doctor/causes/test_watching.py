from ops.doctor.causes.watching import CAUSES
from ops.doctor.facts import Watch
from tests.ops.doctor.healthy import alert, alerted, facts, found, silent


def test_monitoring_that_does_not_answer_is_told() -> None:
    blind = facts(watch=Watch(problems=("Prometheus at http://127.0.0.1:1: Connection refused",), asked=False))

    assert found(CAUSES, "monitoring-silent", blind) == [
        ("monitoring", ("Prometheus at http://127.0.0.1:1: Connection refused",), "hft status dev")
    ]


def test_a_target_that_answers_and_that_prometheus_does_not_reach_is_told() -> None:
    down = Watch(down=(("patroni", "tsdb-0", "connection refused"),))

    assert found(CAUSES, "prometheus-cut-off", facts(watch=down)) == [
        (
            "patroni tsdb-0",
            ("Prometheus: connection refused; it answers here, at 127.0.0.1:patroni",),
            "curl -sS http://127.0.0.1:patroni/metrics",
        )
    ]


def test_a_target_that_is_down_for_everybody_is_told_elsewhere() -> None:
    down = Watch(down=(("patroni", "tsdb-0", "connection refused"),))

    assert found(CAUSES, "prometheus-cut-off", silent("tsdb-0", given=facts(watch=down))) == []


def test_an_alert_is_told_with_its_own_words() -> None:
    assert found(CAUSES, "alert", alerted(alert("OrderRejectsHigh", instance="engine-blue", job="engine"))) == [
        (
            "alert OrderRejectsHigh",
            ("OrderRejectsHigh fires (since 2026-03-01T11:59:00)",),
            "hft timeline dev --since 1h",
        )
    ]


def test_an_alert_that_fires_for_several_series_is_told_once() -> None:
    alerts = [alert("OrderRoundtripSlow", venue=venue) for venue in ("alpha", "beta")]

    assert found(CAUSES, "alert", alerted(*alerts)) == [
        (
            "alert OrderRoundtripSlow",
            ("OrderRoundtripSlow fires (since 2026-03-01T11:59:00)",) * 2,
            "hft timeline dev --since 1h",
        )
    ]


def test_an_alert_is_about_the_part_that_it_names() -> None:
    alerts = (
        alert("TargetDown", instance="tsdb-0", job="postgres"),
        alert("OrderRoundtripSlow", instance="engine-blue"),
        alert("TsdbNoPrimary"),
        alert("BackupMissing"),
    )
    cause = next(each for each in CAUSES if each.name == "alert")

    assert [each.about for each in cause.find(alerted(*alerts))] == [
        "local/tsdb-exporter-0",
        "local/engine-blue",
        "primary",
        "alert BackupMissing",
    ]
