"""What a workspace knows without an engine, and what it refuses."""

import subprocess
from pathlib import Path

import pytest
from pulumi import automation as auto

from ops.errors import OpsError
from ops.wanted import Wanted
from ops.workspace import Workspace, engine_errors, project_root


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "Pulumi.yaml").write_text("name: hft\nruntime: python\n")
    return Workspace("dev", tmp_path)


def test_the_projects_name_is_that_of_its_file(workspace: Workspace) -> None:
    assert workspace.project == "hft"


def test_a_stack_with_a_settings_file_is_known(workspace: Workspace) -> None:
    workspace.settings_file.touch()
    workspace.require_settings_file()


def test_a_stack_without_one_is_refused_with_those_there_are(workspace: Workspace) -> None:
    for name in ("prod", "twin"):
        (workspace.root / f"Pulumi.{name}.yaml").touch()
    with pytest.raises(OpsError) as refused:
        workspace.require_settings_file()
    assert refused.value.problems == ("stack 'dev': Pulumi.dev.yaml is not there (stacks: prod, twin)",)


def test_a_checkout_without_any_says_so(workspace: Workspace) -> None:
    with pytest.raises(OpsError, match=r"\(stacks: none\)$"):
        Workspace.prepared("dev", workspace.root)


def test_the_policy_pack_is_always_there(workspace: Workspace) -> None:
    assert workspace.policy_arguments() == {"policy_packs": [f"{workspace.root}/policies"]}


def test_levels_of_a_stack_join_it(workspace: Workspace) -> None:
    (workspace.root / "policies").mkdir()
    (workspace.root / "policies/prod.json").touch()
    assert "policy_pack_configs" not in workspace.policy_arguments()
    (workspace.root / "policies/dev.json").touch()
    assert workspace.policy_arguments() == {
        "policy_packs": [f"{workspace.root}/policies"],
        "policy_pack_configs": [f"{workspace.root}/policies/dev.json"],
    }


def test_an_engine_command_that_fails_is_one_clear_error() -> None:
    failed = auto.CommandResult(stdout="", stderr="warning: old\nerror: no such file\n", code=255)
    with pytest.raises(OpsError) as refused, engine_errors():
        raise auto.CommandError(failed)
    assert refused.value.problems == ("no such file",)


def test_a_stack_that_is_not_there_is_for_the_caller() -> None:
    failed = auto.CommandResult(stdout="", stderr="error: no stack named 'dev' found\n", code=255)
    with pytest.raises(auto.StackNotFoundError), engine_errors():
        raise auto.StackNotFoundError(failed)


def test_a_mistake_of_ours_is_not_taken_for_one_of_the_engine() -> None:
    with pytest.raises(subprocess.TimeoutExpired), engine_errors():
        raise subprocess.TimeoutExpired("pulumi", 1)


def test_nothing_is_wanted_beyond_hosts_unless_it_is_said() -> None:
    assert (Wanted(hosts=()).ports, dict(Wanted(hosts=()).images)) == ((), {})


def test_the_project_is_the_nearest_one_upwards(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: hft\n")
    (tmp_path / "docs" / "adr").mkdir(parents=True)

    assert project_root(tmp_path) == tmp_path
    assert project_root(tmp_path / "docs" / "adr") == tmp_path


def test_outside_of_any_project_it_is_this_checkout(tmp_path: Path) -> None:
    assert project_root(tmp_path) == Path(__file__).parents[2]
