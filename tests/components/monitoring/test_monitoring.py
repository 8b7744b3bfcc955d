from pathlib import Path
from typing import Any

import pytest
import yaml

from components._common.endpoint import Endpoint
from components._common.scraping import ScrapeTarget
from components.monitoring import Monitoring, MonitoringArgs
from components.monitoring.clock import clock_yaml
from components.monitoring.render import certificates_prom, prometheus_yml
from components.monitoring.routing import alertmanager_yml
from tests.components.conftest import Options
from tests.components.monitoring.test_render import ENGINE, settings
from tests.conftest import CONTAINER, VOLUME, Recorder, Secret, placements, tls
from tests.stacks.graph import open_secret

ALERTS = (Path(__file__).parents[3] / "components/monitoring/alerts.yaml").read_text()
PROMETHEUS = [
    ScrapeTarget(
        job="prometheus", instance=f"prometheus-{index}", host="ab"[index], address=f"10.0.0.{index + 1}:19090"
    )
    for index in range(2)
]
ALERTMANAGERS = [
    ScrapeTarget(
        job="alertmanager", instance=f"alertmanager-{index}", host="ab"[index], address=f"10.0.0.{index + 1}:19093"
    )
    for index in range(2)
]
NODES = [
    ScrapeTarget(job="node", instance=host, host=host, address=f"10.0.0.{number}:19100")
    for number, host in enumerate(("a", "b", "c"), start=1)
]
ON_ONE = {"hosts": ["a"], "watched_hosts": ["a"]}
ON_TWO = {"hosts": ["a", "b"], "watched_hosts": ["a", "b", "c"]}


TOLD = {
    **ON_ONE,
    "receivers": [{"name": "desk", "gets": ["page", "ticket"], "slack": {}}],
    "heartbeat": {},
    "remote_write": [{"name": "mimir", "url": "https://mimir.example/push", "bearer": True}],
}
THEIRS = "groups: [{name: trading, rules: [{alert: A, expr: up, annotations: {runbook: docs/runbooks/A.md}}]}]\n"
SECRETS = {name: f"the {name}" for name in ("receiver-desk", "heartbeat", "remote-write-mimir", "db-owner")}


def build(changes: dict[str, Any], secrets: dict[str, str] = SECRETS) -> Monitoring:
    return Monitoring(
        "monitoring",
        MonitoringArgs(
            settings=settings(**changes),
            placements=placements("a", "b", "c"),
            image="sha256:prometheus",
            alertmanager_image="sha256:alertmanager",
            exporter_image="sha256:exporters",
            scrape_targets=(ENGINE,),
            alert_rules={"trading.yaml": THEIRS},
            tls=tls("tsdb-0"),
            secrets=secrets,
        ),
    )


