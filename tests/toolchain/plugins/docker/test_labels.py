from toolchain.plugins.docker.labels import from_docker, to_docker


def test_labels_become_a_mapping():
    assert to_docker([{"label": "b", "value": "2"}, {"label": "a", "value": "1"}]) == {"b": "2", "a": "1"}
    assert to_docker([]) == {}


def test_a_mapping_becomes_labels_in_the_order_of_names():
    assert from_docker({"b": "2", "a": "1"}) == [{"label": "a", "value": "1"}, {"label": "b", "value": "2"}]


def test_no_labels_at_all():
    assert from_docker(None) == []
    assert from_docker({}) == []
