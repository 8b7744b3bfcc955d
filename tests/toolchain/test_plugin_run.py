"""How packs and plugin folders are started, and a real child's output."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.runtime.proto.language_pb2 import ProgramInfo, RunPluginRequest, RunPluginResponse

from tests.toolchain.conftest import Script
from toolchain import paths
from toolchain.child import Child
from toolchain.plugin_run import command, python

LAUNCH = ["-u", "-P", f"{paths.ROOT}/toolchain/launch.py"]


def test_a_pack_is_run_by_the_sdk_s_policy_server_behind_a_proxy() -> None:
    request = RunPluginRequest(
        kind="analyzer", args=["127.0.0.1:9", "--logtostderr"], info=ProgramInfo(program_directory="/pack")
    )
    proxy = [sys.executable, *LAUNCH, "toolchain.policy_pack", "/pack"]
    assert command(request) == [*proxy, sys.executable, *LAUNCH, "pulumi.policy", "127.0.0.1:9", "/pack"]


def test_a_plugin_folder_is_run_itself_with_all_arguments() -> None:
    request = RunPluginRequest(
        kind="resource", args=["127.0.0.1:9", "--logtostderr"], info=ProgramInfo(program_directory="/plugin")
    )
    assert command(request) == [sys.executable, *LAUNCH, "/plugin", "127.0.0.1:9", "--logtostderr"]


def info(folder: Path, virtualenv: str) -> ProgramInfo:
    program = ProgramInfo(root_directory=str(folder))
    program.options["virtualenv"] = virtualenv
    return program


def test_a_venv_that_is_there_is_used(tmp_path: Path, script: Script) -> None:
    own = script(tmp_path / "venv" / "bin" / "python", "exit 0")
    assert python(info(tmp_path, "venv")) == str(own)


def test_one_that_is_not_is_ignored(tmp_path: Path) -> None:
    assert python(info(tmp_path, "venv")) == sys.executable
    assert python(ProgramInfo(root_directory=str(tmp_path))) == sys.executable


def test_a_child_s_output_and_exit_code(tmp_path: Path) -> None:
    child = Child(["/bin/sh", "-c", 'pwd; echo "$A" >&2; exit 3'], str(tmp_path), {"A": "b"})
    messages = list(child)
    assert messages[-1] == RunPluginResponse(exitcode=3)
    assert b"".join(message.stdout for message in messages) == f"{tmp_path}\n".encode()
    assert b"".join(message.stderr for message in messages) == b"b\n"


def test_the_first_line_can_be_taken_out(tmp_path: Path) -> None:
    taken: list[bytes] = []
    child = Child(["/bin/sh", "-c", "echo 12345; echo rest"], str(tmp_path), {}, first_line=taken.append)
    assert b"".join(message.stdout for message in child) == b"rest\n"
    assert taken == [b"12345\n"]


def test_a_child_that_ends_without_a_line_gives_an_empty_one(tmp_path: Path) -> None:
    taken: list[bytes] = []
    assert list(Child(["/bin/sh", "-c", "exit 1"], str(tmp_path), {}, first_line=taken.append)) == [
        RunPluginResponse(exitcode=1)
    ]
    assert taken == [b""]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT as the language host has it; a job in the background of a shell ignores it, and so would its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_stopped_child_ends_by_sigint(tmp_path: Path) -> None:
    child = Child(["/bin/sleep", "60"], str(tmp_path), {})
    child.stop()
    assert list(child) == [RunPluginResponse(exitcode=-2)]
