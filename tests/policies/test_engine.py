"""The pack under the real engine, over a program that is not this project's, from a pack of a user's own."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import toolchain

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
PROJECT = "name: desk\nruntime: python\n"
PROGRAM = """
import pulumi
import pulumi_docker as docker
import pulumi_random as random

password = random.RandomPassword("db", length=8)
engine = docker.Container(
    "engine",
    name="engine",
    image="desk/engine:latest",
    cpu_set="2-3",
    memory=1024,
    network_mode="host",
    envs=[pulumi.Output.secret("API_SECRET=s3cr3t-of-the-desk")],
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="engine")],
)
docker.Container(
    "neighbour",
    name="neighbour",
    image="sha256:" + "a" * 64,
    cpu_set="3-4",
    memory=64,
    memory_swap=64,
    pid_mode=password.result.apply(lambda _: "host"),
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="engine")],
)
"""
OWN_PACK = """
from pathlib import Path

from policies.pack.server import serve
from policies.resources import TYPES
from policies.rules import RULES

serve("desk", RULES, TYPES, Path(__file__).with_name("waivers.yaml"))
"""
WAIVERS = """
- rule: images-pinned-by-digest
  stack: desk/dev
  resource: engine
  reason: built on the spot while it is being written
  owner: desk
  expires: {expires}
"""
EVERYTHING_BUT = {"all": "disabled"}


class Desk:
    """A project of somebody else, and the pack that it uses."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self._environment = folder, environment

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def judged(self, operation: str, configuration: Any, pack: Path | None = None, *more: str) -> tuple[int, str]:
        """The status and the part of the output that is the pack's."""
        file = self.folder / "configuration.json"
        file.write_text(configuration if isinstance(configuration, str) else json.dumps(configuration))
        own = pack or self.folder / "pack"
        ran = self.pulumi(operation, *more, "--policy-pack", str(own), "--policy-pack-config", str(file))
        return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    try:
        environment = toolchain.environment()
    except toolchain.ToolchainError as error:
        pytest.skip(f"no engine here: {error}")
    folder = tmp_path_factory.mktemp("desk")
    for name, text in {
        "Pulumi.yaml": PROJECT,
        "__main__.py": PROGRAM,
        "pack/__main__.py": OWN_PACK,
        "pack/PulumiPolicy.yaml": (ROOT / "policies" / "PulumiPolicy.yaml").read_text(),
        "pack/waivers.yaml": WAIVERS.format(expires="2099-01-01"),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "state").mkdir()
    own = {
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "desk",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "",
    }
    made = Desk(folder, os.environ | environment | own)
    assert made.pulumi("stack", "init", "dev").returncode == 0
    return made


def test_a_rule_about_a_resource_blocks_and_tells_no_secret(desk: Desk) -> None:
    status, said = desk.judged("preview", {"all": "disabled", "no-credentials-in-env": "mandatory"})

    assert status != 0
    assert "[mandatory] [severity: critical]  no-credentials-in-env  (docker:index:Container: engine)" in said
    assert "container engine: envs sets API_SECRET, which `docker inspect` shows to everyone on the host" in said
    assert "s3cr3t-of-the-desk" not in said


def test_a_rule_that_is_disabled_says_nothing(desk: Desk) -> None:
    status, said = desk.judged("preview", EVERYTHING_BUT)

    assert (status, "container engine" in said) == (0, False), said


def test_a_rule_about_the_stack_blocks(desk: Desk) -> None:
    status, said = desk.judged("preview", {"all": "disabled", "engine-cores-its-own": "mandatory"})

    assert status != 0
    assert "engine-cores-its-own  (docker:index:Container: engine)" in said
    assert "cpuSet=2-3 shares CPU 3 with container neighbour; give each its own" in said


def test_what_one_value_is_right_for_is_mended_and_the_diff_says_so(desk: Desk) -> None:
    status, said = desk.judged(
        "preview", {"all": "disabled", "memory-bounded-without-swap": "remediate"}, None, "--diff"
    )

    assert status == 0, said
    assert "[remediate]  memory-bounded-without-swap  (docker:index:Container: engine)" in said
    assert re.search(r"\+ memorySwap +: 1024\n", said)


def test_a_waiver_is_told_with_its_owner(desk: Desk) -> None:
    status, said = desk.judged(
        "preview", {"all": "disabled", "images-pinned-by-digest": "mandatory", "waivers-in-order": "mandatory"}
    )

    assert status == 0, said
    assert (
        "the waiver of images-pinned-by-digest for engine in desk/dev holds once until 2099-01-01; desk: built" in said
    )


