"""The workflow in the guide to pull requests: what it may do, that its commands exist, and what it does when run.

Its steps run here in bash as a runner runs them, with stand-ins for `pulumi`, `gh` and `make`; `hft` is the real one.
That GitHub takes the workflow, and that the engine prints such text, is not proven here.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

import toolchain
from ops import cli
from ops.gate_files import read_approval
from tests.docs.steps import run_step
from tests.ops.previews import approval, committed, document, slot, volume, written

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/guides/pull-requests.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
WORKFLOW: dict[Any, Any] = yaml.safe_load(next(text for kind, text in BLOCKS if kind == "yaml"))
JOB = WORKFLOW["jobs"]["prod"]
STEPS: list[dict[str, Any]] = JOB["steps"]
SCRIPTS = {step["name"]: step["run"] for step in STEPS if "run" in step}

FINDINGS = """\
Previewing update (prod):
 +- docker:index:Volume data replace [diff: +driver]
Policies:
    ❌ hft@v0.1.0 (local: policies)
        - [mandatory] [severity: critical]  volumes-protected  (docker:index:Volume: data)
          A data volume is protected.
          volume hft-prod-data: protect is off | <b>
        - [advisory]  tier-declared
          Each container says its tier.

Resources:
    ~ 1 to update
"""


def commands() -> Iterator[list[str]]:
    """The words of each `hft` and `pulumi` command of the page, up to where its output goes."""
    texts = [*SCRIPTS.values(), *(text for kind, text in BLOCKS if kind == "console")]
    for text in texts:
        for line in text.replace("\\\n", " ").splitlines():
            found = re.match(r"\s*(?:\$ )?((?:hft|pulumi) .*?)(?: \d?>.*| \|\|.*)?$", line)
            if found:
                yield shlex.split(re.sub(r"\$\{approval:\+(.*?)\}", r"\1", found[1]))


HFT = [words[1:] for words in commands() if words[0] == "hft"]
PULUMI = [words[1:] for words in commands() if words[0] == "pulumi"]


def options(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if word.startswith("-")}


def test_the_page_has_the_commands_that_it_is_about() -> None:
    assert [words[0] for words in HFT] == ["gate", "gate"]
    assert [words[0] for words in PULUMI] == ["preview", "preview", "preview"]


def unknown_to_hft(words: list[str]) -> set[str]:
    """Options that the command has not; the whole, where there is no such command."""
    command = typer.main.get_command(cli.app).commands.get(words[0])  # type: ignore[attr-defined]
    if command is None:
        return {words[0]}
    return options(words) - {name for parameter in command.params for name in parameter.opts}


@pytest.mark.parametrize("words", HFT, ids=" ".join)
def test_hft_has_each_command_with_these_options(words: list[str]) -> None:
    assert unknown_to_hft(words) == set()


def test_what_hft_has_not_is_seen() -> None:
    assert unknown_to_hft(["gates"]) == {"gates"}
    assert unknown_to_hft(["gate", "--approval", "x", "--approve=x"]) == {"--approve"}


def unknown_to_the_engine(words: list[str]) -> set[str]:
    """The same, by what the engine says of itself."""
    try:
        environment = os.environ | toolchain.environment()
    except toolchain.ToolchainError as error:
        pytest.skip(str(error))
    shown = subprocess.run(
        ["pulumi", words[0], "--help"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    return options(words) - set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", shown, re.MULTILINE))


@pytest.mark.parametrize("words", PULUMI, ids=" ".join)
def test_the_engine_has_each_command_with_these_options(words: list[str]) -> None:
    assert unknown_to_the_engine(words) == set()


def test_an_option_that_the_engine_has_not_is_seen() -> None:
    assert unknown_to_the_engine(["preview", "--json", "--show-same"]) == {"--show-same"}


def test_the_job_may_read_the_code_and_write_to_pull_requests_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert [name for name, job in WORKFLOW["jobs"].items() if "permissions" in job] == []


def test_it_runs_for_pull_requests_of_the_repository_itself_on_a_runner_of_the_firm() -> None:
    # YAML 1.1, which Python's loader reads, takes `on` for true.
    assert WORKFLOW[True] == {"pull_request": {"branches": ["main"]}}
    assert JOB["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert JOB["runs-on"] == ["self-hosted", "hft-preview"]


def test_the_only_action_is_the_checkout_of_the_commit_itself_without_the_token() -> None:
    assert [step for step in STEPS if "uses" in step] == [
        {
            "uses": "actions/checkout@v4",
            "with": {"ref": "${{ github.event.pull_request.head.sha }}", "persist-credentials": False},
        }
    ]


def test_only_steps_that_call_github_have_the_token() -> None:
    has = [step["name"] for step in STEPS if "GH_TOKEN" in step.get("env", {})]
    assert has == [name for name, script in SCRIPTS.items() if re.search(r"^\s*gh ", script, re.MULTILINE)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_has_an_expression_or_shows_secrets(name: str) -> None:
    # An expression is put into the script as text: the title of a pull request could be a command.
    for forbidden in ("${{", "--show-secrets", "set -x", "PASSPHRASE", "stack output"):
        assert forbidden not in SCRIPTS[name]


def test_production_is_previewed_with_the_policies_of_production() -> None:
    assert JOB["env"]["STACK"] == "prod"
    for words in PULUMI[:2]:
        assert words[1:7] == [
            *("--stack", "$STACK"),
            *("--policy-pack", "policies", "--policy-pack-config", "policies/$STACK.json"),
        ]


def test_the_approval_of_the_page_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(next(text for kind, text in BLOCKS if text.startswith("commit: ")))
    assert read_approval(tmp_path / "a.yaml").approved_by == "j.doe, database desk"


class Runner:
    """A self-hosted runner with one checkout."""

    def __init__(self, root: Path) -> None:
        self.checkout, self.temporary, self.bin = root / "checkout", root / "temporary", root / "bin"
        for folder in (self.checkout / ".hft", self.temporary, self.bin):
            folder.mkdir(parents=True)
        (self.checkout / "Pulumi.yaml").write_text("name: hft\n")
        (self.checkout / ".hft/env").touch()
        self.head = committed(self.checkout)
        self.said = root / "said"
        self.said.mkdir()
        self.program("make", "exit 0")
        self.program("hft", f'exec {sys.executable} -m ops "$@"')
        self.program(
            "pulumi",
            f'case "$*" in *--json*) cat {self.said}/preview.json ;; *) cat {self.said}/preview.txt ;; esac\n'
            f"exit $(cat {self.said}/status)",
        )
        self.program(
            "gh",
            f'echo "$1 $2 $3 $4" >> {self.said}/asked\n'
            f'case "$*" in\n'
            f"*/contents/{self.head}.yaml?ref=approvals*) cat {self.said}/approval.yaml ;;\n"
            f"*--jq*) cat {self.said}/comment-id ;;\n"
            f"*) cp $OUT/comment.md {self.said}/comment.md ;;\n"
            "esac",
        )
        self.prints(volume("same"))

    def program(self, name: str, script: str) -> None:
        file = self.bin / name
        file.write_text(f"#!/usr/bin/env bash\n{script}\n")
        file.chmod(0o755)

    def prints(self, *shown: list[dict[str, Any]], text: str = "Previewing update (prod):\n", status: int = 0) -> None:
        """What the engine prints from now on, and its exit status."""
        written(self.said, *shown)
        (self.said / "preview.txt").write_text(text)
        (self.said / "status").write_text(f"{status}\n")
        (self.said / "comment-id").touch()

    def run(self) -> str:
        """Run the job; what its step Verdict printed, or the name of another step that failed."""
        environment = os.environ | {
            **{key: value for key, value in JOB["env"].items() if "${{" not in value},
            **{"HEAD": self.head, "PULL_REQUEST": "7", "GITHUB_REPOSITORY": "firm/hft"},
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_ENV": str(self.said / "env"),
        }
        (self.said / "env").touch()
        verdict, failed = "", ""
        for step in STEPS:
            if "run" not in step or (failed and step.get("if") != "always()"):
                continue
            for line in (self.said / "env").read_text().splitlines():
                key, _, value = line.partition("=")
                environment[key] = value
            done = run_step(step, self.checkout, environment)
            failed = failed or (step["name"] if done.returncode else "")
            verdict = done.stdout if step["name"] == "Verdict" else verdict
        assert list(self.temporary.iterdir()) == []
        return verdict if failed in ("", "Verdict") else f"{failed} failed"

    @property
    def comment(self) -> str:
        return (self.said / "comment.md").read_text()

    @property
    def asked(self) -> list[str]:
        """The first words of each call of `gh`."""
        return (self.said / "asked").read_text().splitlines()


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


PASSED = "policies and danger gate let it pass\n"


def test_a_harmless_change_passes_and_makes_a_comment(runner: Runner) -> None:
    runner.prints(slot("create", "engine-green"), slot("delete", "engine-blue"), text=" + docker:index:Container\n")
    assert runner.run() == PASSED
    lines = runner.comment.splitlines()
    assert lines[:6] == [
        "<!-- preview of prod -->",
        f"## Preview of `prod` at {runner.head}",
        "",
        "### Danger gate: passed",
        "",
        "stack `prod`: passed, nothing in it is dangerous",
    ]
    assert lines[-9:] == [
        "### Policies",
        "",
        "No finding.",
        "",
        "<details><summary>Preview</summary>",
        "",
        "     + docker:index:Container",
        "",
        "</details>",
    ]
    assert runner.asked[-1] == "pr comment 7 --repo"


def test_the_comment_that_is_there_is_rewritten(runner: Runner) -> None:
    (runner.said / "comment-id").write_text("41\n42\n")
    assert runner.run() == PASSED
    assert runner.asked[-1] == "api --silent --method PATCH"
    assert "Danger gate: passed" in runner.comment


def test_a_dangerous_change_is_refused_and_named(runner: Runner) -> None:
    runner.prints(volume("replace"))
    assert runner.run() == "the danger gate refuses\n"
    assert "### Danger gate: refused" in runner.comment
    assert "    error: volume data would be replaced (urn:pulumi:prod::" in runner.comment


def test_what_is_approved_on_the_branch_of_approvals_passes(runner: Runner) -> None:
    runner.prints(volume("replace"))
    urns = [step["urn"] for step in document(volume("replace"))["steps"][1:2]]
    approval(runner.said, commit=runner.head, urns=urns)
    assert runner.run() == PASSED
    assert "passed, approved by `j.doe`: `moved`" in runner.comment


def test_a_policy_that_refuses_is_a_row_and_fails_the_job(runner: Runner) -> None:
    runner.prints(volume("same"), text=FINDINGS, status=255)
    assert runner.run() == "the preview failed, or a policy refuses\n"
    table = runner.comment.partition("### Policies\n\n")[2].partition("\n\n")[0]
    assert table.splitlines() == [
        "| level | severity | rule | resource | finding |",
        "| --- | --- | --- | --- | --- |",
        "| mandatory | critical | `volumes-protected` | `docker:index:Volume: data` | "
        "`A data volume is protected. volume hft-prod-data: protect is off    b ` |",
        "| advisory | - | `tier-declared` | `the stack` | `Each container says its tier.` |",
    ]


def test_a_preview_that_breaks_off_is_refused_by_both(runner: Runner) -> None:
    runner.prints(text="error: no such stack\n", status=1)
    (runner.said / "preview.json").write_text("")
    assert runner.run() == "the danger gate refuses\nthe preview failed, or a policy refuses\n"
    assert "    error: preview.json is empty: " in runner.comment
    assert "    error: no such stack\n" in runner.comment


def test_a_comment_of_any_length_is_cut_to_what_github_takes(runner: Runner) -> None:
    runner.prints(volume("same"), text="x" * 99_999)
    assert runner.run() == PASSED
    assert len(runner.comment) == 65_000


def test_a_comment_that_cannot_be_written_fails_the_job(runner: Runner) -> None:
    runner.program("gh", "exit 1")
    assert runner.run() == "Comment failed"
