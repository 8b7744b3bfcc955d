"""Blue and green, both active with the same exchange key; both start for ever after a crash."""

import pulumi
import pulumi_docker as docker

for slot, cpus in (("blue", "2-3"), ("green", "3-4")):
    docker.Container(
        f"engine-{slot}",
        name=f"engine-{slot}",
        image="sha256:" + "c" * 64,
        cpu_set=cpus,
        memory=1024,
        memory_swap=-1,
        network_mode="host",
        restart="unless-stopped",
        stop_timeout=5,
        capabilities=docker.ContainerCapabilitiesArgs(adds=["SYS_ADMIN", "SYS_NICE"], drops=["ALL"]),
        security_opts=["seccomp=unconfined"],
        log_driver="json-file",
        healthcheck=docker.ContainerHealthcheckArgs(tests=["CMD", "curl", "-f", "localhost"], interval="1s"),
        uploads=[
            docker.ContainerUploadArgs(
                file="/run/secrets/exchange-key", content=pulumi.Output.secret("k3y-of-the-exchange")
            )
        ],
        labels=[
            docker.ContainerLabelArgs(label="hft.tier", value="engine"),
            docker.ContainerLabelArgs(label="hft.slot-role", value="active"),
        ],
    )