def deployed(recorder: Recorder, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    recorder.run(lambda: build(changes) and None)
    return recorder.inputs(CONTAINER, name)


def test_one_host_has_one_of_each(recorder: Recorder) -> None:
    recorder.run(lambda: build(ON_ONE) and None)

    assert recorder.names(CONTAINER) == [
        *("monitoring-alertmanager-0", "monitoring-certificates-a", "monitoring-node-a", "monitoring-prometheus-0")
    ]
    assert recorder.names(VOLUME) == [
        *("monitoring-alertmanager-0-data", "monitoring-certificates-a", "monitoring-prometheus-0-data")
    ]


def test_two_hosts_have_two_and_every_watched_host_an_exporter(recorder: Recorder) -> None:
    recorder.run(lambda: build(ON_TWO) and None)

    assert {name: recorder.provider(CONTAINER, name) for name in recorder.names(CONTAINER)} == {
        "monitoring-alertmanager-0": "on-a",
        "monitoring-alertmanager-1": "on-b",
        "monitoring-certificates-a": "on-a",
        "monitoring-certificates-b": "on-b",
        "monitoring-certificates-c": "on-c",
        "monitoring-node-a": "on-a",
        "monitoring-node-b": "on-b",
        "monitoring-node-c": "on-c",
        "monitoring-prometheus-0": "on-a",
        "monitoring-prometheus-1": "on-b",
    }


def test_prometheus_gets_configuration_rules_and_a_volume(recorder: Recorder) -> None:
    found = deployed(recorder, "monitoring-prometheus-1", ON_TWO)
    targets = [ENGINE, *PROMETHEUS, *ALERTMANAGERS, *NODES]
    alertmanagers = [Endpoint(f"10.0.0.{n}", 19093) for n in (1, 2)]
    config = prometheus_yml(settings(**ON_TWO), "dev", targets, alertmanagers, replica="prometheus-1")

    assert found["command"] == [
        "--config.file=/etc/hft/prometheus.yml",
        "--storage.tsdb.path=/var/lib/hft/data",
        "--storage.tsdb.retention.time=30d",
        "--storage.tsdb.retention.size=32768MiB",
        "--storage.remote.flush-deadline=10s",
        "--web.listen-address=10.0.0.2:19090",
        "--log.format=json",
    ]
    assert {upload["file"]: upload["content"] for upload in found["uploads"]} == {
        "/etc/hft/ca.crt": "the authority",
        "/etc/hft/prometheus.yml": config,
        "/etc/hft/rules/clock.yaml": clock_yaml(100),
        "/etc/hft/rules/monitoring.yaml": ALERTS,
        "/etc/hft/rules/trading.yaml": THEIRS,
    }
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/data", "volumeName": "hft-dev-prometheus-1-data"},
    ]
    assert found["name"] == "hft-dev-prometheus-1"


def test_alerts_lead_to_runbooks_where_these_are_served(recorder: Recorder) -> None:
    served = {**ON_ONE, "runbooks_url": "https://code.example/runbooks"}
    uploads = deployed(recorder, "monitoring-prometheus-0", served)["uploads"]
    texts = {upload["file"]: upload["content"] for upload in uploads if upload["file"].startswith("/etc/hft/rules/")}

    alerts = [each for text in texts.values() for each in _alerts(text)]
    assert len(alerts) == len(_alerts(ALERTS)) + len(_alerts(clock_yaml(100))) + len(_alerts(THEIRS))
    for each in alerts:
        assert each["annotations"]["runbook"] == f"https://code.example/runbooks/{each['alert']}.md"


