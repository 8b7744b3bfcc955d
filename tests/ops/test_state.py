"""Reading an exported state."""

from ops.state import CONTAINER, State
from tests.ops.states import DOCKER, entry, state, urn


def test_an_empty_export_has_nothing() -> None:
    empty = State({"version": 3, "deployment": None})
    assert (empty.resources, empty.pending, dict(empty.outputs)) == ((), (), {})


def test_a_resource_is_read() -> None:
    found = next(state(entry(CONTAINER, "etcd-0", inputs={"name": "hft-dev-etcd-0"})).of_type(CONTAINER))
    assert (found.name, found.id, found.inputs["name"]) == ("etcd-0", "etcd-0-id", "hft-dev-etcd-0")
    assert found.provider_urn == DOCKER
    assert not found.is_component


def test_what_waits_for_its_deletion_is_left_out() -> None:
    assert list(state(entry(CONTAINER, "old", delete=True)).of_type(CONTAINER)) == []


def test_created_leaves_out_components_and_providers() -> None:
    component = entry("hft:x:C", "c", custom=False)
    assert [each.name for each in state(component, entry(CONTAINER, "a")).created()] == ["a"]


def test_the_docker_endpoint_is_that_of_the_provider() -> None:
    found = state(entry(CONTAINER, "a"), entry(CONTAINER, "b", provider=f"{urn('pulumi:providers:docker', 'x')}::1"))
    assert [found.docker_endpoint(each) for each in found.of_type(CONTAINER)] == ["unix:///var/run/docker.sock", None]


def test_pending_operations_are_read() -> None:
    (found,) = state(pending=[("creating", entry(CONTAINER, "a"))]).pending
    assert (found.operation, found.resource.urn) == ("creating", urn(CONTAINER, "a"))


def test_outputs_are_those_of_the_stack() -> None:
    assert state(outputs={"hosts": {"local": "unix:///x"}}).outputs == {"hosts": {"local": "unix:///x"}}
