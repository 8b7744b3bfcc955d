"""The real engine with this project's language host, on a file backend of its own; no Docker needed."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.toolchain.test_process import gone
from toolchain import ToolchainError, environment, paths, stand_ins

pytestmark = pytest.mark.engine

COMPONENT = """
import pulumi

class Thing(pulumi.ComponentResource):
    def __init__(self, name, size):
        super().__init__("test:index:Thing", name, {"size": size})
        self.register_outputs({})
"""
PACK = """
import os
import pulumi
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

dry = os.environ.get("PULUMI_DRY_RUN")
where = f"{pulumi.get_project()}/{pulumi.get_stack()} x={pulumi.Config().get('x')} dry={dry}"

def small(args, report):
    if args.resource_type == "test:index:Thing" and args.props["size"] > 3:
        report(f"size {args.props['size']:.0f} exceeds 3 in {where}, rules in {os.path.basename(os.getcwd())}")

PolicyPack("sizes", [ResourceValidationPolicy("small", "Things are small.", small, EnforcementLevel.MANDATORY)])
"""


@dataclass
class Project:
    """A Pulumi project in a folder, with stack `dev`."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    try:
        settings = environment()
    except ToolchainError as error:
        pytest.skip(str(error))
    assert "pulumi-language-python" in stand_ins(), "the official host is here: this would test that one"
    (tmp_path / "state").mkdir()
    own = {"PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(), "PULUMI_CONFIG_PASSPHRASE": "test"}
    made = Project(tmp_path / "project", dict(os.environ) | settings | own)
    made.write("Pulumi.yaml", "name: tiny\nruntime:\n  name: python\n  options: {toolchain: pip, virtualenv: venv}\n")
    made.write("pack/PulumiPolicy.yaml", "runtime: python\nversion: 0.1.0\n")
    made.write("pack/__main__.py", PACK)
    assert made.pulumi("stack", "init", "dev").returncode == 0
    return made


def test_a_program_with_modules_output_and_configuration(project: Project) -> None:
    project.write("helper.py", "def double(x):\n    return 2 * x\n")
    project.write(
        "__main__.py",
        f"{COMPONENT}\nimport helper\nprint('said')\nThing('a', 1)\n"
        "pulumi.export('doubled', pulumi.Output.from_input(21).apply(helper.double))\n"
        "pulumi.export('secret', pulumi.Config().require_secret('token'))\n",
    )
    project.pulumi("config", "set", "--secret", "token", "hidden")
    up = project.pulumi("up", "--yes")
    assert up.returncode == 0, up.stdout
    assert "said" in up.stdout
    assert "hidden" not in up.stdout
    outputs = json.loads(project.pulumi("stack", "output", "--json").stdout)
    assert outputs == {"doubled": 42, "secret": "[secret]"}


def test_main_may_be_a_folder_below_the_project(project: Project) -> None:
    project.write("Pulumi.yaml", "name: tiny\nruntime: python\nmain: stacks/\n")
    project.write("stacks/here.py", "import os\nfolder = os.path.basename(os.getcwd())\n")
    project.write("stacks/__main__.py", "import pulumi, here\npulumi.export('folder', here.folder)\n")
    assert project.pulumi("up", "--yes").returncode == 0
    assert json.loads(project.pulumi("stack", "output", "--json").stdout) == {"folder": "stacks"}


def test_an_unchanged_up_is_quick_and_changes_nothing(project: Project) -> None:
    project.write("__main__.py", f"{COMPONENT}\nThing('a', 1)\n")
    assert project.pulumi("up", "--yes").returncode == 0
    started = time.monotonic()
    again = project.pulumi("up", "--yes", "--expect-no-changes")
    assert again.returncode == 0, again.stdout
    assert "2 unchanged" in again.stdout
    # 1.0 s on an idle two-core machine; 16 s when a host ignores SIGINT, which this is here to catch.
    assert time.monotonic() - started < 10


def test_an_error_in_the_program_is_readable_and_fails(project: Project) -> None:
    project.write("helper.py", "def fail():\n    raise ValueError('no such venue')\n")
    project.write("__main__.py", "import helper\nhelper.fail()\n")
    up = project.pulumi("up", "--yes")
    assert up.returncode != 0
    report = up.stdout[up.stdout.index("Diagnostics:") :]
    assert report.count("ValueError: no such venue") == 1
    assert f'File "{project.folder}/__main__.py", line 2, in <module>' in report
    assert f'File "{project.folder}/helper.py", line 2, in fail' in report
    assert "runpy" not in report
    assert "asyncio" not in report


def test_an_error_inside_an_apply_fails(project: Project) -> None:
    project.write(
        "__main__.py", "import pulumi\npulumi.export('a', pulumi.Output.from_input(0).apply(lambda x: 1 / x))\n"
    )
    up = project.pulumi("up", "--yes")
    assert up.returncode != 0
    assert "ZeroDivisionError: division by zero" in up.stdout


@pytest.mark.parametrize(
    ("program", "told"), [("import sys; sys.exit(3)", "the program exited with 3"), ("1 +", "SyntaxError")]
)
def test_a_program_that_does_not_run_to_its_end_fails(project: Project, program: str, told: str) -> None:
    project.write("__main__.py", program)
    preview = project.pulumi("preview")
    assert preview.returncode != 0
    assert told in preview.stdout


def test_a_run_error_is_told_without_traceback(project: Project) -> None:
    project.write("__main__.py", "import pulumi\nraise pulumi.RunError('hosts: expected 1 or more')\n")
    preview = project.pulumi("preview")
    assert preview.returncode != 0
    assert "error: hosts: expected 1 or more" in preview.stdout
    assert "Traceback" not in preview.stdout


def test_what_a_program_logs_is_a_diagnostic_of_its_severity(project: Project) -> None:
    project.write("__main__.py", "import pulumi\npulumi.log.warn('no image')\nraise pulumi.RunError('no host')\n")
    told = json.loads(project.pulumi("preview", "--json").stdout)["diagnostics"]
    said = [(each["severity"], each["message"]) for each in told if "no " in each["message"]]
    assert said == [("warning", "warning: no image\n"), ("error", "error: no host\n")]


def test_a_mandatory_rule_stops_the_preview_and_knows_its_stack(project: Project) -> None:
    project.write("__main__.py", f"{COMPONENT}\nThing('a', 4)\n")
    project.pulumi("config", "set", "x", "7")
    preview = project.pulumi("preview", "--policy-pack", "pack")
    assert preview.returncode != 0
    assert "[mandatory]  small  (test:index:Thing: a)" in preview.stdout
    assert "size 4 exceeds 3 in tiny/dev x=7 dry=true, rules in pack" in preview.stdout


def test_what_the_rule_allows_passes(project: Project) -> None:
    project.write("__main__.py", f"{COMPONENT}\nThing('a', 3)\n")
    up = project.pulumi("up", "--yes", "--policy-pack", "pack")
    assert up.returncode == 0, up.stdout
    assert "sizes@v0.1.0" in up.stdout


def test_policies_on_an_exported_state(project: Project) -> None:
    project.write("__main__.py", f"{COMPONENT}\nThing('a', 3)\nThing('b', 4)\n")
    assert project.pulumi("up", "--yes").returncode == 0
    project.pulumi("stack", "export", "--file", "state.json")
    analysis = project.pulumi("policy", "analyze", "--policy-pack", "pack", "--file", "state.json")
    assert analysis.returncode != 0
    assert analysis.stdout.count("[mandatory]") == 1
    assert "size 4 exceeds 3" in analysis.stdout


@pytest.mark.parametrize(
    ("pack", "told"),
    [
        ("raise KeyError('rules')", "it ended before it was ready"),
        ("print('hi')", "it printed 'hi' instead of its port"),
    ],
)
def test_a_pack_that_does_not_start_fails_the_preview(project: Project, pack: str, told: str) -> None:
    project.write("__main__.py", "")
    project.write("pack/__main__.py", pack)
    preview = project.pulumi("preview", "--policy-pack", "pack")
    assert preview.returncode != 0
    assert f"policy pack {project.folder}/pack: {told}" in preview.stderr


def test_a_plugin_folder_runs_as_a_provider(project: Project) -> None:
    project.write("Pulumi.yaml", "name: tiny\nruntime: python\nplugins:\n  providers: [{name: echo, path: ./echo}]\n")
    project.write("echo/PulumiPlugin.yaml", "runtime: python\n")
    project.write(
        "echo/__main__.py",
        "import sys\n"
        "from pulumi.provider.experimental.provider import CheckResponse, CreateResponse, Provider\n"
        "from pulumi.provider.experimental.server import main\n"
        "class Echo(Provider):\n"
        "    async def check(self, request):\n"
        "        return CheckResponse(inputs=request.new_inputs, failures=[])\n"
        "    async def create(self, request):\n"
        "        return CreateResponse(resource_id='1', properties=request.properties)\n"
        "main(sys.argv[1:], '0.0.1', Echo())\n",
    )
    project.write(
        "__main__.py",
        "import pulumi\n"
        "class Word(pulumi.CustomResource):\n"
        "    said: pulumi.Output[str]\n"
        "    def __init__(self, name, said):\n"
        "        super().__init__('echo:index:Word', name, {'said': said})\n"
        "pulumi.export('said', Word('w', 'hello').said)\n",
    )
    up = project.pulumi("up", "--yes")
    assert up.returncode == 0, up.stdout + up.stderr
    assert json.loads(project.pulumi("stack", "output", "--json").stdout) == {"said": "hello"}


@pytest.fixture
def running(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    """A preview whose program and policy pack have both said who they are, and sleep."""
    sleep = "import os, time\nopen('{0}', 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    project.write("__main__.py", COMPONENT + sleep.format(project.folder / "host.pid"))
    project.write("pack/__main__.py", "import os\nopen('../pack.pid', 'w').write(str(os.getpid()))\n" + PACK)
    with project.start("preview", "--policy-pack", "pack") as process:
        wait_for_pids(project)
        yield process
        process.kill()


def wait_for_pids(project: Project) -> list[int]:
    files = [project.folder / name for name in ("host.pid", "pack.pid")]
    end = time.monotonic() + 30
    while not all(file.exists() and file.read_text() for file in files):
        assert time.monotonic() < end, f"not started: {files}"
        time.sleep(0.05)
    return [int(file.read_text()) for file in files]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_an_engine_that_ends_leaves_no_process(
    project: Project, running: subprocess.Popen[bytes], sent: signal.Signals
) -> None:
    pids = wait_for_pids(project)
    running.send_signal(sent)
    running.wait(timeout=60)
    assert [gone(pid) for pid in pids] == [True, True]


def test_no_traceback_when_the_engine_ends_its_plugins(project: Project) -> None:
    project.write("__main__.py", f"{COMPONENT}\nThing('a', 1)\n")
    up = project.pulumi("up", "--yes", "--policy-pack", "pack", "--logtostderr", "-v=1")
    assert up.returncode == 0
    assert "Traceback" not in up.stdout + up.stderr
    assert "KeyboardInterrupt" not in up.stdout + up.stderr


def test_the_environment_file_serves_a_shell(project: Project) -> None:
    if not paths.ENV_FILE.exists():
        pytest.skip(f"{paths.ENV_FILE} is not there; run: make setup")
    command = ". .hft/env && pulumi version && pulumi whoami"
    result = subprocess.run(
        ["/bin/sh", "-c", command], cwd=paths.ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.splitlines()[0] == "v3.259.0"


def test_about_names_the_interpreter_and_the_dependencies(project: Project) -> None:
    project.write("__main__.py", "")
    about = json.loads(project.pulumi("about", "--json").stdout)
    assert about["runtime"]["executable"] == str(paths.VENV_BIN / "python")
    assert {"name": "pulumi", "version": "3.259.0"} in about["dependencies"]
