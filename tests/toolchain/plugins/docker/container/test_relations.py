import pytest

from toolchain.plugins.docker.container.relations import beyond, problems
from toolchain.plugins.framework import UNKNOWN


def found(**inputs):
    return list(problems(inputs))


@pytest.mark.parametrize("source", ["content", "contentBase64", "source"])
def test_a_file_has_one_source(source):
    assert found(uploads=[{"file": "/f", source: "eA=="}]) == []
    assert found(uploads=[{"file": "/f", source: UNKNOWN}]) == []


def test_a_file_without_content_is_refused():
    reason = "property uploads[0] (/f) needs one of content, contentBase64 or source, and not empty"
    assert found(uploads=[{"file": "/f"}]) == [("uploads[0]", reason)]
    assert found(uploads=[{"file": "/f", "content": ""}]) == [("uploads[0]", reason)]


def test_a_file_with_two_sources_is_refused():
    files = [{"file": "/e", "content": "x"}, {"file": "/f", "content": UNKNOWN, "source": "/s"}]
    reason = "property uploads[1] (/f) has content and source: give only one"
    assert found(uploads=files) == [("uploads[1]", reason)]


@pytest.mark.parametrize("volume", [{"containerPath": "/data"}, {"fromContainer": "other"}, {"containerPath": UNKNOWN}])
def test_a_volume_says_where_it_goes(volume):
    assert found(volumes=[volume]) == []


def test_a_volume_that_goes_nowhere_is_refused():
    reason = "property volumes[0] needs containerPath or fromContainer: give one of them"
    assert found(volumes=[{"volumeName": "data"}]) == [("volumes[0]", reason)]


def test_a_volume_that_goes_two_ways_is_refused():
    reason = "property volumes[0] has both containerPath and fromContainer: give one of them"
    assert found(volumes=[{"containerPath": "/data", "fromContainer": "other"}]) == [("volumes[0]", reason)]


@pytest.mark.parametrize("gpus", ["all", "2", "device=0,1", UNKNOWN])
def test_gpus_that_can_be(gpus):
    assert found(gpus=gpus) == []


def test_gpus_that_cannot_be():
    reason = "property gpus='some': must be all, a number, or device=<ids>"
    assert found(gpus="some") == [("gpus", reason)]


def test_gpus_and_device_requests_are_two_ways_to_say_one_thing():
    reason = "property gpus and deviceRequests are both given: give only one"
    assert found(gpus="all", deviceRequests=[{"driver": "cdi"}]) == [("gpus", reason)]
    assert found(deviceRequests=[{"driver": "cdi"}]) == []


def test_logs_need_attach():
    assert found(logs=True, attach=False) == [
        ("logs", "property logs=true has no effect without attach=true: give both")
    ]
    assert found(logs=True, attach=True) == []
    assert found(logs=True, attach=UNKNOWN) == []


def test_lists_and_items_that_are_unknown_are_left_for_later():
    assert found(uploads=UNKNOWN, volumes=[UNKNOWN]) == []


NEWER = {
    "mounts.volumeOptions.subpath": ({"mounts": [{"volumeOptions": {"subpath": "a"}}, {}]}, "1.45"),
    "healthcheck.startInterval": ({"healthcheck": {"startInterval": "1s"}}, "1.44"),
    "networksAdvanced.gwPriority": ({"networksAdvanced": [{"name": "n", "gwPriority": 1}]}, "1.48"),
}


@pytest.mark.parametrize("path", NEWER)
def test_an_input_that_the_daemon_would_ignore_is_named(path):
    inputs, since = NEWER[path]
    assert list(beyond(inputs, lambda version: False)) == [(path, since)]
    assert list(beyond(inputs, lambda version: version == since)) == []


def test_what_is_not_used_needs_no_newer_daemon():
    idle = {"healthcheck": {"startInterval": "0s"}, "mounts": [{"target": "/t"}], "networksAdvanced": [{"name": "n"}]}
    assert list(beyond(idle, lambda version: False)) == []
    assert list(beyond({}, lambda version: False)) == []
