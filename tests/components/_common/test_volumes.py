import pulumi

from components._common.volumes import kept_volume
from tests.components.conftest import Options
from tests.conftest import VOLUME, Recorder, placements


def build() -> None:
    parent = pulumi.ComponentResource("hft:test:Parent", "parent")
    place = placements("a", "b")["b"]
    kept_volume(parent, "tsdb-data-0", component="database", owner="tsdb-0", placement=place, tier="data")


def test_a_data_volume_is_named_and_labelled_after_its_owner_and_on_its_host(recorder: Recorder) -> None:
    recorder.run(build)

    assert recorder.inputs(VOLUME, "tsdb-data-0") == {
        "name": "hft-dev-tsdb-0-data",
        "labels": [
            {"label": "hft.component", "value": "database"},
            {"label": "hft.project", "value": "hft"},
            {"label": "hft.role", "value": "tsdb-0"},
            {"label": "hft.stack", "value": "dev"},
            {"label": "hft.tier", "value": "data"},
        ],
    }
    assert recorder.provider(VOLUME, "tsdb-data-0") == "on-b"


def test_a_data_volume_is_protected_and_outlives_its_resource(recorder: Recorder, options: Options) -> None:
    recorder.run(build)

    assert options.kept() == ["tsdb-data-0"]
