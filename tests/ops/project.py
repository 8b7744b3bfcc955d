"""A small Pulumi project with a policy pack of its own: one plane, one data volume, containers that use it."""

from pathlib import Path

from tests.ops.conftest import ENDPOINT, LABELS, STACK

_PROJECT = "name: hft\nruntime: python\n"
_SETTINGS = "config: {}\n"
_PACK = "runtime: python\nversion: 0.0.1\n"

_PROGRAM = """
import pulumi
import pulumi_docker as docker
import pulumi_random as random

LABELS = {labels!r}
host = docker.Provider("hosts-local", host={endpoint!r})


def labelled(kind):
    return [kind(label=key, value=value) for key, value in LABELS.items()]


class Part(pulumi.ComponentResource):
    def __init__(self, name, after=()):
        super().__init__("hft:test:Part", name, {{}}, None)
        self.container = docker.Container(
            name, name="hft-{stack}-" + name, image={image!r}, labels=labelled(docker.ContainerLabelArgs),
            entrypoints=["sh", "-c"], network_mode="host", destroy_grace_seconds=1, wait=True, wait_timeout=120,
            command=["test -e /data/mark || cp /proc/sys/kernel/random/uuid /data/mark; sleep {seconds}; "
                     "touch /tmp/ready; exec sleep 600"],
            healthcheck=docker.ContainerHealthcheckArgs(
                tests=["CMD", "test", "-e", "/tmp/ready"], interval="1s", timeout="10s", retries=3, start_period="0s"),
            volumes=[docker.ContainerVolumeArgs(container_path="/data", volume_name=data.name)],
            uploads=[docker.ContainerUploadArgs(file="/run/secrets/db-owner", content=password.result)],
            opts=pulumi.ResourceOptions(parent=self, provider=host, depends_on=list(after), delete_before_replace=True))
        self.register_outputs({{}})


password = random.RandomPassword("secrets-db-owner", length=24, opts=pulumi.ResourceOptions(protect=True))
data = docker.Volume(
    "data", name="hft-{stack}-data", labels=labelled(docker.VolumeLabelArgs),
    opts=pulumi.ResourceOptions(provider=host, protect=True, retain_on_delete=True))
plane = docker.Network(
    "plane", name="hft-{stack}-plane", driver="bridge", labels=labelled(docker.NetworkLabelArgs),
    opts=pulumi.ResourceOptions(provider=host))
first = Part("first")
second = Part("second", after=[first.container, plane])

pulumi.export("hosts", {{"local": {endpoint!r}}})
pulumi.export("parts", [
    {{"part": name, "endpoint": "127.0.0.1:1", "container": "hft-{stack}-" + name, "host": "local", "open": "sh"}}
    for name in ("first", "second")])
pulumi.export("pgpass", pulumi.Output.concat("127.0.0.1:1:hft:hft_owner:", password.result))
"""

_POLICIES = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def no_bad(args, report):
    if args.name == "bad":
        report(f"{args.props['command'][0]!r} is bad")


PolicyPack("test", policies=[ResourceValidationPolicy(
    name="nothing-bad", description="Nothing is bad.", validate=no_bad, enforcement_level=EnforcementLevel.MANDATORY)])
"""


def write(root: Path, image: str, *, seconds: int = 0, also: str = "") -> Path:
    """Write the project into `root`; `seconds`: from a container's start to its health; `also`: more of the program."""
    root.mkdir(exist_ok=True)
    program = _PROGRAM.format(labels=LABELS, endpoint=ENDPOINT, stack=STACK, image=image, seconds=seconds)
    (root / "state").mkdir(exist_ok=True)
    (root / "policies").mkdir(exist_ok=True)
    (root / "Pulumi.yaml").write_text(_PROJECT)
    if not (root / f"Pulumi.{STACK}.yaml").exists():
        (root / f"Pulumi.{STACK}.yaml").write_text(_SETTINGS)
    (root / "__main__.py").write_text(program + also)
    (root / "policies" / "PulumiPolicy.yaml").write_text(_PACK)
    (root / "policies" / "__main__.py").write_text(_POLICIES)
    return root
