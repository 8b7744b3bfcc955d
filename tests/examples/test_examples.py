"""Every example runs under mocks, as it stands."""

import json
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest

from tests.conftest import CONTAINER, VOLUME, Recorder, Secret

EXAMPLES = Path(__file__).parents[2] / "examples"
LOCK = {"images": {name: {"id": f"sha256:{name}"} for name in ("etcd", "timescaledb", "exporters", "haproxy")}}


@pytest.fixture
def run(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run an example with some configuration, and give what it exports."""
    exported: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)
    monkeypatch.setattr(Path, "read_text", _with_lock(Path.read_text))

    def example(name: str, **config: str) -> dict[str, Any]:
        values = {f"hft:{key.replace('_', '-')}": value for key, value in config.items()}
        pulumi.runtime.set_all_config(values, [key for key in values if "token" in key or "password" in key])
        recorder.run(lambda: runpy.run_path(str(EXAMPLES / name / "__main__.py"), run_name="__main__") and None)
        return exported

    return example


def _with_lock(read_text: Any) -> Any:
    def read(path: Path, *args: Any, **kwargs: Any) -> str:
        return json.dumps(LOCK) if path.name == "lock.json" else read_text(path, *args, **kwargs)

    return read


def test_the_database_comes_alone(run: Any, recorder: Recorder) -> None:
    exported = run("database-alone")

    assert exported["writer"] == "127.0.0.1:25000"
    assert recorder.names(CONTAINER) == [
        "certs-etcd-0-fill",
        "certs-etcd-1-fill",
        "certs-etcd-2-fill",
        "certs-tsdb-0-fill",
        "certs-tsdb-1-fill",
        "certs-tsdb-2-fill",
        "etcd-node-0",
        "etcd-node-1",
        "etcd-node-2",
        "router-here",
        "tsdb-exporter-0",
        "tsdb-exporter-1",
        "tsdb-exporter-2",
        "tsdb-node-0",
        "tsdb-node-1",
        "tsdb-node-2",
        "tsdb-passwords-0",
        "tsdb-passwords-1",
        "tsdb-passwords-2",
        "tsdb-reload-0",
        "tsdb-reload-1",
        "tsdb-reload-2",
        "tsdb-replicated",
        "tsdb-roles-0",
        "tsdb-roles-1",
        "tsdb-roles-2",
        "tsdb-shared",
    ]
    assert len(recorder.names(VOLUME)) == 12


def test_an_image_of_your_own_is_pinned_and_its_key_is_a_file(run: Any, recorder: Recorder) -> None:
    run("own-engine", image="sha256:mine", venue_key="k3y")

    found = recorder.inputs(CONTAINER, "maker")
    assert (found["image"], found["cpuSet"], found["readOnly"]) == ("sha256:mine", "1", True)
    assert isinstance(found["uploads"], Secret)
    assert {"file": "/run/secrets/venue-key", "content": "k3y", "permissions": "0444"} in found["uploads"].value


def test_an_existing_grafana_gets_our_objects_only(run: Any, recorder: Recorder) -> None:
    run("external-grafana", grafana_url="https://grafana.example", grafana_token="t", reader_password="p")

    assert recorder.names(CONTAINER) == []
    assert recorder.names("grafana:oss/dashboard:Dashboard") == ["grafana-dashboard-desk"]
    assert recorder.names("grafana:oss/team:Team") == ["grafana-team-desk", "grafana-team-quants"]
    assert recorder.names("grafana:alerting/notificationPolicy:NotificationPolicy") == []
    assert recorder.names("random:index/randomPassword:RandomPassword") == []
