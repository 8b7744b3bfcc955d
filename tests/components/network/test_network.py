import pytest
from pydantic import ValidationError

from components.network import Network, NetworkArgs, NetworkSettings
from tests.conftest import Recorder, placements

NETWORK = "docker:index/network:Network"


def settings(*planes: dict[str, str]) -> NetworkSettings:
    return NetworkSettings.model_validate({"planes": planes})


VENUES = {"name": "venues", "host": "a", "subnet": "10.89.0.0/24"}


def test_a_plane_is_a_bridge_with_its_address_plan(recorder: Recorder) -> None:
    names = recorder.run(
        lambda: Network("network", NetworkArgs(settings=settings(VENUES), placements=placements("a", "b"))).planes
    )

    assert names == {"venues": "hft-dev-venues"}
    assert recorder.inputs(NETWORK, "network-venues") == {
        "name": "hft-dev-venues",
        "driver": "bridge",
        "ipamConfigs": [{"subnet": "10.89.0.0/24", "gateway": "10.89.0.1"}],
        "labels": [
            {"label": "hft.component", "value": "network"},
            {"label": "hft.project", "value": "hft"},
            {"label": "hft.role", "value": "venues"},
            {"label": "hft.stack", "value": "dev"},
        ],
    }
    assert recorder.provider(NETWORK, "network-venues") == "on-a"


def test_no_planes_make_no_network(recorder: Recorder) -> None:
    recorder.run(lambda: Network("network", NetworkArgs(settings=settings(), placements=placements("a"))).planes)

    assert recorder.names(NETWORK) == []


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({**VENUES, "subnet": "10.90.0.0/24"}, "planes[1].name=venues is also planes[0].name: rename one of them"),
        (
            {**VENUES, "name": "guests", "subnet": "10.89.0.128/25"},
            "planes[1].subnet=10.89.0.128/25 overlaps planes[0].subnet=10.89.0.0/24: move one",
        ),
    ],
)
def test_planes_that_collide_are_refused(second: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        settings(VENUES, second)

    assert raised.value.errors()[0]["msg"] == f"Value error, {message}"
