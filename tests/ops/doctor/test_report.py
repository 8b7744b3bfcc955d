import json
from dataclasses import replace

from ops.doctor.causes import CAUSES
from ops.doctor.facts import Cluster, Facts, Watch
from ops.doctor.rank import diagnose
from ops.doctor.report import as_json, lines
from tests.ops.doctor.healthy import alert, alerted, container, facts, silent


def shown(given: Facts) -> list[str]:
    return list(lines(diagnose(given, CAUSES), given))


def test_a_healthy_stack_is_told_in_four_lines() -> None:
    assert shown(facts()) == [
        "stack dev: 1 host, 21 of 21 containers run, 19 of 19 endpoints answer",
        "last deployment: update succeeded 2026-03-01 07:00, 3 changes",
        "last failover: tsdb-0 leads timeline 1 since 2026-03-01 07:00",
        "nothing is wrong",
    ]


def test_a_cause_is_told_with_evidence_consequences_and_what_to_do() -> None:
    stopped = silent("prometheus-0", given=container("prometheus-0", status="exited", exit_code=0))
    stopped = replace(stopped, watch=Watch(problems=("Prometheus at http://127.0.0.1:1: refused",), asked=False))

    assert shown(stopped)[3:] == [
        "not known: which alerts fire, as no Prometheus answers",
        "1. hft-dev-prometheus-0 on local: its container is stopped (container-stopped, certain)",
        "   seen: exited with exit code 0",
        "   so also: monitoring: nobody would be told of an alert (Prometheus at http://127.0.0.1:1: refused)",
        "   next: docker start hft-dev-prometheus-0",
        "   see: docs/runbooks/DeadManSwitch.md",
        "1 cause",
    ]


def test_many_consequences_are_counted() -> None:
    alerts = [alert(f"Other{number}", instance="tsdb-1", job="patroni") for number in range(8)]
    found = shown(alerted(*alerts, given=container("tsdb-1", status="paused")))

    assert [line for line in found if "so also" in line][-1] == "   so also: 2 more"


def test_what_is_not_known_is_said() -> None:
    dark = replace(facts(), cluster=Cluster(problem="tsdb-0: Connection refused"))

    assert "not known: tsdb-0: Connection refused" in shown(dark)


def test_programs_get_json() -> None:
    paused = container("cache", status="paused")

    assert json.loads(as_json(diagnose(paused, CAUSES))) == [
        {
            "cause": "container-paused",
            "likelihood": "certain",
            "subject": "hft-dev-cache on local",
            "what": "its container is paused",
            "evidence": ["Docker holds all its processes"],
            "next": "docker unpause hft-dev-cache",
            "runbook": "docs/runbooks/CacheDown.md",
            "consequences": [],
        }
    ]
