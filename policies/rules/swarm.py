"""Swarm services, images that are pulled, networks: the rest of what Docker runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import Severity

from policies.frameworks import cis_docker, latency
from policies.pack.rule import ResourceRule
from policies.resources import Network, RemoteImage, Service, Tier
from policies.resources.container import TIER_LABEL

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_ON_FAILURE = "pause"
"""What Swarm does where nothing is said."""


def _image_pinned(image: RemoteImage) -> Iterator[str]:
    name = str(image.inputs.get("name") or "")
    if not image.inputs.get("build") and not _DIGEST.search(name):
        yield f"name={name!r} can move; write name@sha256:…"


def _image_kept(image: RemoteImage) -> Iterator[str]:
    if not image.inputs.get("keepLocally"):
        yield "keepLocally is not true, so a roll-back has to pull what it was; set it"
    if image.inputs.get("forceRemove"):
        yield "forceRemove=true removes an image under a container that runs; remove it"


def _spec(service: Service) -> Mapping[str, Any]:
    return (service.inputs.get("taskSpec") or {}).get("containerSpec") or {}


def _service_pinned(service: Service) -> Iterator[str]:
    image = str(_spec(service).get("image") or "")
    if not _DIGEST.search(image):
        yield f"taskSpec.containerSpec.image={image!r} can move, on each node by itself; write name@sha256:…"


def _service_updates(service: Service) -> Iterator[str]:
    if not service.inputs.get("convergeConfig"):
        yield "convergeConfig is not set, so the deployment says done before anything runs; set delay and timeout"
    action = (service.inputs.get("updateConfig") or {}).get("failureAction") or _ON_FAILURE
    if action != "rollback":
        yield f"updateConfig.failureAction={action} leaves half of an update; set it to rollback"


def _no_engine_in_swarm(service: Service) -> Iterator[str]:
    labels = [*service.items("labels"), *(_spec(service).get("labels") or ())]
    if any(each.get("label") == TIER_LABEL and each.get("value") == Tier.ENGINE for each in labels):
        yield "is an engine: Swarm can neither pin CPUs nor bound swap; run it as a Container"


def _network_private(network: Network) -> Iterator[str]:
    if network.inputs.get("driver") != "overlay":
        return
    # Without a value, as `--opt encrypted` gives it, it is on.
    encrypted = str((network.inputs.get("options") or {}).get("encrypted", "false"))
    if encrypted.lower() == "false":
        yield "driver=overlay without options encrypted=true crosses hosts in clear; set it"
    if network.inputs.get("attachable"):
        yield "attachable=true lets any container of the swarm join; remove it"


RULES = (
    ResourceRule(
        name="pulled-images-pinned",
        description="An image is pulled by digest: a tag gives each host what it finds on that day.",
        severity=Severity.HIGH,
        of=RemoteImage,
        check=_image_pinned,
        steps="Set RemoteImage.name to name@sha256:….",
        source="https://docs.docker.com/reference/cli/docker/image/pull/#pull-an-image-by-digest-immutable-identifier",
        follows=(latency("L26"), cis_docker("5.28")),
        tags=("docker", "supply-chain"),
    ),
    ResourceRule(
        name="pulled-images-kept",
        description="The image of the last version stays on the host: a roll-back must not wait for a registry.",
        severity=Severity.MEDIUM,
        of=RemoteImage,
        check=_image_kept,
        steps="Set RemoteImage.keep_locally=True; remove force_remove.",
        source="https://www.pulumi.com/registry/packages/docker/api-docs/remoteimage/",
        tags=("docker", "deploys"),
    ),
    ResourceRule(
        name="service-images-pinned",
        description="A service's image is named by digest: each node of a swarm resolves a tag by itself.",
        severity=Severity.HIGH,
        of=Service,
        check=_service_pinned,
        steps="Set Service.task_spec.container_spec.image to name@sha256:….",
        source="https://docs.docker.com/engine/swarm/services/#specify-the-image-version-a-service-should-use",
        follows=(latency("L26"), cis_docker("5.28")),
        tags=("docker", "supply-chain"),
    ),
    ResourceRule(
        name="service-updates-whole",
        description="An update of a service ends whole or is taken back: Swarm's own way is to stop in the middle.",
        severity=Severity.HIGH,
        of=Service,
        check=_service_updates,
        steps="Set Service.converge_config and update_config.failure_action=rollback.",
        source="https://docs.docker.com/reference/cli/docker/service/update/",
        tags=("docker", "deploys"),
    ),
    ResourceRule(
        name="no-engine-in-a-swarm",
        description="An engine is a container, not a service: Swarm can neither pin its CPUs nor keep it from swap.",
        severity=Severity.CRITICAL,
        of=Service,
        check=_no_engine_in_swarm,
        steps="Use docker.Container.",
        source="https://docs.docker.com/reference/cli/docker/service/create/",
        follows=(latency("L02"), latency("L06")),
        tags=("docker", "latency"),
    ),
    ResourceRule(
        name="overlay-networks-private",
        description="What crosses hosts on an overlay network is encrypted, and nobody else joins it.",
        severity=Severity.HIGH,
        of=Network,
        check=_network_private,
        steps="Set Network.options encrypted=true; remove attachable.",
        source="https://docs.docker.com/engine/network/drivers/overlay/#encryption",
        tags=("docker", "network", "security"),
    ),
)
