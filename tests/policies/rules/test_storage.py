from policies.resources import Volume
from tests.policies.given import found, resource

DATA = {"name": "hft-dev-tsdb-0-data"}


def test_a_volume_that_a_new_name_deletes() -> None:
    assert found("volumes-protected", resource(Volume.TYPE, DATA, protect=False)) == [
        "protect is off, so a renamed setting deletes its data; "
        "set ResourceOptions(protect=True, retain_on_delete=True)"
    ]


def test_a_volume_that_stays() -> None:
    assert found("volumes-protected", resource(Volume.TYPE, DATA, protect=True)) == []


def test_another_resource_need_not_be_protected() -> None:
    assert found("volumes-protected", resource("docker:index/network:Network", DATA, protect=False)) == []
