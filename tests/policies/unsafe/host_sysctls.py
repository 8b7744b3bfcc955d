"""A market data handler with the sysctls of a tuning guide."""

import pulumi_docker as docker

SYSCTLS = {
    "net.core.rmem_max": "134217728",
    "net.core.busy_poll": "50",
    "net.core.somaxconn": "4096",
    "net.ipv4.tcp_low_latency": "1",
    "net.ipv4.tcp_rmem": "4096 87380 134217728",
    "vm.swappiness": "0",
}
docker.Container(
    "feed",
    name="feed",
    image="registry.example/feed@sha256:" + "a" * 64,
    network_mode="bridge",
    sysctls=SYSCTLS,
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="engine")],
)
docker.Container(
    "feed-host",
    name="feed-host",
    image="registry.example/feed@sha256:" + "a" * 64,
    network_mode="host",
    sysctls=SYSCTLS,
    ports=[docker.ContainerPortArgs(internal=9000, external=9000)],
    labels=[docker.ContainerLabelArgs(label="hft.tier", value="engine")],
)
