import os
import signal
import subprocess
import sys

import grpc
import pytest
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from tests.toolchain.plugins.conftest import from_struct


async def test_an_expected_failure_is_one_plain_sentence(plugin, capfd):
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await plugin.create("Thing", {"name": "broken"})
    assert failed.value.details() == "cannot make broken: choose another name"
    assert capfd.readouterr() == ("", "")


async def test_an_unexpected_failure_is_one_line_without_traceback(plugin, capfd):
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await plugin.create("Thing", {"name": "bug"})
    assert failed.value.details() == "KeyError: 'surprise'"
    assert capfd.readouterr() == ("", "")


async def test_a_half_made_resource_is_handed_over_with_its_state(plugin):
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await plugin.create("Thing", {"name": "sick", "size": 2})
    trailing = dict(failed.value.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert detail.id == "id-sick"
    assert list(detail.reasons) == ["sick did not come up: last words"]
    assert from_struct(detail.properties)["address"] == "at-sick"
    assert PropertyValue.unmarshal_map(detail.properties)["token"].is_secret


async def test_what_is_not_offered_is_said_without_traceback(plugin, capfd):
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await plugin._stub.GetSchema(provider_pb2.GetSchemaRequest())
    assert failed.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert failed.value.details() == "GetSchema is not offered by this stand-in provider"
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def process(request):
    root = request.config.rootpath
    started = subprocess.Popen(
        [sys.executable, "-m", "toolchain.plugins.random", "127.0.0.1:1"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield started
    started.kill()
    started.communicate()


def test_the_process_prints_its_port_answers_and_stops_quietly(process):
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        info = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(
            provider_pb2.google_dot_protobuf_dot_empty__pb2.Empty()
        )
    assert info.version == "4.21.1"
    os.kill(process.pid, signal.SIGINT)
    assert process.communicate(timeout=5) == ("", "")
    assert process.returncode == 0
