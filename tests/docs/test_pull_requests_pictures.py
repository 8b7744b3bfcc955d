"""The workflow that draws dashboards, in the guide to pull requests: what it may do, and what it does when run.

Its steps run here in bash as a runner runs them, with stand-ins for `hft`, `gh` and `make`. That GitHub takes it, and
what its action for artifacts does, is not proven here.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from ops.dashboards import cli
from stacks.dashboards import dashboards
from tests.docs.steps import run_step

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/guides/pull-requests.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
WORKFLOWS = {found["name"]: found for found in map(yaml.safe_load, BLOCKS) if "name" in found}
PREVIEW, WORKFLOW = WORKFLOWS["preview"], WORKFLOWS["dashboards"]
JOB = WORKFLOW["jobs"]["pictures"]
STEPS: list[dict[str, Any]] = JOB["steps"]
SCRIPTS = {step["name"]: step["run"] for step in STEPS if "run" in step}


def test_it_runs_where_a_dashboard_of_production_changes() -> None:
    # YAML 1.1, which Python's loader reads, takes `on` for true.
    assert WORKFLOW[True] == {"pull_request": {"branches": ["main"], "paths": ["tests/golden/prod/dashboards/**"]}}
    assert JOB["env"]["STACK"] == "prod"
    assert sorted(path.stem for path in (ROOT / "tests/golden/prod/dashboards").iterdir()) == sorted(
        f"grafana-dashboard-{name}" for name in dashboards("prod")
    )


def test_it_may_what_the_preview_may_and_runs_where_that_runs() -> None:
    preview = PREVIEW["jobs"]["prod"]

    assert WORKFLOW["permissions"] == PREVIEW["permissions"]
    assert [(JOB[key], key) for key in ("if", "runs-on", "env")] == [
        (preview[key], key) for key in ("if", "runs-on", "env")
    ]


def test_its_actions_are_the_checkout_without_the_token_and_the_pictures_as_an_artifact() -> None:
    assert [step for step in STEPS if "uses" in step] == [
        {
            "uses": "actions/checkout@v4",
            "with": {"ref": "${{ github.event.pull_request.head.sha }}", "persist-credentials": False},
        },
        {
            "name": "Keep",
            "id": "kept",
            "uses": "actions/upload-artifact@v4",
            "with": {
                "name": "dashboards",
                "path": "${{ runner.temp }}/dashboards/pictures",
                "if-no-files-found": "error",
                "retention-days": 30,
            },
        },
    ]


def test_only_the_step_that_calls_github_has_the_token() -> None:
    has = [step["name"] for step in STEPS if "GH_TOKEN" in step.get("env", {})]

    assert has == [name for name, script in SCRIPTS.items() if re.search(r"^\s*gh ", script, re.MULTILINE)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_has_an_expression_or_shows_secrets(name: str) -> None:
    for forbidden in ("${{", "--show-secrets", "set -x", "PASSPHRASE", "stack output", "cat "):
        assert forbidden not in SCRIPTS[name]


def unknown_to_hft(line: str) -> set[str]:
    """Options that the command has not; the whole, where there is no such command."""
    words = line.split()[1:]
    command = typer.main.get_command(cli.app).commands.get(words[1])  # type: ignore[attr-defined]
    if words[0] != "dashboards" or command is None:
        return {" ".join(words[:2])}
    known = {name for parameter in command.params for name in parameter.opts}
    return {word for word in words if word.startswith("-")} - known


def test_hft_has_the_command_with_its_options() -> None:
    (line,) = re.findall(r"^hft .*$", "".join(SCRIPTS.values()), re.MULTILINE)

    assert unknown_to_hft(line) == set()


def test_what_hft_has_not_is_seen() -> None:
    assert unknown_to_hft("hft dashboards draw prod") == {"dashboards draw"}
    assert unknown_to_hft("hft dashboards render prod --out x --to y") == {"--to"}


class Runner:
    """A self-hosted runner with one checkout, and with what `hft up` wrote in a folder."""

    def __init__(self, root: Path) -> None:
        self.checkout, self.temporary, self.bin = root / "checkout", root / "temporary", root / "bin"
        self.logins, self.said = root / "logins", root / "said"
        for folder in (self.checkout, self.temporary, self.bin, self.logins, self.said):
            folder.mkdir()
        (self.logins / "grafana-token-prod").write_text("glsa_x\n")
        for another in ("dev", "pre-prod"):
            (self.logins / f"grafana-token-{another}").write_text("glsa_y\n")
        (self.said / "comment-id").touch()
        self.program("make", "mkdir -p .hft && touch .hft/env")
        self.program(
            "hft",
            f'echo "$*" > {self.said}/hft\n'
            f"ls .hft > {self.said}/logins\n"
            f"stat -c %a .hft/grafana-token-prod > {self.said}/mode\n"
            'mkdir "$5" && echo PNG > "$5/desk.png"',
        )
        self.program(
            "gh",
            f'echo "$1 $2 $3 $4" >> {self.said}/asked\n'
            f'case "$*" in *--jq*) cat {self.said}/comment-id ;; *) cp $OUT/comment.md {self.said}/comment.md ;; esac',
        )

    def program(self, name: str, script: str) -> None:
        file = self.bin / name
        file.write_text(f"#!/usr/bin/env bash\n{script}\n")
        file.chmod(0o755)

    def run(self) -> tuple[str, list[str]]:
        """The step that failed, if one did, and the pictures that became an artifact."""
        environment = os.environ | {
            **{"STACK": JOB["env"]["STACK"], "HEAD": "c0ffee", "PULL_REQUEST": "7", "GITHUB_REPOSITORY": "firm/hft"},
            **{"RUNNER_TEMP": str(self.temporary), "GITHUB_ENV": str(self.said / "env")},
            **{"PATH": f"{self.bin}:{os.environ['PATH']}", "HFT_LOGINS": str(self.logins)},
        }
        failed, kept = "", []
        for step in STEPS[1:]:
            if failed and step.get("if") != "always()":
                continue
            if step.get("id") == "kept":
                kept = [path.name for path in (self.temporary / "dashboards/pictures").iterdir()]
                environment["PICTURES"] = "https://github.example/artifacts/1"
                continue
            environment |= {"OUT": str(self.temporary / "dashboards")} if (self.said / "env").exists() else {}
            done = run_step(step, self.checkout, environment)
            failed = failed or (step["name"] if done.returncode else "")
        return failed, kept

    def told(self, name: str) -> list[str]:
        file = self.said / name
        return file.read_text().splitlines() if file.exists() else []

    @property
    def left(self) -> list[str]:
        """What it left on the runner: in its folder, and of logins in the checkout."""
        logins = [path.name for path in (self.checkout / ".hft").glob("*-prod")]
        return [*(path.name for path in self.temporary.iterdir()), *logins]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_pictures_are_drawn_kept_and_linked(runner: Runner) -> None:
    assert runner.run() == ("", ["desk.png"])

    assert runner.told("hft") == [f"dashboards render prod --out {runner.temporary}/dashboards/pictures"]
    assert (runner.told("logins"), runner.told("mode")) == (["env", "grafana-token-prod"], ["600"])
    assert runner.told("comment.md") == [
        "<!-- dashboards of prod -->",
        "Dashboards of `prod` as drawn at c0ffee, from what the stack answered then: https://github.example/artifacts/1",
    ]
    assert runner.told("asked")[-1] == "pr comment 7 --repo"
    assert runner.told("env") == [f"OUT={runner.temporary}/dashboards"]
    assert runner.left == []


def test_the_link_that_is_there_is_rewritten(runner: Runner) -> None:
    (runner.said / "comment-id").write_text("41\n42\n")

    assert runner.run() == ("", ["desk.png"])
    assert runner.told("asked")[-1] == "api --silent --method PATCH"


def test_a_stack_that_does_not_answer_makes_no_comment_and_leaves_nothing(runner: Runner) -> None:
    runner.program("hft", "exit 1")

    assert runner.run() == ("Draw", [])
    assert (runner.told("asked"), runner.left) == ([], [])


def test_a_runner_without_the_file_of_a_login_stops_before_it_draws(runner: Runner) -> None:
    (runner.logins / "grafana-token-prod").unlink()

    assert runner.run() == ("Set up", [])
    assert (runner.told("hft"), runner.left) == ([], [])