def _alerts(rules: str) -> list[dict[str, Any]]:
    groups = yaml.safe_load(rules)["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def test_a_single_alertmanager_has_no_cluster(recorder: Recorder) -> None:
    found = deployed(recorder, "monitoring-alertmanager-0", ON_ONE)

    assert found["command"] == [
        "--config.file=/etc/hft/alertmanager.yml",
        "--storage.path=/var/lib/hft/data",
        "--web.listen-address=10.0.0.1:19093",
        "--cluster.listen-address=",
        "--log.format=json",
    ]
    assert [upload["content"] for upload in found["uploads"]] == [alertmanager_yml(settings())]


def test_two_alertmanagers_know_each_other(recorder: Recorder) -> None:
    found = deployed(recorder, "monitoring-alertmanager-1", ON_TWO)

    assert found["command"][-4:] == [
        "--cluster.listen-address=10.0.0.2:19094",
        "--cluster.peer-timeout=1s",
        "--cluster.peer=10.0.0.1:19094",
        "--log.format=json",
    ]


def test_a_node_exporter_sees_its_host_read_only(recorder: Recorder) -> None:
    found = deployed(recorder, "monitoring-node-b", ON_TWO)

    assert found["command"][:7] == [
        "node",
        "--web.listen-address=10.0.0.2:19100",
        "--path.rootfs=/host",
        "--path.procfs=/host/proc",
        "--path.sysfs=/host/sys",
        "--path.udev.data=/host/run/udev/data",
        "--collector.disable-defaults",
    ]
    assert [argument.removeprefix("--collector.") for argument in found["command"][7:-1]] == [
        *("conntrack", "cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "netdev", "netstat"),
        *("ntp", "pressure", "sockstat", "softnet", "stat", "textfile", "timex", "uname", "vmstat"),
    ]
    assert found["name"] == "hft-dev-node-b"


def test_a_node_exporter_tells_when_certificates_end_and_goes_on_when_that_changes(
    recorder: Recorder, options: Options
) -> None:
    found = deployed(recorder, "monitoring-node-b", ON_TWO)
    told = recorder.inputs(CONTAINER, "monitoring-certificates-b")

    assert found["command"][-1] == "--collector.textfile.directory=/var/lib/hft/certificates"
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/certificates", "readOnly": True, "volumeName": "hft-dev-node-b-certificates"},
        {"containerPath": "/host", "hostPath": "/", "readOnly": True},
    ]
    assert recorder.run(lambda: options.after("monitoring-node-b")) == ["monitoring-certificates-b"]
    assert told["volumes"] == [{"containerPath": "/var/lib/hft/data", "volumeName": "hft-dev-node-b-certificates"}]
    lives = {"tsdb-0": {"due": "2030-01-01T00:00:00Z", "end": "2030-02-01T00:00:00Z"}}
    assert [upload["content"] for upload in told["uploads"]] == [certificates_prom(lives)]
    assert (told["name"], told["mustRun"]) == ("hft-dev-node-b-certificates", False)


def test_a_data_volume_is_named_by_stack_and_part(recorder: Recorder) -> None:
    recorder.run(lambda: build(ON_ONE) and None)

    assert recorder.inputs(VOLUME, "monitoring-prometheus-0-data") == {
        "name": "hft-dev-prometheus-0-data",
        "labels": [
            {"label": "hft.component", "value": "monitoring"},
            {"label": "hft.project", "value": "hft"},
            {"label": "hft.role", "value": "prometheus-0"},
            {"label": "hft.stack", "value": "dev"},
        ],
    }


def test_outputs(recorder: Recorder) -> None:
    found = recorder.run(
        lambda: [
            (it.prometheus_url, [*map(str, it.alertmanagers)], sorted(it.alert_rules), it.runbooks_url)
            for it in [build({**ON_TWO, "runbooks_url": "https://code.example"})]
        ]
    )

    assert found == [
        (
            "http://10.0.0.1:19090",
            ["10.0.0.1:19093", "10.0.0.2:19093"],
            ["clock.yaml", "monitoring.yaml", "trading.yaml"],
            "https://code.example/",
        )
    ]


@pytest.mark.parametrize(
    ("part", "mounted"),
    [("alertmanager", {"receiver-desk", "heartbeat"}), ("prometheus", {"remote-write-mimir"})],
)
def test_each_gets_its_own_secrets_as_files(recorder: Recorder, part: str, mounted: set[str]) -> None:
    found = deployed(recorder, f"monitoring-{part}-0", TOLD)
    files = {each["file"]: each["content"] for each in open_secret(found["uploads"])}

    assert {name: text for name, text in files.items() if name.startswith("/run/secrets/")} == {
        f"/run/secrets/{name}": f"the {name}" for name in mounted
    }
    assert isinstance(found["uploads"], Secret)
    assert {"label": "hft.secrets", "value": ",".join(sorted(mounted))} in found["labels"]


def test_without_a_secret_that_the_settings_want_nothing_is_made(recorder: Recorder) -> None:
    with pytest.raises(
        ValueError,
        match=r"^monitoring\.receivers\[0\] needs the secret receiver-desk: hand its value to MonitoringArgs\.secrets$",
    ):
        recorder.run(lambda: build(TOLD, {"heartbeat": "x", "remote-write-mimir": "x"}) and None)
    assert recorder.names(CONTAINER) == []