def test_a_waiver_that_has_expired_blocks(desk: Desk) -> None:
    file = desk.folder / "pack" / "waivers.yaml"
    current = file.read_text()
    file.write_text(WAIVERS.format(expires="2020-01-01"))
    try:
        status, said = desk.judged("preview", {"all": "disabled", "waivers-in-order": "mandatory"})
    finally:
        file.write_text(current)

    assert status != 0
    assert "the waiver of images-pinned-by-digest for engine in desk/dev expired on 2020-01-01" in said


def test_what_is_not_known_at_preview_is_told_and_judged_before_it_is_made(desk: Desk) -> None:
    one = {"all": "disabled", "own-namespaces": "mandatory"}
    status, said = desk.judged("preview", one)

    assert status == 0, said
    assert "[advisory] [severity: critical]  own-namespaces  (docker:index:Container: neighbour)" in said
    assert "container neighbour: pidMode is not known at preview; it is judged at `up`, before it is made" in said

    status, said = desk.judged(
        "up", one, None, "--skip-preview", "--yes", "--target", "**neighbour", "--target", "**db"
    )
    made = json.loads(desk.pulumi("stack", "export").stdout)["deployment"]["resources"]
    desk.pulumi("destroy", "--yes", "--skip-preview")

    assert status != 0
    assert "[mandatory] [severity: critical]  own-namespaces  (docker:index:Container: neighbour)" in said
    # What depends on a secret is one.
    assert "container neighbour: pidMode=[secret]" in said
    assert "neighbour" not in [each["urn"].rpartition("::")[2] for each in made]


@pytest.mark.parametrize(
    ("configuration", "problem"),
    [
        ({"engine-pined": "mandatory"}, "engine-pined: there is no such rule; did you mean 'engine-pinned'?"),
        ({"engine-pinned": {"cores": 2}}, "engine-pinned.cores: cannot be set; of this rule, nothing can"),
        ({"engine-pinned": "remediate"}, "engine-pinned: no one value is right, so it cannot remediate"),
        ({"engine-pinned": "strict"}, '"strict" is not a valid enforcement level'),
        ({"engine-open-files": {"minimum_files": 1}}, "minimum_files: Must be greater than or equal to 1024"),
        ({"database-audited": {"regime": "mars"}}, "regime: regime must be one of the following"),
        ("{", "unexpected end of JSON input"),
    ],
)
def test_a_configuration_that_is_wrong_is_refused_with_what_is_wrong(
    desk: Desk, configuration: Any, problem: str
) -> None:
    status, said = desk.judged("preview", configuration)

    assert status != 0
    assert problem in said


def test_a_waiver_of_a_rule_that_does_not_exist_is_refused(desk: Desk) -> None:
    file = desk.folder / "pack" / "waivers.yaml"
    current = file.read_text()
    file.write_text(current.replace("images-pinned", "images-pined"))
    try:
        status, said = desk.judged("preview", EVERYTHING_BUT)
    finally:
        file.write_text(current)

    assert status != 0
    assert "[0].rule: there is no rule 'images-pined-by-digest'; did you mean 'images-pinned-by-digest'?" in said


def test_the_repositorys_own_pack_runs_over_it_as_it_is(desk: Desk) -> None:
    status, said = desk.judged("preview", {}, ROOT / "policies")

    assert status != 0
    assert "❌ hft@v0.1.0" in said
    assert "images-pinned-by-digest  (docker:index:Container: engine)" in said


def test_an_empty_stack_and_resources_of_others_have_nothing_to_say(desk: Desk, tmp_path: Path) -> None:
    program = desk.folder / "__main__.py"
    current = program.read_text()
    try:
        for text in ("", "import pulumi_tls as tls\ntls.CertRequest('request', private_key_pem='x')\n"):
            program.write_text(text)
            status, said = desk.judged("preview", {}, ROOT / "policies")

            assert (status, "✅ hft@v0.1.0" in said) == (0, True), said
    finally:
        program.write_text(current)


def test_what_is_there_is_judged_without_a_program(desk: Desk, tmp_path: Path) -> None:
    program = desk.folder / "__main__.py"
    current = program.read_text()
    program.write_text("import pulumi_random as random\nrandom.RandomPassword('db', length=8, special=False)\n")
    try:
        assert desk.pulumi("up", "--yes", "--skip-preview").returncode == 0
        state = tmp_path / "state.json"
        assert desk.pulumi("stack", "export", "--file", str(state)).returncode == 0
        ran = desk.pulumi("policy", "analyze", "--policy-pack", str(ROOT / "policies"), "--file", str(state))
    finally:
        desk.pulumi("destroy", "--yes", "--skip-preview")
        program.write_text(current)

    assert ran.returncode != 0
    assert "random password db: length=8 is shorter than 24; raise it" in ran.stdout + ran.stderr
