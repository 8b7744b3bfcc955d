"""An engine and an API as services of a swarm, on an overlay network."""

import pulumi_docker as docker

overlay = docker.Network("fabric", name="fabric", driver="overlay", attachable=True)
for name, tier in (("engine", "engine"), ("api", "infra")):
    docker.Service(
        name,
        name=name,
        labels=[docker.ServiceLabelArgs(label="hft.tier", value=tier)],
        task_spec=docker.ServiceTaskSpecArgs(
            container_spec=docker.ServiceTaskSpecContainerSpecArgs(
                image=f"registry.example/{name}:1.4", env={"EXCHANGE_SECRET": "s3cr3t"}
            ),
            networks_advanceds=[docker.ServiceTaskSpecNetworksAdvancedArgs(name=overlay.id)],
        ),
    )
